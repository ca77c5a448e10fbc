// The registry of commands: what can be done, and with which keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Commands } from "../../web/js/state/commands.js";
import { Store } from "../../web/js/state/store.js";
import { isWordKey } from "../../web/js/words/word.js";

const KEYS = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, repeat: false };

/** The command of a key, and what it is done with. */
function pressed(commands, key, options = {}) {
  const found = commands.find({ ...KEYS, key, ...options });
  return found === null ? null : [found.command.id, found.shortcut.argument];
}

test("keys lead to commands", () => {
  const commands = new Commands(new Store());
  assert.deepEqual(pressed(commands, " "), ["train", undefined]);
  assert.deepEqual(pressed(commands, "K", { shiftKey: true }), ["train", undefined]);
  assert.deepEqual(pressed(commands, "8"), ["drawClass", 7]);
  assert.equal(pressed(commands, "9"), null);
  assert.deepEqual(pressed(commands, "z", { ctrlKey: true }), ["undo", undefined]);
  assert.deepEqual(pressed(commands, "Z", { metaKey: true, shiftKey: true }), ["redo", undefined]);
  assert.equal(pressed(commands, "z"), null);
  assert.equal(pressed(commands, "r", { ctrlKey: true }), null, "the browser reloads");
  assert.equal(pressed(commands, "s", { altKey: true }), null);
});

test("where a keyboard has no digits or Latin letters, the place of the key counts", () => {
  const commands = new Commands(new Store());
  const czech = pressed(commands, "ě", { code: "Digit2" });
  const french = pressed(commands, "&", { code: "Digit1" });
  assert.deepEqual([czech, french], [["drawClass", 1], ["drawClass", 0]]);
  assert.deepEqual(pressed(commands, "2", { code: "Digit2", shiftKey: true }), ["drawClass", 1], "French, with Shift");
  assert.deepEqual(pressed(commands, "4", { code: "Numpad4" }), ["drawClass", 3]);
  assert.deepEqual(pressed(commands, "я", { code: "KeyZ", ctrlKey: true }), ["undo", undefined], "Russian");
  assert.deepEqual(pressed(commands, "y", { code: "KeyZ", ctrlKey: true }), ["redo", undefined], "German");
  // What the keyboard does have is not asked twice.
  assert.equal(pressed(commands, "!", { code: "Digit1", shiftKey: true }), null);
  assert.equal(pressed(commands, "ö", { code: "Semicolon" }), null);
  assert.equal(pressed(commands, "End", { code: "Numpad1" }), null);
  assert.equal(pressed(commands, "@", { code: "Digit2", getModifierState: (name) => name === "AltGraph" }), null);
});

test("held down, only keys that are meant to repeat do", () => {
  const commands = new Commands(new Store());
  assert.deepEqual(pressed(commands, "s", { repeat: true }), ["stepOnce", undefined]);
  assert.equal(pressed(commands, " ", { repeat: true }), null);
  assert.deepEqual(pressed(commands, "z", { ctrlKey: true, repeat: true }), ["undo", undefined]);
});

test("what is only listed is left to the browser", () => {
  const commands = new Commands(new Store());
  commands.add({ id: "pastePoints", keys: [{ key: "v", ctrl: true, isListedOnly: true }], run: () => assert.fail() });
  assert.equal(pressed(commands, "v", { ctrlKey: true }), null);
});

test("commands act on the store and know when they can", () => {
  const store = new Store();
  const commands = new Commands(store);
  const { isEnabled } = commands.get("undo");
  assert.equal(isEnabled(store.state), false);
  store.addPoint({ x: 0.5, y: 0.5 });
  assert.equal(isEnabled(store.state), true);
  commands.run("undo");
  assert.equal(store.state.document.points.length, 0);
  commands.run("drawClass", 3);
  assert.equal(store.state.workspace.selectedClass, 3);
  commands.run("eraser");
  assert.equal(store.state.workspace.tool, "erase");
  commands.run("eraser");
  assert.equal(store.state.workspace.tool, "draw");
});

test("every command has words and an id of its own", () => {
  const commands = new Commands(new Store());
  for (const { id } of commands.list) assert.ok(isWordKey(`command.${id}`), id);
  assert.throws(() => commands.add({ id: "train", run() {} }), /two commands train/);
  assert.throws(() => commands.get("nothing"), /no command nothing/);
});
