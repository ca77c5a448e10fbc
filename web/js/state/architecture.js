// Architectures: what a network is made of, and the settings that say the same.

/** @import { Architecture, Config } from "../../types/state" */

import { MAX_CLASSES } from "./points.js";
import { checkField } from "./settings.js";

/** The inputs there are. */
const FEATURES = Object.freeze(["x", "y"]);

/**
 * @param {Pick<Config, "architecture" | "activation" | "dropout">} config
 * @param {number} outputs
 * @returns {Architecture}
 */
export function architectureOf({ architecture, activation, dropout }, outputs) {
  return { features: ["x", "y"], layers: architecture.map((units) => ({ units, activation, dropout })), outputs };
}

/**
 * The architecture a value is, if it is one.
 * @param {unknown} value
 * @returns {Architecture | null}
 */
export function readArchitecture(value) {
  const { features, layers, outputs } = /** @type {Record<string, unknown>} */ (value ?? {});
  if (!Array.isArray(features) || features.length === 0 || !features.every((feature) => FEATURES.includes(feature))) return null;
  if (new Set(features).size < features.length) return null;
  if (!Array.isArray(layers) || !checkField("architecture", layers.map((layer) => layer?.units)).ok) return null;
  const isLayer = (/** @type {Record<string, unknown>} */ { activation, dropout }) =>
    checkField("activation", activation).ok && checkField("dropout", dropout).ok;
  if (!layers.every(isLayer)) return null;
  if (!Number.isInteger(outputs) || Number(outputs) < 2 || Number(outputs) > MAX_CLASSES) return null;
  return /** @type {Architecture} */ (value);
}

/**
 * The settings of an architecture, if its layers differ in nothing that has only one setting.
 * @param {Architecture} architecture
 * @param {Pick<Config, "activation" | "dropout">} without for a network that has no hidden layers
 * @returns {Pick<Config, "architecture" | "activation" | "dropout"> | null}
 */
export function settingsOf({ layers }, without) {
  const { activation, dropout } = layers[0] ?? without;
  const areAlike = layers.every((layer) => layer.activation === activation && layer.dropout === dropout);
  return areAlike ? { architecture: layers.map(({ units }) => units), activation, dropout } : null;
}

/**
 * Whether a network is what the settings ask for; its outputs follow the points.
 * @param {Architecture} architecture
 * @param {Config} config
 */
export function isAsConfigured({ layers }, { architecture, activation, dropout }) {
  return (
    layers.length === architecture.length &&
    // The server computes with 32-bit floats.
    layers.every((layer, i) => layer.units === architecture[i] && layer.activation === activation && Math.fround(layer.dropout) === Math.fround(dropout))
  );
}

/** @param {Architecture} architecture */
export function layerSizes({ features, layers, outputs }) {
  return [features.length, ...layers.map(({ units }) => units), outputs];
}
