// What is kept in the browser across visits: settings, data, weights and interface choices,
// each under its own key, stored as soon as they change.
//
// Storing blocks the page. Most writes take well under a millisecond and happen at once; after
// a slow one (many points, a large network) the next waits, so that storing takes at most 2 %
// of the time. Whatever waits is written when the page is left.

/** @import { Config, Point, Seeds, State, Stored, Topic } from "../../types/state" */
/** @import { Store } from "./store.js" */

import { currentCheckpoint, readCheckpoint } from "./checkpoint.js";
import { NOTHING_STORED } from "./initial-state.js";
import { readPoint } from "./points.js";
import { DEFAULT_CONFIG, DEFAULT_SPEED, FIELDS, checkField, isSeed, isSpeed } from "./settings.js";
import { DEFAULT_UI, validUi } from "./ui.js";

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */

/** The format of every entry. */
const VERSION = 1;

/** A write that took longer than this many milliseconds makes the next one wait. */
const SLOW_WRITE = 4;

/** Milliseconds to wait per millisecond that the last write took. */
const WAIT_PER_COST = 50;

/**
 * The parts that are kept: the values they are made of, compared by identity, and their form.
 * @type {readonly { key: string, what: string, values: (state: State) => unknown[], entry: (state: State) => object | null }[]}
 */
const PARTS = Object.freeze([
  {
    key: "nnvisu_config",
    what: "settings",
    values: ({ settings }) => [settings.config, settings.seeds, settings.stepsPerSecond],
    entry: ({ settings: { config, seeds, stepsPerSecond } }) => ({ ...config, stepsPerSecond, seeds }),
  },
  {
    key: "nnvisu_data",
    what: "points",
    values: ({ data }) => [data.points],
    entry: ({ data }) => ({ points: data.points }),
  },
  {
    key: "nnvisu_weights",
    what: "trained network",
    values: (state) => [currentCheckpoint(state)],
    entry: (state) => {
      const checkpoint = currentCheckpoint(state);
      return checkpoint === null ? null : { checkpoint };
    },
  },
  {
    key: "nnvisu_ui",
    what: "choices about the page",
    values: ({ ui }) => [ui],
    entry: ({ ui }) => ui,
  },
]);

/** @type {readonly Topic[]} */
const TOPICS = ["settings", "data", "model", "ui", "session", "requests"];

/**
 * The browser's storage, or null where the person or the browser forbids it.
 * @param {{ readonly localStorage: Storage }} page the window
 * @returns {Storage | null}
 */
export function openStorage(page) {
  try {
    return page.localStorage;
  } catch {
    return null;
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

/**
 * Keeps the store's lasting parts in the storage from now on.
 * @param {Store} store
 * @param {KeyValueStore | null} storage
 * @param {Page} page the window, where to hear that the page is left
 * @param {Clock} [clock]
 *
 * @typedef {{ addEventListener(type: string, listener: () => void): void }} EventSource
 * @typedef {EventSource & { readonly document: EventSource }} Page
 * @typedef {{ now(): number, setTimeout(task: () => void, delay: number): unknown }} Clock
 */
export function keepStored(store, storage, page, clock = browserClock()) {
  if (storage === null) return;
  const writers = PARTS.map((part) => new Writer(store, storage, clock, part));
  store.subscribe(TOPICS, () => writers.forEach((writer) => writer.changed()));
  const writeAll = () => writers.forEach((writer) => writer.write());
  page.addEventListener("pagehide", writeAll);
  // A phone may end a hidden page without a "pagehide".
  page.document.addEventListener("visibilitychange", writeAll);
}

/** @returns {Clock} */
function browserClock() {
  return { now: () => performance.now(), setTimeout: (task, delay) => setTimeout(task, delay) };
}

/** Writes one part whenever it has changed. */
class Writer {
  #store;
  #storage;
  #clock;
  #part;
  /** @type {unknown[]} what the entry was made of */
  #written;
  #notBefore = 0;
  #waiting = false;
  #failed = false;

  /**
   * @param {Store} store
   * @param {KeyValueStore} storage
   * @param {Clock} clock
   * @param {typeof PARTS[number]} part
   */
  constructor(store, storage, clock, part) {
    this.#store = store;
    this.#storage = storage;
    this.#clock = clock;
    this.#part = part;
    this.#written = part.values(store.state);
  }

  /** Writes now, or as soon as the last slow write is long enough ago. */
  changed() {
    if (this.#waiting || !this.#isDirty()) return;
    const wait = this.#notBefore - this.#clock.now();
    if (wait <= 0) {
      this.write();
      return;
    }
    this.#waiting = true;
    this.#clock.setTimeout(() => {
      this.#waiting = false;
      this.write();
    }, wait);
  }

  /** Writes now if anything changed. */
  write() {
    if (!this.#isDirty()) return;
    const begin = this.#clock.now();
    this.#written = this.#part.values(this.#store.state);
    this.#put(this.#part.entry(this.#store.state));
    const end = this.#clock.now();
    const cost = end - begin;
    this.#notBefore = cost > SLOW_WRITE ? end + WAIT_PER_COST * cost : 0;
  }

  #isDirty() {
    const values = this.#part.values(this.#store.state);
    return values.some((value, i) => value !== this.#written[i]);
  }

  /** @param {object | null} entry null removes it */
  #put(entry) {
    const { key, what } = this.#part;
    try {
      if (entry === null) this.#storage.removeItem(key);
      else this.#storage.setItem(key, JSON.stringify({ version: VERSION, ...entry }));
      this.#failed = false;
    } catch {
      this.#forgetOldWeights();
      if (this.#failed) return;
      this.#failed = true;
      this.#store.notify("error", `The browser's storage is full: the ${what} will be gone when you leave this page`);
    }
  }

  /** Older weights would come back as if they were the newest; older points are better than none. */
  #forgetOldWeights() {
    if (this.#part.key !== "nnvisu_weights") return;
    try {
      this.#storage.removeItem(this.#part.key);
    } catch {
      // The storage is gone altogether, and the entry with it.
    }
  }
}
