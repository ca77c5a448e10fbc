// The history of a run: frames with the points of then, evenly thinned as the run grows.
//
// Snapshots are recorded by step. When there are too many, or they take too many bytes, every
// second one is dropped and the interval between recordings doubles. The last entry is always the
// newest frame at its full size; it becomes part of the record, or is replaced by the next frame.
//
// A recorded frame is resampled to at most 128×128: 256 of them with eight classes take 33.5 MB.
// Resampling takes about a millisecond, and only for frames that are kept. Points are lists that
// never change, which snapshots share as long as nobody edits the data.

/** @import { Snapshot } from "../../types/state" */

export const MAX_SNAPSHOTS = 256;

/** Most bytes of recorded snapshots. */
export const MAX_BYTES = 48 * 1024 * 1024;

/** Bytes of a point in a list: what refers to it. The points themselves are shared. */
const POINT_BYTES = 8;

/** Largest edge of a recorded frame. */
export const SNAPSHOT_EDGE = 128;

export class History {
  /** @type {Snapshot[]} oldest first */
  #recorded = [];
  /** @type {Snapshot | null} */
  #newest = null;
  /** Steps between recordings. */
  #interval = 1;

  /** Everything there is to show, oldest first; the last one is the newest frame.
   * @returns {readonly Snapshot[]} */
  get snapshots() {
    return this.#newest === null ? [] : [...this.#recorded, this.#newest];
  }

  /** About what it takes in memory. */
  get bytes() {
    return bytesOf(this.snapshots);
  }

  /** @param {Snapshot} snapshot of a step not before the newest one's */
  push(snapshot) {
    const previous = this.#newest;
    this.#newest = snapshot;
    if (previous === null || previous.step >= snapshot.step) return;
    const last = this.#recorded.at(-1);
    if (last !== undefined && previous.step < last.step + this.#interval) return;
    this.#recorded.push(shrink(previous));
    const isFull = () => this.#recorded.length >= MAX_SNAPSHOTS || bytesOf(this.#recorded) > MAX_BYTES;
    while (isFull() && this.#recorded.length > 1) this.#thin();
  }

  /**
   * The snapshot to show when a person wants to see a step: the next one in the direction they
   * move, so that the smallest move leads to another one.
   * @param {number} step
   * @param {number} from the step that is shown
   * @returns {Snapshot | null} null if there is none yet
   */
  towards(step, from) {
    const { snapshots } = this;
    const found = step < from ? snapshots.findLast((other) => other.step <= step) : snapshots.find((other) => other.step >= step);
    return found ?? (step < from ? snapshots[0] : snapshots.at(-1)) ?? null;
  }

  /**
   * Forgets what came after a step: the run continues from there.
   * @param {number} step
   */
  rewindTo(step) {
    if (this.#newest === null || this.#newest.step <= step) return;
    const kept = this.#recorded.filter((snapshot) => snapshot.step <= step);
    this.#newest = kept.pop() ?? null;
    this.#recorded = kept;
  }

  /**
   * Drops every second snapshot, keeping the first. The new interval is twice the usual
   * distance of the recorded ones, not only twice the old interval: frames of a fast run
   * come hundreds of steps apart, and an interval below that would thin only the past.
   */
  #thin() {
    const gaps = this.#recorded
      .slice(1)
      .map((snapshot, i) => snapshot.step - (this.#recorded[i]?.step ?? 0))
      .sort((a, b) => a - b);
    const median = gaps[gaps.length >> 1] ?? 1;
    this.#interval = 2 * Math.max(this.#interval, median);
    this.#recorded = this.#recorded.filter((_, i) => i % 2 === 0);
  }
}

/** @param {readonly Snapshot[]} snapshots */
function bytesOf(snapshots) {
  let bytes = 0;
  snapshots.forEach(({ planes, points }, i) => {
    bytes += planes.byteLength;
    if (points !== snapshots[i - 1]?.points) bytes += POINT_BYTES * points.length;
  });
  return bytes;
}

/**
 * A copy of a snapshot that fits the history, or the snapshot itself if it does.
 * @param {Snapshot} frame
 * @returns {Snapshot}
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
