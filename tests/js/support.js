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
    run: 0,
    generation: 1,
    step: 0,
    running: false,
    epoch: 0,
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

/** The bytes of a frame as the server sends it, with raw posteriors. */
export function encodeFrame(written) {
  const { width, height, classes, planes } = written;
  const metrics = new DataView(new ArrayBuffer(20));
  metrics.setFloat32(0, written.loss ?? Number.NaN, true);
  metrics.setFloat32(4, written.accuracy ?? Number.NaN, true);
  metrics.setFloat32(8, written.stepsPerSecond, true);
  metrics.setBigUint64(12, BigInt(written.epoch), true);
  return encodeContainer(written, [
    { kind: 1, encoding: 0, payload: new Uint8Array(metrics.buffer) },
    { kind: 2, encoding: 0, payload: posteriorsPayload({ width, height, classes }, planes) },
  ]);
}

/** The payload of a section of posteriors. */
export function posteriorsPayload({ width, height, classes }, bytes) {
  return Uint8Array.of(width % 256, width >> 8, height % 256, height >> 8, classes % 256, classes >> 8, 0, 0, ...bytes);
}

/** The bytes of a frame of any sections. */
export function encodeContainer({ run = 0, generation = 1, step = 0, running = false }, sections) {
  const length = 24 + sections.reduce((sum, { payload }) => sum + 8 + payload.length, 0);
  const view = new DataView(new ArrayBuffer(length));
  view.setUint8(0, 3);
  view.setUint8(1, running ? 1 : 0);
  view.setUint16(2, sections.length, true);
  view.setUint32(4, run, true);
  view.setUint32(8, generation, true);
  view.setBigUint64(16, BigInt(step), true);
  let at = 24;
  for (const { kind, encoding, payload } of sections) {
    view.setUint8(at, kind);
    view.setUint8(at + 1, encoding);
    view.setUint32(at + 4, payload.length, true);
    new Uint8Array(view.buffer, at + 8).set(payload);
    at += 8 + payload.length;
  }
  return view.buffer;
}

/** An architecture whose hidden layers are alike. */
export function architecture(layers = [10, 5], { outputs = 2, activation = "tanh", dropout = 0 } = {}) {
  return { features: ["x", "y"], layers: layers.map((units) => ({ units, activation, dropout })), outputs };
}

/** A checkpoint as a server sends it, of an untrained SGD run unless told otherwise. */
export function checkpoint({ layers = [10, 5], classes = 2, activation = "tanh", kind = "sgd", ...changes } = {}) {
  const sizes = [2, ...layers, classes];
  const count = sizes.slice(1).reduce((sum, size, i) => sum + (sizes[i] + 1) * size, 0);
  const floats = Buffer.alloc(count * 4, 7).toString("base64");
  const nSlots = { sgd: 0, rmsprop: 1, adam: 2 }[kind];
  return {
    generation: 1,
    step: 40,
    epoch: 40,
    epochPosition: 0,
    diverged: false,
    architecture: architecture(layers, { outputs: classes, activation }),
    parameters: floats,
    optimizer: { kind, steps: 40, rowSteps: new Array(classes).fill(40), slots: new Array(nSlots).fill(floats) },
    seeds: { init: 1, batches: 2, dropout: 3 },
    absentRows: [],
    lastGood: null,
    ...changes,
  };
}

/** The newest notice, as a person reads it; null if there is none. */
export function said(store) {
  const notice = store.state.workspace.notices.at(-1);
  return notice === undefined ? null : textOf(notice.message);
}
