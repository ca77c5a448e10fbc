// The history of a run: at most 256 frames, evenly thinned as the run grows.
//
// Frames are recorded by step. When the history is full, every second one is dropped and
// the interval between recordings doubles. The last entry is always the newest frame at its
// full size; it becomes part of the record, or is replaced by the next frame.
//
// Memory: a recorded frame is resampled to at most 128×128, so with eight classes a full
// history takes 256 × 128 × 128 × 8 = 33.5 MB (8.4 MB with two). Resampling takes about a
// millisecond, and only for frames that are kept.

/** @import { Frame } from "../../types/state" */

export const MAX_SNAPSHOTS = 256;

/** Largest edge of a recorded frame. */
export const SNAPSHOT_EDGE = 128;

export class History {
  /** @type {Frame[]} recorded frames, oldest first */
  #recorded = [];
  /** @type {Frame | null} the newest frame */
  #newest = null;
  /** Steps between recordings. */
  #interval = 1;

  /** Everything there is to show, oldest first; the last one is the newest frame.
   * @returns {readonly Frame[]} */
  get snapshots() {
    return this.#newest === null ? [] : [...this.#recorded, this.#newest];
  }

  /** @param {Frame} frame of a step not before the newest one's */
  push(frame) {
    const previous = this.#newest;
    this.#newest = frame;
    if (previous === null || previous.step >= frame.step) return;
    const last = this.#recorded.at(-1);
    if (last !== undefined && previous.step < last.step + this.#interval) return;
    this.#recorded.push(shrink(previous));
    if (this.#recorded.length >= MAX_SNAPSHOTS) this.#thin();
  }

  /** Forgets everything: a new run begins. */
  clear() {
    this.#recorded = [];
    this.#newest = null;
    this.#interval = 1;
  }

  /**
   * Forgets what came after a step: the run goes on from there.
   * @param {number} step
   */
  rewindTo(step) {
    if (this.#newest === null || this.#newest.step <= step) return;
    const kept = this.#recorded.filter((frame) => frame.step <= step);
    this.#newest = kept.pop() ?? null;
    this.#recorded = kept;
  }

  /**
   * Drops every second frame, keeping the first. The new interval is twice the usual
   * distance of the recorded ones, not only twice the old interval: frames of a fast run
   * come hundreds of steps apart, and an interval below that would thin only the past.
   */
  #thin() {
    const gaps = this.#recorded
      .slice(1)
      .map((frame, i) => frame.step - (this.#recorded[i]?.step ?? 0))
      .sort((a, b) => a - b);
    const median = gaps[gaps.length >> 1] ?? 1;
    this.#interval = 2 * Math.max(this.#interval, median);
    this.#recorded = this.#recorded.filter((_, i) => i % 2 === 0);
  }
}

/**
 * A copy of a frame that fits the history, or the frame itself if it does.
 * @param {Frame} frame
 * @returns {Frame}
 */
export function shrink(frame) {
  const width = Math.min(frame.width, SNAPSHOT_EDGE);
  const height = Math.min(frame.height, SNAPSHOT_EDGE);
  if (width === frame.width && height === frame.height) return frame;
  const columns = resampling(frame.width, width);
  const rows = resampling(frame.height, height);
  const planes = new Uint8Array(frame.classes * width * height);
  let to = 0;
  for (let k = 0; k < frame.classes; k += 1) {
    const plane = k * frame.width * frame.height;
    for (let row = 0; row < height; row += 1) {
      const upper = plane + rows.low[row] * frame.width;
      const lower = plane + rows.high[row] * frame.width;
      const v = rows.weight[row];
      for (let column = 0; column < width; column += 1, to += 1) {
        const left = columns.low[column];
        const right = columns.high[column];
        const u = columns.weight[column];
        const top = frame.planes[upper + left] * (1 - u) + frame.planes[upper + right] * u;
        const bottom = frame.planes[lower + left] * (1 - u) + frame.planes[lower + right] * u;
        planes[to] = top * (1 - v) + bottom * v + 0.5;
      }
    }
  }
  return { ...frame, width, height, planes };
}

/**
 * Where to read `to` linearly interpolated samples out of `from`, both with their ends on the
 * edges of the data square.
 * @param {number} from
 * @param {number} to
 */
function resampling(from, to) {
  const low = new Uint32Array(to);
  const high = new Uint32Array(to);
  const weight = new Float32Array(to);
  for (let i = 0; i < to; i += 1) {
    const position = to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    low[i] = Math.floor(position);
    high[i] = Math.min(from - 1, Math.floor(position) + 1);
    weight[i] = position - Math.floor(position);
  }
  return { low, high, weight };
}
