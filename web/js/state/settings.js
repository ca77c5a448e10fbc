// The settings of the network and its training: one table, from which the form, reading, storage,
// session files and what the server is told are made.
//
// A setting is checked here once; past this file it cannot be wrong. Values are held to the
// server's own limits, including that it computes with 32-bit floats: what is above 0 here
// must still be above 0 there.

/** @import { Activation, Config, FieldName, Message, Optimizer, Parsed } from "../../types/state" */
/** @import { WireConstants } from "../../types/wire" */

import { message } from "../words/message.js";

/** @type {WireConstants["MAX_HIDDEN_LAYERS"]} */
const MAX_LAYERS = 10;
/** @type {WireConstants["MAX_UNITS"]} */
const MAX_UNITS = 100;
const MAX_LEARNING_RATE = 10;
const MAX_REGULARIZATION = 10;
const MAX_BATCH_SIZE = 1_000_000;

/** What is allowed at most; of the dropout, the greatest 32-bit float below 1. */
export const LIMITS = Object.freeze({
  maxLayers: MAX_LAYERS,
  maxUnits: MAX_UNITS,
  max: Object.freeze({ learningRate: MAX_LEARNING_RATE, regularization: MAX_REGULARIZATION, batchSize: MAX_BATCH_SIZE, dropout: 1 - 2 ** -24 }),
});

/**
 * @template T
 * @typedef {object} Setting
 * @property {"number" | "choice" | "layers"} kind how it is entered
 * @property {T} initial
 * @property {"live" | "network"} lifetime whether it acts on the running network, or a new one with
 *   fresh weights begins
 * @property {"basic" | "advanced"} group where it stands; "advanced" is what can be reset
 * @property {readonly T[]} choices of a choice, in the order to offer them
 * @property {string | null} fileKey its name in a session file's "training"; null if it is part of
 *   the architecture there
 * @property {(value: unknown) => Parsed<T>} check
 * @property {(text: string) => Parsed<T>} parse what a person typed or chose
 * @property {(value: T) => string} format as the text that reads back as it
 */

/** In the order of the form.
 * @type {Readonly<{ [F in FieldName]: Setting<Config[F]> }>} */
export const SETTINGS = Object.freeze({
  architecture: layers([10, 5]),
  learningRate: number({
    initial: 0.01,
    lifetime: "live",
    fileKey: "learning_rate",
    rule: message("rule.learningRate", { max: MAX_LEARNING_RATE }),
    isValid: (value) => Math.fround(value) > 0 && value <= MAX_LEARNING_RATE,
  }),
  optimizer: choice({
    /** @type {readonly Optimizer[]} */
    choices: ["adam", "sgd", "rmsprop"],
    lifetime: "live",
    fileKey: "optimizer",
    rule: (choices) => message("rule.optimizer", { choices }),
  }),
  regularization: number({
    initial: 0,
    lifetime: "live",
    fileKey: "weight_decay",
    rule: message("rule.regularization", { max: MAX_REGULARIZATION }),
    isValid: (value) => value >= 0 && value <= MAX_REGULARIZATION,
  }),
  batchSize: number({
    initial: 0,
    lifetime: "live",
    fileKey: "batch_size",
    rule: message("rule.batchSize", { max: MAX_BATCH_SIZE }),
    isValid: (value) => Number.isInteger(value) && value >= 0 && value <= MAX_BATCH_SIZE,
    // "1,000" could be one or a thousand: a count is digits only.
    read: (text) => (/[.,]/.test(text) ? Number.NaN : parseNumber(text)),
  }),
  activation: choice({
    /** @type {readonly Activation[]} the first one is the default */
    choices: ["tanh", "relu", "leaky_relu", "gelu"],
    lifetime: "network",
    fileKey: null,
    rule: (choices) => message("rule.activation", { choices }),
  }),
  dropout: number({
    initial: 0,
    lifetime: "network",
    fileKey: null,
    rule: message("rule.dropout"),
    isValid: (value) => value >= 0 && Math.fround(value) < 1,
  }),
});

export const FIELDS = /** @type {readonly FieldName[]} */ (Object.freeze(Object.keys(SETTINGS)));

/** Fields whose change means a new network with fresh weights. */
export const NETWORK_FIELDS = Object.freeze(FIELDS.filter((field) => SETTINGS[field].lifetime === "network"));

/** Fields that "reset the advanced settings" sets back. */
export const ADVANCED_FIELDS = Object.freeze(FIELDS.filter((field) => SETTINGS[field].group === "advanced"));

