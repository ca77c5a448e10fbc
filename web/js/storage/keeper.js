// Which of several tabs keeps its work for the next visit: the one that holds a lock.
//
// The first tab gets the lock. The others wait until it is closed; then they wait a little longer,
// because a tab that is reloaded gives the lock back for a moment. A tab can also take it away.
// A page that is left gives it back, since the browser may keep the page (for its Back button), and
// wants it again when it is shown again. Where no lock is to be had, a tab keeps its work until it hears that
// another one has written.

/** @typedef {{ setTimeout(task: () => void, delay: number): unknown }} Clock */
/** @typedef {{ request(name: string, options: LockOptions, task: (lock: any) => unknown): Promise<unknown> }} Locks */

const NAME = "nnvisu";

/** Milliseconds for a page that was just left to give its lock back. */
const PATIENCE = 1_000;
/** Milliseconds for a tab that is reloaded to take its lock again. */
const RELOAD_TIME = 3_000;

export class Keeper {
  #locks;
  #clock;
  #changed;
  /** @type {boolean | null} null until it is known */
  #keeps = null;
  /** Whether other tabs go first. */
  #waits = false;
  /** Ends when the page is left. */
  #visit = new AbortController();
  /** Gives the lock back. */
  #release = () => {};

  /**
   * @param {readonly Locks[]} locks the first is used; if it cannot be had, the next
   * @param {Clock} clock
   * @param {(keeps: boolean) => void} changed also when it turns out to be as before the page was left
   */
  constructor(locks, clock, changed) {
    this.#locks = [...locks];
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Whether this tab is the one; null while that is being found out. */
  get keeps() {
    return this.#keeps;
  }

  /**
   * Begins to find out.
   * @param {boolean} waits whether other tabs go first
   */
  start(waits) {
    this.#waits = waits;
    this.#begin();
  }

  /** The page is left, perhaps for good. */
  leave() {
    this.#visit.abort();
    this.#release();
    if (this.#keeps !== null) this.#waits = !this.#keeps;
    this.#keeps = null;
  }

  /** The page that was left is shown again. */
  comeBack() {
    if (!this.#visit.signal.aborted) return;
    this.#visit = new AbortController();
    this.#begin();
  }

  /** Takes over from the other tab, which hears of it. */
  claim() {
    if (this.#keeps === true) return;
    const [locks] = this.#locks;
    if (locks === undefined) this.#set(true);
    else this.#unlessRefused(locks, (signal) => this.#hold(locks, { steal: true }, signal), () => this.claim());
  }

  /** Another tab has written: without locks this is how one hears of it. */
  otherWrote() {
    if (this.#locks.length === 0) this.#set(false);
  }

  /** @param {boolean} keeps */
  #set(keeps) {
    if (keeps === this.#keeps) return;
    this.#keeps = keeps;
    this.#changed(keeps);
  }

  #begin() {
    const [locks] = this.#locks;
    if (locks === undefined) this.#set(!this.#waits);
    else this.#unlessRefused(locks, (signal) => this.#take(locks, signal), () => this.#begin());
  }

  /**
   * Locks that exist but cannot be had are like none.
   * @param {Locks} locks
   * @param {(signal: AbortSignal) => Promise<void>} task
   * @param {() => void} otherwise to be done with the next ones
   */
  #unlessRefused(locks, task, otherwise) {
    const { signal } = this.#visit;
    task(signal).catch(() => {
      if (signal.aborted || locks !== this.#locks[0]) return;
      this.#locks.shift();
      otherwise();
    });
  }

  /**
   * @param {Locks} locks
   * @param {AbortSignal} signal
   */
  async #take(locks, signal) {
    // Only an answer tells that another tab has it, however long that takes.
    if (!this.#waits) {
      await this.#hold(locks, { ifAvailable: true }, signal);
      await this.#wait(PATIENCE, signal);
      await this.#hold(locks, { ifAvailable: true }, signal);
    }
    this.#set(false);
    for (;;) {
      await locks.request(NAME, { signal }, () => undefined);
      await this.#wait(RELOAD_TIME, signal);
      await this.#hold(locks, { ifAvailable: true }, signal);
    }
  }

  /**
   * @param {number} delay in milliseconds
   * @param {AbortSignal} signal
   */
  async #wait(delay, signal) {
    await new Promise((resolve) => this.#clock.setTimeout(() => resolve(undefined), delay));
    signal.throwIfAborted();
  }

  /**
   * @param {Locks} locks
   * @param {LockOptions} options
   * @param {AbortSignal} signal
   * @returns {Promise<void>} when the lock was taken away again, or was not to be had
   */
  async #hold(locks, options, signal) {
    let held = false;
    try {
      await locks.request(NAME, options, (lock) => {
        if (lock === null || signal.aborted) return undefined;
        held = true;
        const released = new Promise((resolve) => (this.#release = () => resolve(undefined)));
        this.#set(true);
        return released;
      });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
    signal.throwIfAborted();
    if (held) this.#set(false);
  }
}
