// Keys that work wherever the focus is, and the dialog that lists them.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { byId } from "./dom.js";

/** Where the plain keys already mean something. */
const FIELDS = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]";
/** Where Space does too. */
const PRESSABLE = "button, summary, a, input, select, [role=radio]";

/** @param {Store} store */
export function listenToShortcuts(store) {
  const help = buildHelp();
  showWhetherOn(store);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || help.open) return;
    const focus = event.target instanceof Element ? event.target : document.body;
    const action = event.ctrlKey || event.metaKey ? editAction(event, store) : plainAction(event, store, help);
    if (action === undefined || event.altKey || focus.matches(FIELDS)) return;
    if (event.key === " " && focus.matches(PRESSABLE)) return;
    event.preventDefault();
    action();
  });
}

/**
 * @param {KeyboardEvent} event with Ctrl or Command
 * @param {Store} store
 */
function editAction(event, store) {
  const key = event.key.toLowerCase();
  if (key === "z") return () => (event.shiftKey ? store.redo() : store.undo());
  if (key === "y" && !event.shiftKey) return () => store.redo();
  // The browser would save or open the page itself, which helps no one.
  if (key === "s" && !event.shiftKey) return () => byId("save-session", HTMLButtonElement).click();
  if (key === "o" && !event.shiftKey) return () => byId("open-session", HTMLButtonElement).click();
  return undefined;
}

/**
 * @param {KeyboardEvent} event
 * @param {Store} store
 * @param {HTMLDialogElement} help
 */
function plainAction(event, store, help) {
  // Who talks to the computer, or slips easily, may not want single letters to do things.
  if (!store.state.preferences.shortcuts) return undefined;
  if (event.key >= "1" && event.key <= "8" && event.key.length === 1) {
    return () => store.setLayout({ tool: "draw", selectedClass: Number(event.key) - 1 });
  }
  if (event.key === "?") return () => help.showModal();
  // Held down, only the single step goes on.
  const key = event.key.toLowerCase();
  if (key === "s") return () => store.stepOnce();
  if (event.repeat) return undefined;
  switch (key) {
    case " ":
    case "k":
      return () => store.toggle();
    case "r":
      return () => store.resetModel();
    case "e":
      return () => store.setLayout({ tool: store.state.workspace.tool === "erase" ? "draw" : "erase" });
    default:
      return undefined;
  }
}

/** @param {Store} store */
function showWhetherOn(store) {
  const off = byId("shortcuts-off", HTMLElement);
  observe(store, ({ preferences }) => preferences.shortcuts, (shortcuts) => {
    off.hidden = shortcuts;
  });
}

function buildHelp() {
  const help = byId("help", HTMLDialogElement);
  byId("help-open", HTMLButtonElement).addEventListener("click", () => help.showModal());
  // A click beside the dialog closes it.
  help.addEventListener("click", (event) => {
    if (event.target === help) help.close();
  });
  return help;
}
