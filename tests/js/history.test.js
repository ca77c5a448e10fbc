// The history of a run, and which of its frames is shown.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_BYTES, MAX_SNAPSHOTS, SNAPSHOT_EDGE, History, shrink } from "../../web/js/state/history.js";
import { shownPoints } from "../../web/js/state/runs.js";
import { DEFAULT_CONFIG } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
import { chance, frame } from "./support.js";

const SESSION = { config: DEFAULT_CONFIG, seeds: { init: 1, batches: 2, dropout: 3 }, points: [], checkpoint: null };

const stepsOf = (history) => history.snapshots.map(({ step }) => step);

test("a short run is kept whole", () => {
  const history = new History();
  for (let step = 0; step < MAX_SNAPSHOTS; step += 1) history.push(frame({ step }));
  assert.deepEqual(stepsOf(history), Array.from({ length: MAX_SNAPSHOTS }, (_, i) => i));
});

test("when full, every second frame goes and the interval doubles", () => {
  const history = new History();
  for (let step = 0; step <= 1_000; step += 1) history.push(frame({ step }));
  const steps = stepsOf(history);
  assert.equal(steps[0], 0);
  assert.equal(steps.at(-1), 1_000);
  for (let i = 1; i < steps.length - 1; i += 1) assert.equal(steps[i] - steps[i - 1], 4);
});

test("any run is kept from its first to its newest frame, in order, at most 256", () => {
  const random = chance(6);
  for (let round = 0; round < 30; round += 1) {
    const history = new History();
    const pace = 1 + Math.floor(random() * 500);
    const nPictures = 1 + Math.floor(random() * 3_000);
    let step = 0;
    for (let i = 0; i < nPictures; i += 1) {
      history.push(frame({ step }));
      assert.ok(history.snapshots.length <= MAX_SNAPSHOTS);
      assert.equal(history.snapshots.at(-1).step, step);
      if (i < nPictures - 1) step += 1 + Math.floor(random() * pace);
    }
    const steps = stepsOf(history);
    assert.equal(steps[0], 0);
    assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));
    if (nPictures > MAX_SNAPSHOTS) assert.ok(steps.length >= MAX_SNAPSHOTS / 2 - 1);
  }
});

test("a steady run stays evenly spaced, however far apart its frames come", () => {
  for (const distance of [1, 7, 333]) {
    const history = new History();
    for (let i = 0; i < 5_000; i += 1) history.push(frame({ step: i * distance }));
    const steps = stepsOf(history).slice(0, -1);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]);
    assert.ok(Math.max(...gaps) <= 2 * Math.min(...gaps), `${Math.min(...gaps)} to ${Math.max(...gaps)}`);
  }
});

test("frames of one step replace each other", () => {
  const history = new History();
  history.push(frame({ step: 0 }));
  history.push(frame({ step: 0, loss: 0.1 }));
  history.push(frame({ step: 0, loss: 0.2 }));
  assert.deepEqual(history.snapshots.map(({ loss }) => loss), [0.2]);
});

test("a run that continues from an earlier step forgets what came after", () => {
  const history = new History();
  for (let step = 0; step < 10; step += 1) history.push(frame({ step }));
  history.rewindTo(6);
  assert.deepEqual(stepsOf(history), [0, 1, 2, 3, 4, 5, 6]);
  history.push(frame({ step: 7 }));
  assert.deepEqual(stepsOf(history), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a kept frame is at most 128 wide, ends on the same edges, and keeps its numbers", () => {
  const width = 256;
  const planes = new Uint8Array(2 * width * width);
  for (let row = 0; row < width; row += 1) {
    for (let column = 0; column < width; column += 1) {
      planes[row * width + column] = column;
      planes[width * width + row * width + column] = row;
    }
  }
  const small = shrink(frame({ width, height: width, planes, step: 9, loss: 0.25 }));
  assert.equal(small.width, SNAPSHOT_EDGE);
  assert.equal(small.height, SNAPSHOT_EDGE);
  assert.equal(small.step, 9);
  assert.equal(small.loss, 0.25);
  const pixel = (k, row, column) => small.planes[(k * SNAPSHOT_EDGE + row) * SNAPSHOT_EDGE + column];
  for (const i of [0, 1, 63, 64, 126, 127]) {
    const expected = Math.round((i * 255) / 127);
    assert.equal(pixel(0, 30, i), expected);
    assert.equal(pixel(1, i, 90), expected);
  }
});

test("a small frame is kept as it is", () => {
  const small = frame({ width: 100, height: 128 });
  assert.equal(shrink(small), small);
});

test("the newest frame is shown until an earlier one is asked for", () => {
  const store = new Store();
  for (let step = 0; step < 5; step += 1) store.server.frame(frame({ step }));
  assert.equal(store.run.map.frame.step, 4);
  assert.deepEqual([store.run.history.shownStep, store.run.history.lastStep], [null, 4]);

  store.showStep(1);
  assert.deepEqual([store.run.map.frame.step, store.run.map.live], [1, false]);
  store.server.frame(frame({ step: 5 }));
  assert.equal(store.run.map.frame.step, 1);
  assert.equal(store.run.history.snapshots.length, 6);
  assert.deepEqual([store.run.history.shownStep, store.run.history.lastStep], [1, 5]);

  store.goLive();
  assert.deepEqual([store.run.map.frame.step, store.run.map.live], [5, true]);
});

test("the end of the slider is live, and so is anything beyond it", () => {
  const store = new Store();
  store.showStep(3);
  assert.equal(store.run.map.live, true);
  for (let step = 0; step < 3; step += 1) store.server.frame(frame({ step }));
  store.showStep(0);
  store.showStep(2);
  assert.equal(store.run.map.live, true);
  store.showStep(0);
  store.showStep(99);
  assert.equal(store.run.map.live, true);
  store.showStep(-5);
  assert.equal(store.run.map.frame.step, 0);
});

test("training continues from the latest state, so it shows it", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 });
  for (let step = 0; step < 3; step += 1) store.server.frame(frame({ step }));
  store.showStep(0);
  store.train();
  assert.equal(store.run.map.frame.step, 2);
});

