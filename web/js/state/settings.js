// The settings of the network and its training: defaults, reading, writing.
//
// A setting is checked here once; past this file it cannot be wrong. Values are held to the
// server's own limits, including that it computes with 32-bit floats: what is above 0 here
// must still be above 0 there.

/** @import { Activation, Config, FieldName, Optimizer, Parsed } from "../../types/state" */
/** @import { WireConstants } from "../../types/wire" */

/** @type {Config} */
export const DEFAULT_CONFIG = Object.freeze({
  learningRate: 0.01,
  architecture: Object.freeze([10, 5]),
  activation: "tanh",
  optimizer: "adam",
  regularization: 0,
  batchSize: 0,
  dropout: 0,
});

/** Steps per second: slow enough to watch a small problem being learnt. */
export const DEFAULT_SPEED = 60;

/** The fastest speed that can be asked for by number.
 * @type {WireConstants["MAX_STEPS_PER_SECOND"]} */
const MAX_SPEED = 1_000_000;

/** @type {readonly FieldName[]} */
export const FIELDS = Object.freeze([
  "learningRate",
  "architecture",
  "activation",
  "optimizer",
  "regularization",
  "batchSize",
  "dropout",
]);

/** Fields whose change means a new network with fresh weights.
 * @type {readonly FieldName[]} */
export const NETWORK_FIELDS = Object.freeze(["architecture", "activation", "dropout"]);

/** Fields that "reset the advanced settings" sets back.
 * @type {readonly FieldName[]} */
export const ADVANCED_FIELDS = Object.freeze([
  "activation",
  "optimizer",
  "learningRate",
  "regularization",
  "batchSize",
  "dropout",
]);

/** The activations, in the order to offer them.
 * @type {Readonly<Record<Activation, string>>} */
export const ACTIVATION_NAMES = Object.freeze({
  tanh: "Tanh",
  relu: "ReLU",
  leaky_relu: "Leaky ReLU",
  gelu: "GELU",
});

/** The optimizers and their names.
 * @type {Readonly<Record<Optimizer, string>>} */
const OPTIMIZER_NAMES = Object.freeze({ adam: "Adam", sgd: "SGD", rmsprop: "RMSProp" });

/** @type {WireConstants["MAX_HIDDEN_LAYERS"]} */
const MAX_LAYERS = 10;
/** @type {WireConstants["MAX_UNITS"]} */
const MAX_UNITS = 100;
/** @type {WireConstants["MAX_LEARNING_RATE"]} */
const MAX_LEARNING_RATE = 10;
/** @type {WireConstants["MAX_REGULARIZATION"]} */
const MAX_REGULARIZATION = 10;
/** @type {WireConstants["MAX_BATCH_SIZE"]} */
const MAX_BATCH_SIZE = 1_000_000;

/** What each field must be, as the person reads it.
 * @type {Readonly<Record<FieldName, string>>} */
const RULES = Object.freeze({
  learningRate: `Learning rate must be above 0 and at most ${MAX_LEARNING_RATE}`,
  architecture: "Hidden layers must be numbers of units joined by hyphens, such as 10-5",
  activation: `Activation must be one of ${Object.values(ACTIVATION_NAMES).join(", ")}`,
  optimizer: `Optimizer must be one of ${Object.values(OPTIMIZER_NAMES).join(", ")}`,
  regularization: `L2 regularization must be from 0 to ${MAX_REGULARIZATION}`,
  batchSize: `Batch size must be a whole number from 0 (all points) to ${MAX_BATCH_SIZE}`,
  dropout: "Dropout must be at least 0 and below 1",
});

/**
 * Reads a decimal number with a point or a comma, and maybe an exponent ("0.01", "0,01", "1e-2").
 * @param {string} text
 * @returns {number} NaN if it is not one
 */
export function parseNumber(text) {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number.NaN;
  return Number(trimmed.replace(",", "."));
}

