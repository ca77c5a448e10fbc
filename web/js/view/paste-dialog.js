// Points as text: typed or pasted into a dialog, which also opens when text is pasted on the page.

/** @import { Store } from "../state/store.js" */

import { readCsv } from "../files/csv.js";
import { byId, setText } from "./dom.js";

/** Where pasted text has a place of its own. */
const FIELDS = "input, textarea, select, [contenteditable]";

/** @param {Store} store */
export function buildPasteDialog(store) {
  const dialog = byId("paste", HTMLDialogElement);
  const text = byId("paste-text", HTMLTextAreaElement);
  const error = byId("paste-error", HTMLElement);
  const open = (/** @type {string} */ content) => {
    text.value = content;
    refuse("");
    dialog.showModal();
    text.focus();
  };
  const refuse = (/** @type {string} */ message) => {
    setText(error, message);
    text.setAttribute("aria-invalid", String(message !== ""));
  };
  byId("paste-open", HTMLButtonElement).addEventListener("click", () => open(""));
  byId("paste-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const points = readCsv(text.value);
    const { maxPoints } = store.state.connection;
    if (!points.ok) refuse(points.message);
    else if (points.value.length === 0) refuse("There are no points in this text");
    else if (points.value.length > maxPoints) refuse(`These are ${points.value.length} points, and this server takes at most ${maxPoints}`);
    else if (store.importPoints(points.value, "pasted")) dialog.close();
  });
  byId("paste-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
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
