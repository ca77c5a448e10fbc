// The runs of the page: each one training, one of them the current one.

/** @import { Point, Run, State, Stored } from "../../types/state" */

/**
 * @param {State} state
 * @returns {Run} the one that is shown and controlled
 */
export function currentRun({ runs }) {
  const run = runs.list.find(({ id }) => id === runs.current);
  if (run === undefined) throw new Error(`there is no run ${runs.current}`);
  return run;
}

/**
 * @param {State} state
 * @returns {readonly Point[]} those that belong to the map that is shown
 */
export function shownPoints(state) {
  return currentRun(state).map.points ?? state.document.points;
}

/**
 * @param {number} id
 * @param {Pick<Stored, "config" | "seeds" | "stepsPerSecond" | "checkpoint">} stored
 * @returns {Run} paused, not yet known to the server
 */
export function newRun(id, { config, seeds, stepsPerSecond, checkpoint }) {
  return {
    id,
    settings: { config, seeds, stepsPerSecond, errors: {}, drafts: {} },
    training: { running: false, diverged: false, generation: null, network: null, networkPending: false },
    map: { frame: null, live: true, points: null },
    history: { snapshots: [], firstStep: 0, lastStep: 0, shownStep: null },
    checkpoint,
    requests: { reset: null, steps: 0 },
  };
}