test("a frame that is thinned out while it is shown stays, and so does the slider", () => {
  const store = new Store();
  for (let step = 0; step < 250; step += 1) store.server.frame(frame({ step }));
  store.showStep(101);
  for (let step = 250; step < 600; step += 1) store.server.frame(frame({ step }));
  assert.equal(store.run.map.frame.step, 101);
  assert.equal(store.run.history.shownStep, 101);
  assert.ok(!store.run.history.snapshots.some(({ step }) => step === 101));
});

test("the smallest move leads to the next recorded step in its direction", () => {
  const store = new Store();
  for (const step of [0, 100, 250, 400]) store.server.frame(frame({ step }));
  const shown = (step) => {
    store.showStep(step);
    return store.run.map.frame.step;
  };
  assert.deepEqual([shown(399), shown(249), shown(251), shown(120), shown(99)], [250, 100, 400, 100, 0]);
  store.goLive();
  assert.deepEqual([shown(0), shown(1), shown(101), shown(251)], [0, 100, 250, 400]);
  assert.equal(store.run.map.live, true);
});

test("an earlier map stands with the points of then; an edit goes back to now", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 }, 1);
  const before = store.state.document.points;
  store.server.frame(frame({ step: 0 }));
  store.addPoint({ x: 0.5, y: 0 }, 1);
  store.server.frame(frame({ step: 1 }));
  assert.equal(shownPoints(store.state), store.state.document.points);
  store.showStep(0);
  assert.equal(shownPoints(store.state), before);
  store.addPoint({ x: -0.5, y: 0 }, 1);
  assert.equal(store.run.map.live, true);
  assert.deepEqual(shownPoints(store.state).map(({ x }) => x), [0, 0.5, -0.5]);
});

test("the bytes of a history are bounded, also where every snapshot has points of its own", () => {
  const points = Object.freeze({ x: 0, y: 0, label: 0 });
  const history = new History();
  for (let step = 0; step < 1_000; step += 1) {
    history.push(frame({ step, width: 128, height: 128, classes: 8, points: new Array(20_000).fill(points) }));
    const bytes = history.snapshots.reduce((sum, { planes, points: list }) => sum + planes.byteLength + 8 * list.length, 0);
    // The newest one comes on top.
    assert.ok(bytes <= MAX_BYTES + 300_000, `${bytes} at step ${step}`);
  }
  const steps = stepsOf(history);
  assert.ok(steps.length > 80);
  assert.equal(steps[0], 0);
});

test("fresh weights begin a new history; the old frame stays until the first new one", () => {
  const store = new Store();
  store.server.connection("open");
  for (let step = 0; step < 5; step += 1) store.server.frame(frame({ step }));
  store.server.freshWeights();
  assert.deepEqual(store.run.history, { snapshots: [], firstStep: 0, lastStep: 0, shownStep: null });
  assert.equal(store.run.map.frame.step, 4);
  store.server.frame(frame({ step: 0, generation: 2 }));
  assert.equal(store.run.map.frame.generation, 2);
  assert.equal(store.run.history.snapshots.length, 1);
});

test("without a connection no map of another run stays", () => {
  for (const leave of [(store) => store.resetModel(), (store) => store.setArchitecture("3"), (store) => store.openSession(SESSION, "from a file")]) {
    const store = new Store();
    store.server.connection("open");
    store.server.frame(frame({ step: 7 }));
    leave(store);
    // The first map of the new run is on its way ...
    assert.equal(store.run.map.frame.step, 7);
    // ... and does not come.
    store.server.connection("retrying");
    assert.equal(store.run.map.frame, null);
    store.undo();
    assert.equal(store.run.map.frame.step, 7);
    leave(store);
    assert.equal(store.run.map.frame, null);
  }
});

