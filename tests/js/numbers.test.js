// Numbers as the page shows them.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  NO_NUMBER,
  formatCoordinate,
  formatCount,
  formatLoss,
  formatPercent,
  formatRate,
  formatStep,
} from "../../web/js/words/numbers.js";

/**
 * @template T
 * @param {(value: T) => string} format
 * @param {readonly (readonly [T, string])[]} cases
 */
function check(format, cases) {
  for (const [value, text] of cases) assert.equal(format(value), text, `${format.name}(${value})`);
}

test("counts are grouped, and very long runs are told in millions", () => {
  check(formatCount, [[0, "0"], [999, "999"], [1240, "1,240"]]);
  check(formatStep, [[9_999_999, "9,999,999"], [12_345_678, "12.35 M"]]);
});

test("a loss keeps about four digits at every size", () => {
  check(formatLoss, [
    [0, "0.0000"],
    [0.6931, "0.6931"],
    [12.345, "12.35"],
    [4321.5, "4,322"],
    [0.0000123, "1.2e-5"],
    [1e9, "1.0e+9"],
    [null, NO_NUMBER],
    [Number.NaN, NO_NUMBER],
    [Infinity, NO_NUMBER],
  ]);
});

test("an accuracy is 100% only if no point is wrong", () => {
  const oneWrongOfMany = 1 - 1 / 20_000;
  check(formatPercent, [
    [0, "0.0%"],
    [0.985, "98.5%"],
    [oneWrongOfMany, "99.9%"],
    [1, "100%"],
    [Math.fround(0.99999994), "100%"],
    [null, NO_NUMBER],
  ]);
});

test("a rate has no more digits than it is measured with", () => {
  check(formatRate, [[0, "0"], [1.96, "2.0"], [59.6, "60"], [1234, "1,230"], [12_345, "12,300"], [Number.NaN, "0"]]);
});

test("a coordinate has a true minus sign", () => {
  check(formatCoordinate, [[-0.25, "−0.25"], [0, "0.00"], [1, "1.00"]]);
});
