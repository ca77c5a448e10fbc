// Writes one part of the state whenever it has changed.
//
// Storing blocks the page. Most writes take well under a millisecond and happen at once; after
// a slow one (many points, a large network) the next waits, so that storing takes at most 2 %
// of the time; so it does while training, which changes the weights with every frame. Whatever waits is
// written when the page is left. What the storage refuses is tried again: there may be room by then.

/** @import { Store } from "../state/store.js" */
/** @import { Part } from "./parts.js" */
/** @import { KeyValueStore } from "./stored.js" */

import { currentRun } from "../state/runs.js";
import { message } from "../words/message.js";
import { PARTS, VERSION } from "./parts.js";

/** @typedef {{ now(): number, setTimeout(task: () => void, delay: number): unknown }} Clock */

/** A write that took longer than this many milliseconds makes the next one wait. */
const SLOW_WRITE = 4;

/** Milliseconds to wait per millisecond that the last write took. */
const WAIT_PER_COST = 50;

/** Milliseconds between two writes of what changes by itself while training. */
const TRAINING_INTERVAL = 1_000;

/** Milliseconds until what was refused is tried again. */
const RETRY_INTERVAL = 5_000;

export class Writer {
  /** @type {KeyValueStore | null} where to; null where nothing is kept */
  place;
  #store;
  #clock;
  #part;
  /** @type {unknown[] | null} what the entry was made of; null if it is another's */
  #written;
  #notBefore = 0;
  #waiting = false;
  #failed = false;

  /**
   * @param {Store} store
   * @param {Clock} clock
   * @param {Part} part
   * @param {KeyValueStore | null} [place]
   */
  constructor(store, clock, part, place = null) {
    this.place = place;
    this.#store = store;
    this.#clock = clock;
    this.#part = part;
    this.#written = part.values(store.state);
  }

  get isDirty() {
    const values = this.#part.values(this.#store.state);
    return this.#written === null || values.some((value, i) => value !== this.#written?.[i]);
  }

  /** The entry says what the state says, by whomever it was written. */
  adopted() {
    this.#written = this.#part.values(this.#store.state);
  }

  /** The entry does not say what this tab wants it to. */
  invalidate() {
    this.#written = null;
  }

  /** Writes now, or as soon as the last slow write is long enough ago. */
  changed() {
    if (this.#waiting || (this.#clock.now() >= this.#notBefore && !this.isDirty)) return;
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
    if (!this.isDirty) return;
    const begin = this.#clock.now();
    this.#written = this.#part.values(this.#store.state);
    this.#put(this.#part.entry(this.#store.state));
    const end = this.#clock.now();
    const cost = end - begin;
    this.#notBefore = end + Math.max(cost > SLOW_WRITE ? WAIT_PER_COST * cost : 0, this.#interval());
    // Nothing else may change that would make it try again.
    if (this.#failed) this.changed();
  }

  #interval() {
    if (this.#failed) return RETRY_INTERVAL;
    const isTraining = this.#part === PARTS.weights && currentRun(this.#store.state).training.running;
    return isTraining ? TRAINING_INTERVAL : 0;
  }

  /** @param {object | null} entry null removes it */
  #put(entry) {
    const { key } = this.#part;
    try {
      if (entry === null) this.place?.removeItem(key);
      else this.place?.setItem(key, JSON.stringify({ version: VERSION, ...entry }));
      this.#failed = false;
    } catch {
      this.#written = null;
      this.#forgetOldWeights();
      if (this.#failed) return;
      this.#failed = true;
      this.#store.notify("error", message("storage.full", { what: this.#part.what() }));
    }
  }

  /** Older weights would come back as if they were the newest; older points are better than none. */
  #forgetOldWeights() {
    if (this.#part !== PARTS.weights) return;
    try {
      this.place?.removeItem(this.#part.key);
    } catch {
      // The storage is gone altogether, and the entry with it.
    }
  }
}
