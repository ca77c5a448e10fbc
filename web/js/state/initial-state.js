// The state of a page that has just been opened.

/** @import { State, Stored } from "../../types/state" */

import { DEFAULT_LAYOUT, DEFAULT_PREFERENCES } from "./choices.js";
import { DEFAULT_MAX_POINTS, countClasses } from "./points.js";
import { newRun } from "./runs.js";
import { DEFAULT_CONFIG, DEFAULT_SPEED } from "./settings.js";

/** A first visit.
 * @type {Stored} */
export const NOTHING_STORED = Object.freeze({
  config: DEFAULT_CONFIG,
  seeds: null,
  stepsPerSecond: DEFAULT_SPEED,
  points: Object.freeze([]),
  checkpoint: null,
  preferences: DEFAULT_PREFERENCES,
  layout: DEFAULT_LAYOUT,
});

/**
 * @param {Stored} stored
 * @returns {State} paused, whatever it was before
 */
export function initialState(stored) {
  const { points, preferences, layout } = stored;
  const run = newRun(0, stored);
  return {
    document: { points, ...countClasses(points), canUndo: false, canRedo: false, generating: null },
    runs: { list: [run], current: run.id },
    connection: { status: "connecting", lossReason: null, server: null, hasOtherPage: false, maxPoints: DEFAULT_MAX_POINTS, restore: null },
    preferences,
    workspace: { ...layout, visible: true, reducedMotion: false, presenting: false, notices: [], storage: { place: "unknown", claimed: false } },
  };
}
