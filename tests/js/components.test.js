// Components by themselves, and two of each in one document.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connectedStore, openDocument } from "./view-support.js";

const { Commands } = await import("../../web/js/state/commands.js");
const { Tooltips } = await import("../../web/js/view/tooltips.js");
const { buildLearningCurves } = await import("../../web/js/view/learning-curves.js");
const { buildNumbers } = await import("../../web/js/view/numbers.js");
const { buildSettingsForm } = await import("../../web/js/view/settings-form.js");
const { buildTimeline } = await import("../../web/js/view/timeline.js");
const { withMarks } = await import("../../web/js/view/fill-words.js");

/** Builds the components of a body. */
function mount(html, build) {
  const browser = openDocument(html);
  const store = connectedStore();
  const page = { store, commands: new Commands(store), tooltips: new Tooltips(), services: {} };
  const roots = [...browser.document.querySelectorAll("[data-root]")];
  for (const root of roots) build(root, page);
  return { ...browser, store, roots };
}

function frame(step, loss, accuracy) {
  const planes = new Uint8Array(8).fill(128);
  return { generation: 0, step, epoch: step, running: false, loss, accuracy, stepsPerSecond: 0, width: 2, height: 2, classes: 2, planes };
}

test("two forms of the same settings follow each other", async () => {
  const { roots, change, settle } = mount("<div data-root data-group='advanced'></div><div data-root data-group='advanced'></div>", buildSettingsForm);
  const fields = roots.map((root) => root.querySelector("[data-setting=dropout]"));
  change(fields[0], "0.5");
  await settle();
  assert.equal(fields[1].value, "0.5");
  change(fields[1], "2");
  await settle();
  const errors = roots.map((root) => root.querySelector("[data-error=dropout]"));
  assert.equal(errors[0].textContent, errors[1].textContent);
  assert.notEqual(errors[0].id, errors[1].id);
});

test("numbers are those of the shown step, whole for programs", async () => {
  const { roots, store, settle } = mount("<dl data-root></dl>", buildNumbers);
  store.server.frame(frame(12_345, 0.25, 1));
  await settle();
  const [root] = roots;
  const shown = (name) => root.querySelector(`[data-stat=${name}]`);
  assert.equal(shown("step").textContent, "12,345");
  assert.equal(shown("step").dataset.value, "12345");
  assert.equal(root.querySelector("[data-part=epoch]").textContent, "epoch 12,345");
  assert.equal(shown("accuracy").textContent, "100%");
  assert.equal(shown("rate").textContent, "0");
});

test("frames that come between two frames of the screen are drawn once, the newest", async () => {
  const { roots, store, settle } = mount("<dl data-root></dl>", buildNumbers);
  const step = roots[0].querySelector("[data-stat=step]");
  for (const n of [1, 2, 3]) store.server.frame(frame(n, 1, 0));
  assert.equal(step.textContent, "0");
  await settle();
  assert.equal(step.textContent, "3");
});

test("the learning curves go by step and mark the one that is shown", async () => {
  const { roots, store, settle } = mount("<div data-root><p data-part='empty'></p></div>", buildLearningCurves);
  const [root] = roots;
  const [loss, accuracy] = root.querySelectorAll("figure");
  assert.equal(root.querySelector("[data-part=empty]").hidden, false);
  assert.equal(loss.hidden, true);
  store.server.frame(frame(0, 2, 0.5));
  store.server.frame(frame(10, 1, 0.75));
  store.server.frame(frame(40, 0, 1));
  await settle();
  assert.equal(root.querySelector("[data-part=empty]").hidden, true);
  assert.equal(loss.querySelector("polyline").getAttribute("points"), "0.00,0.00 50.00,50.00 200.00,100.00");
  assert.equal(accuracy.querySelector("polyline").getAttribute("points"), "0.00,50.00 50.00,25.00 200.00,0.00");
  assert.equal(loss.querySelector(".curve-dot").style.left, "100%");
  assert.match(loss.querySelector("svg").getAttribute("aria-label"), /^Loss from 2.0000 to 0.0000\. Steps 0 to 40$/);
  assert.equal(loss.querySelector(".curve-scale").textContent, "0 to 2.0000");
});

test("points without a loss are not on its curve", async () => {
  const { roots, store, settle } = mount("<div data-root><p data-part='empty'></p></div>", buildLearningCurves);
  for (const [step, loss] of [[0, null], [1, 4], [2, Number.NaN], [3, 2]]) store.server.frame(frame(step, loss, null));
  await settle();
  const [loss, accuracy] = roots[0].querySelectorAll("figure");
  assert.equal(loss.querySelector("polyline").getAttribute("points"), "0.00,0.00 200.00,50.00");
  assert.equal(accuracy.hidden, true);
});

test("the timeline shows an earlier step and goes back to the newest", async () => {
  const html = "<div data-root><div data-part='head'><button data-command='goLive'></button><output></output></div></div>";
  const { roots, store, settle, window } = mount(html, buildTimeline);
  const slider = roots[0].querySelector("input");
  assert.equal(slider.disabled, true);
  for (const step of [0, 1, 2]) store.server.frame(frame(step, 1, 0));
  await settle();
  assert.equal(slider.disabled, false);
  slider.value = "0";
  slider.dispatchEvent(new window.Event("input"));
  await settle();
  assert.equal(roots[0].querySelector("output").textContent, "step 0");
  assert.equal(roots[0].querySelector("button").hidden, false);
  store.goLive();
  await settle();
  assert.equal(roots[0].querySelector("output").textContent, "live");
});

test("marks in words become elements, never HTML", () => {
  const { document } = openDocument("");
  const p = document.createElement("p");
  p.append(...withMarks("Press **Train** or `Space`, not <b>this</b>"));
  assert.equal(p.innerHTML, "Press <b>Train</b> or <kbd>Space</kbd>, not &lt;b&gt;this&lt;/b&gt;");
});
