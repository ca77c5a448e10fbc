// Data sets as CSV, read and written by the same rules and with the same sentences as
// crates/nnvisu-core/src/files/csv.rs, which describes them; both are held to the same examples
// (crates/nnvisu-core/tests/vectors/csv.json).

/** @import { Parsed, Point } from "../../types/state" */

import { MAX_CLASSES } from "../state/points.js";
import { word } from "../words/word.js";
import { quoted } from "./quoted.js";

/** How many wrong lines are described; the others are counted. */
const MAX_PROBLEMS = 5;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** @typedef {{ places: readonly [number, number, number], count: number, inHeader: boolean }} Columns */

/** Without a header.
 * @type {Columns} */
const PLAIN = Object.freeze({ places: /** @type {const} */ ([0, 1, 2]), count: 3, inHeader: false });

/**
 * @param {string} text
 * @returns {Parsed<readonly Point[], string>} the points, or the first wrong lines, each in a line
 */
export function readCsv(text) {
  const lines = linesOf(text);
  const first = lines[0];
  if (first === undefined) return { ok: false, message: word("csv.empty") };
  const separator = ["\t", ";", ","].find((c) => first.text.includes(c)) ?? " ";
  const isHeader = fieldsOf(first.text, separator).some((field) => Number.isNaN(numberOf(field, separator)));
  const columns = isHeader ? columnsIn(first.text, separator) : PLAIN;
  if (typeof columns === "string") return { ok: false, message: word("csv.line", { number: first.number, why: columns }) };
  /** @type {Point[]} */
  const points = [];
  /** @type {string[]} */
  const problems = [];
  for (const { number, text: line } of isHeader ? lines.slice(1) : lines) {
    const point = pointOf(line, separator, columns);
    if (typeof point === "string") problems.push(word("csv.line", { number, why: point }));
    else points.push(point);
  }
  if (problems.length === 0) return { ok: true, value: Object.freeze(points) };
  const message = problems.slice(0, MAX_PROBLEMS).join("\n");
  const nMore = problems.length - MAX_PROBLEMS;
  if (nMore <= 0) return { ok: false, message };
  return { ok: false, message: `${message}\n${word("csv.more", { count: nMore })}` };
}

/**
 * @param {readonly Point[]} points
 * @returns {string} a header, then one line per point; it reads back as the same points
 */
export function writeCsv(points) {
  // String(-0) is "0".
  const written = (/** @type {number} */ value) => (Object.is(value, -0) ? "-0" : String(value));
  const lines = points.map(({ x, y, label }) => `${written(x)},${written(y)},${label}\n`);
  return `x,y,label\n${lines.join("")}`;
}

/**
 * @param {string} text
 * @returns {{ number: number, text: string }[]} the lines that say something
 */
function linesOf(text) {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ number: i + 1, text: trim(line) }))
    .filter((line) => line.text !== "" && !line.text.startsWith("#"));
}

/** @param {string} text */
function trim(text) {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

/**
 * @param {string} line
 * @param {string} separator
 * @returns {string[]} without blanks and quotes around them
 */
function fieldsOf(line, separator) {
  const fields = line.split(separator).map(trim);
  return fields
    .filter((field) => separator !== " " || field !== "")
    .map((field) => (/^".*"$/.test(field) && field.length > 1 ? trim(field.slice(1, -1)) : field));
}

/**
 * @param {string} header
 * @param {string} separator
 * @returns {Columns | string} or what is wrong
 */
function columnsIn(header, separator) {
  const names = fieldsOf(header, separator).map((name) => name.toLowerCase());
  const place = (/** @type {string[]} */ ...allowed) => {
    const places = names.flatMap((name, i) => (allowed.includes(name) ? [i] : []));
    return places.length === 1 ? places[0] : undefined;
  };
  const [x, y, label] = [place("x"), place("y"), place("label", "class")];
  if (x === undefined || y === undefined || label === undefined) {
    return word("csv.header", { text: quoted(header) });
  }
  return { places: [x, y, label], count: names.length, inHeader: true };
}

/**
 * @param {string} line
 * @param {string} separator
 * @param {Columns} columns
 * @returns {Point | string} or what is wrong
 */
function pointOf(line, separator, { places, count, inHeader }) {
  const fields = fieldsOf(line, separator);
  if (fields.length !== count) {
    return word("csv.fields", { count, inHeader, actual: fields.length });
  }
  const [x, y, label] = places.map((place) => fields[place] ?? "");
  const coordinates = [];
  for (const [name, field = ""] of [["x", x], ["y", y]]) {
    const value = numberOf(field, separator);
    // The server computes with 32-bit floats: what is 1 there is not above it here.
    const single = Math.fround(value);
    if (!(single >= -1 && single <= 1)) return word("csv.coordinate", { name, text: quoted(field) });
    coordinates.push(Math.abs(value) > 1 ? single : value);
  }
  const number = numberOf(label ?? "", separator);
  if (!Number.isInteger(number) || number < 0 || number >= MAX_CLASSES) {
    return word("csv.label", { max: MAX_CLASSES - 1, text: quoted(label ?? "") });
  }
  const [px = 0, py = 0] = coordinates;
  return Object.freeze({ x: px, y: py, label: number === 0 ? 0 : number });
}

/**
 * @param {string} field
 * @param {string} separator
 * @returns {number} NaN if it is none; with semicolons and tabs it may have a decimal comma
 */
function numberOf(field, separator) {
  const mayHaveComma = (separator === ";" || separator === "\t") && !field.includes(".");
  const text = mayHaveComma ? field.replace(",", ".") : field;
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}
