// Data space ([-1, 1] both ways, y up) and canvas space (CSS pixels from the top left, y down).

/** @import { DataPosition } from "../../types/state" */

import { roundCoordinate } from "../state/points.js";

/** The distance between the points a drag adds, in CSS pixels. */
export const DRAG_SPACING = 14;

/**
 * @param {DataPosition} position in data space
 * @param {number} size edge of the square canvas, CSS pixels
 * @returns {{ x: number, y: number }} CSS pixels from the top left corner of the canvas
 */
export function canvasFromData(position, size) {
  return { x: ((position.x + 1) / 2) * size, y: ((1 - position.y) / 2) * size };
}

/**
 * @param {{ x: number, y: number }} position CSS pixels from the top left corner of the canvas
 * @param {number} size edge of the square canvas, CSS pixels
 * @returns {DataPosition} clamped to [-1, 1] and rounded to 4 decimals
 */
export function dataFromCanvas(position, size) {
  return {
    x: roundCoordinate((position.x / size) * 2 - 1),
    y: roundCoordinate(1 - (position.y / size) * 2),
  };
}

/**
 * The length in data space of a length on the canvas.
 * @param {number} length CSS pixels
 * @param {number} size edge of the square canvas, CSS pixels
 * @returns {number}
 */
export function dataLength(length, size) {
  return (length / size) * 2;
}

/**
 * The places a drag adds points at, going from the last added one towards the pointer: every
 * `spacing` along the line, none if the pointer is nearer than that.
 * @param {{ x: number, y: number }} last where the last point was added
 * @param {{ x: number, y: number }} pointer
 * @param {number} spacing
 * @returns {{ x: number, y: number }[]} the last one becomes the new `last`
 */
export function dragPositions(last, pointer, spacing) {
  const distance = Math.hypot(pointer.x - last.x, pointer.y - last.y);
  const positions = [];
  for (let i = 1; i * spacing <= distance; i += 1) {
    const t = (i * spacing) / distance;
    positions.push({
      x: last.x + t * (pointer.x - last.x),
      y: last.y + t * (pointer.y - last.y),
    });
  }
  return positions;
}
