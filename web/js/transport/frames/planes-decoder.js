// Reads compressed posteriors: the counterpart of crates/nnvisu-protocol/src/frame/compressed.
// PROTOCOL.md there describes the method.

import { DamagedBytes, RangeDecoder } from "./range-decoder.js";

/** Largest step between neighbours of a place that counts as gentle. */
const GENTLE = 2;

// Contexts of decisions: one after the other, how many there are of each.
const RUNS = 0;
const N_RUNS = 14;
const HITS = RUNS + N_RUNS;
const N_TEXTURES = 125;
const N_KINDS = (N_TEXTURES + 7 * 9) * 4;
const SIGNS = HITS + N_KINDS;
const SIGN_AFTER_RUN = SIGNS + N_KINDS;
const SIZES = SIGN_AFTER_RUN + 1;
const MAX_ERROR_LENGTH = 8;
/** Contexts of one size: whether it is longer than 1 to 7 bits, and the second bit of each length. */
const N_SIZE = 2 * MAX_ERROR_LENGTH + 1;
const MAX_ROUGHNESS = 6;
const N_ROUGHNESSES = 9 * (MAX_ROUGHNESS + 1);
const SIZE_AFTER_RUN = SIZES + N_ROUGHNESSES * N_SIZE;
const N_CONTEXTS = SIZE_AFTER_RUN + N_SIZE;

/**
 * @param {Uint8Array} payload the compressed posteriors of a frame
 * @param {{ width: number, height: number, classes: number }} size within their limits
 * @param {boolean} addUp whether the values of a place add up to the same everywhere, so that the
 *   last plane is what the others leave
 * @returns {Uint8Array} one plane per class, row by row, 255 for posterior 1
 * @throws {DamagedBytes}
 */
export function decodePlanes(payload, { width, height, classes }, addUp) {
  const whole = payload[0] ?? 0;
  if (whole === 0) throw new DamagedBytes();
  const nPixels = width * height;
  const planes = new Uint8Array(nPixels * classes);
  // What the planes before have left of the whole is in the end the last plane, if they add up.
  const rest = addUp ? planes.subarray(nPixels * (classes - 1)) : new Uint8Array(nPixels);
  rest.fill(whole);
  const decoder = new RangeDecoder(payload.subarray(1), N_CONTEXTS);
  const plane = new PlaneReader(decoder, width, rest);
  for (let k = 0; k < (addUp ? classes - 1 : classes); k += 1) {
    plane.read(planes.subarray(k * nPixels, (k + 1) * nPixels));
    if (!addUp) rest.fill(whole);
  }
  decoder.finish();
  scaleToBytes(planes, whole);
  return planes;
}

/**
 * @param {Uint8Array} planes of values from 0 to `whole`; then from 0 to 255
 * @param {number} whole
 */
export function scaleToBytes(planes, whole) {
  if (whole === 255) return;
  const bytes = Uint8Array.from({ length: whole + 1 }, (_, value) => Math.floor((value * 255) / whole + 0.5));
  for (let i = 0; i < planes.length; i += 1) planes[i] = bytes[planes[i]];
}

class PlaneReader {
  #decoder;
  #width;
  #rest;
  // The row above a place, and left of the place the same row already.
  /** One more than the width: right of the last column is the last column. */
  #values;
  #errors;
  /** Whether the value is all that was left. */
  #full;

  /**
   * @param {RangeDecoder} decoder
   * @param {number} width
   * @param {Uint8Array} rest
   */
  constructor(decoder, width, rest) {
    this.#decoder = decoder;
    this.#width = width;
    this.#rest = rest;
    this.#values = new Uint8Array(width + 1);
    this.#errors = new Int16Array(width);
    this.#full = new Uint8Array(width);
  }

