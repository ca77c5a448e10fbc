// Session files (.nnvisu): settings, seeds, points and the trained network, as
// crates/nnvisu-core/src/files/session.rs describes them. Both readers are held to the same
// examples (crates/nnvisu-core/tests/vectors); only the page lets a repeated key, 1.0 for a whole
// number and a byte order mark pass.

/** @import { Checkpoint, Config, Parsed, Point, SessionContent } from "../../types/state" */

import { architectureOf, readArchitecture, settingsOf } from "../state/architecture.js";
import { readCheckpoint } from "../state/checkpoint.js";
import { DEFAULT_CONFIG, FIELDS, SETTINGS, checkField, isSeed } from "../state/settings.js";
import { MAX_CLASSES, readPoint } from "../state/points.js";
import { textOf, word } from "../words/word.js";
import { bytesOf, checksumOf } from "./checksum.js";
import { quoted } from "./quoted.js";

const FORMAT = "nnvisu-session";
/** The version that is written, and the newest that can be read. */
const VERSION = 2;

/** The settings that are about training and not part of the architecture, by their names in a file. */
const TRAINING_FIELDS = FIELDS.flatMap((field) => {
  const key = SETTINGS[field].fileKey;
  return key === null ? [] : [{ field, key }];
});

/** A file that is refused, in a whole sentence. */
class Refused extends Error {}

/** A file of ours that is not as it was written. */
class Damaged extends Refused {
  /** @param {string} why */
  constructor(why) {
    super(word("session.damaged", { why }));
  }
}

/**
 * @param {string} text
 * @returns {Parsed<SessionContent, string>}
 */
export function readSessionFile(text) {
  try {
    return { ok: true, value: readContent(parsed(text)) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, message: error.message };
  }
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>} a session of a version that can be read
 */
function parsed(text) {
  /** @type {unknown} */
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw text.slice(0, 200).includes(FORMAT) ? new Damaged(word("session.cut")) : new Refused(word("session.foreign"));
  }
  if (!isRecord(file) || file.format !== FORMAT) throw new Refused(word("session.foreign"));
  const { version } = file;
  if (!isSeed(version) || version === 0) throw new Damaged(word("session.version"));
  if (version > VERSION) throw new Refused(word("session.newer", { version, newest: VERSION }));
  return file;
}

/**
 * @param {SessionContent} content
 * @returns {string}
 */
