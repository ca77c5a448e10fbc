// Where the winning class changes on a map, as line segments: marching squares over its posteriors.

/** @import { Frame } from "../../types/state" */

/** Finer cells than this many to an edge are not told apart from a smooth curve. */
const CELLS = 128;
/** The range of bytes that a class must have for its lines not to be stairs. */
const FINE_RANGE = 128;

/**
 * What the cells have at their corners. A posterior is a byte, and lines between bytes are stairs: each
 * corner is the sum of its 3 by 3 samples, weighted 1 2 1 both ways; where the whole map has only few
 * values, as that of a fresh network, of more.
 * @typedef {object} Corners
 * @property {number} columns
 * @property {number} rows
 * @property {readonly Float32Array[]} posteriors one list per class, row by row
 * @property {Uint8Array} winners the class with the highest posterior
 */

/**
 * @param {Pick<Frame, "width" | "height" | "classes" | "planes">} frame
 * @returns {Float32Array} x and y of both ends of each segment, from 0 to 1, from the top left corner
 */
export function classBoundary(frame) {
  const columns = placesOf(frame.width);
  const rows = placesOf(frame.height);
  const corners = cornersOf(frame, columns, rows);
  const { winners } = corners;
  /** @type {number[]} */
  const segments = [];
  for (let row = 0; row + 1 < rows.length; row += 1) {
    for (let column = 0; column + 1 < columns.length; column += 1) {
      const at = row * columns.length + column;
      const below = at + columns.length;
      const first = winners[at];
      if (winners[at + 1] === first && winners[below] === first && winners[below + 1] === first) continue;
      addCell(segments, corners, { column, row }, columns, rows);
    }
  }
  return Float32Array.from(segments);
}

/**
 * @param {number} nSamples along an edge of the map
 * @returns {number[]} those at the corners of cells; the first and the last one are among them
 */
function placesOf(nSamples) {
  const stride = Math.max(1, Math.round(nSamples / CELLS));
  const places = [];
  for (let place = 0; place < nSamples - 1; place += stride) places.push(place);
  places.push(nSamples - 1);
  return places;
}

/**
 * @param {Pick<Frame, "width" | "height" | "classes" | "planes">} frame
 * @param {readonly number[]} columns
 * @param {readonly number[]} rows
 * @returns {Corners}
 */
function cornersOf({ width, height, classes, planes }, columns, rows) {
  const size = { columns: columns.length, rows: rows.length };
  const sums = new Uint16Array(width);
  const posteriors = Array.from({ length: classes }, (_, label) => {
    const plane = planes.subarray(label * width * height, (label + 1) * width * height);
    const values = new Float32Array(columns.length * rows.length);
    let at = 0;
    for (const row of rows) {
      const middle = row * width;
      const above = Math.max(0, row - 1) * width;
      const below = Math.min(height - 1, row + 1) * width;
      for (let x = 0; x < width; x += 1) sums[x] = plane[above + x] + 2 * plane[middle + x] + plane[below + x];
      for (let column = 0; column < columns.length; column += 1, at += 1) {
        const x = columns[column];
        values[at] = sums[x === 0 ? 0 : x - 1] + 2 * sums[x] + sums[x === width - 1 ? x : x + 1];
      }
    }
    return values;
  });
  const range = Math.max(1, ...posteriors.map(rangeOf)) / 16;
  const radius = Math.floor(FINE_RANGE / range);
  for (const values of radius === 0 ? [] : posteriors) smooth(values, size, radius);
  return { ...size, posteriors, winners: winnersOf(posteriors) };
}

/** @param {readonly Float32Array[]} posteriors */
function winnersOf(posteriors) {
  const highest = posteriors[0].slice();
  const winners = new Uint8Array(highest.length);
  for (let label = 1; label < posteriors.length; label += 1) {
    const values = posteriors[label];
    for (let i = 0; i < values.length; i += 1) {
      if (values[i] <= highest[i]) continue;
      highest[i] = values[i];
      winners[i] = label;
    }
  }
  return winners;
}

