// Handing a server everything at once: after every connect it knows nothing of this page.

/** @import { Checkpoint, Frozen, State } from "../../types/state" */
/** @import { Request } from "../../types/wire" */

import { currentCheckpoint } from "../state/checkpoint.js";

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
  const { config, stepsPerSecond } = state.settings;
  const { points, maxPoints } = state.document;
  const checkpoint = currentCheckpoint(state);
  const freshWeights = state.requests.reset || state.session.networkPending;
  const seeds = freshWeights ? null : state.settings.seeds;
  const data = points.slice(0, maxPoints);
  return {
    request: { type: "restore", config, data, checkpoint, seeds, stepsPerSecond },
    checkpoint,
  };
}
