// The whole page, built from index.html in a document without pixels: each control does what it says.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { INDEX_HTML, connectedStore, openDocument } from "./view-support.js";

const VIEW = new URL("../../web/js/view/", import.meta.url);
const { buildPage } = await import("../../web/js/view/page.js");

/** @param {string} [html] */
async function open(html) {
  const browser = openDocument(html);
  const store = connectedStore();
  buildPage(store, {});
  await browser.settle();
  const find = (selector) => browser.document.querySelector(selector) ?? assert.fail(`no ${selector}`);
  return { ...browser, store, find };
}

test("every module of the view loads without a document", async () => {
  for (const name of readdirSync(VIEW)) {
    // It runs before everything else, and is not a module.
    if (name !== "early.js") await import(new URL(name, VIEW).href);
  }
});

test("the page has a text or a name for everything that can be used", async () => {
  const { document } = await open();
  const controls = [...document.querySelectorAll("button, input, select, textarea")].filter((control) => !control.hasAttribute("aria-hidden"));
  assert.ok(controls.length > 50);
  for (const control of controls) {
    const label = control.closest("label") ?? (control.id === "" ? null : document.querySelector(`label[for="${control.id}"]`));
    const name = control.getAttribute("aria-label") ?? (label ?? control).textContent.trim();
    assert.notEqual(name, "", control.outerHTML);
  }
});

test("the label of a field is a label, and its explanation a description", async () => {
  const { document } = await open();
  const fields = [...document.querySelectorAll(".field input, .field select, .inline-field select, [data-part=timeline]")];
  assert.ok(fields.length >= 12);
  for (const field of fields) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    assert.notEqual(label?.textContent ?? "", "", field.outerHTML);
    assert.equal(field.hasAttribute("aria-label"), false, "one name");
    const described = field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent);
    assert.ok(described[0].length > label.textContent.length, field.outerHTML);
  }
});

test("a slider says its number with its unit", async () => {
  const { store, find, settle, window } = await open();
  const slider = find("[data-preference=mapStrength]");
  assert.equal(slider.getAttribute("aria-valuetext"), "65%");
  slider.value = "40";
  slider.dispatchEvent(new window.Event("input", { bubbles: true }));
  await settle();
  assert.equal(store.state.preferences.mapStrength, 40);
  assert.equal(slider.getAttribute("aria-valuetext"), "40%");
  assert.equal(find(".slider-value").textContent, "40%");
});

test("a page that is not its server's offers to be loaded anew, until it is told not to", async () => {
  const browser = openDocument();
  const store = connectedStore();
  let nReloads = 0;
  buildPage(store, { reload: () => (nReloads += 1) });
  const notice = browser.document.querySelector("[data-component=update-notice]");
  const meet = async (hasOtherPage) => {
    store.server.hello({ version: "2", author: "A", maxPoints: 100, hasOtherPage });
    await browser.settle();
    return !notice.hidden;
  };
  assert.equal(await meet(false), false);
  assert.equal(await meet(true), true);
  assert.match(notice.textContent, /updated: reload .* your work is safe/);
  notice.querySelector("[data-command=reloadPage]").click();
  assert.equal(nReloads, 1);
  notice.querySelector("[data-part=close]").click();
  assert.equal(notice.hidden, true);
  assert.equal(await meet(true), false);
  await meet(false);
  assert.equal(await meet(true), true);
});

test("nothing has the id of another element, and every reference leads somewhere", async () => {
  const { document } = await open();
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const attribute of ["aria-describedby", "aria-controls", "aria-labelledby"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(" ")) assert.ok(ids.includes(id), element.outerHTML);
    }
  }
});

test("there can be two of everything but the dialogs", async () => {
  const twice = INDEX_HTML.replace(/<header[^]*<\/footer>/, (page) => page + page.replaceAll(' id="points"', ""));
  const { document, store, settle } = await open(twice);
  const both = (selector) => [...document.querySelectorAll(selector)];
  const ids = both("[id]").map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);

  both("[data-command=toggleHowTo]")[1].click();
  store.addPoint({ x: 0, y: 0 });
  await settle();
  assert.deepEqual(both("[data-part=how-to]").map(({ hidden }) => hidden), [true, true]);
  assert.deepEqual(both("[data-component=data-count]").map(({ textContent }) => textContent), ["1 point", "1 point"]);
  both("[data-command=clear]")[0].click();
  await settle();
  assert.deepEqual(both(".empty-state").map(({ hidden }) => hidden), [false, false]);
});

