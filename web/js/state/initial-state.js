// The state of a page that has just been opened.

/** @import { State, Stored } from "../../types/state" */

import { DEFAULT_MAX_POINTS, countClasses } from "./points.js";
import { DEFAULT_CONFIG, DEFAULT_SPEED } from "./settings.js";
import { DEFAULT_UI } from "./ui.js";

/** A first visit.
 * @type {Stored} */
export const NOTHING_STORED = Object.freeze({
  config: DEFAULT_CONFIG,
  seeds: null,
  stepsPerSecond: DEFAULT_SPEED,
  points: Object.freeze([]),
  checkpoint: null,
  ui: DEFAULT_UI,
});

/**
 * @param {Stored} stored
 * @returns {State} paused, whatever it was before
 */
export function initialState(stored) {
  return {
    document: {
      points: stored.points,
      ...countClasses(stored.points),
      canUndo: false,
      canRedo: false,
      maxPoints: DEFAULT_MAX_POINTS,
    },
    settings: {
      config: stored.config,
      seeds: stored.seeds,
      stepsPerSecond: stored.stepsPerSecond,
      errors: {},
      drafts: {},
    },
    ui: stored.ui,
    session: {
      connection: "connecting",
      lossReason: null,
      running: false,
      diverged: false,
      generation: null,
      network: null,
      networkPending: false,
      generating: false,
      server: null,
    },
    keeping: { place: "unknown", claimed: false },
    notice: null,
    map: { frame: null, live: true },
    history: { snapshots: [], shownIndex: -1, live: true },
    requests: { generate: null, restore: null, reset: false, steps: 0 },
    model: { checkpoint: stored.checkpoint },
  };
}
