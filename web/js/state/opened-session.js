// A whole session in place of another: what a file brings, and what was there before.

/** @import { Point, SessionContent } from "../../types/state" */
/** @import { DocumentEdits } from "./document-edits.js" */
/** @import { ShownMap } from "./shown-map.js" */
/** @import { SettingsEdits } from "./settings-edits.js" */
/** @import { Slices } from "./slices.js" */

import { usableCheckpoint } from "./checkpoint.js";
import { FIELDS } from "./settings.js";

export class OpenedSession {
  #slices;
  #edits;
  #settings;
  #shownMap;
  /** @type {SessionContent | null} what the last one took the place of */
  #before = null;
  /** @type {readonly Point[] | null} what it brought */
  #opened = null;

  /**
   * @param {Slices} slices
   * @param {{ edits: DocumentEdits, settings: SettingsEdits, shownMap: ShownMap }} owners of what changes by rules
   */
  constructor(slices, { edits, settings, shownMap }) {
    this.#slices = slices;
    this.#edits = edits;
    this.#settings = settings;
    this.#shownMap = shownMap;
  }

  /**
   * Everything that makes the training run that is here.
   * @returns {SessionContent | null} null before the server has drawn the seeds
   */
  content() {
    const { state, run } = this.#slices;
    const { config, seeds } = run.settings;
    if (seeds === null) return null;
    return { config, seeds, points: state.document.points, checkpoint: usableCheckpoint(run) };
  }

  /** Whether the last data edit, of those that can be undone, was the opening of a session. */
  get hasJustOpened() {
    return this.#before !== null && this.#opened === this.#slices.state.document.points;
  }

  /**
   * @param {SessionContent} session
   * @returns {boolean} whether what it takes the place of can be brought back
   */
  open(session) {
    this.#before = this.content();
    this.#edits.replace(session.points);
    this.#opened = this.#slices.state.document.points;
    this.#takeOver(session);
    return this.#before !== null;
  }

  /** @returns {boolean} false if there is nothing to bring back */
  bringBack() {
    const before = this.#before;
    if (before === null) return false;
    if (this.hasJustOpened && this.#slices.state.document.canUndo) this.#edits.undo();
    // Without points before and after, the opening was no edit.
    this.#edits.replace(before.points);
    this.#before = null;
    this.#opened = null;
    this.#takeOver(before);
    return true;
  }

  /**
   * All of a session but its points, which are there already.
   * @param {SessionContent} session
   */
  #takeOver(session) {
    const { config, seeds, checkpoint } = session;
    this.#settings.forgetRefused(FIELDS);
    this.#slices.patch("document", { generating: null });
    this.#slices.patchRunPart("settings", { config, seeds });
    this.#slices.patchRunPart("training", { running: false, diverged: false, networkPending: false });
    this.#slices.patchRunPart("requests", { reset: false, steps: 0 });
    this.#slices.patchRun({ checkpoint });
    this.#slices.patch("connection", { restore: session });
    this.#shownMap.restart();
  }
}
