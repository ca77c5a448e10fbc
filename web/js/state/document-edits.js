// Every change of the training data, with undo and redo; steps that put another run in place are among
// them.

/** @import { DataPosition, Point } from "../../types/state" */
/** @import { KeptRun, KeptRuns } from "./kept-runs.js" */
/** @import { Slices } from "./slices.js" */
/** @import { Step } from "./undo-stack.js" */

import { countClasses, pointAt, withoutPointsNear } from "./points.js";
import { UndoStack } from "./undo-stack.js";

export class DocumentEdits {
  #slices;
  #runs;
  #edited;
  #undo = new UndoStack();

  /**
   * @param {Slices} slices
   * @param {KeptRuns} runs
   * @param {() => void} edited called after every edit
   */
  constructor(slices, runs, edited) {
    this.#slices = slices;
    this.#runs = runs;
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
    this.#goTo(this.#undo.cancelStroke());
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
    this.#undo.record({ points: before, run: null });
    this.#show(points);
  }

  /**
   * Remembers data and run, because another run is about to take the place; both are one step.
   * @param {readonly Point[]} points the data that come with it
   * @returns {KeptRun} what gives way
   */
  replaceWithRun(points) {
    const run = this.#runs.keep();
    this.#undo.record({ points: this.#points, run });
    this.#show(points);
    return run;
  }

  /** @param {KeptRun} run whose giving way did not happen after all */
  forget(run) {
    this.#undo.forget(run);
    this.#show(this.#points);
  }

  undo() {
    this.#goTo(this.#undo.undo((step) => this.#here(step)));
  }

  redo() {
    this.#goTo(this.#undo.redo((step) => this.#here(step)));
  }

  /**
   * @param {Step} like
   * @returns {Step} what is here, as far as going to that step changes it
   */
  #here({ run }) {
    return { points: this.#points, run: run === null ? null : this.#runs.keep() };
  }

  /** @param {Step | null} step */
  #goTo(step) {
    if (step === null) return;
    if (step.run !== null) this.#runs.putBack(step.run);
    this.#show(step.points);
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
