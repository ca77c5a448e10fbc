// Reading what the browser keeps across visits: settings, data, weights and interface choices,
// each under its own key (keeping.js writes them). Whatever is wrong with one of them, the others
// are used, and the person is told.

/** @import { Config, Point, Seeds, Stored } from "../../types/state" */

import { readCheckpoint } from "./checkpoint.js";
import { NOTHING_STORED } from "./initial-state.js";
import { readPoint } from "./points.js";
import { DEFAULT_CONFIG, DEFAULT_SPEED, FIELDS, checkField, isSeed, isSpeed } from "./settings.js";
import { DEFAULT_UI, validUi } from "./ui.js";

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */

/** The format of every entry. */
export const VERSION = 1;

/**
 * Where a page keeps things.
 * @typedef {object} Places
 * @property {KeyValueStore | null} shared for the next visit, the same for all tabs
 * @property {KeyValueStore | null} own for this tab alone, as long as it is there
 *
 * The browser's storages; null where the person or the browser forbids them.
 * @param {{ readonly localStorage: Storage, readonly sessionStorage: Storage }} page the window
 * @returns {Places}
 */
export function openPlaces(page) {
  return { shared: unlessForbidden(() => page.localStorage), own: unlessForbidden(() => page.sessionStorage) };
}

/**
 * @param {() => Storage | null} open
 * @returns {Storage | null}
 */
function unlessForbidden(open) {
  try {
    return open() ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether a tab has work of its own there, which is another than what all tabs share.
 * @param {KeyValueStore | null} own
 * @returns {boolean}
 */
export function hasOwnWork(own) {
  try {
    return own !== null && own.getItem("nnvisu_config") !== null;
  } catch {
    return false;
  }
}

/**
 * Reads what is kept. What cannot be used is replaced by what a first visit has.
 * @param {KeyValueStore | null} storage
 * @returns {{ stored: Stored, problems: string[] }} a sentence for the person for each problem
 */
export function readStored(storage) {
  /** @type {string[]} */
  const problems = [];
  const read = (/** @type {string} */ key, /** @type {string} */ what) => {
    const { entry, problem } = readEntry(storage, key, what);
    if (problem !== null) problems.push(problem);
    return entry;
  };
  if (storage === null) problems.push("This browser keeps nothing for this page: what you do is gone when you leave");
  const config = readConfig(read("nnvisu_config", "settings"), problems);
  const points = readPoints(read("nnvisu_data", "points"), problems);
  const weights = read("nnvisu_weights", "trained network");
  const checkpoint = weights === null ? null : readCheckpoint(weights.checkpoint);
  if (weights !== null && checkpoint === null) problems.push("The stored network was damaged: training starts afresh");
  const ui = { ...DEFAULT_UI, ...validUi(read("nnvisu_ui", "choices about the page") ?? {}) };
  return { stored: { ...NOTHING_STORED, ...config, points, checkpoint, ui }, problems };
}

/**
 * @param {KeyValueStore | null} storage
 * @param {string} key
 * @param {string} what
 * @returns {{ entry: Record<string, unknown> | null, problem: string | null }}
 */
function readEntry(storage, key, what) {
  try {
    const text = storage?.getItem(key) ?? null;
    if (text === null) return { entry: null, problem: null };
    const entry = JSON.parse(text);
    if (entry?.version === VERSION) return { entry, problem: null };
  } catch {
    // Not JSON, or not readable: like an entry of another version.
  }
  return { entry: null, problem: `The stored ${what} could not be read and start afresh` };
}

/**
 * @param {Record<string, unknown> | null} entry
 * @param {string[]} problems
 * @returns {Pick<Stored, "config" | "seeds" | "stepsPerSecond">}
 */
function readConfig(entry, problems) {
  if (entry === null) return { config: DEFAULT_CONFIG, seeds: null, stepsPerSecond: DEFAULT_SPEED };
  /** @type {Record<string, unknown>} */
  const config = {};
  for (const field of FIELDS) {
    const checked = checkField(field, entry[field]);
    config[field] = checked.ok ? checked.value : DEFAULT_CONFIG[field];
    if (!checked.ok) problems.push(`${checked.message}; the stored value was not, and is the default now`);
  }
  const { seeds, stepsPerSecond } = entry;
  return {
    config: Object.freeze(/** @type {Config} */ (/** @type {unknown} */ (config))),
    seeds: readSeeds(seeds),
    stepsPerSecond: isSpeed(stepsPerSecond) ? stepsPerSecond : DEFAULT_SPEED,
  };
}

/**
 * @param {unknown} value
 * @returns {Seeds | null}
 */
function readSeeds(value) {
  const { init, batches, dropout } = /** @type {Record<string, unknown>} */ (value ?? {});
  return isSeed(init) && isSeed(batches) && isSeed(dropout) ? { init, batches, dropout } : null;
}

/**
 * @param {Record<string, unknown> | null} entry
 * @param {string[]} problems
 * @returns {readonly Point[]}
 */
function readPoints(entry, problems) {
  if (entry === null) return [];
  const values = Array.isArray(entry.points) ? entry.points : [null];
  const points = values.map(readPoint).filter((point) => point !== null);
  if (points.length < values.length) {
    problems.push(`Some stored points were damaged and left out; ${points.length} are here`);
  }
  return Object.freeze(points);
}
