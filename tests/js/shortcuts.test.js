// Keys and where they act: everywhere, in fields, on what has the focus, behind a dialog.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connectedStore, openDocument } from "./view-support.js";

const { buildPage } = await import("../../web/js/view/page.js");

async function open() {
  const browser = openDocument();
  const store = connectedStore();
  store.addPoint({ x: 0, y: 0 });
  buildPage(store, {});
  await browser.settle();
  const find = (selector) => browser.document.querySelector(selector);
  /** Presses a key where the focus is; false if the browser is to do nothing of its own. */
  const type = (selector, key, options = {}) => {
    const { type: name = "keydown", ...keys } = options;
    return find(selector).dispatchEvent(new browser.window.KeyboardEvent(name, { key, code: key, bubbles: true, cancelable: true, ...keys }));
  };
  const count = () => store.state.document.points.length;
  return { ...browser, store, find, type, count };
}

test("Space trains and pauses wherever the focus is, and presses no button", async () => {
  const { store, type, count } = await open();
  for (const focus of ["body", "canvas.points", "[data-distribution=moons]", "[data-command=clear]", "[data-class='3']", "summary", "[data-part=timeline]"]) {
    const { running } = store.run.training;
    assert.equal(type(focus, " ", { code: "Space" }), false, focus);
    assert.equal(store.run.training.running, !running, focus);
    // A key that is held trains once, and presses nothing when it comes up.
    assert.equal(type(focus, " ", { code: "Space", repeat: true }), false, focus);
    assert.equal(type(focus, " ", { code: "Space", type: "keyup" }), false, focus);
    assert.equal(store.run.training.running, !running, focus);
  }
  assert.equal(count(), 1);
  assert.equal(store.state.document.generating, null);
});

test("Space stays with text, and with lists and boxes for those who came to them by Tab", async () => {
  const { store, type, find, point } = await open();
  assert.equal(type("[data-setting=architecture]", " ", { code: "Space" }), true);
  for (const focus of ["[data-setting=speed]", "[data-preference=shapes]"]) {
    type("body", "Tab");
    assert.equal(type(focus, " ", { code: "Space" }), true, focus);
    assert.equal(store.run.training.running, false, focus);
    point(find(focus), "pointerdown", 1, 1);
    assert.equal(type(focus, " ", { code: "Space" }), false, focus);
    assert.equal(store.run.training.running, true, focus);
    store.pause();
  }
});

test("with single keys switched off, Space is the browser's", async () => {
  const { store, type } = await open();
  store.setPreferences({ shortcuts: false });
  assert.equal(type("[data-distribution=moons]", " ", { code: "Space" }), true);
  assert.equal(store.run.training.running, false);
});

test("in a text field, saving acts on what has been typed, and undo is the field's", async () => {
  const { store, type, find, count } = await open();
  const saved = [];
  store.sessionContent = () => {
    saved.push(store.run.settings.config.architecture);
    return null;
  };
  const field = find("[data-setting=architecture]");
  field.value = "7";
  assert.equal(type("[data-setting=architecture]", "s", { ctrlKey: true }), false);
  assert.deepEqual(saved, [[7]]);
  assert.equal(type("[data-setting=architecture]", "z", { ctrlKey: true }), true);
  assert.equal(count(), 1);
  // A list has neither.
  assert.equal(type("[data-setting=speed]", "s", { ctrlKey: true }), false);
  assert.equal(saved.length, 2);
  // The last step was the new network.
  assert.equal(type("[data-setting=speed]", "z", { ctrlKey: true }), false);
  assert.deepEqual([count(), store.run.settings.config.architecture], [1, [10, 5]]);
});

test("behind a dialog no key acts", async () => {
  const { store, type, find, count } = await open();
  find("[data-command=pastePoints]").click();
  assert.equal(find(".paste-dialog").open, true);
  for (const focus of [".paste-dialog textarea", ".paste-dialog [data-part=cancel]", "body"]) {
    for (const [key, options] of [["z", { ctrlKey: true }], ["s", { ctrlKey: true }], [" ", { code: "Space" }], ["r", {}]]) {
      assert.equal(type(focus, key, options), true, `${key} in ${focus}`);
    }
  }
  assert.equal(count(), 1);
  assert.equal(store.run.training.running, false);
});

test("what is being composed is no key", async () => {
  const { store, type } = await open();
  type("body", "3", { isComposing: true });
  assert.equal(store.state.workspace.selectedClass, 0);
});
