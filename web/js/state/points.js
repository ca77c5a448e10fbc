// The training data: lists of points, never changed in place.
//
// A list that changes is copied, at 20,000 points some twenty microseconds; in exchange undo,
// storing and sending hold on to lists without copying, and `===` tells whether the data changed.

/** @import { DataPosition, DocumentState, Point } from "../../types/state" */
/** @import { WireConstants } from "../../types/wire" */

/** @type {WireConstants["MAX_CLASSES"]} */
export const MAX_CLASSES = 8;

/** The most points unless the server says otherwise.
 * @type {WireConstants["DEFAULT_MAX_POINTS"]} */
export const DEFAULT_MAX_POINTS = 20_000;

/**
 * @param {number} coordinate
 * @returns {number} within [-1, 1], with 4 decimals: 1/20 of a pixel of a 1,000-pixel canvas
 */
export function roundCoordinate(coordinate) {
  const rounded = Math.round(Math.min(1, Math.max(-1, coordinate)) * 10_000) / 10_000;
  return rounded === 0 ? 0 : rounded;
}

/**
 * @param {DataPosition} position
 * @param {number} label
 * @returns {Point}
 */
export function pointAt(position, label) {
  return Object.freeze({ x: roundCoordinate(position.x), y: roundCoordinate(position.y), label });
}

/**
 * The point a value describes, if it does.
 * @param {unknown} value
 * @returns {Point | null}
 */
export function readPoint(value) {
  if (typeof value !== "object" || value === null) return null;
  const { x, y, label } = /** @type {Record<string, unknown>} */ (value);
  if (!isCoordinate(x) || !isCoordinate(y)) return null;
  if (!Number.isInteger(label) || Number(label) < 0 || Number(label) >= MAX_CLASSES) return null;
  return Object.freeze({ x, y, label: Number(label) });
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isCoordinate(value) {
  return typeof value === "number" && value >= -1 && value <= 1;
}

/**
 * @param {readonly Point[]} points
 * @param {DataPosition} from
 * @param {DataPosition} to
 * @param {number} radius
 * @returns {readonly Point[]} those farther than `radius` from the segment; `points` itself if that is all
 */
export function withoutPointsNear(points, from, to, radius) {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const lengthSquared = dx * dx + dy * dy;
  const radiusSquared = radius * radius;
  const kept = points.filter((point) => {
    const px = point.x - from.x;
    const py = point.y - from.y;
    const along = lengthSquared === 0 ? 0 : (px * dx + py * dy) / lengthSquared;
    const t = Math.min(1, Math.max(0, along));
    return (px - t * dx) ** 2 + (py - t * dy) ** 2 > radiusSquared;
  });
  return kept.length === points.length ? points : kept;
}

/**
 * @param {readonly Point[]} points
 * @returns {Pick<DocumentState, "nClassesPresent" | "classCounts">}
 */
export function countClasses(points) {
  const classCounts = new Array(MAX_CLASSES).fill(0);
  for (const point of points) classCounts[point.label] += 1;
  return { classCounts, nClassesPresent: classCounts.filter((count) => count > 0).length };
}
