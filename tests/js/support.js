// What the tests share: chance that repeats, a clock and a storage made of nothing, frames.

import { textOf } from "../../web/js/words/word.js";

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function chance(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets every subscriber hear what changed. */
export async function settle() {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that goes only when told. */
export class FakeClock {
  time = 0;
  #timers = new Map();
  #nextId = 1;

  now() {
    return this.time;
  }

  setTimeout(task, delay) {
    this.#timers.set(this.#nextId, { task, due: this.time + delay });
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  clearTimeout(id) {
    this.#timers.delete(id);
  }

  /** Runs everything due within the next `duration` milliseconds, in order. */
  advance(duration) {
    const end = this.time + duration;
    for (;;) {
      const [next] = [...this.#timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].due);
      next[1].task();
    }
    this.time = end;
  }
}

/** localStorage with a quota, and a cost of writing on a fake clock. */
export class FakeStorage {
  entries = new Map();
  quota = Infinity;
  writes = 0;

  constructor(clock = new FakeClock(), millisecondsPerWrite = () => 0) {
    this.clock = clock;
    this.millisecondsPerWrite = millisecondsPerWrite;
  }

  getItem(key) {
    return this.entries.get(key) ?? null;
  }

  setItem(key, value) {
    if (value.length > this.quota) throw new DOMException("full", "QuotaExceededError");
    this.writes += 1;
    this.clock.time += this.millisecondsPerWrite(key, value);
    this.entries.set(key, value);
  }

  removeItem(key) {
    this.entries.delete(key);
  }

  json(key) {
    const text = this.getItem(key);
    return text === null ? null : JSON.parse(text);
  }
}

/** A window that can be left. */
export class FakePage extends EventTarget {
  document = new EventTarget();
}

/** A frame whose planes are all zero, unless told otherwise. */
export function frame(changes = {}) {
  const { width = 4, height = 4, classes = 2 } = changes;
  return {
    generation: 1,
    step: 0,
    loss: 0.5,
    accuracy: 0.75,
    stepsPerSecond: 60,
    width,
    height,
    classes,
    planes: new Uint8Array(width * height * classes),
    ...changes,
  };
}

/** The bytes of a frame as the server sends it. */
export function encodeFrame(frame) {
  const buffer = new ArrayBuffer(32 + frame.planes.length);
  const view = new DataView(buffer);
  view.setUint8(0, 2);
  view.setUint16(2, frame.width, true);
  view.setUint16(4, frame.height, true);
  view.setUint16(6, frame.classes, true);
  view.setUint32(8, frame.generation, true);
  view.setBigUint64(12, BigInt(frame.step), true);
  view.setFloat32(20, frame.loss ?? Number.NaN, true);
  view.setFloat32(24, frame.accuracy ?? Number.NaN, true);
  view.setFloat32(28, frame.stepsPerSecond, true);
  new Uint8Array(buffer, 32).set(frame.planes);
  return buffer;
}

/** A checkpoint as a server sends it, of an untrained SGD run unless told otherwise. */
export function checkpoint({ hiddenLayers = [10, 5], classes = 2, kind = "sgd", ...changes } = {}) {
  const sizes = [2, ...hiddenLayers, classes];
  const count = sizes.slice(1).reduce((sum, size, i) => sum + (sizes[i] + 1) * size, 0);
  return {
    generation: 1,
    step: 40,
    hiddenLayers,
    classes,
    activation: "tanh",
    parameters: Buffer.alloc(count * 4, 7).toString("base64"),
    optimizer: { kind, steps: 40, firstMoment: "", secondMoment: "" },
    seeds: { init: 1, batches: 2, dropout: 3 },
    ...changes,
  };
}

/** The notice that is shown, as a person reads it; null if there is none. */
export function said(store) {
  const { notice } = store.state.workspace;
  return notice === null ? null : textOf(notice.message);
}
