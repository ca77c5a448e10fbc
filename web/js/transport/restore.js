// Handing a server everything at once: after every connect it knows nothing of this page.

/** @import { Checkpoint, Frozen, State } from "../../types/state" */
/** @import { Request } from "../../types/wire" */

import { usableCheckpoint } from "../state/checkpoint.js";
import { currentRun } from "../state/runs.js";

/**
 * @typedef {object} Restore
 * @property {Frozen<Request>} request without its id
 * @property {Checkpoint | null} checkpoint what the run goes on from
 */

/**
 * The output layer of a checkpoint follows the points of its time; if points of other classes
 * came or went since, the server lets it grow or shrink and keeps the weights.
 * @param {State} state
 * @returns {Restore}
 */
export function restoreFrom(state) {
  const run = currentRun(state);
  const { config, stepsPerSecond } = run.settings;
  const checkpoint = usableCheckpoint(run);
  const freshWeights = run.requests.reset || run.training.networkPending;
  const seeds = freshWeights ? null : run.settings.seeds;
  const data = state.document.points.slice(0, state.connection.maxPoints);
  return {
    request: { type: "restore", config, data, checkpoint, seeds, stepsPerSecond },
    checkpoint,
  };
}
