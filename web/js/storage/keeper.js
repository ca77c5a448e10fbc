// Which of several tabs keeps its work for the next visit: the one that holds a lock of the browser.
//
// The first tab gets the lock. The others wait until it is closed; then they wait a little longer,
// because a tab that is reloaded gives the lock back for a moment. A tab can also take it away.
// Where there are no locks (they need a secure context: localhost or https) every tab keeps its
// work until it hears that another one has written.

/** @typedef {{ setTimeout(task: () => void, delay: number): unknown }} Clock */

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

  /**
   * @param {Pick<LockManager, "request"> | undefined} locks
   * @param {Clock} clock
   * @param {(keeps: boolean) => void} changed
   */
  constructor(locks, clock, changed) {
    this.#locks = locks;
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
    if (this.#locks === undefined) {
      this.#set(!waits);
      return;
    }
    // Locks that exist but cannot be had are like none.
    this.#take(this.#locks, waits).catch(() => this.#withoutLocks());
  }

  /** Takes over from the other tab, which hears of it. */
  claim() {
    if (this.#keeps === true) return;
    if (this.#locks === undefined) this.#set(true);
    else this.#hold(this.#locks, { steal: true }).catch(() => this.#withoutLocks());
  }

  /** Another tab has written: without locks this is how one hears of it. */
  otherWrote() {
    if (this.#locks === undefined) this.#set(false);
  }

  /** @param {boolean} keeps */
  #set(keeps) {
    if (keeps === this.#keeps) return;
    this.#keeps = keeps;
    this.#changed(keeps);
  }

  #withoutLocks() {
    this.#locks = undefined;
    this.#set(true);
  }

  /**
   * @param {Pick<LockManager, "request">} locks
   * @param {boolean} waits
   */
  async #take(locks, waits) {
    // Only the browser's own answer tells that another tab has it, however long that takes.
    if (!waits) {
      await this.#hold(locks, { ifAvailable: true });
      await this.#wait(PATIENCE);
      await this.#hold(locks, { ifAvailable: true });
    }
    this.#set(false);
    for (;;) {
      await locks.request(NAME, () => undefined);
      await this.#wait(RELOAD_TIME);
      await this.#hold(locks, { ifAvailable: true });
    }
  }

  /** @param {number} delay in milliseconds */
  #wait(delay) {
    return new Promise((resolve) => this.#clock.setTimeout(() => resolve(undefined), delay));
  }

  /**
   * @param {Pick<LockManager, "request">} locks
   * @param {LockOptions} options
   * @returns {Promise<void>} when the lock was taken away again, or was not to be had
   */
  async #hold(locks, options) {
    let held = false;
    try {
      await locks.request(NAME, options, (lock) => {
        if (lock === null) return undefined;
        held = true;
        this.#set(true);
        return new Promise(() => undefined);
      });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
    if (held) this.#set(false);
  }
}
