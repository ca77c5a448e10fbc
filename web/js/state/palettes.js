// The colours of the eight classes, and how posteriors become a picture.

/** @import { PaletteName, PictureFrame, Rgb } from "../../types/state" */

/** The names of the classes' colours in plain words, by palette, for people who cannot see them.
 * @type {Readonly<Record<PaletteName, readonly string[]>>} */
export const COLOUR_NAMES = {
  petroff: ["blue", "orange", "red", "grey", "purple", "brown", "dark orange", "khaki"],
  classic: ["blue", "orange", "red", "purple", "green", "yellow", "brown", "navy"],
};

/** The colours as CSS text.
 * @type {Readonly<Record<PaletteName, readonly string[]>>} */
export const PALETTES = {
  petroff: ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70"],
  classic: ["#3498db", "#e67e22", "#e74c3c", "#9b59b6", "#2ecc71", "#f1c40f", "#795548", "#34495e"],
};

/**
 * Paints a picture: each pixel is the class colours blended by posterior.
 * @param {PictureFrame} frame
 * @param {PaletteName} palette
 * @param {Uint8ClampedArray} rgba of at least width * height * 4, as in ImageData; all of it is written, opaque
 */
export function colourise(frame, palette, rgba) {}
