// The timeline of a run, and which of its pictures is shown.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_SNAPSHOTS, SNAPSHOT_EDGE, Timeline, shrink } from "../../web/js/state/history.js";
import { Store } from "../../web/js/state/store.js";
import { chance, picture } from "./support.js";

const stepsOf = (timeline) => timeline.snapshots.map(({ step }) => step);

test("a short run is kept whole", () => {
  const timeline = new Timeline();
  for (let step = 0; step < MAX_SNAPSHOTS; step += 1) timeline.push(picture({ step }));
  assert.deepEqual(stepsOf(timeline), Array.from({ length: MAX_SNAPSHOTS }, (_, i) => i));
});

test("when full, every second picture goes and the interval doubles", () => {
  const timeline = new Timeline();
  for (let step = 0; step <= 1_000; step += 1) timeline.push(picture({ step }));
  const steps = stepsOf(timeline);
  assert.equal(steps[0], 0);
  assert.equal(steps.at(-1), 1_000);
  for (let i = 1; i < steps.length - 1; i += 1) assert.equal(steps[i] - steps[i - 1], 4);
});

test("any run is kept from its first to its newest picture, in order, at most 256", () => {
  const random = chance(6);
  for (let round = 0; round < 30; round += 1) {
    const timeline = new Timeline();
    const pace = 1 + Math.floor(random() * 500);
    const nPictures = 1 + Math.floor(random() * 3_000);
    let step = 0;
    for (let i = 0; i < nPictures; i += 1) {
      timeline.push(picture({ step }));
      assert.ok(timeline.snapshots.length <= MAX_SNAPSHOTS);
      assert.equal(timeline.snapshots.at(-1).step, step);
      if (i < nPictures - 1) step += 1 + Math.floor(random() * pace);
    }
    const steps = stepsOf(timeline);
    assert.equal(steps[0], 0);
    assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));
    if (nPictures > MAX_SNAPSHOTS) assert.ok(steps.length >= MAX_SNAPSHOTS / 2 - 1);
  }
});

test("a steady run stays evenly spaced, however far apart its pictures come", () => {
  for (const distance of [1, 7, 333]) {
    const timeline = new Timeline();
    for (let i = 0; i < 5_000; i += 1) timeline.push(picture({ step: i * distance }));
    const steps = stepsOf(timeline).slice(0, -1);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]);
    assert.ok(Math.max(...gaps) <= 2 * Math.min(...gaps), `${Math.min(...gaps)} to ${Math.max(...gaps)}`);
  }
});

test("pictures of one step replace each other", () => {
  const timeline = new Timeline();
  timeline.push(picture({ step: 0 }));
  timeline.push(picture({ step: 0, loss: 0.1 }));
  timeline.push(picture({ step: 0, loss: 0.2 }));
  assert.deepEqual(timeline.snapshots.map(({ loss }) => loss), [0.2]);
});

test("a run that goes on from an earlier step forgets what came after", () => {
  const timeline = new Timeline();
  for (let step = 0; step < 10; step += 1) timeline.push(picture({ step }));
  timeline.rewindTo(6);
  assert.deepEqual(stepsOf(timeline), [0, 1, 2, 3, 4, 5, 6]);
  timeline.push(picture({ step: 7 }));
  assert.deepEqual(stepsOf(timeline), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a kept picture is at most 128 wide, ends on the same edges, and keeps its numbers", () => {
  const width = 256;
  const planes = new Uint8Array(2 * width * width);
  for (let row = 0; row < width; row += 1) {
    for (let column = 0; column < width; column += 1) {
      planes[row * width + column] = column;
      planes[width * width + row * width + column] = row;
    }
  }
  const small = shrink(picture({ width, height: width, planes, step: 9, loss: 0.25 }));
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

test("a small picture is kept as it is", () => {
  const frame = picture({ width: 100, height: 128 });
  assert.equal(shrink(frame), frame);
});

test("the newest picture is shown until an earlier one is asked for", () => {
  const store = new Store();
  for (let step = 0; step < 5; step += 1) store.server.picture(picture({ step }));
  assert.equal(store.state.picture.frame.step, 4);
  assert.deepEqual([store.state.timeline.shownIndex, store.state.timeline.live], [4, true]);

  store.showSnapshot(1);
  assert.deepEqual([store.state.picture.frame.step, store.state.picture.live], [1, false]);
  store.server.picture(picture({ step: 5 }));
  assert.equal(store.state.picture.frame.step, 1);
  assert.equal(store.state.timeline.snapshots.length, 6);
  assert.equal(store.state.timeline.shownIndex, 1);

  store.goLive();
  assert.deepEqual([store.state.picture.frame.step, store.state.picture.live], [5, true]);
});

test("the end of the slider is live, and so is anything beyond it", () => {
  const store = new Store();
  store.showSnapshot(3);
  assert.equal(store.state.picture.live, true);
  for (let step = 0; step < 3; step += 1) store.server.picture(picture({ step }));
  store.showSnapshot(0);
  store.showSnapshot(2);
  assert.equal(store.state.picture.live, true);
  store.showSnapshot(-5);
  assert.equal(store.state.picture.frame.step, 0);
});

test("training goes on from the latest state, so it shows it", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 });
  for (let step = 0; step < 3; step += 1) store.server.picture(picture({ step }));
  store.showSnapshot(0);
  store.train();
  assert.equal(store.state.picture.frame.step, 2);
});

test("a picture that is thinned out while it is shown stays, and the slider stays beside it", () => {
  const store = new Store();
  for (let step = 0; step < 250; step += 1) store.server.picture(picture({ step }));
  store.showSnapshot(101);
  for (let step = 250; step < 600; step += 1) store.server.picture(picture({ step }));
  const { snapshots, shownIndex } = store.state.timeline;
  assert.equal(store.state.picture.frame.step, 101);
  assert.equal(snapshots[shownIndex].step, 100);
});

test("fresh weights begin a new timeline; the old picture stays until the first new one", () => {
  const store = new Store();
  for (let step = 0; step < 5; step += 1) store.server.picture(picture({ step }));
  store.server.freshWeights();
  assert.deepEqual(store.state.timeline, { snapshots: [], shownIndex: -1, live: true });
  assert.equal(store.state.picture.frame.step, 4);
  store.server.picture(picture({ step: 0, generation: 2 }));
  assert.equal(store.state.picture.frame.generation, 2);
  assert.equal(store.state.timeline.snapshots.length, 1);
});
