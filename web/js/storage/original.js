// What nnvisu's first page kept in the browser, as entries of this page. It wrote no version, kept
// values that its server had taken for nearer ones, and points where the pointer was on a scaled canvas.

/** @import { Checkpoint, Config, FieldName } from "../../types/state" */
/** @import { Entry } from "./parts.js" */

import { architectureOf } from "../state/architecture.js";
import { readCheckpoint } from "../state/checkpoint.js";
import { DEFAULT_CONFIG, FIELDS, LIMITS } from "../state/settings.js";

/** Where it kept whether the advanced settings were open. */
export const ADVANCED_KEY = "nnvisu_advanced_expanded";

/** How far outside the data space its points may be. */
const EDGE = 0.1;

/**
 * @param {unknown} value its settings, under the names that they still have
 * @returns {Entry | undefined}
 */
export function configOfOriginal(value) {
  if (!isRecord(value) || !FIELDS.some((field) => field in value)) return undefined;
  const kept = FIELDS.filter((field) => value[field] !== undefined && value[field] !== null);
  return { ...DEFAULT_CONFIG, ...Object.fromEntries(kept.map((field) => [field, nearest(field, value[field])])) };
}

/**
 * @param {unknown} value its points, as a plain list
 * @returns {Entry | undefined}
 */
export function pointsOfOriginal(value) {
  if (!Array.isArray(value)) return undefined;
  return { points: value.map((point) => (isRecord(point) ? { ...point, x: withoutEdge(point.x), y: withoutEdge(point.y) } : point)) };
}

/**
 * @param {unknown} value its network, `{weights: [layer][unit][input], biases: [layer][unit]}`; without
 *   layers before there was one
 * @returns {Entry | undefined}
 */
export function weightsOfOriginal(value) {
  if (!isRecord(value) || !("weights" in value)) return undefined;
  const isNone = [value.weights, value.biases].every((list) => Array.isArray(list) && list.length === 0);
  return { model: isNone ? null : value };
}

/**
 * @param {unknown} value whether the advanced settings were open
 * @returns {Entry | undefined}
 */
export function layoutOfOriginal(value) {
  return typeof value === "boolean" ? { advancedOpen: value } : undefined;
}

/**
 * Its network with a fresh optimizer: it kept neither that nor the step.
 * @param {any} model
 * @param {Config} config
 * @returns {Checkpoint | null}
 */
export function checkpointOfModel(model, config) {
  const { weights, biases } = model;
  const isMatrix = (/** @type {unknown} */ layer) => Array.isArray(layer) && layer.every((unit) => unit?.length === layer[0].length);
  if (!Array.isArray(weights) || !Array.isArray(biases) || !weights.every(isMatrix)) return null;
  // All weights from the first input of a layer, then those from the second; its biases come last.
  const columns = (/** @type {number[][]} */ layer) => (layer[0] ?? []).map((_, input) => layer.map((unit) => unit[input]));
  const parameters = weights.flatMap((layer, i) => [columns(layer), biases[i]]).flat(2);
  if (!parameters.every(Number.isFinite)) return null;
  const text = base64Of(Float32Array.from(parameters));
  const outputs = biases.at(-1)?.length;
  const slots = { sgd: 0, rmsprop: 1, adam: 2 }[config.optimizer];
  return readCheckpoint({
    generation: 0,
    step: 0,
    architecture: architectureOf({ ...config, architecture: biases.slice(0, -1).map((layer) => layer?.length) }, outputs),
    parameters: text,
    optimizer: { kind: config.optimizer, steps: 0, slots: new Array(slots).fill(base64Of(new Float32Array(parameters.length))) },
    seeds: { init: 0, batches: 0, dropout: 0 },
  });
}

/**
 * The value that its server has trained with.
 * @param {FieldName} field
 * @param {unknown} value
 * @returns {unknown}
 */
function nearest(field, value) {
  const { max, maxLayers, maxUnits } = LIMITS;
  if (typeof value === "string") return value.toLowerCase();
  if (typeof value === "number") return Math.min(value, /** @type {Record<string, number>} */ (max)[field] ?? Infinity);
  if (!Array.isArray(value)) return value;
  if (value.length === 1 && value[0] === 0) return [];
  return value.slice(0, maxLayers).map((units) => (typeof units === "number" ? Math.min(units, maxUnits) : units));
}

/** @param {unknown} coordinate */
function withoutEdge(coordinate) {
  if (typeof coordinate !== "number" || Math.abs(coordinate) > 1 + EDGE) return coordinate;
  return Math.min(1, Math.max(-1, coordinate));
}

/** @param {Float32Array} floats */
function base64Of(floats) {
  const bytes = new DataView(new ArrayBuffer(4 * floats.length));
  floats.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return btoa(Array.from(new Uint8Array(bytes.buffer), (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * @param {unknown} value
 * @returns {value is Entry}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