export const DEFAULT_CONFIG = /** @type {Config} */ (
  Object.freeze(Object.fromEntries(FIELDS.map((field) => [field, SETTINGS[field].initial])))
);

/** Steps per second: slow enough to watch a small problem being learnt. */
export const DEFAULT_SPEED = 60;

/** The fastest speed that can be asked for by number.
 * @type {WireConstants["MAX_STEPS_PER_SECOND"]} */
const MAX_SPEED = 1_000_000;

/**
 * @param {Pick<Setting<number>, "initial" | "lifetime" | "fileKey"> & {
 *   rule: Message, isValid: (value: number) => boolean, read?: (text: string) => number
 * }} row
 * @returns {Setting<number>}
 */
function number({ initial, lifetime, fileKey, rule, isValid, read = parseNumber }) {
  const check = (/** @type {unknown} */ value) => {
    if (!isNumber(value) || !isValid(value)) return refused(rule);
    // -0 would read "0" and compare equal, but divide differently: it is plain 0.
    return accepted(value === 0 ? 0 : value);
  };
  return {
    kind: "number", initial, lifetime, group: "advanced", choices: [], fileKey, check,
    parse: (text) => check(read(text)),
    format: String,
  };
}

/**
 * @template {string} T
 * @param {Pick<Setting<T>, "lifetime" | "choices" | "fileKey"> & { rule: (choices: readonly T[]) => Message }} row
 * @returns {Setting<T>}
 */
function choice({ choices, lifetime, fileKey, rule }) {
  const check = (/** @type {unknown} */ value) => {
    const chosen = choices.find((known) => known === value);
    return chosen === undefined ? refused(rule(choices)) : accepted(chosen);
  };
  return { kind: "choice", initial: choices[0], lifetime, group: "advanced", choices, fileKey, check, parse: check, format: String };
}

/**
 * @param {readonly number[]} initial
 * @returns {Setting<readonly number[]>}
 */
function layers(initial) {
  return {
    kind: "layers", initial: Object.freeze(initial), lifetime: "network", group: "basic", choices: [], fileKey: null,
    check: checkLayers,
    parse: parseLayers,
    format: (value) => value.join("-"),
  };
}

/**
 * Reads hidden layers such as "10-5"; nothing or "0" means none.
 * @param {string} text
 * @returns {Parsed<readonly number[]>}
 */
function parseLayers(text) {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "0") return accepted(Object.freeze([]));
  if (!/^\d+(-\d+)*$/.test(trimmed)) return refused(message("rule.architecture"));
  return checkLayers(trimmed.split("-").map(Number));
}

/**
 * @param {unknown} value
 * @returns {Parsed<readonly number[]>}
 */
function checkLayers(value) {
  if (!Array.isArray(value)) return refused(message("rule.architecture"));
  if (value.length > MAX_LAYERS) return refused(message("rule.layers", { max: MAX_LAYERS }));
  const isValid = value.every((units) => Number.isInteger(units) && units >= 1 && units <= MAX_UNITS);
  return isValid ? accepted(Object.freeze([...value])) : refused(message("rule.units", { max: MAX_UNITS }));
}

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
 * Checks a value that did not come as text, such as a stored one.
 * @template {FieldName} F
 * @param {F} field
 * @param {unknown} value
 * @returns {Parsed<Config[F]>}
 */
export function checkField(field, value) {
  return SETTINGS[field].check(value);
}

/**
 * Reads what a person typed into a field or chose from it.
 * @param {FieldName} field
 * @param {string} text
 * @returns {Parsed<Config[FieldName]>}
 */
export function parseField(field, text) {
  return SETTINGS[field].parse(text);
}

/**
 * A setting as the text that reads back as it.
 * @template {FieldName} F
 * @param {F} field
 * @param {Config} config
 * @returns {string}
 */
export function formatField(field, config) {
  return SETTINGS[field].format(config[field]);
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

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * @template T
 * @param {T} value
 * @returns {Parsed<T>}
 */
function accepted(value) {
  return { ok: true, value };
}

/**
 * @param {Message} rule
 * @returns {{ readonly ok: false, readonly message: Message }}
 */
function refused(rule) {
  return { ok: false, message: rule };
}

/**
 * The settings that a network is told apart by, for sentences about it.
 * @param {Config} config
 */
export function describeNetwork({ architecture, activation, dropout }) {
  return { layers: architecture, activation, dropout };
}
