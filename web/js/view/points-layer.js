// The training points and the axes, above the map.

/** @import { Store } from "../state/store.js" */
/** @import { CanvasSize } from "./canvas-size.js" */

import { canvasFromData } from "../state/geometry.js";
import { PALETTES } from "../state/palettes.js";
import { drawAxes } from "./axes.js";
import { drawSoon } from "./frames.js";
import { MarkerSheet } from "./markers.js";

export class PointsLayer {
  #store;
  #canvas;
  #context;
  /** @type {CanvasSize} */
  #size = { css: 1, device: 1 };
  #sheet = { key: "", markers: new MarkerSheet({ colours: [], shapes: false, radius: 1 }) };
  #draw = () => this.#paint();

  /**
   * @param {Store} store
   * @param {HTMLCanvasElement} canvas
   */
  constructor(store, canvas) {
    this.#store = store;
    this.#canvas = canvas;
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no 2-D canvas");
    this.#context = context;
    store.subscribe(["data"], () => drawSoon(this.#draw));
    store.subscribe(["ui"], () => {
      if (this.#look().key !== this.#sheet.key) drawSoon(this.#draw);
    });
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
    const context = this.#context;
    context.clearRect(0, 0, device, device);
    drawAxes(context, device, device / css);
    const markers = this.#markers();
    for (const point of this.#store.state.data.points) {
      const { x, y } = canvasFromData(point, device);
      // On whole pixels the stamps are copied as they are: crisp, and fast for ten thousand.
      context.drawImage(
        markers.stamp(point.label),
        Math.round(x) - markers.half,
        Math.round(y) - markers.half,
      );
    }
  }

  #markers() {
    const { key, ...look } = this.#look();
    if (key !== this.#sheet.key) this.#sheet = { key, markers: new MarkerSheet(look) };
    return this.#sheet.markers;
  }

  #look() {
    const { ui, data } = this.#store.state;
    const radius = pointRadius(this.#size.css, data.points.length) * (this.#size.device / this.#size.css);
    return {
      key: `${ui.palette} ${ui.shapes} ${radius}`,
      colours: PALETTES[ui.palette],
      shapes: ui.shapes,
      radius,
    };
  }
}

/**
 * The radius of a point: it grows with the canvas, and crowds shrink it.
 * @param {number} size edge of the canvas, CSS pixels
 * @param {number} count how many points there are
 * @returns {number} CSS pixels
 */
function pointRadius(size, count) {
  const roomy = Math.min(6, Math.max(3.5, size / 150));
  if (count <= 1000) return roomy;
  return count <= 4000 ? roomy * 0.75 : roomy * 0.55;
}
