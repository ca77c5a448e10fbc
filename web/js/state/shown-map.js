// Which frame is shown: the newest one, or an earlier one of the history.

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
    this.#history.push(frame);
    const { live } = this.#slices.run.map;
    if (live) this.#slices.patchRunPart("map", { frame });
    this.#update(live);
  }

  /** @param {number} index into the snapshots; the last one goes live */
  show(index) {
    const { snapshots } = this.#slices.run.history;
    const last = snapshots.length - 1;
    const frame = snapshots[Math.max(0, Math.trunc(index))];
    if (frame === undefined || frame === snapshots[last]) {
      this.goLive();
      return;
    }
    this.#slices.patchRunPart("map", { frame, live: false });
    this.#update(false);
  }

  goLive() {
    const { frame } = this.#slices.run.map;
    this.#slices.patchRunPart("map", { frame: this.#history.snapshots.at(-1) ?? frame, live: true });
    this.#update(true);
  }

  /** A new run: its first frame is on the way, until then the last one stays. */
  restart() {
    this.#history.clear();
    this.goLive();
  }

  /**
   * The run goes on from an earlier step.
   * @param {number} step
   */
  rewindTo(step) {
    this.#history.rewindTo(step);
    const { frame, live } = this.#slices.run.map;
    if (live || frame === null || frame.step <= step) this.#update(live);
    else this.goLive();
  }

  /** @param {boolean} live */
  #update(live) {
    const { snapshots } = this.#history;
    const step = this.#slices.run.map.frame?.step ?? 0;
    // The frame shown may have been thinned out; the slider then stands at the one before it.
    const shownIndex = live
      ? snapshots.length - 1
      : Math.max(0, snapshots.findLastIndex((snapshot) => snapshot.step <= step));
    this.#slices.patchRunPart("history", { snapshots, shownIndex, live });
  }
}
