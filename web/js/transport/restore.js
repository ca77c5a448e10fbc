// Handing a server everything at once: after every connect it knows nothing of this page.

/** @import { Checkpoint, Frozen, State } from "../../types/state" */
/** @import { Restore, Told } from "./channels.js" */

import { currentRun } from "../state/runs.js";
import { CHANNELS } from "./channels.js";

/**
 * The output layer of a checkpoint follows the points of its time; if points of other classes
 * came or went since, the server lets it grow or shrink and keeps the weights.
 * @param {State} state
 * @returns {{ request: Frozen<Restore>, told: Omit<Told, "running">, checkpoint: Checkpoint | null }}
 *   the request without its id, what the server knows when it has taken it, and what the run continues from
 */
export function restoreFrom(state) {
  const run = currentRun(state);
  const parts = CHANNELS.map(({ restore }) => restore?.(state, run) ?? {});
  const told = CHANNELS.map(({ restored }) => restored?.(state, run) ?? {});
  const request = /** @type {Frozen<Restore>} */ (Object.assign({ type: "restore" }, ...parts));
  return { request, told: Object.assign({}, ...told), checkpoint: request.checkpoint ?? null };
}