/** @param {Float32Array} values */
function rangeOf(values) {
  let [low, high] = [Infinity, 0];
  for (let i = 0; i < values.length; i += 1) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return high - low;
}

/**
 * Puts the mean of its neighbours in place of each value, both ways.
 * @param {Float32Array} values
 * @param {{ columns: number, rows: number }} size
 * @param {number} radius
 */
function smooth(values, { columns, rows }, radius) {
  for (let row = 0; row < rows; row += 1) smoothLine(values, row * columns, 1, columns, radius);
  for (let column = 0; column < columns; column += 1) smoothLine(values, column, columns, rows, radius);
}

/**
 * Beyond its ends a line continues with the slope that it has there, so that nothing bends at the edges.
 * @param {Float32Array} values
 * @param {number} start
 * @param {number} stride
 * @param {number} length
 * @param {number} radius
 */
function smoothLine(values, start, stride, length, radius) {
  const line = new Float32Array(length + 2 * radius);
  for (let i = 0; i < length; i += 1) line[radius + i] = values[start + i * stride];
  const [first, last] = [radius, radius + length - 1];
  for (let i = 1; i <= radius; i += 1) {
    line[first - i] = 2 * line[first] - line[Math.min(first + i, last)];
    line[last + i] = 2 * line[last] - line[Math.max(last - i, first)];
  }
  let sum = 0;
  for (let i = 0; i < 2 * radius; i += 1) sum += line[i];
  for (let i = 0; i < length; i += 1) {
    sum += line[i + 2 * radius];
    values[start + i * stride] = sum / (2 * radius + 1);
    sum -= line[i];
  }
}

/**
 * Adds the lines of a cell: from side to side, or, where more than two sides are crossed, to its middle.
 * @param {number[]} segments
 * @param {Corners} corners
 * @param {{ column: number, row: number }} cell
 * @param {readonly number[]} columns
 * @param {readonly number[]} rows
 */
function addCell(segments, corners, { column, row }, columns, rows) {
  const at = row * corners.columns + column;
  const below = at + corners.columns;
  const [left, right] = [columns[column], columns[column + 1]];
  const [top, bottom] = [rows[row], rows[row + 1]];
  const [width, height] = [columns[columns.length - 1], rows[rows.length - 1]];
  /** @type {number[]} x and y of each place where the winner changes on a side */
  const crossed = [];
  const horizontal = (/** @type {number} */ from, /** @type {number} */ y) => {
    const share = crossing(corners, from, from + 1);
    if (share !== null) crossed.push((left + share * (right - left)) / width, y / height);
  };
  const vertical = (/** @type {number} */ from, /** @type {number} */ x) => {
    const share = crossing(corners, from, from + corners.columns);
    if (share !== null) crossed.push(x / width, (top + share * (bottom - top)) / height);
  };
  horizontal(at, top);
  horizontal(below, bottom);
  vertical(at, left);
  vertical(at + 1, right);
  if (crossed.length === 4) {
    segments.push(...crossed);
    return;
  }
  let [x, y] = [0, 0];
  for (let i = 0; i < crossed.length; i += 2) {
    x += (2 * crossed[i]) / crossed.length;
    y += (2 * crossed[i + 1]) / crossed.length;
  }
  for (let i = 0; i < crossed.length; i += 2) segments.push(crossed[i], crossed[i + 1], x, y);
}

/**
 * @param {Corners} corners
 * @param {number} from
 * @param {number} to
 * @returns {number | null} where between two corners their winners are even, as a share of the way; null
 *   if the same class wins at both
 */
function crossing({ posteriors, winners }, from, to) {
  const [before, after] = [winners[from], winners[to]];
  if (before === after) return null;
  const lead = posteriors[before][from] - posteriors[after][from];
  const deficit = posteriors[after][to] - posteriors[before][to];
  return lead + deficit === 0 ? 0.5 : lead / (lead + deficit);
}
