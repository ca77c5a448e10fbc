// The training points and the axes, above the map.

/** @import { Store } from "../state/store.js" */
/** @import { CanvasSize } from "./canvas-size.js" */
/** @import { Point } from "../../types/state" */

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
  /** @type {readonly Point[] | null} what is on the canvas; null if it is to be drawn afresh */
  #painted = null;
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
    store.subscribe(["document"], () => drawSoon(this.#draw));
    store.subscribe(["ui"], () => {
      if (this.#look().key !== this.#sheet.key) drawSoon(this.#draw);
    });
  }

  /** @param {CanvasSize} size */
  resize(size) {
    this.#size = size;
    this.#painted = null;
    this.#canvas.width = size.device;
    this.#canvas.height = size.device;
    this.#paint();
  }

  #paint() {
    const { points } = this.#store.state.document;
    const markers = this.#markers();
    // Drawing adds points at the end, and only these are new on the canvas.
    if (this.#painted === null || !isBeginningOf(this.#painted, points)) {
      const { css, device } = this.#size;
      this.#context.clearRect(0, 0, device, device);
      drawAxes(this.#context, device, device / css);
      this.#stamp(points, markers);
    } else {
      this.#stamp(points.slice(this.#painted.length), markers);
    }
    this.#painted = points;
  }

  /**
   * @param {readonly Point[]} points
   * @param {MarkerSheet} markers
   */
  #stamp(points, markers) {
    for (const point of points) {
      const { x, y } = canvasFromData(point, this.#size.device);
      // On whole pixels the stamps are copied as they are: crisp, and fast for ten thousand.
      this.#context.drawImage(
        markers.stamp(point.label),
        Math.round(x) - markers.half,
        Math.round(y) - markers.half,
      );
    }
  }

  /** The markers as they are to look now; if that is new, everything is drawn afresh. */
  #markers() {
    const { key, ...look } = this.#look();
    if (key !== this.#sheet.key) {
      this.#sheet = { key, markers: new MarkerSheet(look) };
      this.#painted = null;
    }
    return this.#sheet.markers;
  }

  #look() {
    const { ui, document: data } = this.#store.state;
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
 * @param {readonly Point[]} some
 * @param {readonly Point[]} all
 */
function isBeginningOf(some, all) {
  return some.length <= all.length && some.every((point, i) => point === all[i]);
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
  return count <= 4000 ? roomy * 0.75 : roomy * 0.6;
}
