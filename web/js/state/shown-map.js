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

  /** A new run: its first frame is on the way, until then the last one stays. */
  restart() {
    this.#history.clear();
    this.goLive();
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
