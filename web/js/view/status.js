// The state of the program in plain words.

/** @import { State } from "../../types/state" */

import { currentRun } from "../state/runs.js";
import { word } from "../words/word.js";
import { shownStep } from "./numbers.js";
import { colorName } from "./palettes.js";

/**
 * @param {State} state
 * @returns {string} one or two short sentences for the status line
 */
export function statusText(state) {
  const { connection, document, preferences } = state;
  const { training } = currentRun(state);
  if (connection.status === "retrying") {
    const { lossReason: reason } = connection;
    return reason === null ? word("status.retrying") : word("status.retryingBecause", { reason });
  }
  if (connection.status === "resting") return word("status.resting");
  if (connection.status === "connecting") return word("status.connecting");
  if (document.generating !== null) return word("status.generating");
  if (document.points.length === 0) return word("status.empty");
  if (training.diverged) return word("status.diverged");
  const idle = shownStep(state) > 0 ? word("status.paused") : word("status.ready");
  const activity = training.running ? word("status.training") : idle;
  if (document.nClassesPresent > 1) return activity;
  const onlyClass = document.classCounts.findIndex((count) => count > 0);
  return word("status.oneClass", { activity, color: colorName(preferences.palette, onlyClass) });
}
