// Session files (.nnvisu): settings, seeds, points and the trained network, as
// crates/nnvisu-core/src/files/session.rs describes them. Both readers are held to the same
// examples (crates/nnvisu-core/tests/vectors); only the page lets a repeated key, 1.0 for a whole
// number and a byte order mark pass.

/** @import { Checkpoint, Config, Parsed, Point, Seeds, SessionContent } from "../../types/state" */

import { readCheckpoint } from "../state/checkpoint.js";
import { FIELDS, checkField, isSeed } from "../state/settings.js";
import { readPoint } from "../state/points.js";
import { textOf } from "../words/word.js";
import { bytesOf, checksumOf } from "./checksum.js";
import { quoted } from "./words.js";

const FORMAT = "nnvisu-session";
/** The version that is written, and the newest that can be read. */
const VERSION = 1;

/** Why a file is refused. */
class Damaged extends Error {}

/**
 * @param {string} text
 * @returns {Parsed<SessionContent, string>}
 */
export function readSessionFile(text) {
  const refuse = (/** @type {string} */ message) => ({ ok: /** @type {const} */ (false), message });
  const damaged = (/** @type {string} */ why) => refuse(`The session file is damaged or incomplete: ${why}`);
  /** @type {unknown} */
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return text.slice(0, 200).includes(FORMAT) ? damaged("it ends too early or was changed") : refuse("The file is not an nnvisu session");
  }
  if (!isRecord(file) || file.format !== FORMAT) return refuse("The file is not an nnvisu session");
  if (!isSeed(file.version) || file.version === 0) return damaged("its version is not a number");
  if (file.version > VERSION) {
    return refuse(`The session file has format version ${file.version}, and this nnvisu reads up to ${VERSION}: a newer nnvisu can open it`);
  }
  try {
    return { ok: true, value: readContent(file) };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return error.message.startsWith("The ") ? refuse(error.message) : damaged(error.message);
  }
}

/**
 * @param {SessionContent} content
 * @returns {string}
 */
