// The seeds of the run.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { NO_NUMBER } from "../words/numbers.js";
import { wordFor } from "../words/word.js";
import { create, setText } from "./elements.js";

const NAMES = Object.freeze(/** @type {const} */ (["init", "batches", "dropout"]));

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildSeeds(root, { store, tooltips }) {
  const values = NAMES.map((name) => create("dd", { "data-seed": name }));
  const rows = NAMES.map((name, i) => create("div", {}, create("dt", {}, wordFor(`seed.${name}`)), values[i]));
  root.append(tooltips.createTerm("seeds"), create("dl", {}, ...rows));
  observe(store, (state) => currentRun(state).settings.seeds, (seeds) => {
    NAMES.forEach((name, i) => setText(values[i], seeds === null ? NO_NUMBER : String(seeds[name])));
  });
}
