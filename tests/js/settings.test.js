// Reading the fields of the settings.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DEFAULT_CONFIG,
  FIELDS,
  changedFields,
  formatField,
  isSpeed,
  parseField,
  parseNumber,
} from "../../web/js/state/settings.js";
import { textOf } from "../../web/js/words/word.js";
import { chance } from "./support.js";

const valueOf = (field, text) => {
  const parsed = parseField(field, text);
  assert.ok(parsed.ok, `${field} "${text}" was refused`);
  return parsed.value;
};

const messageOf = (field, text) => {
  const parsed = parseField(field, text);
  assert.ok(!parsed.ok, `${field} "${text}" was taken as ${parsed.value}`);
  return textOf(parsed.message);
};

test("a number may have a point or a comma, an exponent, a sign, spaces around it", () => {
  const cases = { "0.01": 0.01, "0,01": 0.01, " 1e-3 ": 0.001, "1,5E-3": 0.0015, ".5": 0.5, ",5": 0.5, "5.": 5, "+2": 2, "-1": -1 };
  for (const [text, value] of Object.entries(cases)) assert.equal(parseNumber(text), value, text);
});

test("what only looks like a number is none", () => {
  for (const text of ["", " ", "abc", "NaN", "Infinity", "-Infinity", "1.2.3", "1,000.5", "0x10", "1e", "--1", "1 000", "٣", "1_0", "."]) {
    assert.ok(Number.isNaN(parseNumber(text)), text);
  }
});

test("the learning rate is above 0 and at most 10, also as a 32-bit float", () => {
  assert.equal(valueOf("learningRate", "10"), 10);
  assert.equal(valueOf("learningRate", "1e-30"), 1e-30);
  for (const text of ["0", "-1", "10.1", "", "NaN", "1e-50", "1e999"]) {
    assert.equal(messageOf("learningRate", text), "Learning rate must be above 0 and at most 10");
  }
});

test("L2, batch size and dropout have their ranges", () => {
  assert.equal(valueOf("regularization", "0"), 0);
  assert.equal(valueOf("regularization", "0,001"), 0.001);
  assert.match(messageOf("regularization", "10.5"), /from 0 to 10/);
  assert.ok(Object.is(valueOf("regularization", "-0"), 0));
  assert.equal(valueOf("batchSize", "32"), 32);
  assert.equal(valueOf("batchSize", "1e3"), 1000);
  for (const text of ["-1", "1.5", "1,000", "1000001", ""]) assert.match(messageOf("batchSize", text), /whole number/);
  assert.equal(valueOf("dropout", "0.5"), 0.5);
  for (const text of ["1", "-0.1", "0.99999999999", ""]) assert.match(messageOf("dropout", text), /below 1/);
});

test("activations and optimizers are those there are", () => {
  assert.equal(valueOf("activation", "leaky_relu"), "leaky_relu");
  assert.equal(valueOf("optimizer", "rmsprop"), "rmsprop");
  assert.match(messageOf("activation", "sigmoid"), /Tanh, ReLU, Leaky ReLU, GELU/);
  assert.match(messageOf("optimizer", "constructor"), /Adam, SGD, RMSProp/);
});

test("hidden layers are digits and hyphens; none is a linear model", () => {
  const layersOf = (text) => valueOf("architecture", text);
  assert.deepEqual(layersOf("10-5"), [10, 5]);
  assert.deepEqual(layersOf(" 100 "), [100]);
  assert.deepEqual(layersOf(""), []);
  assert.deepEqual(layersOf("0"), []);
  assert.deepEqual(layersOf("1-2-3-4-5-6-7-8-9-10"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.match(messageOf("architecture", "1-2-3-4-5-6-7-8-9-10-11"), /at most 10 hidden layers/);
  for (const text of ["101", "0-5", "5-0", "99999999999999999999"]) assert.match(messageOf("architecture", text), /1 to 100 units/);
  for (const text of ["10 - 5", "-", "10-", "-5", "10,5", "ten", "1.5", "10–5"]) assert.match(messageOf("architecture", text), /such as 10-5/);
});

test("whatever valid layers are written reads back as them", () => {
  const random = chance(1);
  for (let i = 0; i < 500; i += 1) {
    const layers = Array.from({ length: Math.floor(random() * 11) }, () => 1 + Math.floor(random() * 100));
    const text = formatField("architecture", { ...DEFAULT_CONFIG, architecture: layers });
    assert.deepEqual(parseField("architecture", text), { ok: true, value: layers });
  }
});

test("no text makes a field throw or take what it must not", () => {
  const random = chance(2);
  const letters = "0123456789-.,+eE nNaI∞\t";
  for (let i = 0; i < 5_000; i += 1) {
    const text = Array.from({ length: Math.floor(random() * 8) }, () => letters[Math.floor(random() * letters.length)]).join("");
    for (const field of FIELDS) {
      const parsed = parseField(field, text);
      if (!parsed.ok) assert.ok(textOf(parsed.message).length > 10);
      else if (typeof parsed.value === "number") assert.ok(parsed.value >= 0 && parsed.value <= 1_000_000, text);
      else assert.ok(parsed.value.every((units) => units >= 1 && units <= 100), text);
    }
  }
});

test("every default setting reads back as itself", () => {
  for (const field of FIELDS) assert.deepEqual(valueOf(field, formatField(field, DEFAULT_CONFIG)), DEFAULT_CONFIG[field]);
});

test("changed fields are found by value", () => {
  const other = { ...DEFAULT_CONFIG, architecture: [10, 5], dropout: 0.1 };
  assert.deepEqual(changedFields(DEFAULT_CONFIG, other), ["dropout"]);
});

test("a speed is above 0, or null for as fast as possible", () => {
  for (const speed of [null, 0.5, 60, 1_000_000]) assert.ok(isSpeed(speed));
  for (const speed of [0, -1, Infinity, Number.NaN, "60", undefined, 2_000_000]) assert.ok(!isSpeed(speed));
});
