// Where frames wait to be decoded, one at a time. Of those that come meanwhile only the newest of each
// kind is decoded, so that what is shown never falls behind.

/** @import { Frame, Parsed } from "../../../types/state" */

import { DamagedFrame } from "./damage.js";
import { decodeFrame } from "./decode.js";
import { readContainer } from "./container.js";

/** @typedef {Parsed<Frame, string>} Decoded or a sentence about what is wrong with it */

export class FrameQueue {
  #decode;
  #use;
  /** @type {{ kinds: readonly number[], buffer: ArrayBuffer }[]} oldest first */
  #waiting = [];
  #isBusy = false;
  /** Grows when what is being decoded becomes void. */
  #round = 0;

  /**
   * @param {(buffer: ArrayBuffer) => Promise<Decoded>} decode takes the buffer over
   * @param {(decoded: Decoded) => void} use
   */
  constructor(decode, use) {
    this.#decode = decode;
    this.#use = use;
  }

  /** @param {ArrayBuffer} buffer a frame; it takes the place of those that wait and have nothing else in them */
  put(buffer) {
    const kinds = kindsOf(buffer);
    this.#waiting = this.#waiting.filter((other) => !other.kinds.every((kind) => kinds.includes(kind)));
    this.#waiting.push({ kinds, buffer });
    void this.#work();
  }

  /** Forgets what waits and what is being decoded. */
  clear() {
    this.#waiting = [];
    this.#round += 1;
  }

  async #work() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const round = this.#round;
        const decoded = await this.#decode(next.buffer);
        if (round === this.#round) this.#use(decoded);
      }
    } finally {
      this.#isBusy = false;
    }
  }
}

/** @param {ArrayBuffer} buffer */
function kindsOf(buffer) {
  try {
    return [...readContainer(buffer).sections.keys()];
  } catch {
    // What cannot be read is told by the decoder.
    return [];
  }
}

/**
 * @param {() => Worker} createWorker that runs worker.js
 * @returns {(buffer: ArrayBuffer) => Promise<Decoded>} decodes one frame at a time in the worker, or
 *   here if there is none to be had
 */
export function decodeIn(createWorker) {
  /** @type {Worker | null} */
  let worker = null;
  /** @type {((decoded: Decoded | null) => void) | null} what waits for the worker; null means that it failed */
  let answered = null;
  try {
    worker = createWorker();
    worker.onmessage = ({ data }) => answered?.(data);
    worker.onerror = () => {
      worker = null;
      answered?.(null);
    };
  } catch {
    // A browser without workers of modules.
  }
  return async (buffer) => {
    if (worker === null) return decodeHere(buffer);
    const running = worker;
    /** @type {Decoded | null} */
    const decoded = await new Promise((resolve) => {
      answered = resolve;
      // Not transferred: it is still needed if the worker turns out not to work.
      running.postMessage(buffer);
    });
    return decoded ?? decodeHere(buffer);
  };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Promise<Decoded>}
 */
export async function decodeHere(buffer) {
  try {
    return { ok: true, value: await decodeFrame(buffer) };
  } catch (error) {
    if (!(error instanceof DamagedFrame)) throw error;
    return { ok: false, message: error.message };
  }
}
