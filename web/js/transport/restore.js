// Handing a server everything at once: after every connect it knows nothing of this page.

/** @import { Checkpoint, Frozen, Point, State } from "../../types/state" */
/** @import { Request } from "../../types/wire" */

import { currentCheckpoint } from "../state/checkpoint.js";
import { outputUnits } from "../state/points.js";

/**
 * @typedef {object} Restore
 * @property {Frozen<Request>} request without its id
 * @property {Checkpoint | null} checkpoint what the run goes on from
 * @property {readonly Point[] | null} points the store's points if the request holds them all;
 *   null if they are still to be told
 */

/**
 * @param {State} state
 * @returns {Restore}
 */
export function restoreFrom(state) {
  const { config, stepsPerSecond } = state.settings;
  const { maxPoints } = state.data;
  const checkpoint = currentCheckpoint(state);
  const freshWeights = state.requests.reset || state.session.networkPending;
  const seeds = freshWeights ? null : state.settings.seeds;
  // The output layer of a checkpoint follows the data of its time. If points of other classes
  // came or went since, the server first gets data of that shape, and then the real points: so
  // the layer grows or shrinks in place and the weights are kept.
  const fits = checkpoint === null || checkpoint.classes === outputUnits(state.data.points);
  const data = fits ? state.data.points.slice(0, maxPoints) : [{ x: 0, y: 0, label: checkpoint.classes - 1 }];
  return {
    request: { type: "restore", config, data, checkpoint, seeds, stepsPerSecond },
    checkpoint,
    points: fits ? state.data.points : null,
  };
}
