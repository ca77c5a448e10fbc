// The page's table of settings says what the protocol's definition of them says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FIELDS, SETTINGS } from "../../web/js/state/settings.js";

const TYPES = readFileSync(new URL("../../web/types/wire.d.ts", import.meta.url), "utf8");

/** The definition, whose types are literals, as the object they describe. */
const WIRE = (() => {
  const body = /export type WireSettings = (\{[^]*?\n\});/.exec(TYPES)?.[1] ?? "";
  return new Function(`return ${body.replaceAll("},\n", "},").replaceAll(" };\n", " },\n")}`)();
})();

const accepts = (field, value) => SETTINGS[field].check(value).ok;

test("there are the same settings", () => {
  assert.deepEqual([...FIELDS].sort(), Object.keys(WIRE).sort());
});

test("defaults, and when a change takes effect, are the same", () => {
  for (const [field, { default: initial, takesEffect }] of Object.entries(WIRE)) {
    const ours = SETTINGS[field].initial;
    // The protocol counts in 32-bit floats.
    if (typeof initial === "number") assert.equal(Math.fround(ours), Math.fround(initial), field);
    else assert.deepEqual(ours, initial, field);
    assert.equal(SETTINGS[field].lifetime, { live: "live", newNetwork: "network" }[takesEffect], field);
  }
});

test("what can be chosen is the same", () => {
  for (const [field, { names }] of Object.entries(WIRE)) {
    if (names !== undefined) assert.deepEqual([...SETTINGS[field].choices].sort(), [...names].sort(), field);
  }
});

test("ranges are the same", () => {
  const nearly = 1e-6;
  for (const [field, { range }] of Object.entries(WIRE)) {
    if (range === undefined) continue;
    const { min, max, excludesMin, excludesMax, isWhole } = range;
    assert.equal(accepts(field, min), !excludesMin, `${field} ${min}`);
    assert.equal(accepts(field, max), !excludesMax, `${field} ${max}`);
    assert.ok(!accepts(field, min - (isWhole ? 1 : nearly)), field);
    assert.ok(!accepts(field, max + (isWhole ? 1 : nearly)), field);
    assert.ok(accepts(field, isWhole ? min + 1 : min + nearly), field);
    assert.ok(accepts(field, isWhole ? max - 1 : max - nearly), field);
    assert.equal(accepts(field, min + 0.5), !isWhole, field);
  }
});

test("hidden layers have the same limits", () => {
  const { maxLayers, units } = WIRE.architecture;
  assert.ok(accepts("architecture", new Array(maxLayers).fill(units.max)));
  assert.ok(accepts("architecture", [units.min]));
  for (const layers of [new Array(maxLayers + 1).fill(units.min), [units.min - 1], [units.max + 1]]) {
    assert.ok(!accepts("architecture", layers));
  }
});