export function writeSessionFile({ config, seeds, points, checkpoint }) {
  const architecture = checkpoint?.architecture ?? architectureOf(config, outputsFor(points));
  const training = Object.fromEntries(TRAINING_FIELDS.map(({ field, key }) => [key, config[field]]));
  const lines = points.map(({ x, y, label }) => `    ${JSON.stringify([x, y, label])}`);
  const parts = {
    format: JSON.stringify(FORMAT),
    version: String(VERSION),
    architecture: JSON.stringify(architecture),
    training: JSON.stringify(training),
    // A checkpoint continues with its own.
    seeds: JSON.stringify(checkpoint?.seeds ?? seeds),
    points: lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`,
    checkpoint: JSON.stringify(checkpoint === null ? null : storedCheckpoint(checkpoint)),
  };
  return `{\n${Object.entries(parts).map(([key, json]) => `  "${key}": ${json}`).join(",\n")}\n}\n`;
}

/** @param {readonly Point[]} points */
function outputsFor(points) {
  return points.reduce((outputs, { label }) => Math.max(outputs, label + 1), 2);
}

/** @param {Checkpoint} checkpoint */
function storedCheckpoint({ generation: _generation, architecture: _architecture, seeds: _seeds, ...rest }) {
  const fields = { ...rest, checksum: checksumOf(rest.parameters) };
  return renamed(fields, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/**
 * @param {unknown} value
 * @param {(key: string) => string} rename
 * @returns {unknown} with other names for all its fields
 */
function renamed(value, rename) {
  if (Array.isArray(value)) return value.map((element) => renamed(element, rename));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [rename(key), renamed(field, rename)]));
}

/**
 * @param {Record<string, unknown>} file
 * @returns {SessionContent}
 */
function readContent(file) {
  const network = file.version === 1 ? "network" : "architecture";
  only(file, ["format", "version", network, "training", "seeds", "points", "checkpoint"]);
  const training = only(file.training, TRAINING_FIELDS.map(({ key }) => key));
  const values = Object.fromEntries(TRAINING_FIELDS.map(({ field, key }) => [field, training[key]]));
  const config = readConfig({ ...values, ...(file.version === 1 ? formerNetwork(file.network) : networkOf(file.architecture)) });
  const { init, batches, dropout } = only(file.seeds, ["init", "batches", "dropout"]);
  if (!isSeed(init) || !isSeed(batches) || !isSeed(dropout)) throw new Damaged(word("session.seed"));
  const seeds = Object.freeze({ init, batches, dropout });
  const points = readPoints(file.points);
  if (file.checkpoint === null) return { config, seeds, points, checkpoint: null };
  const stored = file.version === 1 ? storedFormer(file.checkpoint, config) : currentCheckpoint(file.checkpoint, file.architecture);
  return { config, seeds, points, checkpoint: readStored({ generation: 0, seeds, ...stored }, config) };
}

/** @param {unknown} value the network of version 1, all of whose layers are alike */
function formerNetwork(value) {
  const { hidden_layers, activation, dropout } = only(value, ["hidden_layers", "activation", "dropout"]);
  return { architecture: hidden_layers, activation, dropout };
}

/** @param {unknown} value */
function networkOf(value) {
  const architecture = readArchitecture(only(value, ["features", "layers", "outputs"]));
  if (architecture === null) throw new Damaged(word("session.architecture"));
  const settings = settingsOf(architecture, DEFAULT_CONFIG);
  if (settings === null) throw new Refused(word("session.mixedLayers"));
  return settings;
}

/**
 * @param {unknown} value
 * @param {Config} config
 */
function storedFormer(value, config) {
  const { n_classes, optimizer, ...rest } = only(value, ["step", "n_classes", "parameters", "checksum", "optimizer"]);
  const { kind, steps, first_moment, second_moment } = only(optimizer, ["kind", "steps", "first_moment", "second_moment"]);
  const state = { kind, steps, firstMoment: first_moment, secondMoment: second_moment };
  return { ...rest, hiddenLayers: config.architecture, activation: config.activation, classes: n_classes, optimizer: state };
}

/**
 * @param {unknown} value
 * @param {unknown} architecture
 */
function currentCheckpoint(value, architecture) {
  only(value, ["step", "epoch", "epoch_position", "diverged", "parameters", "checksum", "optimizer", "absent_rows", "last_good"]);
  const { optimizer, ...rest } = /** @type {Record<string, unknown>} */ (renamed(value, (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())));
  return { ...rest, architecture, optimizer: only(optimizer, ["kind", "steps", "rowSteps", "slots"]) };
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
  if (!Array.isArray(value)) throw new Damaged(word("session.points"));
  const points = value.map((entry, i) => {
    const [x, y, label] = Array.isArray(entry) && entry.length === 3 ? entry : [];
    const point = readPoint({ x, y, label });
    if (point === null) throw new Damaged(word("session.point", { number: i + 1, maxLabel: MAX_CLASSES - 1 }));
    return point;
  });
  return Object.freeze(points);
}

/**
 * @param {Record<string, unknown>} value
 * @param {Config} config
 * @returns {Checkpoint}
 */
function readStored({ checksum, ...value }, config) {
  const checkpoint = readCheckpoint(value, config.dropout);
  if (checkpoint === null) throw new Damaged(word("session.weights"));
  const actual = checksumOf(checkpoint.parameters);
  if (actual !== checksum) {
    if (typeof checksum !== "string") throw new Damaged(word("session.noChecksum"));
    throw new Refused(word("session.checksum", { actual, written: quoted(checksum) }));
  }
  checkNumbers(checkpoint);
  return checkpoint;
}

/** @param {Checkpoint} checkpoint */
function checkNumbers({ parameters, optimizer: { kind, slots }, absentRows, lastGood }) {
  const weights = [parameters, ...absentRows.map((row) => row.parameters), ...(lastGood === null ? [] : [lastGood.parameters])];
  const remembered = [...slots, ...absentRows.flatMap((row) => row.slots)];
  if (![...weights, ...remembered].every((text) => floatsOf(text).every(Number.isFinite))) throw new Damaged(word("session.notFinite"));
  // The last array of an optimizer that has any is the mean of squares.
  const squares = kind === "sgd" ? [] : [slots, ...absentRows.map((row) => row.slots)].map((arrays) => arrays.at(-1) ?? "");
  if (squares.some((text) => floatsOf(text).some((value) => value < 0))) throw new Damaged(word("session.negative"));
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
  if (!isRecord(value)) throw new Damaged(word("session.none", { fields }));
  const missing = fields.find((field) => !Object.hasOwn(value, field));
  if (missing !== undefined) throw new Damaged(word("session.missing", { field: missing }));
  const further = Object.keys(value).find((key) => !fields.includes(key));
  if (further !== undefined) throw new Damaged(word("session.further", { field: quoted(further) }));
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
