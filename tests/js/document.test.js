// Editing points, undo and redo, the way of canvas coordinates.

import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasFromData, dataFromCanvas, dataLength, dragPositions } from "../../web/js/view/geometry.js";
import { pointAt, readPoint, withoutPointsNear } from "../../web/js/state/points.js";
import { Store } from "../../web/js/state/store.js";
import { MAX_BYTES, MAX_STEPS, POINT_BYTES, UndoStack } from "../../web/js/state/undo-stack.js";
import { chance, said } from "./support.js";

const manyPoints = (count) => Array.from({ length: count }, (_, i) => pointAt({ x: (i % 200) / 100 - 1, y: 0 }, i % 8));

test("a point is clamped to the data square and rounded", () => {
  assert.deepEqual(pointAt({ x: 1.5, y: -0.123456 }, 3), { x: 1, y: -0.1235, label: 3 });
  assert.ok(Object.is(pointAt({ x: -0.00001, y: 0 }, 0).x, 0));
});

test("a stored or received point is checked", () => {
  assert.deepEqual(readPoint({ x: 0.5, y: -1, label: 7, more: 1 }), { x: 0.5, y: -1, label: 7 });
  for (const value of [null, 1, {}, { x: 0, y: 0 }, { x: 0, y: 0, label: 8 }, { x: 0, y: 0, label: -1 }, { x: 0, y: 0, label: 0.5 }, { x: 2, y: 0, label: 0 }, { x: Number.NaN, y: 0, label: 0 }, { x: "0", y: 0, label: 0 }]) {
    assert.equal(readPoint(value), null);
  }
});

test("the eraser takes what lies within its radius of the way it went", () => {
  const points = [pointAt({ x: 0, y: 0.09 }, 0), pointAt({ x: 0, y: 0.11 }, 0), pointAt({ x: 0.58, y: 0 }, 0), pointAt({ x: 0.61, y: 0 }, 0), pointAt({ x: -0.2, y: 0 }, 0)];
  const kept = withoutPointsNear(points, { x: -0.05, y: 0 }, { x: 0.5, y: 0 }, 0.1);
  assert.deepEqual(kept, [points[1], points[3], points[4]]);
});

test("an eraser that meets nothing changes nothing", () => {
  const points = manyPoints(10);
  assert.equal(withoutPointsNear(points, { x: 0, y: 0.9 }, { x: 0, y: 0.9 }, 0.1), points);
});

test("a sweep erases what its small steps would erase", () => {
  const random = chance(3);
  const near = (points, from, to) => withoutPointsNear(points, from, to, 0.1);
  for (let round = 0; round < 50; round += 1) {
    const at = () => ({ x: random() * 2 - 1, y: random() * 2 - 1 });
    const points = Array.from({ length: 100 }, () => pointAt(at(), 0));
    const [from, to] = [at(), at()];
    const between = (t) => ({ x: from.x + t * (to.x - from.x), y: from.y + t * (to.y - from.y) });
    let stepped = points;
    for (let i = 0; i < 20; i += 1) stepped = near(stepped, between(i / 20), between((i + 1) / 20));
    assert.deepEqual(near(points, from, to), stepped);
  }
});

test("canvas and data space are the same places", () => {
  assert.deepEqual(canvasFromData({ x: -1, y: 1 }, 600), { x: 0, y: 0 });
  assert.deepEqual(canvasFromData({ x: 1, y: -1 }, 600), { x: 600, y: 600 });
  assert.deepEqual(dataFromCanvas({ x: 450, y: 150 }, 600), { x: 0.5, y: 0.5 });
  assert.deepEqual(dataFromCanvas({ x: -50, y: 700 }, 600), { x: -1, y: -1 });
  assert.equal(dataLength(30, 600), 0.1);
  const random = chance(4);
  for (let i = 0; i < 200; i += 1) {
    const { x, y } = pointAt({ x: random() * 2 - 1, y: random() * 2 - 1 }, 0);
    const size = 200 + random() * 1000;
    assert.deepEqual(dataFromCanvas(canvasFromData({ x, y }, size), size), { x, y });
  }
});

test("a drag adds points at even distances, however the pointer jumps", () => {
  assert.deepEqual(dragPositions({ x: 0, y: 0 }, { x: 13, y: 0 }, 14), []);
  assert.deepEqual(dragPositions({ x: 0, y: 0 }, { x: 0, y: 0 }, 14), []);
  assert.deepEqual(dragPositions({ x: 0, y: 0 }, { x: 0, y: 30 }, 14), [{ x: 0, y: 14 }, { x: 0, y: 28 }]);
});

test("clicks are undone one by one, a drag as one step", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 });
  store.beginStroke();
  for (let i = 0; i < 5; i += 1) store.addPoint({ x: i / 10, y: 0.5 });
  store.endStroke();
  store.addPoint({ x: 0, y: -0.5 });
  const after = store.state.document.points;
  const lengths = [];
  while (store.state.document.canUndo) {
    store.undo();
    lengths.push(store.state.document.points.length);
  }
  assert.deepEqual(lengths, [6, 1, 0]);
  while (store.state.document.canRedo) store.redo();
  assert.deepEqual(store.state.document.points, after);
});

