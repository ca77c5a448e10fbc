// The hairline over the map where the winning class changes, so that no blend of two classes passes
// for a third.

/** @import { Store } from "../state/store.js" */
/** @import { CanvasSize } from "./canvas-size.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { drawSoon } from "./animation-frame.js";
import { contextOf } from "./elements.js";
import { classBoundary } from "./class-boundary.js";
import { withTheme } from "./theme-change.js";

export class BoundaryLayer {
  #store;
  #canvas;
  #context;
  /** @type {CanvasSize} */
  #size = { css: 1, device: 1 };
  #draw = () => this.#paint();

  /**
   * @param {Store} store
   * @param {HTMLCanvasElement} canvas its CSS colour is the line's
   */
  constructor(store, canvas) {
    this.#store = store;
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    observe(store, (state) => [currentRun(state).map.frame, state.preferences.plainMap], () => drawSoon(this.#draw));
    withTheme(store, () => drawSoon(this.#draw));
  }

  /** @param {CanvasSize} size */
  resize(size) {
    this.#size = size;
    this.#canvas.width = size.device;
    this.#canvas.height = size.device;
    this.#paint();
  }

  #paint() {
    const { css, device } = this.#size;
    const { frame } = this.#store.run.map;
    this.#context.clearRect(0, 0, device, device);
    if (frame === null || this.#store.state.preferences.plainMap) return;
    const path = new Path2D();
    const segments = classBoundary(frame);
    for (let i = 0; i < segments.length; i += 4) {
      path.moveTo(segments[i] * device, segments[i + 1] * device);
      path.lineTo(segments[i + 2] * device, segments[i + 3] * device);
    }
    this.#context.lineWidth = device / css;
    this.#context.lineCap = "round";
    this.#context.strokeStyle = getComputedStyle(this.#canvas).color;
    this.#context.stroke(path);
  }
}
