// Requests that the server has not answered yet.

/** @import { ErrorMessage, ServerState } from "./messages.js" */

/** @typedef {"restore" | "settings" | "view" | "network" | "reset" | "speed" | "data" | "generate" | "step" | "run"} Kind */

/**
 * @typedef {object} Waiting
 * @property {Kind} kind
 * @property {unknown} [about] what the request was for, for the code that sent it
 * @property {(state: ServerState) => void} [done] it worked
 * @property {(error: ErrorMessage) => void} [failed] it did not, and nothing changed; the
 *   person is told unless this is given
 */

/** Requests after which the weights are others.
 * @type {ReadonlySet<Kind>} */
const NEW_GENERATION = new Set(["restore", "network", "reset", "generate"]);

export class Replies {
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #nextId = 1;

  get isEmpty() {
    return this.#waiting.size === 0;
  }

  /** Whether the weights are about to be thrown away, so that frames of them are void. */
  get expectNewGeneration() {
    return [...this.#waiting.values()].some(({ kind }) => NEW_GENERATION.has(kind));
  }

  /**
   * @param {Waiting} waiting
   * @returns {number} the id the request must carry
   */
  add(waiting) {
    const id = this.#nextId;
    this.#nextId = id === 0xffffffff ? 1 : id + 1;
    this.#waiting.set(id, waiting);
    return id;
  }

  /** @param {Kind} kind */
  has(kind) {
    return [...this.#waiting.values()].some((waiting) => waiting.kind === kind);
  }

  /** @param {number | null} id */
  get(id) {
    return id === null ? undefined : this.#waiting.get(id);
  }

  /**
   * @param {number | null} id
   * @returns {Waiting | undefined} what waited for this answer, no longer waiting
   */
  take(id) {
    const waiting = this.get(id);
    if (id !== null) this.#waiting.delete(id);
    return waiting;
  }

  /** The connection is gone: none of them will be answered. */
  clear() {
    this.#waiting.clear();
  }
}
