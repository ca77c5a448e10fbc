// The runs of the page: each one training, one of them the current one.

/** @import { Run, State, Stored } from "../../types/state" */

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
 * @param {number} id
 * @param {Pick<Stored, "config" | "seeds" | "stepsPerSecond" | "checkpoint">} stored
 * @returns {Run} paused, not yet known to the server
 */
export function newRun(id, { config, seeds, stepsPerSecond, checkpoint }) {
  return {
    id,
    settings: { config, seeds, stepsPerSecond, errors: {}, drafts: {} },
    training: { running: false, diverged: false, generation: null, network: null, networkPending: false },
    map: { frame: null, live: true },
    history: { snapshots: [], shownIndex: -1, live: true },
    checkpoint,
    requests: { reset: false, steps: 0 },
  };
}
