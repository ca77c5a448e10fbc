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

const FINGER = { pointerType: "touch" };
const SECOND_FINGER = { pointerType: "touch", pointerId: 2, isPrimary: false };

test("a second finger takes back what the first has drawn, and the page scrolls with both", async () => {
  const { window, store, canvas, point, points } = await open();
  const scrolled = [];
  window.scrollBy = ({ left, top }) => scrolled.push([left, top]);
  point(canvas, "pointerdown", 50, 50, FINGER);
  point(canvas, "pointerup", 50, 50, { ...FINGER, buttons: 0 });
  store.undo();
  point(canvas, "pointerdown", 100, 100, FINGER);
  point(canvas, "pointermove", 160, 100, FINGER);
  assert.equal(points().length, 5);
  point(canvas, "pointerdown", 300, 300, SECOND_FINGER);
  assert.deepEqual(points(), []);
  point(canvas, "pointermove", 160, 80, FINGER);
  point(canvas, "pointermove", 310, 280, SECOND_FINGER);
  assert.deepEqual(scrolled, [[0, 10], [-5, 10]]);
  // One finger alone draws again only when it comes anew.
  point(canvas, "pointerup", 310, 280, { ...SECOND_FINGER, buttons: 0 });
  point(canvas, "pointermove", 20, 20, FINGER);
  assert.deepEqual([points(), scrolled.length], [[], 2]);
  store.redo();
  assert.equal(points().length, 1, "what could be redone still can");
});

test("a finger that the browser takes for itself has drawn nothing, wherever the second one is", async () => {
  const { document, canvas, point, points } = await open();
  point(canvas, "pointerdown", 100, 100, FINGER);
  point(canvas, "pointercancel", 100, 100, { ...FINGER, buttons: 0 });
  assert.deepEqual(points(), []);
  point(canvas, "pointerdown", 100, 100, FINGER);
  point(document.body, "pointerdown", 300, 300, SECOND_FINGER);
  assert.deepEqual(points(), []);
});

test("a stroke ends when no button is held, even if no pointerup came", async () => {
  const { window, document, canvas, point, points } = await open();
  const ends = [
    () => point(canvas, "pointermove", 10, 10, { buttons: 0 }),
    () => point(canvas, "pointermove", 10, 10, { buttons: 2 }),
    () => window.dispatchEvent(new window.Event("blur")),
    () => point(canvas, "lostpointercapture", 10, 10, { buttons: 0 }),
    () => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new window.Event("visibilitychange"));
    },
  ];
  for (const [i, end] of ends.entries()) {
    point(canvas, "pointerdown", 100 + 50 * i, 100);
    assert.equal(points().length, i + 1);
    end();
    point(canvas, "pointermove", 300, 300);
    assert.equal(points().length, i + 1, `end ${i}`);
  }
});

test("a double click is one point, other clicks near each other are two", async () => {
  const { store, canvas, point, points } = await open();
  const click = (x, after, options = {}) => {
    point(canvas, "pointerdown", x, 100, { after, ...options });
    point(canvas, "pointerup", x, 100, { after: 20, buttons: 0, ...options });
  };
  click(100, 1000);
  click(103, 200);
  click(104, 200);
  assert.equal(points().length, 1, "a triple click too");
  click(100, 600);
  assert.equal(points().length, 2, "too late");
  click(110, 100);
  assert.equal(points().length, 3, "too far");
  store.setLayout({ selectedClass: 1 });
  click(110, 100);
  assert.equal(points().length, 4, "another class");
  store.undo();
  click(110, 100);
  assert.equal(points().length, 4, "undone in between");
  click(200, 1000, FINGER);
  click(210, 200, FINGER);
  assert.equal(points().length, 5, "fingers are less exact");
  point(canvas, "pointerdown", 210, 100, { after: 100, ...FINGER });
  point(canvas, "pointermove", 240, 100, FINGER);
  assert.equal(points().length, 7, "a drag continues from there");
});

test("nothing is drawn or erased under what covers the canvas", async () => {
  const { document, canvas, point, points } = await open();
  document.elementFromPoint = (x) => (x > 150 && x < 250 ? document.body : canvas);
  point(canvas, "pointerdown", 100, 200);
  point(canvas, "pointermove", 300, 200);
  point(canvas, "pointerup", 300, 200, { buttons: 0 });
  const drawn = points().map(([x]) => 200 * (x + 1));
  assert.ok(drawn.length > 5 && drawn.every((x) => x <= 150 || x >= 250), drawn.join(" "));
  const { length } = drawn;
  document.elementFromPoint = () => document.body;
  point(canvas, "pointerdown", 20, 20, { button: 2, buttons: 2 });
  point(canvas, "pointermove", 100, 200, { buttons: 2 });
  assert.equal(points().length, length);
});

test("Control makes a click of a Mac that of the right button, and of no other computer", async (context) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  context.after(() => {
    if (before === undefined) delete globalThis.navigator;
    else Object.defineProperty(globalThis, "navigator", before);
  });
  for (const [platform, count] of [["MacIntel", 0], ["Linux x86_64", 1]]) {
    Object.defineProperty(globalThis, "navigator", { value: { platform }, configurable: true });
    const { canvas, point, points } = await open();
    point(canvas, "pointerdown", 100, 100, { ctrlKey: true });
    assert.equal(points().length, count, platform);
  }
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

test("what the network says is shown under the pointer, and said where the cursor is", async () => {
  const { document, store, canvas, point, key, settle } = await open();
  const probe = document.querySelector(".probe");
  point(canvas, "pointermove", 0, 0, { buttons: 0 });
  await settle();
  assert.equal(probe.hidden, true, "there is no map yet");
  store.addPoint({ x: 0, y: 0 });
  // Above, three quarters orange; below, all of it blue.
  const map = (step) => ({ generation: 0, step, loss: 1, accuracy: 1, stepsPerSecond: 0, width: 2, height: 2, classes: 2, planes: new Uint8Array([64, 64, 255, 255, 191, 191, 0, 0]) });
  store.server.frame(map(1));
  await settle();
  assert.deepEqual([probe.hidden, probe.textContent], [false, "−1.00, 1.00: orange 75%, blue 25%"]);
  point(canvas, "pointermove", 400, 400, { buttons: 0 });
  await settle();
  assert.equal(probe.textContent, "1.00, −1.00: blue 100%");
  // The pointer rests, and the map changes.
  store.server.frame({ ...map(2), planes: new Uint8Array([255, 255, 0, 0, 0, 0, 255, 255]) });
  await settle();
  assert.equal(probe.textContent, "1.00, −1.00: orange 100%");
  store.showStep(1);
  await settle();
  assert.equal(probe.textContent, "1.00, −1.00: blue 100%", "an earlier map");
  point(canvas, "pointerleave", 400, 400, { buttons: 0 });
  await settle();
  assert.equal(probe.hidden, true);
  key("ArrowDown");
  assert.equal(document.querySelector("[data-part=announcer]").textContent, "0.00, −0.05: blue 100%");
  await settle();
  assert.equal(probe.hidden, false);
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
