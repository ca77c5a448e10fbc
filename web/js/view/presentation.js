// Presentation: the canvas and large numbers fill the screen, for a whole room to see. Everything on the
// canvas works as before; Escape goes back.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { find, findAll } from "./elements.js";

/**
 * @param {HTMLElement} root what is beside the canvas meanwhile
 * @param {Page} page
 */
export function buildPresentation(root, { store }) {
  const train = find(root, "[data-command=train]", HTMLButtonElement);
  let isPresenting = false;
  observe(store, ({ workspace }) => workspace.presenting, (presenting) => {
    root.hidden = !presenting;
    document.body.dataset.presenting = String(presenting);
    if (presenting === isPresenting) return;
    isPresenting = presenting;
    void fillScreen(presenting);
    // What had the focus is out of sight.
    const outside = findAll(document, "[data-command=togglePresentation]", HTMLButtonElement).find((button) => !root.contains(button));
    (presenting ? train : outside)?.focus({ preventScroll: true });
    if (presenting) window.scrollTo({ top: 0, behavior: "instant" });
  });
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement === null) store.setPresenting(false);
  });
  // Where there is no full screen, the browser does not take Escape.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) store.setPresenting(false);
  });
}

/** @param {boolean} wanted without it, the window is filled */
async function fillScreen(wanted) {
  try {
    if (wanted) await document.documentElement.requestFullscreen();
    else if (document.fullscreenElement !== null) await document.exitFullscreen();
  } catch {
    // Not every browser has it (iPhones), and a page may be forbidden to.
  }
}
