// Reads symbols that an adaptive binary range coder has written: the counterpart of
// crates/nnvisu-protocol/src/frame/compressed/range_coder.rs.

/** The interval is made wider as soon as it is narrower than this. */
const NARROWEST = 2 ** 24;

/** The share of what is still to learn that each decision teaches, as a shift; the last one stays. */
const RATES = Uint8Array.of(1, 2, 2, 3, 3, 3, 3, 4);
const LAST_RATE = RATES.length - 1;

/** Bytes that are not what an encoder writes. */
export class DamagedBytes extends Error {
  /** @override */
  name = "DamagedBytes";
}

export class RangeDecoder {
  #bytes;
  #next = 0;
  /** The interval's width, and where the message lies in it. In an array they stay 32 bits wide. */
  #state = new Uint32Array(2);
  /** How likely a yes is, in 65,536ths. */
  #likelihoods;
  /** Index into RATES. */
  #nSeen;

  /**
   * @param {Uint8Array} bytes
   * @param {number} nContexts decisions of each are learnt apart
   */
  constructor(bytes, nContexts) {
    this.#bytes = bytes;
    this.#likelihoods = new Uint16Array(nContexts).fill(2 ** 15);
    this.#nSeen = new Uint8Array(nContexts);
    this.#state[0] = 2 ** 32 - 1;
    for (let i = 0; i < 4; i += 1) this.#state[1] = (this.#state[1] << 8) | this.#byte();
  }

  /**
   * A decision whose probability is learnt.
   * @param {number} context
   * @returns {boolean}
   */
  decision(context) {
    const state = this.#state;
    const likelihood = this.#likelihoods[context];
    const seen = this.#nSeen[context];
    const width = Math.imul(state[0] >>> 16, likelihood) >>> 0;
    const yes = state[1] < width;
    if (yes) {
      state[0] = width;
      this.#likelihoods[context] = likelihood + ((0xffff - likelihood) >> RATES[seen]);
    } else {
      state[0] -= width;
      state[1] -= width;
      this.#likelihoods[context] = likelihood - (likelihood >> RATES[seen]);
    }
    if (seen < LAST_RATE) this.#nSeen[context] = seen + 1;
    if (state[0] < NARROWEST) this.#widen();
    return yes;
  }

  /**
   * One of `n` equally likely numbers from 0 on.
   * @param {number} n
   * @returns {number}
   * @throws {DamagedBytes} if it is none of them
   */
  number(n) {
    const state = this.#state;
    const width = Math.floor(state[0] / n);
    const number = Math.floor(state[1] / width);
    if (number >= n) throw new DamagedBytes();
    state[0] = width;
    state[1] -= width * number;
    if (width < NARROWEST) this.#widen();
    return number;
  }

  /**
   * @throws {DamagedBytes} unless the message ends here, where an encoder ends it. Almost no
   *   damage leaves that so, unless the message is only a few bytes long: from it on all numbers
   *   are others.
   */
  finish() {
    if (this.#state[1] !== 0 || this.#next !== this.#bytes.length) throw new DamagedBytes();
  }

  #widen() {
    const state = this.#state;
    while (state[0] < NARROWEST) {
      state[0] <<= 8;
      state[1] = (state[1] << 8) | this.#byte();
    }
  }

  /** After the end, zeros; then `finish` throws. */
  #byte() {
    const at = this.#next;
    this.#next += 1;
    return at < this.#bytes.length ? this.#bytes[at] : 0;
  }
}
