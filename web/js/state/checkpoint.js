// Checkpoints: the server's network with its optimizer, as text the page only carries.

/** @import { Architecture, Checkpoint, Optimizer, Run } from "../../types/state" */

import { architectureOf, isAsConfigured, layerSizes, readArchitecture } from "./architecture.js";
import { MAX_CLASSES } from "./points.js";
import { checkField, isSeed } from "./settings.js";

/** Arrays like the parameters that each optimizer remembers.
 * @type {Readonly<Record<Optimizer, number>>} */
const SLOTS = Object.freeze({ sgd: 0, rmsprop: 1, adam: 2 });

/** @typedef {Record<string, unknown>} Fields */

/**
 * The checkpoint a value is, if it is one: shapes that agree, base64 of the right lengths. What
 * is in the numbers is for the server to check.
 * @param {unknown} value also as it was kept before there were architectures
 * @param {number} [dropout] of such a former one
 * @returns {Checkpoint | null}
 */
export function readCheckpoint(value, dropout = 0) {
  if (!isRecord(value) || !isRecord(value.optimizer) || !isRecord(value.seeds)) return null;
  const fields = "hiddenLayers" in value ? renewed(value, value.optimizer, dropout) : value;
  const architecture = readArchitecture(fields.architecture);
  if (architecture === null || !isRecord(fields.optimizer)) return null;
  const { kind, steps, slots } = fields.optimizer;
  const { init, batches, dropout: dropoutSeed } = value.seeds;
  if (![fields.generation, fields.step, steps, init, batches, dropoutSeed].every(isSeed)) return null;
  if (!checkField("optimizer", kind).ok) return null;
  const nSlots = SLOTS[/** @type {Optimizer} */ (kind)];
  const rest = {
    epoch: 0, epochPosition: 0, diverged: false, absentRows: [], lastGood: null,
    ...fields,
    optimizer: { rowSteps: new Array(architecture.outputs).fill(steps), ...fields.optimizer },
  };
  const nParameters = countParameters(architecture);
  const isWhole =
    isSeed(rest.epoch) && isSeed(rest.epochPosition) && typeof rest.diverged === "boolean" &&
    floatsIn(fields.parameters) === nParameters &&
    areFloats(slots, nSlots, nParameters) &&
    Array.isArray(rest.optimizer.rowSteps) && rest.optimizer.rowSteps.length === architecture.outputs && rest.optimizer.rowSteps.every(isSeed) &&
    Array.isArray(rest.absentRows) && rest.absentRows.every((row) => isAbsentRow(row, architecture, nSlots)) &&
    (rest.lastGood === null || isLastGood(rest.lastGood, nParameters));
  return isWhole ? /** @type {Checkpoint} */ (/** @type {unknown} */ (rest)) : null;
}

/**
 * The checkpoint to hand to a server that knows nothing yet: none if the weights are to be fresh.
 * @param {Run} run
 * @returns {Checkpoint | null}
 */
export function usableCheckpoint({ checkpoint, settings: { config } }) {
  return checkpoint !== null && isAsConfigured(checkpoint.architecture, config) ? checkpoint : null;
}

/**
 * A checkpoint of before there were architectures, with the same weights.
 * @param {Fields} former
 * @param {Fields} optimizer
 * @param {number} dropout
 * @returns {Fields}
 */
function renewed({ hiddenLayers, classes, activation, ...rest }, optimizer, dropout) {
  const { kind, steps, firstMoment, secondMoment } = optimizer;
  const units = checkField("architecture", hiddenLayers);
  const checked = checkField("activation", activation);
  if (!units.ok || !checked.ok) return {};
  const moments = [firstMoment, secondMoment].filter((text) => text !== "");
  return {
    ...rest,
    architecture: architectureOf({ architecture: units.value, activation: checked.value, dropout }, Number(classes)),
    optimizer: { kind, steps, slots: moments },
  };
}

/**
 * @param {unknown} row
 * @param {Architecture} architecture
 * @param {number} nSlots
 */
function isAbsentRow(row, architecture, nSlots) {
  if (!isRecord(row) || !isSeed(row.steps) || !isSeed(row.class)) return false;
  const nRow = (layerSizes(architecture).at(-2) ?? 0) + 1;
  const isAbsent = row.class >= architecture.outputs && row.class < MAX_CLASSES;
  return isAbsent && floatsIn(row.parameters) === nRow && areFloats(row.slots, nSlots, nRow);
}

/**
 * @param {unknown} state
 * @param {number} nParameters
 */
function isLastGood(state, nParameters) {
  return isRecord(state) && [state.step, state.epoch, state.epochPosition].every(isSeed) && floatsIn(state.parameters) === nParameters;
}

/** @param {Architecture} architecture */
function countParameters(architecture) {
  const sizes = layerSizes(architecture);
  let count = 0;
  for (let i = 1; i < sizes.length; i += 1) count += (sizes[i - 1] + 1) * sizes[i];
  return count;
}

/**
 * @param {unknown} texts
 * @param {number} count of texts
 * @param {number} length of each
 */
function areFloats(texts, count, length) {
  return Array.isArray(texts) && texts.length === count && texts.every((text) => floatsIn(text) === length);
}

/**
 * @param {unknown} text
 * @returns {number} how many 32-bit floats the base64 text holds; NaN if it is none
 */
function floatsIn(text) {
  if (typeof text !== "string" || text.length % 4 !== 0) return Number.NaN;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Number.NaN;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return ((text.length / 4) * 3 - padding) / 4;
}

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
