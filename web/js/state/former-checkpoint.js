// Checkpoints and networks in the form of before there were architectures, which the server and the
// session files of version 1 speak.

/** @import { Activation, Architecture, Checkpoint } from "../../types/state" */
/** @import { Checkpoint as WireCheckpoint } from "../../types/wire" */

import { architectureOf, readArchitecture } from "./architecture.js";

/**
 * @param {Checkpoint} checkpoint
 * @returns {WireCheckpoint}
 */
export function formerCheckpoint({ generation, step, architecture: { layers, outputs }, parameters, optimizer, seeds }, /** @type {Activation} */ activation) {
  const { kind, steps, slots } = optimizer;
  const [firstMoment = "", secondMoment = ""] = kind === "rmsprop" ? ["", ...slots] : slots;
  return {
    generation, step, parameters, seeds,
    hiddenLayers: layers.map(({ units }) => units),
    classes: outputs,
    activation: layers[0]?.activation ?? activation,
    optimizer: { kind, steps, firstMoment, secondMoment },
  };
}

/**
 * @param {any} value
 * @returns {Architecture | null}
 */
export function readFormerNetwork(value) {
  if (!Array.isArray(value?.layerSizes)) return null;
  const { layerSizes, activation, dropout } = value;
  return readArchitecture(architectureOf({ architecture: layerSizes.slice(1, -1), activation, dropout }, layerSizes.at(-1)));
}
