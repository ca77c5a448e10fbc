// The map of what the network says everywhere: posteriors as blended colours, under the points.

/** @import { Store } from "../state/store.js" */
/** @import { CanvasSize } from "./canvas-size.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { colorize } from "./palettes.js";
import { drawSoon } from "./animation-frame.js";
import { contextOf } from "./elements.js";

/** A smooth map of at most 256 samples gains nothing from more pixels; the screen scales it. */
const LARGEST_EDGE = 1024;

export class MapLayer {
  #store;
  #canvas;
  #context;
  #samples = document.createElement("canvas");
  #draw = () => this.#paint();

  /**
   * @param {Store} store
   * @param {HTMLCanvasElement} canvas
   */
  constructor(store, canvas) {
    this.#store = store;
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    observe(store, (state) => [currentRun(state).map, state.preferences.palette], () => drawSoon(this.#draw));
  }

  /** @param {CanvasSize} size */
  resize(size) {
    const edge = Math.min(size.device, LARGEST_EDGE);
    if (this.#canvas.width !== edge) {
      this.#canvas.width = edge;
      this.#canvas.height = edge;
    }
    // A resized canvas is empty; painting at once avoids a flash.
    this.#paint();
  }

  #paint() {
    const { width: edge } = this.#canvas;
    const { frame } = this.#store.run.map;
    if (frame === null) {
      this.#context.clearRect(0, 0, edge, edge);
      return;
    }
    const { width, height } = frame;
    const samples = this.#samples;
    if (samples.width !== width || samples.height !== height) {
      samples.width = width;
      samples.height = height;
    }
    const image = new ImageData(width, height);
    colorize(frame, this.#store.state.preferences.palette, image.data);
    contextOf(samples).putImageData(image, 0, 0);

    // The outermost samples belong on the edges of the square, and a sample is the middle of its
    // pixel: the map is drawn larger than the canvas by half a sample on every side.
    const stepX = edge / (width - 1);
    const stepY = edge / (height - 1);
    this.#context.imageSmoothingEnabled = true;
    this.#context.imageSmoothingQuality = "medium";
    this.#context.drawImage(samples, -stepX / 2, -stepY / 2, width * stepX, height * stepY);
  }
}
