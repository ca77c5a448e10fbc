// The state of the program in plain words.

/** @import { State } from "../../types/state" */

import { COLOR_NAMES } from "./palettes.js";

/**
 * @param {State} state
 * @returns {string} one or two short sentences for the status line
 */
export function statusText(state) {
  const { session, document, map, model } = state;
  if (session.connection === "retrying") {
    const { lossReason } = session;
    return lossReason === null ? "Connection lost, retrying; your work is safe" : `${lossReason} Retrying; your work is safe`;
  }
  if (session.connection === "resting") return "Disconnected after a long rest; your next click or key reconnects, your work is safe";
  if (session.connection === "connecting") return "Connecting";
  if (session.generating) return "Generating points";
  if (document.points.length === 0) return "Add points to start";
  if (session.diverged) return "Stopped: training diverged; try a smaller learning rate";
  // After a reload the network is known before its first map.
  const step = (map.frame ?? model.checkpoint)?.step ?? 0;
  const activity = session.running ? "Training" : step > 0 ? "Paused" : "Ready to train";
  if (document.nClassesPresent > 1) return activity;
  const onlyClass = document.classCounts.findIndex((count) => count > 0);
  const colour = COLOR_NAMES[state.ui.palette][onlyClass];
  return `${activity}. Only one class so far: the network will call everything ${colour}`;
}
