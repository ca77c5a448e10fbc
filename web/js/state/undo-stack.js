// Undo and redo of data edits, as the lists of points between the edits.
//
// Lists share their points, so an entry costs one reference per point. Memory is bounded both
// by the number of steps and by the references held; the newest step is always kept.

/** @import { Point } from "../../types/state" */

export const MAX_STEPS = 200;

/** References held over all steps: about 16 MB. */
export const MAX_REFERENCES = 2_000_000;

export class UndoStack {
  /** @type {(readonly Point[])[]} oldest first */
  #past = [];
  /** @type {(readonly Point[])[]} the next one to redo last */
  #future = [];
  /**
   * Not null while all edits are one step: what could be redone before the first of them, null before that.
   * @type {{ future: (readonly Point[])[] | null } | null}
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
   * @returns {readonly Point[] | null} the data of before the stroke, null if it changed nothing
   */
  cancelStroke() {
    const future = this.#stroke?.future ?? null;
    this.endStroke();
    if (future === null) return null;
    this.#future = future;
    return this.#past.pop() ?? null;
  }

  /**
   * Remembers the data of before an edit.
   * @param {readonly Point[]} before
   */
  record(before) {
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
   * @param {readonly Point[]} current
   * @returns {readonly Point[] | null} the data to go back to, null if there is none
   */
  undo(current) {
    this.endStroke();
    const before = this.#past.pop();
    if (before === undefined) return null;
    this.#future.push(current);
    return before;
  }

  /**
   * @param {readonly Point[]} current
   * @returns {readonly Point[] | null} the data to go forward to, null if there is none
   */
  redo(current) {
    this.endStroke();
    const after = this.#future.pop();
    if (after === undefined) return null;
    this.#past.push(current);
    return after;
  }

  #trim() {
    let held = 0;
    let kept = 0;
    for (let i = this.#past.length - 1; i >= 0 && kept < MAX_STEPS; i -= 1) {
      held += this.#past[i]?.length ?? 0;
      if (held > MAX_REFERENCES && kept > 0) break;
      kept += 1;
    }
    this.#past.splice(0, this.#past.length - kept);
  }
}
