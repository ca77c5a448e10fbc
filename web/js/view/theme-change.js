// What is drawn on a canvas does not follow style sheets by itself: it is drawn again in another theme.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";

/**
 * Calls `draw` now and whenever the page becomes light or dark.
 * @param {Store} store
 * @param {() => void} draw
 */
export function withTheme(store, draw) {
  observe(store, ({ preferences }) => preferences.theme, draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
