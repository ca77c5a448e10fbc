// Keeps the state's lasting parts in the browser, each stored as soon as it changes: for the next
// visit, or, in a tab whose work is not the one that is kept, for as long as the tab is there.
// Preferences are kept from every tab.

/** @import { State, Topic } from "../../types/state" */
/** @import { Store } from "../state/store.js" */
/** @import { KeyValueStore, Places } from "./stored.js" */
/** @import { Clock } from "./writer.js" */

import { currentRun } from "../state/runs.js";
import { message } from "../words/message.js";
import { Claim } from "./claim.js";
import { Keeper } from "./keeper.js";
import { PARTS } from "./parts.js";
import { hasOwnWork, readPreferencesOf } from "./stored.js";
import { Writer } from "./writer.js";

const OF_WORK = Object.values(PARTS).filter(({ everyTab }) => !everyTab);
const OF_EVERY_TAB = Object.values(PARTS).filter(({ everyTab }) => everyTab);

/**
 * What shows whether something was done in this tab; seeds and fresh weights come by themselves.
 * @param {State} state
 * @returns {unknown[]}
 */
function traces(state) {
  const { settings, checkpoint } = currentRun(state);
  return [settings.config, settings.stepsPerSecond, state.document.points, checkpoint?.step ?? 0];
}

/** @type {readonly Topic[]} */
const TOPICS = ["document", "runs", "preferences", "workspace"];

/**
 * Keeps the store's lasting parts from now on.
 * @param {Store} store
 * @param {Places} places
 * @param {Page} page the window, where to hear that the page is left and what other tabs write
 * @param {import("./keeper.js").Locks} [locks] of the browser, where it has them
 * @param {Clock} [clock]
 *
 * @typedef {{ addEventListener(type: string, listener: (event: any) => void): void }} EventSource
 * @typedef {EventSource & { readonly document: EventSource }} Page
 */
export function keepStored(store, places, page, locks, clock = browserClock()) {
  const { shared, own } = places;
  if (shared === null) return;
  const work = new Work(store, shared, own, clock);
  const ofEveryTab = OF_EVERY_TAB.map((part) => new Writer(store, clock, part, shared));
  const claim = new Claim(shared, page, clock);
  const keeper = new Keeper(locks === undefined ? [claim] : [locks, claim], clock, (keeps) => work.moved(keeps));
  let known = store.state.preferences;
  /** Other tabs' choices stay, but for what has been chosen here since: a sleeping tab hears of none. */
  const mergePreferences = () => {
    const stored = readPreferencesOf(shared);
    const mine = changesOf(known, store.state.preferences);
    if (stored !== null) {
      store.setPreferences({ ...stored, ...mine });
      if (Object.keys(mine).length === 0) for (const writer of ofEveryTab) writer.adopted();
    }
    for (const writer of ofEveryTab) writer.changed();
    // What could not be written is this tab's own until it is.
    if (ofEveryTab.every(({ isDirty }) => !isDirty)) known = store.state.preferences;
  };
  const writeAll = () => {
    mergePreferences();
    work.writeAll();
    for (const writer of ofEveryTab) writer.write();
  };
  store.subscribe(TOPICS, () => {
    work.changed();
    if (store.state.preferences !== known) mergePreferences();
    if (store.state.workspace.storage.claimed) keeper.claim();
  });
  page.addEventListener("pagehide", () => {
    writeAll();
    work.left();
    keeper.leave();
  });
  // The browser has kept the page, for its Back button.
  page.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) keeper.comeBack();
  });
  // A phone may end a hidden page without a "pagehide".
  page.document.addEventListener("visibilitychange", writeAll);
  page.addEventListener("storage", ({ key }) => {
    if (key === PARTS.preferences.key) mergePreferences();
    if (keeper.keeps !== true || !work.owns(key)) return;
    keeper.otherWrote();
    // A tab that has just lost the lock may not have known yet.
    work.rewrite(key);
  });
  keeper.start(hasOwnWork(own));
}

/**
 * @template {object} T
 * @param {T} before
 * @param {T} after
 * @returns {Partial<T>} what is another in it
 */
function changesOf(before, after) {
  const keys = /** @type {(keyof T)[]} */ (Object.keys(after));
  return /** @type {Partial<T>} */ (Object.fromEntries(keys.filter((key) => after[key] !== before[key]).map((key) => [key, after[key]])));
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
  /** @type {{ keeps: boolean, texts: string } | null} how it was when the page was left, until it is shown again */
  #left = null;
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
    this.#writers = OF_WORK.map((part) => new Writer(store, clock, part));
  }

  /** @param {unknown} key */
  owns(key) {
    return OF_WORK.some((part) => part.key === key);
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
    const writer = this.#writers[OF_WORK.findIndex((part) => part.key === key)];
    writer?.invalidate();
    writer?.changed();
  }

  /** The page is left. Until it is known whose the place is by then, nothing is written. */
  left() {
    if (this.#keeps === null) return;
    this.#left = { keeps: this.#keeps, texts: this.#texts(this.#keeps) };
    this.#keeps = null;
  }

  /** @param {boolean} keeps whether the shared place is this tab's from now on */
  moved(keeps) {
    const left = this.#left;
    this.#left = null;
    if (left?.keeps !== keeps) this.#moved(keeps, left === null && this.#keeps === null);
    else this.#cameBack(keeps, left.texts !== this.#texts(keeps));
  }

  /**
   * @param {boolean} keeps as before the page was left
   * @param {boolean} isOther whether another page has written there since; its work stays as a whole
   */
  #cameBack(keeps, isOther) {
    this.#keeps = keeps;
    if (isOther) {
      this.#holdsOther = true;
      this.#differs = false;
      this.#before = traces(this.#store.state);
      if (keeps) this.#sayOtherWasClosed();
    }
    this.writeAll();
  }

  /**
   * @param {boolean} keeps
   * @returns {string} everything of this kind that is kept there
   */
  #texts(keeps) {
    const place = keeps ? this.#shared : this.#own;
    try {
      return JSON.stringify(OF_WORK.map(({ key }) => place?.getItem(key)));
    } catch {
      return "";
    }
  }

  /**
   * @param {boolean} keeps
   * @param {boolean} isFirst whether it has only now become known
   */
  #moved(keeps, isFirst) {
    const { claimed } = this.#store.state.workspace.storage;
    this.#keeps = keeps;
    for (const writer of this.#writers) writer.place = keeps ? this.#shared : this.#own;
    this.#store.stored(keeps ? "here" : "elsewhere");
    // The first tab finds its own work in its place. A further one finds nothing or something else.
    this.#holdsOther = !isFirst || !keeps;
    if (!isFirst && (!keeps || claimed)) this.#differs = true;
    this.writeAll();
    if (!keeps) return;
    this.#forgetOwn();
    if (claimed) this.#store.notify("info", message("storage.here"));
    else if (!isFirst) this.#sayOtherWasClosed();
  }

  #sayOtherWasClosed() {
    this.#store.notify("info", message(this.#holdsOther ? "storage.otherKept" : "storage.otherClosed"));
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
      for (const { key } of OF_WORK) this.#own?.removeItem(key);
    } catch {
      // A place that cannot be reached is not read either.
    }
  }
}
