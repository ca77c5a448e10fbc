// Files dropped anywhere on the page.

/** @import { Page } from "./page.js" */

import { message } from "../words/message.js";
import { takeFile } from "./open-files.js";

/**
 * @param {HTMLElement} root the hint that a file can be dropped
 * @param {Page} page
 */
export function buildFileDrop(root, { store }) {
  // Entering an element is told before leaving the one around it.
  let depth = 0;
  const show = (/** @type {number} */ entered) => {
    depth = entered;
    root.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(depth + 1);
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) show(Math.max(0, depth - 1));
  });
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    // Else the browser would leave the page for the file.
    event.preventDefault();
    show(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 1) store.notify("info", message("drop.one"));
    else if (files[0] !== undefined) void takeFile(store, files[0]);
  });
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
