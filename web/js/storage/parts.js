// The parts of the state that the browser keeps, each under its own key: what is written, and how it
// is read again.

/** @import { Checkpoint, Config, Layout, Point, PreferencesState, Seeds, State, Stored } from "../../types/state" */

import { readCheckpoint, usableCheckpoint } from "../state/checkpoint.js";
import { DEFAULT_LAYOUT, DEFAULT_PREFERENCES, validLayout, validPreferences } from "../state/choices.js";
import { readPoint } from "../state/points.js";
import { currentRun } from "../state/runs.js";
import { DEFAULT_CONFIG, FIELDS, checkField, isSeed, isSpeed } from "../state/settings.js";
import { textOf, word } from "../words/word.js";
import { ADVANCED_KEY, checkpointOfModel, configOfOriginal, layoutOfOriginal, pointsOfOriginal, weightsOfOriginal } from "./original.js";

/** The format of every entry. */
export const VERSION = 1;

/** Where older versions of the page kept what is now the layout: beside the preferences. */
const FORMER_LAYOUT_KEY = "nnvisu_ui";

/** @typedef {Record<string, unknown>} Entry */

/**
 * @typedef {object} Part
 * @property {string} key
 * @property {readonly string[]} [formerKeys] where it was until there was something under the key; the
 *   latest first
 * @property {(value: any) => Entry | undefined} [original] the entry that a value of nnvisu's first
 *   page means, which wrote no version; undefined if it is none
 * @property {boolean} everyTab whether what any tab does to it is kept, not only what the tab does
 *   whose work is kept
 * @property {() => string} what its name in a sentence
 * @property {(state: State) => unknown[]} values what it is made of, compared by identity
 * @property {(state: State) => object | null} entry what is written; null if there is nothing to keep
 * @property {(entry: Entry, problems: string[], stored: Stored) => Partial<Stored>} read with what the
 *   parts before it have been read as
 */

/** @type {Readonly<Record<"config" | "document" | "weights" | "preferences" | "layout", Part>>} */
export const PARTS = Object.freeze({
  config: {
    key: "nnvisu_config",
    everyTab: false,
    what: () => word("storage.settings"),
    values: (state) => {
      const { config, seeds, stepsPerSecond } = currentRun(state).settings;
      return [config, seeds, stepsPerSecond];
    },
    entry: (state) => {
      const { config, seeds, stepsPerSecond } = currentRun(state).settings;
      return { ...config, stepsPerSecond, seeds };
    },
    original: configOfOriginal,
    read: readConfig,
  },
  document: {
    key: "nnvisu_data",
    everyTab: false,
    what: () => word("storage.points"),
    values: ({ document }) => [document.points],
    entry: ({ document }) => ({ points: document.points }),
    original: pointsOfOriginal,
    read: readPoints,
  },
  weights: {
    key: "nnvisu_weights",
    everyTab: false,
    what: () => word("storage.network"),
    // A server that takes a checkpoint over sends it back, as another object.
    values: (state) => {
      const checkpoint = usableCheckpoint(currentRun(state));
      if (checkpoint === null) return [null];
      return [contentOf(checkpoint)];
    },
    entry: (state) => {
      const checkpoint = usableCheckpoint(currentRun(state));
      return checkpoint === null ? null : { checkpoint };
    },
    original: weightsOfOriginal,
    read: readWeights,
  },
  preferences: {
    key: "nnvisu_ui",
    everyTab: true,
    what: () => word("storage.choices"),
    values: ({ preferences }) => [preferences],
    entry: ({ preferences }) => preferences,
    read: (entry) => ({ preferences: readPreferences(entry) }),
  },
  layout: {
    key: "nnvisu_workspace",
    formerKeys: [FORMER_LAYOUT_KEY, ADVANCED_KEY],
    everyTab: false,
    what: () => word("storage.choices"),
    values: (state) => Object.values(layoutOf(state)),
    entry: layoutOf,
    original: layoutOfOriginal,
    read: (entry) => ({ layout: { ...DEFAULT_LAYOUT, ...validLayout(entry) } }),
  },
});

/** @type {WeakMap<Checkpoint, string>} */
const contents = new WeakMap();

/** @param {Checkpoint} checkpoint */
function contentOf(checkpoint) {
  const known = contents.get(checkpoint) ?? JSON.stringify({ ...checkpoint, generation: 0 });
  contents.set(checkpoint, known);
  return known;
}

/**
 * @param {State} state
 * @returns {Layout}
 */
function layoutOf({ workspace }) {
  const keys = /** @type {(keyof Layout)[]} */ (Object.keys(DEFAULT_LAYOUT));
  return /** @type {Layout} */ (/** @type {unknown} */ (Object.fromEntries(keys.map((key) => [key, workspace[key]]))));
}

/**
 * @param {Entry} entry
 * @returns {PreferencesState}
 */
export function readPreferences(entry) {
  return { ...DEFAULT_PREFERENCES, ...validPreferences(entry) };
}

/**
 * @param {Entry} entry
 * @param {string[]} problems
 * @returns {Partial<Stored>}
 */
function readConfig(entry, problems) {
  /** @type {Entry} */
  const config = {};
  for (const field of FIELDS) {
    const checked = checkField(field, entry[field]);
    config[field] = checked.ok ? checked.value : DEFAULT_CONFIG[field];
    if (!checked.ok) problems.push(word("storage.settingDamaged", { rule: textOf(checked.message) }));
  }
  const { seeds, stepsPerSecond } = entry;
  return {
    config: Object.freeze(/** @type {Config} */ (/** @type {unknown} */ (config))),
    seeds: readSeeds(seeds),
    ...(isSpeed(stepsPerSecond) ? { stepsPerSecond } : {}),
  };
}

/**
 * @param {unknown} value
 * @returns {Seeds | null}
 */
function readSeeds(value) {
  const { init, batches, dropout } = /** @type {Entry} */ (value ?? {});
  return isSeed(init) && isSeed(batches) && isSeed(dropout) ? { init, batches, dropout } : null;
}

/**
 * @param {Entry} entry
 * @param {string[]} problems
 * @returns {{ points: readonly Point[] }}
 */
function readPoints(entry, problems) {
  const values = Array.isArray(entry.points) ? entry.points : [null];
  const points = values.map(readPoint).filter((point) => point !== null);
  if (points.length < values.length) problems.push(word("storage.pointsDamaged", { count: points.length }));
  return { points: Object.freeze(points) };
}

/**
 * @param {Entry} entry
 * @param {string[]} problems
 * @param {Stored} stored
 * @returns {Partial<Stored>}
 */
function readWeights(entry, problems, { config }) {
  if (entry.model === null) return { checkpoint: null };
  const checkpoint = "model" in entry ? checkpointOfModel(entry.model, config) : readCheckpoint(entry.checkpoint, config.dropout);
  if (checkpoint === null) problems.push(word("storage.networkDamaged"));
  return { checkpoint };
}
