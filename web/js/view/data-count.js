// How many points there are.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { word } from "../words/word.js";
import { setText } from "./elements.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildDataCount(root, { store }) {
  observe(store, ({ document }) => document.points.length, (count) => setText(root, word("data.count", { count })));
}
