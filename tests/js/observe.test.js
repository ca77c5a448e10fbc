// Drawing only what changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { observe } from "../../web/js/state/observe.js";
import { currentRun } from "../../web/js/state/runs.js";
import { Store } from "../../web/js/state/store.js";
import { settle } from "./support.js";

test("what is picked is drawn at once and whenever it is another, once per turn, until the end", async () => {
  const store = new Store();
  const drawn = [];
  const end = observe(store, ({ document }) => document.points.length, (length) => drawn.push(length));
  assert.deepEqual(drawn, [0]);
  store.addPoint({ x: 0, y: 0 });
  store.addPoint({ x: 0.5, y: 0 });
  await settle();
  store.setSpeed(5);
  store.setPreferences({ shapes: true });
  await settle();
  assert.deepEqual(drawn, [0, 2]);
  end();
  store.clear();
  await settle();
  assert.deepEqual(drawn, [0, 2]);
});

test("a list is another when one of its elements is", async () => {
  const store = new Store();
  let draws = 0;
  observe(store, (state) => [currentRun(state).settings, state.preferences.palette], () => (draws += 1));
  store.setPreferences({ shapes: true });
  store.train();
  await settle();
  assert.equal(draws, 1);
  store.setPreferences({ palette: "classic" });
  await settle();
  store.setSpeed(5);
  await settle();
  assert.equal(draws, 3);
});
