// Writes one part of the state whenever it has changed.
//
// Storing blocks the page. Most writes take well under a millisecond and happen at once; after
// a slow one (many points, a large network) the next waits, so that storing takes at most 2 %
// of the time. Whatever waits is written when the page is left.

/** @import { Store } from "../state/store.js" */
/** @import { Part } from "./parts.js" */
/** @import { KeyValueStore } from "./stored.js" */

import { message } from "../words/message.js";
import { PARTS, VERSION } from "./parts.js";

/** @typedef {{ now(): number, setTimeout(task: () => void, delay: number): unknown }} Clock */

/** A write that took longer than this many milliseconds makes the next one wait. */
const SLOW_WRITE = 4;

/** Milliseconds to wait per millisecond that the last write took. */
const WAIT_PER_COST = 50;

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
    if (this.#waiting || !this.isDirty) return;
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
    this.#notBefore = cost > SLOW_WRITE ? end + WAIT_PER_COST * cost : 0;
  }

  /** @param {object | null} entry null removes it */
  #put(entry) {
    const { key } = this.#part;
    try {
      if (entry === null) this.place?.removeItem(key);
      else this.place?.setItem(key, JSON.stringify({ version: VERSION, ...entry }));
      this.#failed = false;
    } catch {
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
