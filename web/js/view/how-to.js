// The short how-to below the header: there until the person folds it.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { find, uniqueId } from "./elements.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildHowTo(root, { store }) {
  const toggle = find(root, "[data-command=toggleHowTo]", HTMLButtonElement);
  const howTo = find(root, "[data-part=how-to]", HTMLElement);
  howTo.id = uniqueId("how-to");
  toggle.setAttribute("aria-controls", howTo.id);
  find(howTo, "[data-part=close]", HTMLButtonElement).addEventListener("click", () => {
    store.setLayout({ howToOpen: false });
    toggle.focus();
  });
  observe(store, ({ workspace }) => workspace.howToOpen, (isOpen) => {
    howTo.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
  });
}
