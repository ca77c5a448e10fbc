// The colours of the eight classes, and how posteriors become a map.

/** @import { PaletteName, Frame, Rgb } from "../../types/state" */

import { wordFor } from "../words/word.js";

/**
 * The classes' colours as CSS text. "petroff" is the first eight of the ten-colour sequence of
 * M. A. Petroff, "Accessible Color Sequences for Data Visualization" (arXiv:2107.02270): all
 * pairs stay apart in the three common colour-vision deficiencies. "classic" is what nnvisu's
 * first clients used.
 * @type {Readonly<Record<PaletteName, readonly string[]>>}
 */
export const PALETTES = Object.freeze({
  petroff: ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70"],
  classic: ["#3498db", "#e67e22", "#e74c3c", "#9b59b6", "#2ecc71", "#f1c40f", "#795548", "#34495e"],
});

/**
 * The name of a class's colour in plain words.
 * @param {PaletteName} palette
 * @param {number} label
 */
export function colorName(palette, label) {
  return wordFor(`color.${palette}.${label}`);
}

/**
 * @param {string} css such as "#3f90da"
 * @returns {Rgb}
 */
export function rgbOf(css) {
  const value = Number.parseInt(css.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Paints a map: each pixel is the class colours blended by posterior, Σ p·c / Σ p. (The
 * posteriors are bytes, so their sum is only about 255.)
 * @param {Frame} frame
 * @param {PaletteName} palette
 * @param {Uint8ClampedArray} rgba of at least width * height * 4, as in ImageData; all of it is
 *   written, opaque
 */
export function colorize(frame, palette, rgba) {
  const { planes, classes } = frame;
  const nPixels = frame.width * frame.height;
  const colors = PALETTES[palette].slice(0, classes).map(rgbOf);
  const reds = Float64Array.from(colors, ([red]) => red);
  const greens = Float64Array.from(colors, ([, green]) => green);
  const blues = Float64Array.from(colors, ([, , blue]) => blue);
  for (let pixel = 0, to = 0; pixel < nPixels; pixel += 1, to += 4) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let sum = 0;
    for (let k = 0, from = pixel; k < classes; k += 1, from += nPixels) {
      const posterior = planes[from];
      sum += posterior;
      red += posterior * reds[k];
      green += posterior * greens[k];
      blue += posterior * blues[k];
    }
    const scale = sum === 0 ? 0 : 1 / sum;
    rgba[to] = red * scale;
    rgba[to + 1] = green * scale;
    rgba[to + 2] = blue * scale;
    rgba[to + 3] = 255;
  }
}
