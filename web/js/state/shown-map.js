// Which map is shown: the newest one, or an earlier one of the history.

/** @import { Frame } from "../../types/state" */
/** @import { Slices } from "./slices.js" */

import { History } from "./history.js";

export class ShownMap {
  #slices;
  #history = new History();

  /** @param {Slices} slices */
  constructor(slices) {
    this.#slices = slices;
  }

  /** @param {Frame} frame the newest one */
  push(frame) {
    this.#history.push({ ...frame, points: this.#slices.state.document.points });
    if (this.#slices.run.map.live) this.goLive();
    else this.#update();
  }

  /** @param {number} step towards which to move; the newest one goes live */
  show(step) {
    const { snapshots } = this.#history;
    const last = snapshots.at(-1);
    const { frame, live } = this.#slices.run.map;
    const snapshot = this.#history.towards(step, (live ? last : frame)?.step ?? 0);
    if (snapshot === null || snapshot === last) {
      this.goLive();
      return;
    }
    this.#slices.patchRunPart("map", { frame: snapshot, live: false, points: snapshot.points });
    this.#update();
  }

  goLive() {
    const frame = this.#history.snapshots.at(-1) ?? this.#slices.run.map.frame;
    this.#slices.patchRunPart("map", { frame, live: true, points: null });
    this.#update();
  }

  /** What has been recorded of the run that is here. */
  get history() {
    return this.#history;
  }

  /**
   * Another run. The first frame of a new one is on the way if there is a connection: until it comes
   * the last one stays, so that nothing flickers.
   * @param {History | null} [history] what has been recorded of it
   */
  restart(history = null) {
    this.#history = history ?? new History();
    this.goLive();
    if (this.#slices.state.connection.status !== "open") this.forgetOthers();
  }

  /** A map of another run than this one does not stay: no frame is on the way. */
  forgetOthers() {
    if (this.#history.snapshots.length === 0) this.#slices.patchRunPart("map", { frame: null });
  }

  /**
   * The run continues from an earlier step.
   * @param {number} step
   */
  rewindTo(step) {
    this.#history.rewindTo(step);
    const { frame, live } = this.#slices.run.map;
    if (live || frame === null || frame.step <= step) this.#update();
    else this.goLive();
  }

  #update() {
    const { snapshots } = this.#history;
    const { frame, live } = this.#slices.run.map;
    this.#slices.patchRunPart("history", {
      snapshots,
      firstStep: snapshots[0]?.step ?? 0,
      lastStep: snapshots.at(-1)?.step ?? 0,
      shownStep: live ? null : (frame?.step ?? null),
    });
  }
}
