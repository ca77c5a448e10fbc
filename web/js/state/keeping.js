// Keeps the state's lasting parts in the browser, each stored as soon as it changes: for the next
// visit, or, in a tab whose work is not the one that is kept, for as long as the tab is there.
//
// Storing blocks the page. Most writes take well under a millisecond and happen at once; after
// a slow one (many points, a large network) the next waits, so that storing takes at most 2 %
// of the time. Whatever waits is written when the page is left.

/** @import { State, Topic } from "../../types/state" */
/** @import { KeyValueStore, Places } from "./persistence.js" */
/** @import { Store } from "./store.js" */

import { currentCheckpoint } from "./checkpoint.js";
import { Keeper } from "./keeper.js";
import { VERSION, hasOwnWork } from "./persistence.js";

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
    values: ({ document }) => [document.points],
    entry: ({ document }) => ({ points: document.points }),
  },
  {
    key: "nnvisu_weights",
    what: "trained network",
    // A server that takes a checkpoint over sends it back, as another object.
    values: (state) => {
      const checkpoint = currentCheckpoint(state);
      if (checkpoint === null) return [null];
      const { step, parameters, optimizer, seeds } = checkpoint;
      return [step, parameters, ...Object.values(optimizer), ...Object.values(seeds)];
    },
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

/**
 * What shows whether something was done in this tab; seeds and fresh weights come by themselves.
 * @param {State} state
 * @returns {unknown[]}
 */
function traces({ settings, document, ui, model }) {
  return [settings.config, settings.stepsPerSecond, document.points, ui, model.checkpoint?.step ?? 0];
}

/** @type {readonly Topic[]} */
const TOPICS = ["settings", "document", "model", "ui", "session", "requests"];

/**
 * Keeps the store's lasting parts from now on.
 * @param {Store} store
 * @param {Places} places
 * @param {Page} page the window, where to hear that the page is left and what other tabs write
 * @param {Pick<LockManager, "request">} [locks] of the browser, where it has them
 * @param {Clock} [clock]
 *
 * @typedef {{ addEventListener(type: string, listener: (event: any) => void): void }} EventSource
 * @typedef {EventSource & { readonly document: EventSource }} Page
 * @typedef {{ now(): number, setTimeout(task: () => void, delay: number): unknown }} Clock
 */
export function keepStored(store, places, page, locks, clock = browserClock()) {
  if (places.shared === null) return;
  const work = new Work(store, places.shared, places.own, clock);
  const keeper = new Keeper(locks, clock, (keeps) => work.moved(keeps));
  store.subscribe(TOPICS, () => work.changed());
  store.subscribe(["keeping"], () => {
    if (store.state.keeping.claimed) keeper.claim();
  });
  page.addEventListener("pagehide", () => work.writeAll());
  // A phone may end a hidden page without a "pagehide".
  page.document.addEventListener("visibilitychange", () => work.writeAll());
  page.addEventListener("storage", ({ key }) => {
    if (keeper.keeps !== true || !work.owns(key)) return;
    keeper.otherWrote();
    // A tab that has just lost the lock may not have known yet.
    work.rewrite(key);
  });
  keeper.start(hasOwnWork(places.own));
}

/** @returns {Clock} */
function browserClock() {
  return { now: () => performance.now(), setTimeout: (task, delay) => setTimeout(task, delay) };
}

/** Everything of this tab that is kept, and where. */
class Work {
  #store;
  #shared;
  #own;
  /** @type {boolean | null} whether the shared place is this tab's; null until it is known */
  #keeps = null;
  /** Whether the place holds other work, so that this tab's has to be written as a whole. */
  #holdsOther = true;
  /** Whether anything has been done in this tab that would be a pity to lose. */
  #differs;
  /** How it looked when the tab was opened. */
  #before;
  /** @type {readonly Writer[]} */
  #writers;

  /**
   * @param {Store} store
   * @param {KeyValueStore} shared
   * @param {KeyValueStore | null} own
   * @param {Clock} clock
   */
  constructor(store, shared, own, clock) {
    this.#store = store;
    this.#shared = shared;
    this.#own = own;
    this.#differs = hasOwnWork(own);
    this.#before = traces(store.state);
    this.#writers = PARTS.map((part) => new Writer(store, clock, part));
  }

  /** @param {unknown} key */
  owns(key) {
    return PARTS.some((part) => part.key === key);
  }

  /** Something may have changed. */
  changed() {
    if (this.#prepare()) for (const writer of this.#writers) writer.changed();
  }

  /** Writes what has changed without waiting. */
  writeAll() {
    if (this.#prepare()) for (const writer of this.#writers) writer.write();
  }

  /** @param {string} key of a part that another tab has written over */
  rewrite(key) {
    if (this.#keeps !== true || this.#holdsOther) return;
    const writer = this.#writers[PARTS.findIndex((part) => part.key === key)];
    writer?.invalidate();
    writer?.changed();
  }

  /** @param {boolean} keeps whether the shared place is this tab's from now on */
  moved(keeps) {
    const isFirst = this.#keeps === null;
    const { claimed } = this.#store.state.keeping;
    this.#keeps = keeps;
    for (const writer of this.#writers) writer.place = keeps ? this.#shared : this.#own;
    this.#store.kept(keeps ? "here" : "elsewhere");
    // The first tab finds its own work in its place. A further one finds nothing or something else.
    this.#holdsOther = !isFirst || !keeps;
    if (!isFirst && (!keeps || claimed)) this.#differs = true;
    this.writeAll();
    if (!keeps) return;
    this.#forgetOwn();
    if (claimed) this.#store.notify("info", "The work in this tab is stored from now on");
    else if (!isFirst) this.#sayOtherWasClosed();
  }

  #sayOtherWasClosed() {
    const what = this.#holdsOther ? "Its work is kept until you change something here" : "The work in this tab is stored from now on";
    this.#store.notify("info", `The other tab was closed. ${what}`);
  }

  /**
   * @returns {boolean} whether there is anything to write, and a place to write to; what is done in
   *   this tab takes the place of other work as a whole, never in parts
   */
  #prepare() {
    if (this.#keeps === null) return false;
    if (!this.#holdsOther) return true;
    this.#differs ||= traces(this.#store.state).some((value, i) => value !== this.#before[i]);
    if (!this.#differs) return false;
    for (const writer of this.#writers) writer.invalidate();
    this.#holdsOther = false;
    return true;
  }

  /** What all tabs share is this tab's work now. */
  #forgetOwn() {
    try {
      for (const { key } of PARTS) this.#own?.removeItem(key);
    } catch {
      // A place that cannot be reached is not read either.
    }
  }
}

/** Writes one part whenever it has changed. */
class Writer {
  /** @type {KeyValueStore | null} where to; null where nothing is kept */
  place = null;
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
   * @param {typeof PARTS[number]} part
   */
  constructor(store, clock, part) {
    this.#store = store;
    this.#clock = clock;
    this.#part = part;
    this.#written = part.values(store.state);
  }

  get isDirty() {
    const values = this.#part.values(this.#store.state);
    return this.#written === null || values.some((value, i) => value !== this.#written?.[i]);
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
    const { key, what } = this.#part;
    try {
      if (entry === null) this.place?.removeItem(key);
      else this.place?.setItem(key, JSON.stringify({ version: VERSION, ...entry }));
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
      this.place?.removeItem(this.#part.key);
    } catch {
      // The storage is gone altogether, and the entry with it.
    }
  }
}