  /** @param {Uint8Array} plane */
  read(plane) {
    const rest = this.#rest;
    // The first posterior stands for all that is above the plane and to its left.
    const first = this.#decoder.number(rest[0] + 1);
    plane[0] = first;
    rest[0] -= first;
    this.#values.fill(first);
    this.#errors.fill(0);
    this.#full.fill(rest[0] === 0 ? 1 : 0);
    this.#row(plane, 0, 1);
    for (let start = this.#width; start < plane.length; start += this.#width) this.#row(plane, start, 0);
  }

  /**
   * @param {Uint8Array} plane
   * @param {number} start where the row begins
   * @param {number} column the first one to be read
   */
  #row(plane, start, column) {
    const width = this.#width;
    const rest = this.#rest;
    const values = this.#values;
    const errors = this.#errors;
    const full = this.#full;
    let left = values[0];
    let leftError = errors[0];
    let leftFull = full[0];
    let corner = left;
    while (column < width) {
      const above = values[column];
      const right = values[column + 1];
      let limit = rest[start + column];
      let value = 0;
      let error = 0;
      if (limit > 0) {
        const n = left === above && left === corner && left === right ? this.#runLength(left, start, column) : 0;
        if (n > 0) {
          const same = this.#run(n);
          for (const end = column + same; column < end; column += 1) {
            plane[start + column] = left;
            rest[start + column] -= left;
            errors[column] = 0;
            full[column] = rest[start + column] === 0 ? 1 : 0;
          }
          if (same > 0) {
            leftError = 0;
            leftFull = full[column - 1];
          }
          if (same === n) continue;
          limit = rest[start + column];
          value = this.#miss(left, limit, SIGN_AFTER_RUN, SIZE_AFTER_RUN);
          error = value - left;
        } else {
          const gradient = Math.max(0, Math.min(left + above - corner, limit));
          const atLimit = leftFull + 2 * full[column];
          const prediction = atLimit === 3 ? limit : gradient;
          const a = left - corner;
          const b = above - corner;
          const c = right - above;
          const steepest = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
          const aboveError = errors[column];
          const kind =
            steepest <= GENTLE
              ? (c + GENTLE) * 25 + (b + GENTLE) * 5 + (a + GENTLE)
              : N_TEXTURES + (bitLength(steepest) - 2) * 9 + (Math.sign(leftError) + 1) * 3 + Math.sign(aboveError) + 1;
          const context = kind * 4 + atLimit;
          if (this.#decoder.decision(HITS + context)) {
            value = prediction;
          } else {
            const size = bitLength(Math.abs(leftError) + Math.abs(aboveError));
            const roughness = bitLength(steepest) * (MAX_ROUGHNESS + 1) + Math.min(size, MAX_ROUGHNESS);
            value = this.#miss(prediction, limit, SIGNS + context, SIZES + roughness * N_SIZE);
          }
          error = value - gradient;
        }
      }
      plane[start + column] = value;
      rest[start + column] = limit - value;
      corner = values[column];
      values[column] = left = value;
      errors[column] = leftError = error;
      full[column] = leftFull = value === limit ? 1 : 0;
      column += 1;
    }
    values[width] = values[width - 1];
  }

  /**
   * How far the neighbours would stay level if all that follows were `value`, and it can be.
   * @param {number} value
   * @param {number} start
   * @param {number} column
   */
  #runLength(value, start, column) {
    let end = column;
    while (
      end < this.#width &&
      this.#values[end] === value &&
      this.#values[end + 1] === value &&
      this.#rest[start + end] >= value
    ) {
      end += 1;
    }
    return end - column;
  }

  /** @param {number} n how many of these are the same, before one is not */
  #run(n) {
    return this.#decoder.decision(RUNS + bitLength(n)) ? n : this.#decoder.number(n);
  }

  /**
   * A value that is not the one predicted.
   * @param {number} prediction
   * @param {number} limit
   * @param {number} sign context
   * @param {number} size first context
   */
  #miss(prediction, limit, sign, size) {
    const isAbove = prediction === 0 || (prediction !== limit && this.#decoder.decision(sign));
    const error = this.#size(size);
    const value = isAbove ? prediction + error : prediction - error;
    if (value < 0 || value > limit) throw new DamagedBytes();
    return value;
  }

  /** @param {number} context first one */
  #size(context) {
    let length = 1;
    while (length < MAX_ERROR_LENGTH && this.#decoder.decision(context + length)) length += 1;
    if (length === 1) return 1;
    const second = this.#decoder.decision(context + MAX_ERROR_LENGTH + length) ? 3 : 2;
    const nRest = length - 2;
    return (second << nRest) | this.#decoder.number(1 << nRest);
  }
}

/** @param {number} value */
function bitLength(value) {
  return 32 - Math.clz32(value);
}
