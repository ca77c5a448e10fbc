// What the transport reports about the server. Only the transport calls these actions.

/** @import { Architecture, Checkpoint, Config, ConnectionStatus, FieldName, Frame, Message, Point, Seeds } from "../../types/state" */
/** @import { DocumentEdits } from "./document-edits.js" */
/** @import { KeptRuns } from "./kept-runs.js" */
/** @import { ShownMap } from "./shown-map.js" */
/** @import { SettingsEdits } from "./settings-edits.js" */
/** @import { Slices } from "./slices.js" */

import { message } from "../words/message.js";
import { whenConnected } from "./notices.js";

export class ServerReports {
  #slices;
  #edits;
  #runs;
  #settings;
  #shownMap;
  #notify;
  #sayNewNetwork;

  /**
   * @param {Slices} slices
   * @param {{ edits: DocumentEdits, runs: KeptRuns, settings: SettingsEdits, shownMap: ShownMap }} owners of
   *   what changes by rules
   * @param {{
   *   notify: (kind: "info" | "error", message: Message, action?: "undo") => void,
   *   sayNewNetwork: () => void,
   * }} says what a person is told
   */
  constructor(slices, { edits, runs, settings, shownMap }, { notify, sayNewNetwork }) {
    this.#slices = slices;
    this.#edits = edits;
    this.#runs = runs;
    this.#settings = settings;
    this.#shownMap = shownMap;
    this.#notify = notify;
    this.#sayNewNetwork = sayNewNetwork;
  }

  /** @param {ConnectionStatus} status */
  connection(status) {
    this.#slices.patch("connection", { status });
    if (status === "open") {
      this.lossReason(null);
      this.#slices.patch("workspace", { notices: whenConnected(this.#slices.state.workspace.notices) });
      return;
    }
    this.#runs.forgetLeaving();
    this.#shownMap.forgetOthers();
  }

  /** @param {string | null} lossReason why there is no connection */
  lossReason(lossReason) {
    this.#slices.patch("connection", { lossReason });
  }

  /**
   * The server introduces itself.
   * @param {{ version: string, author: string, maxPoints: number, hasOtherPage: boolean }} hello
   */
  hello({ version, author, maxPoints, hasOtherPage }) {
    this.#slices.patch("connection", { server: { version, author }, maxPoints, hasOtherPage });
  }

  /**
   * What the server trains now.
   * @param {{ generation: number, network: Architecture, seeds: Seeds, networkPending: boolean }} now
   */
  network({ generation, network, seeds, networkPending }) {
    // Every answer brings these again; what is equal stays the same object, so that nobody
    // draws or stores it anew.
    const { training, settings, requests } = this.#slices.run;
    this.#slices.patchRunPart("training", { generation, network: kept(training.network, network), networkPending });
    // Those of a fresh start that the server has not made yet are known already.
    if (requests.reset === null) this.#slices.patchRunPart("settings", { seeds: kept(settings.seeds, seeds) });
    if (training.networkPending && !networkPending) this.#sayNewNetwork();
  }

  /** The weights were thrown away: a new run begins. */
  freshWeights() {
    this.#slices.patchRun({ checkpoint: null });
    this.#slices.patchRunPart("training", { diverged: false });
    this.#shownMap.restart();
  }

  /**
   * The server took the checkpoint; what came after it is lost.
   * @param {Checkpoint} checkpoint
   */
  resumed(checkpoint) {
    this.#shownMap.rewindTo(checkpoint.step);
  }

  /** @param {string} reason why the server could not take the checkpoint */
  checkpointRefused(reason) {
    this.#slices.patchRun({ checkpoint: null });
    this.#notify("error", message("notice.checkpointRefused", { reason }));
  }

  /**
   * The server knows everything of this page.
   * @param {unknown} request what it was told with, as it was in `connection.restore`
   */
  restored(request) {
    if (this.#slices.state.connection.restore === request) this.#slices.patch("connection", { restore: null });
  }

  /**
   * The wish for fresh weights is fulfilled, or refused.
   * @param {Seeds | null} seeds of these weights
   */
  resetDone(seeds) {
    if (this.#slices.run.requests.reset === seeds) this.#slices.patchRunPart("requests", { reset: null });
  }

  /**
   * The fresh weights were refused: what they were to take the place of is here again.
   * @param {Seeds | null} seeds
   */
  resetRefused(seeds) {
    const before = this.#runs.refused(seeds);
    if (before !== null) this.#edits.forget(before);
    this.resetDone(seeds);
  }

  /** @param {Checkpoint} checkpoint the last weights of a run that the server has thrown away */
  replaced(checkpoint) {
    this.#runs.replaced(checkpoint);
  }

  /** A single step was done. */
  stepDone() {
    const { steps } = this.#slices.run.requests;
    this.#slices.patchRunPart("requests", { steps: Math.max(0, steps - 1) });
  }

  /** A single step cannot be done, so neither can those that wait. */
  stepsRefused() {
    this.#slices.patchRunPart("requests", { steps: 0 });
  }

  /**
   * The generated data set, which comes with fresh weights, or null if there will be none.
   * @param {unknown} request the wish it answers, as it was in `document.generating`
   * @param {readonly Point[] | null} points
   */
  generated(request, points) {
    if (points !== null) {
      this.#edits.replaceWithRun(points);
      this.freshWeights();
      this.#notify("info", message("notice.generated", { count: points.length }), "undo");
    }
    if (this.#slices.state.document.generating === request) this.#slices.patch("document", { generating: null });
  }

  /**
   * The server refused new settings and continues with the old ones.
   * @param {readonly FieldName[]} fields those that were to change
   * @param {Config} sent with the refused values
   * @param {Config} kept with the values the server continues with
   * @param {string} reason
   */
  settingsRefused(fields, sent, kept, reason) {
    this.#settings.rollBack(fields, sent, kept, message("verbatim", { text: reason }));
    this.#slices.patchRunPart("training", { networkPending: false });
  }

  /** Training ended without the person asking for it. */
  stopped() {
    this.#slices.patchRunPart("training", { running: false });
  }

  /** Training ended because its numbers are no longer finite. */
  diverged() {
    this.#slices.patchRunPart("training", { running: false, diverged: true });
  }

  /** @param {Frame} frame the newest one of the current generation */
  frame(frame) {
    this.#shownMap.push(frame);
  }

  /** @param {Checkpoint} checkpoint the newest one of the current generation */
  checkpoint(checkpoint) {
    this.#slices.patchRun({ checkpoint });
  }

  /** @param {Message} problem */
  problem(problem) {
    this.#notify("error", problem);
  }

  /** @param {string} text as the server said it */
  refused(text) {
    this.problem(message("verbatim", { text }));
  }
}

/**
 * @template T
 * @param {T | null} old
 * @param {T} value
 * @returns {T} the old one if it says the same
 */
function kept(old, value) {
  return old !== null && JSON.stringify(old) === JSON.stringify(value) ? old : value;
}
