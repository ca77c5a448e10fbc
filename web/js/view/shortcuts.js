// Keys that do commands wherever the focus is, but never behind a dialog.
//
// Space trains and pauses also where the focus is on a button, which Enter presses: a click leaves the
// focus there, and whoever presses Space after it means the training. Lists and check boxes can be
// changed by Space alone, so they keep it for those who came to them by Tab.

/** @import { Shortcut } from "../state/commands.js" */
/** @import { Page } from "./page.js" */

/** Where keys are text, with an undo of its own. */
const TEXT_FIELDS = "input:not([type=range], [type=checkbox]), textarea, [contenteditable]";
/** Where a letter or digit finds an option. */
const LISTS = "select";
const NEED_SPACE = "select, input[type=checkbox]";

/** @param {Page} page */
export function listenToShortcuts({ store, commands }) {
  const cameByPointer = watchPointer();
  /** @type {string | null} the key that was a command and is still down: nothing else comes of it */
  let held = null;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null) return;
    if (event.repeat && event.code === held) event.preventDefault();
    else held = null;
    const found = commands.find(event);
    if (found === null) return;
    const { command, shortcut } = found;
    const focus = event.target instanceof Element ? event.target : document.body;
    // Speech recognition and unsteady hands press single letters that are not meant.
    if (shortcut.ctrl !== true && !store.state.preferences.shortcuts) return;
    if (isKeyOfField(focus, shortcut, cameByPointer())) return;
    event.preventDefault();
    held = event.code;
    // What has been typed counts, as when the field is left.
    if (focus.matches(TEXT_FIELDS)) focus.dispatchEvent(new Event("change", { bubbles: true }));
    command.run(shortcut.argument ?? 0);
  });
  document.addEventListener("keyup", (event) => {
    // Some browsers press a button when Space comes up.
    if (event.code === held) event.preventDefault();
    held = null;
  });
}

/**
 * @param {Element} focus
 * @param {Shortcut} shortcut
 * @param {boolean} cameByPointer
 * @returns {boolean} whether the keys are for what has the focus
 */
function isKeyOfField(focus, { key, ctrl = false, inTextFields = false }, cameByPointer) {
  if (focus.matches(TEXT_FIELDS)) return !inTextFields;
  if (key === " ") return focus.matches(NEED_SPACE) && !cameByPointer;
  return focus.matches(LISTS) && !ctrl;
}

/** @returns {() => boolean} whether what has the focus was pressed, not reached by Tab */
function watchPointer() {
  let isByPointer = false;
  document.addEventListener("pointerdown", () => (isByPointer = true), { capture: true });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Tab") isByPointer = false;
  }, { capture: true });
  return () => isByPointer;
}
