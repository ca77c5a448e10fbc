// The parts of the state that the browser keeps, each under its own key: what is written, and how it
// is read again.

/** @import { Checkpoint, Config, Layout, Point, PreferencesState, Seeds, State, Stored } from "../../types/state" */

import { architectureOf } from "../state/architecture.js";
import { readCheckpoint, usableCheckpoint } from "../state/checkpoint.js";
import { DEFAULT_LAYOUT, DEFAULT_PREFERENCES, validLayout, validPreferences } from "../state/choices.js";
import { readPoint } from "../state/points.js";
import { currentRun } from "../state/runs.js";
import { DEFAULT_CONFIG, FIELDS, checkField, isSeed, isSpeed } from "../state/settings.js";
import { textOf, word } from "../words/word.js";

/** The format of every entry. */
export const VERSION = 1;

/** Where older versions of the page kept what is now the layout: beside the preferences. */
const FORMER_LAYOUT_KEY = "nnvisu_ui";

/** @typedef {Record<string, unknown>} Entry */

/**
 * @typedef {object} Part
 * @property {string} key
 * @property {string} [formerKey] where it was until there was something under the key
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
    original: (value) => (isRecord(value) && FIELDS.some((field) => field in value) ? { ...DEFAULT_CONFIG, ...value } : undefined),
    read: readConfig,
  },
  document: {
    key: "nnvisu_data",
    everyTab: false,
    what: () => word("storage.points"),
    values: ({ document }) => [document.points],
    entry: ({ document }) => ({ points: document.points }),
    original: (value) => (Array.isArray(value) ? { points: value } : undefined),
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
    original: (value) => (isRecord(value) && "weights" in value ? { model: value } : undefined),
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
    formerKey: FORMER_LAYOUT_KEY,
    everyTab: false,
    what: () => word("storage.choices"),
    values: (state) => Object.values(layoutOf(state)),
    entry: layoutOf,
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
  const checkpoint = "model" in entry ? checkpointOfModel(entry.model, config) : readCheckpoint(entry.checkpoint, config.dropout);
  if (checkpoint === null) problems.push(word("storage.networkDamaged"));
  return { checkpoint };
}

/**
 * The weights of nnvisu's first page, which kept neither their optimizer nor their step.
 * @param {any} model `{weights: [layer][unit][input], biases: [layer][unit]}`
 * @param {Config} config
 * @returns {Checkpoint | null}
 */
function checkpointOfModel(model, config) {
  const { weights, biases } = model;
  const isMatrix = (/** @type {unknown} */ layer) => Array.isArray(layer) && layer.every((unit) => unit?.length === layer[0].length);
  if (!Array.isArray(weights) || !Array.isArray(biases) || !weights.every(isMatrix)) return null;
  // All weights from the first input of a layer, then those from the second; its biases come last.
  const columns = (/** @type {number[][]} */ layer) => (layer[0] ?? []).map((_, input) => layer.map((unit) => unit[input]));
  const parameters = weights.flatMap((layer, i) => [columns(layer), biases[i]]).flat(2);
  if (!parameters.every(Number.isFinite)) return null;
  const text = base64Of(Float32Array.from(parameters));
  const outputs = biases.at(-1)?.length;
  const slots = { sgd: 0, rmsprop: 1, adam: 2 }[config.optimizer];
  return readCheckpoint({
    generation: 0,
    step: 0,
    architecture: architectureOf({ ...config, architecture: biases.slice(0, -1).map((layer) => layer?.length) }, outputs),
    parameters: text,
    optimizer: { kind: config.optimizer, steps: 0, slots: new Array(slots).fill(base64Of(new Float32Array(parameters.length))) },
    seeds: { init: 0, batches: 0, dropout: 0 },
  });
}

/** @param {Float32Array} floats */
function base64Of(floats) {
  const bytes = new DataView(new ArrayBuffer(4 * floats.length));
  floats.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return btoa(Array.from(new Uint8Array(bytes.buffer), (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * @param {unknown} value
 * @returns {value is Entry}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
