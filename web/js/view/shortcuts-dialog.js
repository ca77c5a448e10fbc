// The dialog that lists the keys: those of the commands, and those of the canvas.

/** @import { Command, Shortcut } from "../state/commands.js" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { isWordKey, word, wordFor } from "../words/word.js";
import { create, find, rootAs } from "./elements.js";
import { withMarks } from "./fill-words.js";

/** More keys than this of one command are shown as a range. */
const MAX_KEYS = 3;

/** The keys of what has the focus, beside those of the commands. */
const FOCUS_KEYS = Object.freeze(["press", "tick"]);

/** The keys of the canvas, which js/view/keyboard-cursor.js and js/view/pointer.js listen to. */
const CANVAS_KEYS = Object.freeze(["moveCursor", "addPoint", "eraseNear", "erase"]);

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildShortcutsDialog(root, { store, commands }) {
  const dialog = rootAs(root, HTMLDialogElement);
  const off = find(root, "[data-part=off]", HTMLElement);
  const global = find(root, "[data-part=global]", HTMLElement);
  const canvas = find(root, "[data-part=canvas]", HTMLElement);
  commands.add({
    id: "showShortcuts",
    keys: [{ key: "?" }],
    run: () => {
      global.replaceChildren(...commands.list.flatMap(rowOf), ...FOCUS_KEYS.map(wordsOf));
      dialog.showModal();
    },
  });
  canvas.append(...CANVAS_KEYS.map(wordsOf));
  observe(store, ({ preferences }) => preferences.shortcuts, (on) => (off.hidden = on));
  // A click beside the dialog closes it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/**
 * @param {Command} command
 * @returns {HTMLElement[]} none if it has no keys
 */
function rowOf({ id, keys = [] }) {
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return [];
  const shown =
    keys.length > MAX_KEYS
      ? word("keys.range", { first: nameOf(first), last: nameOf(last) })
      : keys.map(nameOf).join(` ${word("keys.or")} `);
  const purpose = `command.${id}.key`;
  return [row(shown, wordFor(isWordKey(purpose) ? purpose : `command.${id}`))];
}

/** @param {string} name of keys that are no command's */
function wordsOf(name) {
  return row(wordFor(`keys.${name}.keys`), wordFor(`keys.${name}`));
}

/** @param {Shortcut} shortcut */
function nameOf({ key, ctrl, shift }) {
  const name = key === " " ? word("keys.space") : key.toUpperCase();
  return [ctrl ? word("keys.ctrl") : "", shift ? word("keys.shift") : "", name]
    .filter((part) => part !== "")
    .map((part) => `\`${part}\``)
    .join(" ");
}

/**
 * @param {string} keys with marks
 * @param {string} purpose with marks
 */
function row(keys, purpose) {
  return create("div", {}, create("dt", {}, ...withMarks(keys)), create("dd", {}, ...withMarks(purpose)));
}
