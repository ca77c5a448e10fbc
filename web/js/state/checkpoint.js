// Checkpoints: the server's network with its optimizer, as text the page only carries.

/** @import { Checkpoint, Run } from "../../types/state" */

import { checkField, isSeed } from "./settings.js";

/**
 * The checkpoint a value is, if it is one: shapes that agree, base64 of the right lengths. What
 * is in the numbers is for the server to check.
 * @param {unknown} value
 * @returns {Checkpoint | null} the value itself
 */
export function readCheckpoint(value) {
  if (!isRecord(value) || !isRecord(value.optimizer) || !isRecord(value.seeds)) return null;
  const { generation, step, hiddenLayers, classes, activation, parameters, optimizer, seeds } = value;
  if (!isSeed(generation) || !isSeed(step) || !isSeed(optimizer.steps)) return null;
  const layers = checkField("architecture", hiddenLayers);
  if (!layers.ok || !checkField("activation", activation).ok) return null;
  if (!Number.isInteger(classes) || Number(classes) < 2 || Number(classes) > 8) return null;
  if (!checkField("optimizer", optimizer.kind).ok) return null;
  if (![seeds.init, seeds.batches, seeds.dropout].every(isSeed)) return null;
  const nParameters = countParameters([2, ...layers.value, Number(classes)]);
  const { firstMoment, secondMoment } = optimizer;
  const fits =
    floatsIn(parameters) === nParameters &&
    [firstMoment, secondMoment].every((text) => text === "" || floatsIn(text) === nParameters);
  return fits ? /** @type {Checkpoint} */ (/** @type {unknown} */ (value)) : null;
}

/**
 * The checkpoint to hand to a server that knows nothing yet: none if the weights are to be fresh.
 * @param {Run} run
 * @returns {Checkpoint | null}
 */
export function usableCheckpoint({ checkpoint, settings: { config }, requests, training }) {
  if (checkpoint === null || requests.reset || training.networkPending) return null;
  const fits =
    checkpoint.activation === config.activation &&
    checkpoint.hiddenLayers.join("-") === config.architecture.join("-");
  return fits ? checkpoint : null;
}

/** @param {readonly number[]} layerSizes */
function countParameters(layerSizes) {
  let count = 0;
  for (let i = 1; i < layerSizes.length; i += 1) count += (layerSizes[i - 1] + 1) * layerSizes[i];
  return count;
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
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
