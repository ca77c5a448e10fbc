// Which picture is shown: the newest one, or an earlier one of the timeline.

/** @import { PictureFrame } from "../../types/state" */
/** @import { Slices } from "./slices.js" */

import { Timeline } from "./history.js";

export class Playback {
  #slices;
  #timeline = new Timeline();

  /** @param {Slices} slices */
  constructor(slices) {
    this.#slices = slices;
  }

  /** @param {PictureFrame} frame the newest one */
  push(frame) {
    this.#timeline.push(frame);
    const { live } = this.#slices.state.picture;
    if (live) this.#slices.patch("picture", { frame });
    this.#update(live);
  }

  /** @param {number} index into the snapshots; the last one goes live */
  show(index) {
    const { snapshots } = this.#slices.state.timeline;
    const last = snapshots.length - 1;
    const frame = snapshots[Math.max(0, Math.trunc(index))];
    if (frame === undefined || frame === snapshots[last]) {
      this.goLive();
      return;
    }
    this.#slices.patch("picture", { frame, live: false });
    this.#update(false);
  }

  goLive() {
    const { frame } = this.#slices.state.picture;
    this.#slices.patch("picture", { frame: this.#timeline.snapshots.at(-1) ?? frame, live: true });
    this.#update(true);
  }

  /** A new run: its first picture is on the way, until then the last one stays. */
  restart() {
    this.#timeline.clear();
    this.goLive();
  }

  /**
   * The run goes on from an earlier step.
   * @param {number} step
   */
  rewindTo(step) {
    this.#timeline.rewindTo(step);
    const { frame, live } = this.#slices.state.picture;
    if (live || frame === null || frame.step <= step) this.#update(live);
    else this.goLive();
  }

  /** @param {boolean} live */
  #update(live) {
    const { snapshots } = this.#timeline;
    const step = this.#slices.state.picture.frame?.step ?? 0;
    // The picture shown may have been thinned out; the slider then stands at the one before it.
    const shownIndex = live
      ? snapshots.length - 1
      : Math.max(0, snapshots.findLastIndex((snapshot) => snapshot.step <= step));
    this.#slices.replace("timeline", { snapshots, shownIndex, live });
  }
}
