// What stands in for the browser's locks where there are none (they need a secure context: localhost
// or https): an entry in the storage that all tabs share names the tab that holds the lock.
//
// A browser slows down the timers of hidden tabs, but not their events. So the holder does not show
// again and again that it is there; whoever wants to know asks, and takes silence for a tab that is gone.

/** @import { KeyValueStore } from "./stored.js" */

/** @typedef {{ setTimeout(task: () => void, delay: number): unknown }} Clock */
/** @typedef {{ addEventListener(type: string, listener: (event: any) => void): void }} EventSource */

/** Whose the lock is: the tab and how many times it has written this, so that others hear of each. */
const HOLDER = "nnvisu_tab";
/** Changes when a tab asks whether the holder is still there. */
const QUESTION = "nnvisu_tab_asked";

/** Milliseconds without an answer after which the holder counts as gone; a busy tab answers late. */
const SILENCE = 4_000;
/** Milliseconds between two questions of a tab that waits. */
const ASK_INTERVAL = 5_000;

/** One lock, to be had like one of the browser's. */
export class Claim {
  #storage;
  #clock;
  #tab = String(Math.random());
  #writes = 0;
  /** @type {(() => void) | null} what to do when another tab takes the lock; null unless it is held here */
  #taken = null;
  /** @type {Set<() => void>} to be called when the holder has answered, changed or gone */
  #listeners = new Set();

  /**
   * @param {KeyValueStore} storage that all tabs share
   * @param {EventSource} page where to hear what other tabs write to it
   * @param {Clock} clock
   */
  constructor(storage, page, clock) {
    this.#storage = storage;
    this.#clock = clock;
    page.addEventListener("storage", ({ key }) => this.#heard(key));
  }

  /**
   * As `LockManager.request`, for the one lock that there is.
   * @param {string} name
   * @param {LockOptions} options
   * @param {(lock: any) => unknown} task
   */
  async request(name, { steal = false, ifAvailable = false, signal }, task) {
    if (!steal && !(await this.#becomesFree(ifAvailable, signal))) return task(null);
    this.#write();
    return new Promise((resolve, reject) => {
      this.#taken = () => reject(new DOMException("another tab has taken the lock", "AbortError"));
      Promise.resolve(task({ name })).then((value) => {
        this.#release();
        resolve(value);
      }, reject);
    });
  }

  /**
   * @param {boolean} once whether to give up when the holder answers
   * @param {AbortSignal} [signal]
   */
  async #becomesFree(once, signal) {
    for (;;) {
      if (this.#holder() === null || (this.#taken === null && !(await this.#answers()))) return true;
      signal?.throwIfAborted();
      if (once) return false;
      // Not woken by the answers to others, who would be woken by those to this one.
      await this.#news(ASK_INTERVAL, () => this.#holder() === null);
      signal?.throwIfAborted();
    }
  }

  /** Asks the holder. */
  async #answers() {
    const news = this.#news(SILENCE);
    this.#storage.setItem(QUESTION, this.#tab);
    this.#storage.removeItem(QUESTION);
    return (await news) && this.#holder() !== null;
  }

  /**
   * @param {number} patience in milliseconds
   * @param {() => boolean} [counts] whether what has come is waited for
   * @returns {Promise<boolean>} whether the holder has answered, changed or gone by then
   */
  #news(patience, counts = () => true) {
    return new Promise((resolve) => {
      /** @param {boolean} come */
      const end = (come) => {
        this.#listeners.delete(listener);
        resolve(come);
      };
      const listener = () => {
        if (counts()) end(true);
      };
      this.#listeners.add(listener);
      this.#clock.setTimeout(() => end(false), patience);
    });
  }

  #holder() {
    return this.#storage.getItem(HOLDER);
  }

  #isHere() {
    return this.#holder()?.startsWith(`${this.#tab} `) ?? false;
  }

  #write() {
    this.#writes += 1;
    this.#storage.setItem(HOLDER, `${this.#tab} ${this.#writes}`);
  }

  #release() {
    this.#taken = null;
    if (this.#isHere()) this.#storage.removeItem(HOLDER);
  }

  /** @param {string | null} key null when everything was removed */
  #heard(key) {
    if (key === HOLDER || key === null) {
      if (this.#taken !== null && !this.#isHere()) this.#lose();
      for (const listener of [...this.#listeners]) listener();
    } else if (key === QUESTION && this.#taken !== null && this.#isHere()) this.#answer();
  }

  #lose() {
    // Somebody cleared the storage: nobody else has it.
    if (this.#holder() === null) return this.#answer();
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }

  #answer() {
    try {
      this.#write();
    } catch {
      // A full storage: whoever asked takes over, and this tab hears of that.
    }
  }
}
