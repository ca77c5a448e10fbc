// The state of the program in plain words.

/** @import { State } from "../../types/state" */

import { currentRun } from "../state/runs.js";
import { word } from "../words/word.js";
import { COLOR_NAMES } from "./palettes.js";

/**
 * @param {State} state
 * @returns {string} one or two short sentences for the status line
 */
export function statusText(state) {
  const { status, lossReason } = state.connection;
  const { training, map, checkpoint } = currentRun(state);
  const { points, generating, classCounts, nClassesPresent } = state.document;
  if (status === "retrying") {
    return lossReason === null ? word("status.retrying") : word("status.retryingBecause", { reason: lossReason });
  }
  if (status !== "open") return word(`status.${status}`);
  if (generating !== null) return word("status.generating");
  if (points.length === 0) return word("status.empty");
  if (training.diverged) return word("status.diverged");
  // After a reload the network is known before its first map.
  const step = (map.frame ?? checkpoint)?.step ?? 0;
  const activity = word(training.running ? "status.training" : step > 0 ? "status.paused" : "status.ready");
  if (nClassesPresent > 1) return activity;
  const onlyClass = classCounts.findIndex((count) => count > 0);
  return word("status.oneClass", { activity, color: COLOR_NAMES[state.preferences.palette][onlyClass] });
}
