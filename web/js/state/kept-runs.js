// Runs that give way to others, and can be put back: what a step of undo knows of a run.
//
// The page knows the weights of a run as they were at the newest checkpoint. Their very last state comes
// with the answer to the request that throws them away, and completes what was kept.

/** @import { Checkpoint, Config, Seeds } from "../../types/state" */
/** @import { History } from "./history.js" */
/** @import { SettingsEdits } from "./settings-edits.js" */
/** @import { ShownMap } from "./shown-map.js" */
/** @import { Slices } from "./slices.js" */

import { usableCheckpoint } from "./checkpoint.js";
import { FIELDS } from "./settings.js";

/**
 * @typedef {object} KeptRun
 * @property {Config} config
 * @property {Seeds | null} seeds
 * @property {Checkpoint | null} checkpoint null: fresh weights from the seeds
 * @property {boolean} [diverged]
 * @property {History | null} [history]
 */

export class KeptRuns {
  #slices;
  #settings;
  #shownMap;
  /** @type {Map<number, KeptRun>} by generation: those whose last weights are on the way */
  #leaving = new Map();
  /** @type {KeptRun | null} the one that is here again */
  #back = null;
  /** @type {{ seeds: Seeds, before: KeptRun } | null} the newest fresh start, and what it took the place of */
  #fresh = null;

  /**
   * @param {Slices} slices
   * @param {{ settings: SettingsEdits, shownMap: ShownMap }} owners of what changes by rules
   */
  constructor(slices, { settings, shownMap }) {
    this.#slices = slices;
    this.#settings = settings;
    this.#shownMap = shownMap;
  }

  /** Whether the server trains the run that is here, for all the page knows. */
  get #isSettled() {
    const { run, state } = this.#slices;
    return run.requests.reset === null && state.connection.restore === null && state.connection.status === "open";
  }

  /**
   * The run that is here, which is about to give way to another.
   * @returns {KeptRun}
   */
  keep() {
    const { settings: { config, seeds }, training: { diverged, generation } } = this.#slices.run;
    const kept = { config, seeds, checkpoint: usableCheckpoint(this.#slices.run), diverged, history: this.#shownMap.history };
    if (this.#isSettled && generation !== null) this.#leaving.set(generation, kept);
    return kept;
  }

  /**
   * Begins anew: fresh weights for the settings that are here.
   * @param {Seeds} seeds
   * @param {KeptRun} before what gives way
   */
  begin(seeds, before) {
    this.#fresh = { seeds, before };
    this.#slices.patchRunPart("settings", { seeds });
    this.#slices.patchRunPart("training", { running: false, diverged: false });
    this.#slices.patchRunPart("requests", { reset: seeds, steps: 0 });
    this.#slices.patchRun({ checkpoint: null });
    this.#shownMap.restart();
  }

  /** @param {KeptRun} kept takes the place of the run that is here; the server is to be told */
  putBack(kept) {
    const { config, seeds } = kept;
    this.#back = kept;
    this.#settings.forgetRefused(FIELDS);
    this.#slices.patch("document", { generating: null });
    this.#slices.patchRunPart("settings", { config, seeds });
    this.#show(kept);
    this.#slices.patch("connection", { restore: kept });
  }

  /** @param {KeptRun} kept */
  #show({ checkpoint, diverged = false, history = null }) {
    this.#slices.patchRunPart("training", { running: false, diverged, networkPending: false });
    this.#slices.patchRunPart("requests", { reset: null, steps: 0 });
    this.#slices.patchRun({ checkpoint });
    this.#shownMap.restart(history);
  }

  /**
   * The last weights of a run that the server has thrown away.
   * @param {Checkpoint} checkpoint
   */
  replaced(checkpoint) {
    const kept = this.#leaving.get(checkpoint.generation);
    if (kept === undefined) {
      const { generation } = this.#slices.run.training;
      if (this.#isSettled && generation === checkpoint.generation) this.#slices.patchRun({ checkpoint });
      return;
    }
    this.#leaving.delete(checkpoint.generation);
    kept.checkpoint = checkpoint;
    if (kept === this.#back && this.#slices.state.connection.restore === kept) this.#slices.patchRun({ checkpoint });
  }

  /**
   * The server has refused a fresh start, and trains on what it had.
   * @param {Seeds | null} seeds of the start
   * @returns {KeptRun | null} what is here again; null if that is no longer wanted
   */
  refused(seeds) {
    if (seeds === null || this.#fresh?.seeds !== seeds || this.#slices.run.requests.reset !== seeds) return null;
    const { before } = this.#fresh;
    this.#fresh = null;
    this.#slices.patchRunPart("settings", { seeds: before.seeds });
    this.#show(before);
    return before;
  }

  /** The connection is gone: what was on the way will not come. */
  forgetLeaving() {
    this.#leaving.clear();
  }
}
