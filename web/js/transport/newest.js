// Where frames wait for their turn. Reading one takes a moment; when they come faster than
// that, only the newest is read, so that what is shown never falls behind.

/** @template T */
export class Newest {
  #use;
  #later;
  /** @type {T | null} */
  #waiting = null;

  /**
   * @param {(item: T) => void} use
   * @param {(task: () => void) => void} later runs a task after everything that has arrived
   */
  constructor(use, later) {
    this.#use = use;
    this.#later = later;
  }

  /** @param {T} item takes the place of one that still waits */
  put(item) {
    const isExpected = this.#waiting !== null;
    this.#waiting = item;
    if (!isExpected) this.#later(() => this.#take());
  }

  /** Forgets what waits. */
  clear() {
    this.#waiting = null;
  }

  #take() {
    const item = this.#waiting;
    this.#waiting = null;
    if (item !== null) this.#use(item);
  }
}

/**
 * Runs tasks in order after everything that has arrived, in hidden tabs too: there a timer would
 * wait.
 * @returns {(task: () => void) => void}
 */
export function taskQueue() {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const tasks = [];
  port1.onmessage = () => tasks.shift()?.();
  return (task) => {
    tasks.push(task);
    port2.postMessage(null);
  };
}