test("a drag that changes nothing is no step, and undo in the middle of a drag ends it", () => {
  const store = new Store();
  store.beginStroke();
  store.erasePoints({ x: 0, y: 0 }, { x: 0, y: 0 }, 0.1);
  store.endStroke();
  assert.equal(store.state.document.canUndo, false);
  store.beginStroke();
  store.addPoint({ x: 0, y: 0 });
  store.undo();
  store.addPoint({ x: 0.1, y: 0 });
  store.addPoint({ x: 0.2, y: 0 });
  store.undo();
  assert.equal(store.state.document.points.length, 1);
});

test("a stroke that is cancelled has never been: neither undo nor redo knows of it", () => {
  const store = new Store();
  store.cancelStroke();
  for (const x of [0.1, 0.2]) store.addPoint({ x, y: 0 });
  store.undo();
  store.beginStroke();
  store.cancelStroke();
  store.beginStroke();
  for (const x of [0.5, 0.6]) store.addPoint({ x, y: 0 });
  store.cancelStroke();
  const xs = () => store.state.document.points.map(({ x }) => x);
  assert.deepEqual(xs(), [0.1]);
  store.redo();
  assert.deepEqual(xs(), [0.1, 0.2], "what could be redone still can");
  store.undo();
  store.undo();
  assert.equal(store.state.document.canUndo, false);
  // What ended is not cancelled any more.
  store.beginStroke();
  store.addPoint({ x: 0.7, y: 0 });
  store.endStroke();
  store.cancelStroke();
  assert.deepEqual(xs(), [0.7]);
});

test("a new edit ends what could be redone", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 });
  store.undo();
  store.addPoint({ x: 0.5, y: 0 });
  assert.equal(store.state.document.canRedo, false);
});

test("any sequence of edits can be taken back to the beginning and forward again", () => {
  const random = chance(5);
  for (let round = 0; round < 30; round += 1) {
    const store = new Store();
    const seen = [store.state.document.points];
    for (let i = 0; i < 40; i += 1) {
      const at = { x: random() * 2 - 1, y: random() * 2 - 1 };
      const kind = random();
      if (kind < 0.7) store.addPoint(at, Math.floor(random() * 8));
      else if (kind < 0.9) store.erasePoints(at, at, 0.3);
      else if (kind < 0.95) store.clear();
      else store.server.generated(null, manyPoints(3));
      if (store.state.document.points !== seen.at(-1)) seen.push(store.state.document.points);
    }
    for (let i = seen.length - 2; i >= 0; i -= 1) {
      store.undo();
      assert.deepEqual(store.state.document.points, seen[i]);
    }
    assert.equal(store.state.document.canUndo, false);
    for (const points of seen.slice(1)) {
      store.redo();
      assert.deepEqual(store.state.document.points, points);
    }
  }
});

/** A step, of a run with a history of that many bytes if they are given. */
function step(points, bytes) {
  return { points, run: bytes === undefined ? null : { checkpoint: null, history: { bytes } } };
}

/** How often a stack can undo, and how many of the steps still have a history. */
function depthOf(stack) {
  const steps = [];
  for (let last = stack.undo((like) => like); last !== null; last = stack.undo((like) => like)) steps.push(last);
  return { steps: steps.length, histories: steps.filter(({ run }) => (run?.history ?? null) !== null).length };
}

test("undo keeps a bounded number of steps and of bytes, histories only as long as there is room", () => {
  const few = new UndoStack();
  for (let i = 0; i < MAX_STEPS + 50; i += 1) few.record(step(manyPoints(1)));
  assert.equal(depthOf(few).steps, MAX_STEPS);

  const many = new UndoStack();
  const large = new Array(MAX_BYTES / POINT_BYTES / 64).fill(null);
  for (let i = 0; i < 150; i += 1) many.record(step(large));
  assert.equal(depthOf(many).steps, 64);

  const huge = new UndoStack();
  huge.record(step(manyPoints(1)));
  huge.record(step([], MAX_BYTES + 1));
  assert.deepEqual(depthOf(huge), { steps: 1, histories: 1 });

  const runs = new UndoStack();
  for (let i = 0; i < 10; i += 1) runs.record(step(manyPoints(1), MAX_BYTES / 4));
  assert.deepEqual(depthOf(runs), { steps: 10, histories: 3 });
});

test("above the limit a point is refused with a sentence and nothing is lost", () => {
  const store = new Store();
  store.server.hello({ version: "1", author: "a", maxPoints: 2 });
  assert.ok(store.addPoint({ x: 0, y: 0 }));
  assert.ok(store.addPoint({ x: 0.5, y: 0 }));
  assert.equal(store.addPoint({ x: 0.6, y: 0 }), false);
  assert.equal(store.state.document.points.length, 2);
  assert.equal(said(store), "There can be at most 2 points");
});

test("the classes present are counted", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 }, 5);
  store.addPoint({ x: 0, y: 0 }, 5);
  store.addPoint({ x: 0, y: 0 }, 2);
  assert.deepEqual(store.state.document.classCounts, [0, 0, 1, 0, 0, 2, 0, 0]);
  assert.equal(store.state.document.nClassesPresent, 2);
});