test("fields show the settings, and say what is wrong with a text", async () => {
  const { store, find, change, settle, window } = await open();
  const field = find("[data-setting=learningRate]");
  assert.equal(field.value, "0.01");
  change(field, "0,5");
  await settle();
  assert.equal(store.run.settings.config.learningRate, 0.5);
  const error = find("[data-error=learningRate]");
  let nScrolls = 0;
  error.scrollIntoView = () => (nScrolls += 1);
  change(field, "-1");
  await settle();
  assert.match(error.textContent, /above 0 and at most 10/);
  assert.equal(nScrolls, 1, "it is brought into sight");
  assert.equal(field.getAttribute("aria-invalid"), "true");
  field.dispatchEvent(new window.KeyboardEvent("keydown", { key: "Escape" }));
  await settle();
  assert.equal(field.value, "0.5");
  assert.equal(find("[data-error=learningRate]").textContent, "");
});

test("lists offer their choices by name", async () => {
  const { store, find, change, settle } = await open();
  const optimizer = find("[data-setting=optimizer]");
  assert.deepEqual([...optimizer.options].map(({ textContent }) => textContent), ["Adam", "SGD", "RMSProp"]);
  change(optimizer, "sgd");
  change(find("[data-setting=speed]"), "max");
  change(find("[data-preference=classCount]"), "5");
  change(find("[data-preference=shapes]"), true);
  await settle();
  assert.equal(store.run.settings.config.optimizer, "sgd");
  assert.equal(store.run.settings.stepsPerSecond, null);
  assert.equal(store.state.preferences.classCount, 5);
  assert.equal(store.state.preferences.shapes, true);
});

test("a list whose choice the server refuses shows what is trained, and why", async () => {
  const { store, find, change, settle } = await open();
  const { config } = store.run.settings;
  const list = find("[data-setting=activation]");
  change(list, "gelu");
  await settle();
  store.server.settingsRefused(["activation"], store.run.settings.config, config, "Not on this server");
  await settle();
  const error = find("[data-error=activation]");
  assert.deepEqual([list.value, error.textContent], ["tanh", "Not on this server"]);
  assert.ok(list.getAttribute("aria-describedby").split(" ").includes(error.id));
  change(list, "relu");
  await settle();
  assert.deepEqual([list.value, error.textContent], ["relu", ""]);
});

test("buttons do their commands and are off while those cannot be done", async () => {
  const { store, find, settle } = await open();
  const clear = find("[data-command=clear]");
  assert.equal(clear.disabled, true);
  store.addPoint({ x: 0, y: 0 });
  await settle();
  assert.equal(clear.disabled, false);
  assert.equal(find("[data-component=data-count]").textContent, "1 point");
  clear.click();
  await settle();
  assert.equal(store.state.document.points.length, 0);
  find("[data-command=undo]").click();
  assert.equal(store.state.document.points.length, 1);
});

test("keys act outside of fields, and not behind a dialog", async () => {
  const { store, find, press, settle, window } = await open();
  press("3");
  assert.equal(store.state.workspace.selectedClass, 2);
  const field = find("[data-setting=architecture]");
  field.dispatchEvent(new window.KeyboardEvent("keydown", { key: "4", bubbles: true }));
  assert.equal(store.state.workspace.selectedClass, 2);
  press("?");
  assert.equal(find(".shortcuts-dialog").open, true);
  press("5");
  assert.equal(store.state.workspace.selectedClass, 2);
  find(".shortcuts-dialog").close();
  store.setPreferences({ shortcuts: false });
  await settle();
  press("5");
  assert.equal(store.state.workspace.selectedClass, 2);
});

test("a button that goes off while it has the focus keeps it", async () => {
  const { document, store, find, settle } = await open();
  store.addPoint({ x: 0, y: 0 });
  await settle();
  const undo = find("[data-command=undo]");
  undo.focus();
  undo.click();
  await settle();
  assert.equal(document.activeElement, undo);
  assert.deepEqual([undo.disabled, undo.getAttribute("aria-disabled")], [false, "true"]);
  undo.click();
  assert.equal(store.state.document.points.length, 0);
  undo.blur();
  assert.deepEqual([undo.disabled, undo.getAttribute("aria-disabled")], [true, null]);
});

test("the list of shortcuts comes from the commands", async () => {
  const { find, press, document } = await open();
  press("?");
  const rows = [...document.querySelectorAll("[data-part=global] div")].map((row) => row.textContent);
  for (const row of ["Space or KTrain or pause", "1 to 8Choose a class", "Ctrl Shift Z or Ctrl YRedo", "Ctrl VPaste points", "EnterPress the button that has the focus"]) {
    assert.ok(rows.includes(row), `${row} in ${rows.join("; ")}`);
  }
  assert.ok(find("[data-part=canvas]").textContent.includes("Erase near the cursor"));
});

