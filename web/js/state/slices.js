// The state as slices, and who hears when one changes.

/** @import { Run, RunPart, State, Topic } from "../../types/state" */

import { currentRun } from "./runs.js";

/** @typedef {(changed: ReadonlySet<Topic>) => void} Listener */

export class Slices {
  /** @type {State} */
  #state;
  /** @type {Map<Listener, ReadonlySet<Topic>>} */
  #listeners = new Map();
  /** @type {Set<Topic>} changed since the listeners were last called */
  #changed = new Set();

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
  }

  get state() {
    return this.#state;
  }

  /**
   * Puts a new slice in place of the old one.
   * @template {Topic} T
   * @param {T} topic
   * @param {State[T]} slice
   */
  replace(topic, slice) {
    if (this.#state[topic] === slice) return;
    this.#state = { ...this.#state, [topic]: slice };
    if (this.#changed.size === 0) queueMicrotask(() => this.#notify());
    this.#changed.add(topic);
  }

  /**
   * Changes some values of a slice; if they all are what they were, nothing happens.
   * @template {Topic} T
   * @param {T} topic
   * @param {Partial<State[T]>} changes
   */
  patch(topic, changes) {
    const slice = this.#state[topic];
    const keys = /** @type {(keyof State[T])[]} */ (Object.keys(changes));
    if (keys.every((key) => Object.is(slice[key], changes[key]))) return;
    this.replace(topic, { ...slice, ...changes });
  }

  /** The run that is shown and controlled. */
  get run() {
    return currentRun(this.#state);
  }

  /**
   * Changes the current run; if all is what it was, nothing happens.
   * @param {Partial<Run>} changes
   */
  patchRun(changes) {
    const { list, current } = this.#state.runs;
    const { run } = this;
    const keys = /** @type {(keyof Run)[]} */ (Object.keys(changes));
    if (keys.every((key) => Object.is(run[key], changes[key]))) return;
    const changed = list.map((other) => (other.id === current ? { ...other, ...changes } : other));
    this.replace("runs", { list: changed, current });
  }

  /**
   * Changes some values of a part of the current run; if they all are what they were, nothing happens.
   * @template {RunPart} P
   * @param {P} part
   * @param {Partial<Run[P]>} changes
   */
  patchRunPart(part, changes) {
    const before = this.run[part];
    const keys = /** @type {(keyof Run[P])[]} */ (Object.keys(changes));
    if (keys.every((key) => Object.is(before[key], changes[key]))) return;
    this.patchRun({ [part]: { ...before, ...changes } });
  }

  /**
   * @param {readonly Topic[]} topics
   * @param {Listener} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(topics, listener) {
    // Each subscription is its own entry, even of one function twice.
    /** @type {Listener} */
    const entry = (changed) => listener(changed);
    this.#listeners.set(entry, new Set(topics));
    return () => this.#listeners.delete(entry);
  }

  #notify() {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const [listener, topics] of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      const relevant = new Set([...changed].filter((topic) => topics.has(topic)));
      if (relevant.size === 0) continue;
      try {
        listener(relevant);
      } catch (error) {
        // One listener's defect must not keep the others from hearing; it is still reported.
        reportLater(error);
      }
    }
  }
}

/** @param {unknown} error */
function reportLater(error) {
  queueMicrotask(() => {
    throw error;
  });
}
