// Points as differences.

import assert from "node:assert/strict";
import { test } from "node:test";

import { editBetween } from "../../web/js/transport/edit.js";
import { chance } from "./support.js";

const point = (x, label = 0) => Object.freeze({ x, y: 0.5, label });

/** What a server makes of it, word by word as PROTOCOL.md says. */
function applied(before, { before: nBefore, remove, add }) {
  assert.equal(nBefore, before.length);
  const after = before.filter((_, i) => !remove.includes(i));
  for (const [index, x, y, label] of add) after.splice(index, 0, { x, y, label });
  return after;
}

const many = (n) => Array.from({ length: n }, (_, i) => point(i / n));

test("a click among ten thousand points is a few bytes", () => {
  const before = many(10_000);
  const edit = editBetween(before, [...before, point(-0.1234, 3)]);
  assert.deepEqual(edit, { before: 10_000, remove: [], add: [[10_000, -0.1234, 0.5, 3]] });
  assert.ok(JSON.stringify({ type: "edit_data", id: 4_000_000_000, ...edit }).length < 300);
});

test("erasing says which went", () => {
  const before = many(20);
  const edit = editBetween(before, before.filter((_, i) => i !== 3 && i !== 17));
  assert.deepEqual(edit, { before: 20, remove: [3, 17], add: [] });
});

test("where the whole list is shorter there is no edit", () => {
  const before = many(100);
  assert.equal(editBetween(before, []), null);
  assert.equal(editBetween(before, many(100)), null);
  assert.equal(editBetween(before, before.slice(0, 5)), null);
});

test("points in another order, or twice in a list, are told as a whole", () => {
  const before = many(50);
  assert.equal(editBetween(before, before.toReversed()), null);
  const twice = before[0];
  assert.equal(editBetween([point(1), twice, ...before.slice(1), twice], [point(0.5), ...before.slice(1), twice, point(1)]), null);
});

test("any edit leads from the one list to the other", () => {
  const random = chance(3);
  let nEdits = 0;
  for (let i = 0; i < 500; i += 1) {
    const before = many(Math.floor(random() * 60));
    const after = before.filter(() => random() < 0.95);
    for (let n = Math.floor(random() * 4); n > 0; n -= 1) after.splice(Math.floor(random() * (after.length + 1)), 0, point(random(), 1));
    const edit = editBetween(before, after);
    if (edit === null) continue;
    nEdits += 1;
    assert.deepEqual(applied(before, edit), after);
    for (const list of [edit.remove, edit.add.map(([index]) => index)]) {
      assert.deepEqual(list, [...new Set(list)].sort((a, b) => a - b));
    }
  }
  assert.ok(nEdits > 300);
});