test("the palette and the row at the canvas are one choice", async () => {
  const { store, document, settle } = await open();
  const groups = [...document.querySelectorAll("[data-component=tool-choice]")];
  const chosen = () => groups.map((group) => [...group.children].findIndex((child) => child.getAttribute("aria-checked") === "true"));
  assert.deepEqual(chosen(), [0, 0]);
  groups[1].children[4].click();
  await settle();
  assert.deepEqual(chosen(), [4, 4]);
  groups[0].children[8].click();
  await settle();
  assert.deepEqual(chosen(), [8, 8]);
  assert.equal(store.state.workspace.tool, "erase");
});

test("the dock keeps its place when it is closed", async () => {
  const { store, find, settle } = await open();
  const dock = find(".dock");
  assert.equal(dock.dataset.open, "true");
  find(".dock [data-part=close]").click();
  await settle();
  assert.equal(store.state.workspace.dockOpen, false);
  assert.equal(dock.dataset.open, "false");
  assert.equal(dock.hidden, false);
  assert.equal(find("[data-command=toggleDock]").getAttribute("aria-expanded"), "false");
});

test("the status and the numbers are those of the state", async () => {
  const { store, find, settle } = await open();
  assert.equal(find(".status").textContent, "Add points to start");
  store.addPoint({ x: 0, y: 0 });
  await settle();
  assert.match(find(".status").textContent, /^Ready to train\. Only one class so far: .* blue\. Add another colour$/);
  store.server.connection("retrying");
  await settle();
  assert.match(find(".status").textContent, /^Connection lost/);
  assert.equal(find(".banner").textContent, find(".status").textContent);
  assert.equal(find(".status").dataset.tone, "problem");
});

test("the how-to is there until it is folded", async () => {
  const { store, find, settle, document } = await open();
  const howTo = find("[data-part=how-to]");
  assert.equal(howTo.hidden, false);
  assert.ok(howTo.querySelectorAll("li").length <= 5);
  howTo.querySelector("[data-part=close]").click();
  await settle();
  assert.equal(howTo.hidden, true);
  assert.equal(document.activeElement.dataset.command, "toggleHowTo");
  assert.equal(store.state.workspace.howToOpen, false);
});

test("an example stands beside the layers, whatever is trained", async () => {
  const { store, find, settle, document } = await open();
  store.setField("architecture", "7");
  await settle();
  const hints = find("[data-setting=architecture]").getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent);
  assert.ok(hints.includes("10-5: two hidden layers of 10 and 5 units"), hints);
});

test("a presentation shows the canvas and three numbers, and gives the focus back", async () => {
  const { store, find, press, settle, document } = await open();
  const shown = find(".presentation");
  assert.equal(shown.hidden, true);
  press("p");
  await settle();
  assert.equal(shown.hidden, false);
  assert.equal(document.body.dataset.presenting, "true");
  assert.deepEqual([...shown.querySelectorAll("[data-stat]")].map(({ dataset }) => dataset.stat), ["step", "loss", "accuracy"]);
  assert.ok(shown.contains(document.activeElement));
  store.server.frame({ generation: 0, step: 12_345, loss: 1, accuracy: 1, stepsPerSecond: 0, width: 2, height: 2, classes: 2, planes: new Uint8Array(8).fill(128) });
  await settle();
  assert.equal(shown.querySelector("[data-stat=step]").textContent, "12,345");
  press("Escape");
  await settle();
  assert.equal(shown.hidden, true);
  assert.equal(document.body.dataset.presenting, "false");
  assert.equal(document.activeElement.dataset.command, "togglePresentation");
  assert.equal(shown.contains(document.activeElement), false);
});

test("the slider of the history says its numbers, but not as fast as they change", async () => {
  const { store, find, settle } = await open();
  const slider = find("[data-part=timeline]");
  const planes = new Uint8Array(8).fill(128);
  store.addPoint({ x: 0, y: 0 });
  for (const step of [1, 2]) {
    store.server.frame({ generation: 0, step, loss: 1 / step, accuracy: 0.5, stepsPerSecond: 0, width: 2, height: 2, classes: 2, planes });
  }
  await settle();
  assert.equal(slider.getAttribute("aria-valuetext"), "Live: Step 2, loss 0.5000, accuracy 50.0%");
  store.showStep(1);
  await settle();
  assert.equal(slider.getAttribute("aria-valuetext"), "Step 1, loss 1.0000, accuracy 50.0%");
  store.goLive();
  store.toggle();
  await settle();
  assert.equal(slider.getAttribute("aria-valuetext"), "live");
});

test("a person who wants little motion gets few maps, and pages that do not glide", async () => {
  const { store, window } = await open();
  assert.equal(store.state.workspace.reducedMotion, false);
  const calm = new window.EventTarget();
  calm.matches = true;
  window.matchMedia = () => calm;
  const page = connectedStore();
  buildPage(page, {});
  assert.equal(page.state.workspace.reducedMotion, true);
  calm.matches = false;
  calm.dispatchEvent(new window.Event("change"));
  assert.equal(page.state.workspace.reducedMotion, false);
});
