// Undo and redo, as what was there between the steps: points, and where a step changed it, the run.
//
// Lists share their points, so a step costs one reference per point. Runs cost their weights and their
// history. Memory is bounded both by the number of steps and by bytes: what is too much loses first the
// histories, then the steps, the oldest ones first. The newest step is always kept whole.

/** @import { Point } from "../../types/state" */
/** @import { KeptRun } from "./kept-runs.js" */

export const MAX_STEPS = 200;

/** Bytes held over all steps. */
export const MAX_BYTES = 96 * 1024 * 1024;

/** What a point in a list takes: what refers to it. */
export const POINT_BYTES = 8;

/**
 * What was there before a step.
 * @typedef {{ readonly points: readonly Point[], readonly run: KeptRun | null }} Step the run is null if the
 *   step left it alone
 */

export class UndoStack {
  /** @type {Step[]} oldest first */
  #past = [];
  /** @type {Step[]} the next one to redo last */
  #future = [];
  /**
   * Not null while all edits are one step: what could be redone before the first of them, null before that.
   * @type {{ future: Step[] | null } | null}
   */
  #stroke = null;

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** From here to `endStroke` all edits are one step. */
  beginStroke() {
    this.#stroke = { future: null };
  }

  endStroke() {
    this.#stroke = null;
  }

  /**
   * Ends the stroke as if it had never begun: neither undo nor redo knows of it.
   * @returns {Step | null} what was there before the stroke, null if it changed nothing
   */
  cancelStroke() {
    const future = this.#stroke?.future ?? null;
    this.endStroke();
    if (future === null) return null;
    this.#future = future;
    return this.#past.pop() ?? null;
  }

  /**
   * Remembers what was there before an edit. One that changes the run is a step of its own.
   * @param {Step} before
   */
  record(before) {
    if (before.run !== null) this.endStroke();
    const future = this.#future;
    this.#future = [];
    if (this.#stroke !== null) {
      if (this.#stroke.future !== null) return;
      this.#stroke.future = future;
    }
    this.#past.push(before);
    this.#trim();
  }

  /**
   * @param {(like: Step) => Step} current what is there now, with the run if the step has one
   * @returns {Step | null} what to go back to, null if there is nothing
   */
  undo(current) {
    return this.#move(this.#past, this.#future, current);
  }

  /**
   * @param {(like: Step) => Step} current what is there now, with the run if the step has one
   * @returns {Step | null} what to go forward to, null if there is nothing
   */
  redo(current) {
    return this.#move(this.#future, this.#past, current);
  }

  /**
   * @param {Step[]} from
   * @param {Step[]} to
   * @param {(like: Step) => Step} current
   */
  #move(from, to, current) {
    this.endStroke();
    const step = from.pop();
    if (step === undefined) return null;
    to.push(current(step));
    return step;
  }

  /** @param {KeptRun} run whose giving way did not happen after all */
  forget(run) {
    this.#past = this.#past.filter((step) => step.run !== run);
  }

  #trim() {
    let held = 0;
    let kept = 0;
    for (let i = this.#past.length - 1; i >= 0 && kept < MAX_STEPS; i -= 1) {
      const step = this.#past[i];
      if (kept > 0 && step.run !== null && held + bytesOf(step) > MAX_BYTES) step.run.history = null;
      held += bytesOf(step);
      if (held > MAX_BYTES && kept > 0) break;
      kept += 1;
    }
    this.#past.splice(0, this.#past.length - kept);
  }
}

/** @param {Step} step */
function bytesOf({ points, run }) {
  const checkpoint = run?.checkpoint ?? null;
  // The texts of the weights, their last good state and the optimizer's slots.
  const texts = checkpoint === null ? 0 : checkpoint.parameters.length * (2 + checkpoint.optimizer.slots.length);
  return POINT_BYTES * points.length + texts + (run?.history?.bytes ?? 0);
}
