// Every change of the training data, with undo and redo.

/** @import { DataPosition, Point } from "../../types/state" */
/** @import { Slices } from "./slices.js" */

import { countClasses, pointAt, withoutPointsNear } from "./points.js";
import { UndoStack } from "./undo-stack.js";

export class DocumentEdits {
  #slices;
  #edited;
  #undo = new UndoStack();

  /**
   * @param {Slices} slices
   * @param {() => void} edited called after every edit
   */
  constructor(slices, edited) {
    this.#slices = slices;
    this.#edited = edited;
  }

  get #points() {
    return this.#slices.state.document.points;
  }

  beginStroke() {
    this.#undo.beginStroke();
  }

  endStroke() {
    this.#undo.endStroke();
  }

  /** Takes the stroke back, as if it had never begun. */
  cancelStroke() {
    const points = this.#undo.cancelStroke();
    if (points !== null) this.#show(points);
  }

  /**
   * @param {DataPosition} position
   * @param {number} label
   */
  add(position, label) {
    this.replace([...this.#points, pointAt(position, label)]);
  }

  /**
   * @param {DataPosition} from
   * @param {DataPosition} to
   * @param {number} radius
   * @returns {number} how many points went
   */
  erase(from, to, radius) {
    const before = this.#points;
    this.replace(withoutPointsNear(before, from, to, radius));
    return before.length - this.#points.length;
  }

  /**
   * Puts other data in place, as an edit that can be undone.
   * @param {readonly Point[]} points
   */
  replace(points) {
    const before = this.#points;
    if (points === before || (points.length === 0 && before.length === 0)) return;
    this.#undo.record(before);
    this.#show(points);
  }

  undo() {
    const points = this.#undo.undo(this.#points);
    if (points !== null) this.#show(points);
  }

  redo() {
    const points = this.#undo.redo(this.#points);
    if (points !== null) this.#show(points);
  }

  /** @param {readonly Point[]} points */
  #show(points) {
    this.#slices.patch("document", {
      points,
      ...countClasses(points),
      canUndo: this.#undo.canUndo,
      canRedo: this.#undo.canRedo,
    });
    // Without points there is nothing to train on: the server stops as well.
    if (points.length === 0) this.#slices.patchRunPart("training", { running: false });
    this.#edited();
  }
}
