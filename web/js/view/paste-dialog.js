// Points as text: typed or pasted into a dialog, which also opens when text is pasted on the page.

/** @import { Page } from "./page.js" */

import { readCsv } from "../files/csv.js";
import { MAX_CLASSES } from "../state/points.js";
import { word } from "../words/word.js";
import { find, rootAs, setText, uniqueId } from "./elements.js";

/** Where pasted text has a place of its own. */
const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildPasteDialog(root, { store, commands }) {
  const dialog = rootAs(root, HTMLDialogElement);
  const text = find(root, "textarea", HTMLTextAreaElement);
  const hint = find(root, ".hint", HTMLElement);
  const error = find(root, ".error", HTMLElement);
  text.placeholder = word("paste.example");
  hint.id = uniqueId("hint");
  error.id = uniqueId("error");
  text.setAttribute("aria-describedby", `${hint.id} ${error.id}`);
  setText(hint, word("paste.hint", { maxLabel: MAX_CLASSES - 1 }));

  const refuse = (/** @type {string} */ reason) => {
    setText(error, reason);
    text.setAttribute("aria-invalid", String(reason !== ""));
  };
  const open = (/** @type {string} */ content) => {
    text.value = content;
    refuse("");
    dialog.showModal();
    text.focus();
  };
  commands.add({ id: "pastePoints", keys: [{ key: "v", ctrl: true, isListedOnly: true }], run: () => open("") });
  find(root, "form.paste", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const points = readCsv(text.value);
    const { maxPoints: max } = store.state.connection;
    if (!points.ok) refuse(points.message);
    else if (points.value.length === 0) refuse(word("paste.empty"));
    else if (points.value.length > max) refuse(word("paste.tooMany", { count: points.value.length, max }));
    else if (store.importPoints(points.value, word("file.pasted"))) dialog.close();
  });
  find(root, "[data-part=cancel]", HTMLButtonElement).addEventListener("click", () => dialog.close());
  text.addEventListener("input", () => refuse(""));
  // A click beside the dialog does not close it: what was typed would be gone.
  document.addEventListener("paste", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const content = event.clipboardData?.getData("text/plain") ?? "";
    if (target.matches(FIELDS) || document.querySelector("dialog[open]") !== null || !/\d/.test(content)) return;
    event.preventDefault();
    open(content);
  });
}
