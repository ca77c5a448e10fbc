// Reads the text messages of the server. What comes out has the shape its type says.

/** @import { Checkpoint, Frozen, Point, Seeds } from "../../types/state" */
/** @import { ErrorCode, Limits, Response, ServerInfo, SessionState } from "../../types/wire" */

import { readArchitecture } from "../state/architecture.js";
import { readCheckpoint } from "../state/checkpoint.js";
import { readPoint } from "../state/points.js";
import { isSeed } from "../state/settings.js";

/**
 * The server's session, as far as the page needs to know.
 * @typedef {Frozen<Pick<SessionState, "generation" | "running" | "step" | "network" | "seeds">>} ServerState
 *
 * @typedef {{ type: "config", page: string | null } & Omit<ServerInfo, "limits" | "page"> & Limits} Hello
 * @typedef {{ type: "state", re: number | null, state: ServerState }} StateMessage
 * @typedef {{ type: "checkpoint", re: number | null, checkpoint: Checkpoint }} CheckpointMessage with `re`, what
 *   that request throws away
 * @typedef {{ type: "data_generated", re: number | null, points: readonly Point[] }} DataGenerated
 * @typedef {{ type: "error", re: number | null, message: string, code: ErrorCode, field: string | null }} ErrorMessage
 * @typedef {{ type: "ignored" }} Ignored a type that the page has no use for, or does not know
 * @typedef {{ type: "unreadable", reason: string }} Unreadable
 * @typedef {Hello | StateMessage | CheckpointMessage | DataGenerated | ErrorMessage | Ignored | Unreadable} Message
 */

/** @typedef {Record<string, unknown>} Fields */

/** @type {Readonly<Record<Response["type"], (fields: Fields) => Message | null>>} */
const READERS = {
  config: readHello,
  state: readState,
  checkpoint: ({ re, payload }) => {
    const checkpoint = readCheckpoint(payload);
    return checkpoint === null ? null : { type: "checkpoint", re: idOf(re), checkpoint };
  },
  data_generated: readDataGenerated,
  error: readError,
  // What these say, a "state" says as well.
  architecture_synced: () => ({ type: "ignored" }),
  step_result: () => ({ type: "ignored" }),
};

/**
 * @param {string} type
 * @returns {type is Response["type"]}
 */
function isKnown(type) {
  return Object.hasOwn(READERS, type);
}

/**
 * @param {string} text
 * @returns {Message}
 */
export function parseMessage(text) {
  /** @type {unknown} */
  let fields;
  try {
    fields = JSON.parse(text);
  } catch {
    return { type: "unreadable", reason: "it is not JSON" };
  }
  if (!isFields(fields) || typeof fields.type !== "string") {
    return { type: "unreadable", reason: "it has no type" };
  }
  if (!isKnown(fields.type)) return { type: "ignored" };
  return READERS[fields.type](fields) ?? { type: "unreadable", reason: `"${fields.type}" lacks something` };
}

/**
 * @param {Fields} fields
 * @returns {Hello | null}
 */
function readHello({ payload }) {
  if (!isFields(payload) || !isFields(payload.limits)) return null;
  const { version, author, limits } = payload;
  const { maxPoints, maxMessageBytes } = limits;
  if (typeof version !== "string" || typeof author !== "string") return null;
  if (!isSeed(maxPoints) || !isSeed(maxMessageBytes)) return null;
  const page = typeof payload.page === "string" ? payload.page : null;
  return { type: "config", version, author, page, maxPoints, maxMessageBytes };
}

/**
 * @param {Fields} fields
 * @returns {StateMessage | null}
 */
function readState({ re, payload }) {
  if (!isFields(payload)) return null;
  const { generation, running, step } = payload;
  const network = readArchitecture(payload.network);
  const seeds = readSeeds(payload.seeds);
  if (!isSeed(generation) || !isSeed(step) || typeof running !== "boolean") return null;
  if (network === null || seeds === null) return null;
  return { type: "state", re: idOf(re), state: { generation, running, step, network, seeds } };
}

/**
 * @param {unknown} value
 * @returns {Seeds | null}
 */
function readSeeds(value) {
  if (!isFields(value)) return null;
  const { init, batches, dropout } = value;
  return isSeed(init) && isSeed(batches) && isSeed(dropout) ? { init, batches, dropout } : null;
}

/**
 * @param {Fields} fields
 * @returns {DataGenerated | null}
 */
function readDataGenerated({ re, data }) {
  if (!Array.isArray(data)) return null;
  const points = data.map(readPoint).filter((point) => point !== null);
  return points.length === data.length ? { type: "data_generated", re: idOf(re), points } : null;
}

/**
 * @param {Fields} fields
 * @returns {ErrorMessage | null}
 */
function readError({ re, message, code, field }) {
  if (typeof message !== "string" || typeof code !== "string") return null;
  // A newer server may have more codes; none of them means what the known ones mean.
  const known = /** @type {ErrorCode} */ (code);
  return { type: "error", re: idOf(re), message, code: known, field: typeof field === "string" ? field : null };
}

/** @param {unknown} re */
function idOf(re) {
  return isSeed(re) ? re : null;
}

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
function isFields(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
