// What is said for as long as it is true, unless the person has read it: that another tab's work is
// stored and not this one's, and that the server has a newer page than this one.

/** @import { State } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { find } from "./elements.js";
import { passFocus } from "./focus.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildStorageNotice(root, page) {
  showWhile(root, page, ({ workspace }) => workspace.storage.place === "elsewhere");
}

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildUpdateNotice(root, page) {
  showWhile(root, page, ({ connection }) => connection.hasOtherPage);
}

/**
 * @param {HTMLElement} root
 * @param {Page} page
 * @param {(state: State) => boolean} isTrue
 */
function showWhile(root, { store }, isTrue) {
  let isRead = false;
  const draw = () => {
    const isNow = isTrue(store.state);
    if (!isNow) isRead = false;
    const hadFocus = root.contains(document.activeElement);
    root.hidden = !isNow || isRead;
    if (root.hidden && hadFocus) passFocus([]);
  };
  find(root, "[data-part=close]", HTMLButtonElement).addEventListener("click", () => {
    isRead = true;
    draw();
  });
  observe(store, isTrue, draw);
}
