// The difference between two lists of points, as the request `edit_data` tells it.

/** @import { Point } from "../../types/state" */

/**
 * @typedef {object} Edit
 * @property {number} before number of points before
 * @property {number[]} remove places in the list before, ascending
 * @property {[index: number, x: number, y: number, label: number][]} add places in the list after, ascending
 */

/** About how many bytes an entry takes in a request. */
const BYTES = Object.freeze({ point: 35, added: 30, removed: 6 });

/**
 * Points are never changed in place, so it is the same objects that stay.
 * @param {readonly Point[]} before
 * @param {readonly Point[]} after
 * @returns {Edit | null} null where telling the whole list is shorter, or points changed their order
 */
export function editBetween(before, after) {
  const shorter = Math.min(before.length, after.length);
  let nFirst = 0;
  while (nFirst < shorter && before[nFirst] === after[nFirst]) nFirst += 1;
  let nLast = 0;
  while (nLast < shorter - nFirst && before[before.length - 1 - nLast] === after[after.length - 1 - nLast]) nLast += 1;
  const goes = before.slice(nFirst, before.length - nLast);
  const comes = after.slice(nFirst, after.length - nLast);
  const coming = new Set(comes);
  const staying = goes.filter((point) => coming.has(point));
  const stays = new Set(staying);
  /** @type {Edit} */
  const edit = { before: before.length, remove: [], add: [] };
  goes.forEach((point, i) => {
    if (!stays.has(point)) edit.remove.push(nFirst + i);
  });
  let nStayed = 0;
  for (const [i, point] of comes.entries()) {
    if (!stays.has(point)) edit.add.push([nFirst + i, point.x, point.y, point.label]);
    else if (staying[nStayed] === point) nStayed += 1;
    else return null;
  }
  // A point that is in a list twice cannot be told apart from itself.
  if (nStayed !== staying.length) return null;
  const isShorter = BYTES.removed * edit.remove.length + BYTES.added * edit.add.length < BYTES.point * after.length;
  return isShorter ? edit : null;
}
