// The panel "Advanced training settings": closed at first, and as the person left it afterwards.

/** @import { Page } from "./page.js" */

import { rootAs } from "./elements.js";

/**
 * @param {HTMLElement} root a <details>
 * @param {Page} page
 */
export function buildAdvancedPanel(root, { store }) {
  const panel = rootAs(root, HTMLDetailsElement);
  panel.open = store.state.workspace.advancedOpen;
  panel.addEventListener("toggle", () => store.setLayout({ advancedOpen: panel.open }));
}
