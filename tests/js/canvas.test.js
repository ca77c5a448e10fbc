// Drawing and erasing on the canvas, by pointer and by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CANVAS_EDGE, connectedStore, openDocument } from "./view-support.js";

const { buildPage } = await import("../../web/js/view/page.js");

async function open() {
  const browser = openDocument();
  const store = connectedStore();
  buildPage(store, {});
  await browser.settle();
  const canvas = browser.document.querySelector("canvas.points");
  const points = () => store.state.document.points.map(({ x, y, label }) => [x, y, label]);
  const key = (name, options = {}) => canvas.dispatchEvent(new browser.window.KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...options }));
  return { ...browser, store, canvas, points, key };
}

test("a click adds a point of the chosen class where it is", async () => {
  const { store, canvas, point, points } = await open();
  store.setLayout({ selectedClass: 2 });
  point(canvas, "pointerdown", CANVAS_EDGE / 4, CANVAS_EDGE / 4);
  point(canvas, "pointerup", CANVAS_EDGE / 4, CANVAS_EDGE / 4);
  assert.deepEqual(points(), [[-0.5, 0.5, 2]]);
});

test("a drag adds points at a distance, and is undone as one", async () => {
  const { store, canvas, point, points } = await open();
  point(canvas, "pointerdown", 100, 200);
  point(canvas, "pointermove", 170, 200);
  point(canvas, "pointerup", 170, 200);
  point(canvas, "pointermove", 300, 200);
  assert.deepEqual(points().map(([x]) => x), [-0.5, -0.43, -0.36, -0.29, -0.22, -0.15]);
  store.undo();
  assert.deepEqual(points(), []);
});

test("the right button erases whatever the tool is", async () => {
  const { canvas, point, points } = await open();
  point(canvas, "pointerdown", 200, 200);
  point(canvas, "pointerup", 200, 200);
  point(canvas, "pointerdown", 210, 200, { button: 2, buttons: 2 });
  point(canvas, "pointerup", 210, 200, { button: 2, buttons: 0 });
  assert.deepEqual(points(), []);
});

test("a second finger draws nothing", async () => {
  const { canvas, point, points } = await open();
  point(canvas, "pointerdown", 100, 100);
  point(canvas, "pointerdown", 300, 300, { pointerId: 2, isPrimary: false });
  point(canvas, "pointerup", 100, 100);
  assert.equal(points().length, 1);
});

test("the arrow keys move a cursor that Enter draws with and Delete erases at", async () => {
  const { document, key, points } = await open();
  key("ArrowRight");
  key("ArrowUp", { shiftKey: true });
  key("Enter");
  assert.deepEqual(points(), [[0.05, 0.25, 0]]);
  const said = document.querySelector("[data-part=announcer]");
  assert.equal(said.textContent, "Added blue at 0.05, 0.25");
  key("Delete");
  assert.deepEqual(points(), []);
  assert.equal(said.textContent, "Erased 1 point");
});

test("the canvas invites while it is empty, and says when it shows an earlier step", async () => {
  const { document, store, settle } = await open();
  const invitation = document.querySelector(".empty-state");
  const mark = document.querySelector(".history-mark");
  assert.equal(invitation.hidden, false);
  assert.equal(mark.hidden, true);
  store.addPoint({ x: 0, y: 0 });
  const planes = new Uint8Array(8).fill(128);
  for (const step of [0, 1, 2]) {
    store.server.frame({ generation: 0, step, loss: 1, accuracy: 1, stepsPerSecond: 0, width: 2, height: 2, classes: 2, planes });
  }
  store.showStep(0);
  await settle();
  assert.equal(invitation.hidden, true);
  assert.equal(mark.hidden, false);
  assert.equal(mark.textContent, "History: step 0");
});
