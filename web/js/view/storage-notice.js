// Says, for as long as it is true, that another tab's work is stored and not this one's, unless the
// person has read it.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { find } from "./elements.js";
import { passFocus } from "./focus.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildStorageNotice(root, { store }) {
  let isRead = false;
  const draw = () => {
    const isElsewhere = store.state.workspace.storage.place === "elsewhere";
    if (!isElsewhere) isRead = false;
    const hadFocus = root.contains(document.activeElement);
    root.hidden = !isElsewhere || isRead;
    if (root.hidden && hadFocus) passFocus([]);
  };
  find(root, "[data-part=close]", HTMLButtonElement).addEventListener("click", () => {
    isRead = true;
    draw();
  });
  observe(store, ({ workspace }) => workspace.storage.place, draw);
}
