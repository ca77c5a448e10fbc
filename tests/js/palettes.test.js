// The class colours: their order, that they can be told apart, and how they are blended.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PALETTES, colorName, colorize, rgbOf } from "../../web/js/view/palettes.js";
import { smallestDifference } from "./color-difference.js";
import { frame } from "./support.js";

/** Paints a frame of one row of pixels with these posteriors. */
function paint(posteriors, palette) {
  const classes = posteriors[0].length;
  const width = posteriors.length;
  const planes = new Uint8Array(classes * width * 2);
  posteriors.forEach((pixel, column) =>
    pixel.forEach((posterior, k) => {
      planes[(k * 2 + 0) * width + column] = posterior;
      planes[(k * 2 + 1) * width + column] = posterior;
    }),
  );
  const rgba = new Uint8ClampedArray(width * 2 * 4);
  colorize(frame({ width, height: 2, classes, planes }), palette, rgba);
  assert.deepEqual(rgba.slice(0, width * 4), rgba.slice(width * 4));
  return posteriors.map((_, column) => [...rgba.slice(column * 4, column * 4 + 4)]);
}

test("both palettes have eight colours with names and begin blue, orange, red", () => {
  for (const palette of ["petroff", "classic"]) {
    assert.equal(new Set(PALETTES[palette]).size, 8);
    const names = PALETTES[palette].map((_, label) => colorName(palette, label));
    assert.equal(new Set(names).size, 8);
    assert.deepEqual(names.slice(0, 3), ["blue", "orange", "red"]);
  }
  assert.deepEqual(rgbOf("#3f90da"), [0x3f, 0x90, 0xda]);
});

test("every two default colours stay apart in the three colour-vision deficiencies", () => {
  assert.ok(smallestDifference(PALETTES.petroff, "normal") >= 17);
  assert.ok(smallestDifference(PALETTES.petroff, "protan") >= 11.5);
  assert.ok(smallestDifference(PALETTES.petroff, "deutan") >= 12.5);
  assert.ok(smallestDifference(PALETTES.petroff, "tritan") >= 13);
  // The measure is able to fail: the classic colours are nearer to each other.
  assert.ok(smallestDifference(PALETTES.classic, "deutan") < 8);
});

test("certainty is the class colour, an even split the mean of two", () => {
  const [blue, orange] = PALETTES.classic.map(rgbOf);
  const [certain, split, other] = paint([[255, 0], [128, 128], [0, 255]], "classic");
  assert.deepEqual(certain, [...blue, 255]);
  assert.deepEqual(other, [...orange, 255]);
  split.slice(0, 3).forEach((channel, i) => assert.ok(Math.abs(channel - (blue[i] + orange[i]) / 2) <= 0.5));
});

test("posteriors that do not quite add up still give full colours", () => {
  const posteriors = [31, 32, 32, 32, 32, 32, 31, 31];
  const sum = posteriors.reduce((a, b) => a + b);
  const [pixel] = paint([posteriors, posteriors], "petroff");
  for (let channel = 0; channel < 3; channel += 1) {
    const expected = PALETTES.petroff.reduce((total, css, k) => total + (rgbOf(css)[channel] * posteriors[k]) / sum, 0);
    assert.ok(Math.abs(pixel[channel] - expected) <= 0.5);
  }
  assert.equal(pixel[3], 255);
});

test("each class has its own colour at its own place", () => {
  const certain = Array.from({ length: 8 }, (_, k) => Array.from({ length: 8 }, (_, j) => (j === k ? 255 : 0)));
  assert.deepEqual(paint(certain, "petroff"), PALETTES.petroff.map((css) => [...rgbOf(css), 255]));
});