/**
 * Reads hidden layers such as "10-5"; nothing or "0" means none.
 * @param {string} text
 * @returns {Parsed<readonly number[]>}
 */
export function parseArchitecture(text) {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "0") return { ok: true, value: [] };
  if (!/^\d+(-\d+)*$/.test(trimmed)) return { ok: false, message: RULES.architecture };
  return checkArchitecture(trimmed.split("-").map(Number));
}

/**
 * @param {unknown} value
 * @returns {Parsed<readonly number[]>}
 */
function checkArchitecture(value) {
  if (!Array.isArray(value)) return { ok: false, message: RULES.architecture };
  if (value.length > MAX_LAYERS) {
    return { ok: false, message: `There can be at most ${MAX_LAYERS} hidden layers` };
  }
  if (!value.every((units) => Number.isInteger(units) && units >= 1 && units <= MAX_UNITS)) {
    return { ok: false, message: `Each hidden layer must have 1 to ${MAX_UNITS} units` };
  }
  return { ok: true, value: Object.freeze([...value]) };
}

/** @type {Readonly<Record<FieldName, (value: unknown) => boolean>>} */
const IS_VALID = Object.freeze({
  learningRate: (value) => isNumber(value) && Math.fround(value) > 0 && value <= MAX_LEARNING_RATE,
  architecture: (value) => checkArchitecture(value).ok,
  activation: (value) => typeof value === "string" && Object.hasOwn(ACTIVATION_NAMES, value),
  optimizer: (value) => typeof value === "string" && Object.hasOwn(OPTIMIZER_NAMES, value),
  regularization: (value) => isNumber(value) && value >= 0 && value <= MAX_REGULARIZATION,
  batchSize: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_BATCH_SIZE,
  dropout: (value) => isNumber(value) && value >= 0 && Math.fround(value) < 1,
});

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * Checks a value that did not come as text, such as a stored one.
 * @template {FieldName} F
 * @param {F} field
 * @param {unknown} value
 * @returns {Parsed<Config[F]>}
 */
export function checkField(field, value) {
  if (field === "architecture") {
    return /** @type {Parsed<Config[F]>} */ (checkArchitecture(value));
  }
  if (!IS_VALID[field](value)) return { ok: false, message: RULES[field] };
  // -0 would read "0" and compare equal, but divide differently: it is plain 0.
  const settled = Object.is(value, -0) ? 0 : value;
  return { ok: true, value: /** @type {Config[F]} */ (settled) };
}

/**
 * Reads what a person typed into a field or chose from it.
 * @param {FieldName} field
 * @param {string} text
 * @returns {Parsed<Config[FieldName]>}
 */
export function parseField(field, text) {
  switch (field) {
    case "architecture":
      return parseArchitecture(text);
    case "activation":
    case "optimizer":
      return checkField(field, text);
    case "batchSize":
      // "1,000" could be one or a thousand: a count is digits only.
      return checkField(field, /[.,]/.test(text) ? Number.NaN : parseNumber(text));
    default:
      return checkField(field, parseNumber(text));
  }
}

/**
 * A setting as the text that reads back as it.
 * @param {FieldName} field
 * @param {Config} config
 * @returns {string}
 */
export function formatField(field, config) {
  return field === "architecture" ? config.architecture.join("-") : String(config[field]);
}

/**
 * @param {Config} a
 * @param {Config} b
 * @returns {FieldName[]} the fields in which they differ
 */
export function changedFields(a, b) {
  return FIELDS.filter((field) => formatField(field, a) !== formatField(field, b));
}

/**
 * @param {unknown} value
 * @returns {value is number | null} whether it is a speed: steps per second, or null for "as fast as possible"
 */
export function isSpeed(value) {
  return value === null || (isNumber(value) && Math.fround(value) > 0 && value <= MAX_SPEED);
}

/**
 * @param {unknown} value
 * @returns {value is number} whether it is a seed that survives JSON
 */
export function isSeed(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