export function writeSessionFile({ config, seeds, points, checkpoint }) {
  const { architecture, activation, dropout, optimizer, learningRate, regularization, batchSize } = config;
  const network = { hidden_layers: architecture, activation, dropout };
  const training = { optimizer, learning_rate: learningRate, weight_decay: regularization, batch_size: batchSize };
  const lines = points.map(({ x, y, label }) => `    ${JSON.stringify([x, y, label])}`);
  const parts = {
    format: JSON.stringify(FORMAT),
    version: String(VERSION),
    network: JSON.stringify(network),
    training: JSON.stringify(training),
    // A checkpoint goes on with its own.
    seeds: JSON.stringify(checkpoint?.seeds ?? seeds),
    points: lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`,
    checkpoint: JSON.stringify(checkpoint === null ? null : storedCheckpoint(checkpoint)),
  };
  return `{\n${Object.entries(parts).map(([key, json]) => `  "${key}": ${json}`).join(",\n")}\n}\n`;
}

/** @param {Checkpoint} checkpoint */
function storedCheckpoint({ step, classes, parameters, optimizer }) {
  const { kind, steps, firstMoment, secondMoment } = optimizer;
  return {
    step,
    n_classes: classes,
    parameters,
    checksum: checksumOf(parameters),
    optimizer: { kind, steps, first_moment: firstMoment, second_moment: secondMoment },
  };
}

/**
 * @param {Record<string, unknown>} file
 * @returns {SessionContent}
 */
function readContent(file) {
  only(file, ["format", "version", "network", "training", "seeds", "points", "checkpoint"]);
  const network = only(file.network, ["hidden_layers", "activation", "dropout"]);
  const training = only(file.training, ["optimizer", "learning_rate", "weight_decay", "batch_size"]);
  const config = readConfig({
    learningRate: training.learning_rate,
    architecture: network.hidden_layers,
    activation: network.activation,
    optimizer: training.optimizer,
    regularization: training.weight_decay,
    batchSize: training.batch_size,
    dropout: network.dropout,
  });
  const { init, batches, dropout } = only(file.seeds, ["init", "batches", "dropout"]);
  if (!isSeed(init) || !isSeed(batches) || !isSeed(dropout)) throw new Damaged("a seed is not a whole number below 2 to the 53rd");
  const seeds = Object.freeze({ init, batches, dropout });
  const points = readPoints(file.points);
  const checkpoint = file.checkpoint === null ? null : readStored(file.checkpoint, config, seeds);
  return { config, seeds, points, checkpoint };
}

/**
 * @param {Record<string, unknown>} values
 * @returns {Config}
 */
function readConfig(values) {
  const config = FIELDS.map((field) => {
    const checked = checkField(field, values[field]);
    if (!checked.ok) throw new Damaged(textOf(checked.message));
    return [field, checked.value];
  });
  return Object.freeze(Object.fromEntries(config));
}

/**
 * @param {unknown} value
 * @returns {readonly Point[]}
 */
function readPoints(value) {
  if (!Array.isArray(value)) throw new Damaged("its points are not a list");
  const points = value.map((entry, i) => {
    const [x, y, label] = Array.isArray(entry) && entry.length === 3 ? entry : [];
    const point = readPoint({ x, y, label });
    if (point === null) throw new Damaged(`point ${i + 1} is not x and y from -1 to 1 and a label from 0 to 7`);
    return point;
  });
  return Object.freeze(points);
}

/**
 * @param {unknown} value
 * @param {Config} config
 * @param {Seeds} seeds
 * @returns {Checkpoint}
 */
function readStored(value, config, seeds) {
  const { step, n_classes, parameters, checksum, optimizer } = only(value, ["step", "n_classes", "parameters", "checksum", "optimizer"]);
  const state = only(optimizer, ["kind", "steps", "first_moment", "second_moment"]);
  const checkpoint = readCheckpoint({
    generation: 0,
    step,
    hiddenLayers: config.architecture,
    classes: n_classes,
    activation: config.activation,
    parameters,
    optimizer: { kind: state.kind, steps: state.steps, firstMoment: state.first_moment, secondMoment: state.second_moment },
    seeds,
  });
  if (checkpoint === null) throw new Damaged("its weights do not fit its network");
  const actual = checksumOf(checkpoint.parameters);
  if (actual !== checksum) {
    if (typeof checksum !== "string") throw new Damaged("the checksum of its weights is missing");
    throw new Damaged(`The session file is damaged: its weights have the checksum ${actual}, but "${quoted(checksum)}" was written with them`);
  }
  checkNumbers(checkpoint);
  return checkpoint;
}

/** @param {Checkpoint} checkpoint */
function checkNumbers({ parameters, optimizer }) {
  const { kind, firstMoment, secondMoment } = optimizer;
  const holds = [parameters, firstMoment, secondMoment].map((text) => floatsOf(text));
  if (!holds.every((values) => values.every(Number.isFinite))) throw new Damaged("a weight is not a finite number");
  if (holds[2]?.some((value) => value < 0)) throw new Damaged("a mean of squares is negative");
  const isNeeded = { sgd: [false, false], adam: [true, true], rmsprop: [false, true] }[kind];
  const isThere = [firstMoment !== "", secondMoment !== ""];
  if (isNeeded.some((needed, i) => needed !== isThere[i])) throw new Damaged("what it keeps for the optimizer is another optimizer's");
}

/**
 * @param {string} base64
 * @returns {number[]}
 */
function floatsOf(base64) {
  const bytes = bytesOf(base64);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/**
 * @param {unknown} value
 * @param {readonly string[]} fields all that there must be
 * @returns {Record<string, unknown>}
 */
function only(value, fields) {
  if (!isRecord(value)) throw new Damaged(`there is no ${fields.join(", ")}`);
  const missing = fields.find((field) => !Object.hasOwn(value, field));
  if (missing !== undefined) throw new Damaged(`${missing} is missing`);
  const further = Object.keys(value).find((key) => !fields.includes(key));
  if (further !== undefined) throw new Damaged(`"${quoted(further)}" does not belong there`);
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
