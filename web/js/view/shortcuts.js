// Keys that do commands wherever the focus is.

/** @import { Page } from "./page.js" */

/** Where the plain keys already mean something. */
const FIELDS = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]";
/** Where Space does too. */
const PRESSABLE = "button, summary, a, input, select, [role=radio]";

/** @param {Page} page */
export function listenToShortcuts({ store, commands }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    const focus = event.target instanceof Element ? event.target : document.body;
    if (focus.matches(FIELDS) || (event.key === " " && focus.matches(PRESSABLE))) return;
    const found = commands.find(event);
    if (found === null) return;
    const { command, shortcut } = found;
    // Speech recognition and unsteady hands press single letters that are not meant.
    if (shortcut.ctrl !== true && !store.state.preferences.shortcuts) return;
    event.preventDefault();
    command.run(shortcut.argument ?? 0);
  });
}
