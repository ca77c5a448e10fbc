// The training points and the axes, above the map.

/** @import { Store } from "../state/store.js" */
/** @import { CanvasSize } from "./canvas-size.js" */
/** @import { Point, State } from "../../types/state" */

import { observe } from "../state/observe.js";
import { shownPoints } from "../state/runs.js";
import { canvasFromData } from "./geometry.js";
import { PALETTES } from "./palettes.js";
import { drawAxes } from "./axes.js";
import { drawSoon } from "./animation-frame.js";
import { contextOf } from "./elements.js";
import { MarkerSprites } from "./markers.js";
import { withTheme } from "./theme-change.js";

export class PointsLayer {
  #store;
  #canvas;
  #context;
  /** @type {CanvasSize} */
  #size = { css: 1, device: 1 };
  /** @type {readonly Point[] | null} what is on the canvas; null if it is to be drawn afresh */
  #drawn = null;
  #sprites = { key: "", markers: new MarkerSprites({ colors: [], shapes: false, radius: 1 }) };
  #draw = () => this.#paint();

  /**
   * @param {Store} store
   * @param {HTMLCanvasElement} canvas
   */
  constructor(store, canvas) {
    this.#store = store;
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    const select = (/** @type {State} */ state) => [shownPoints(state), state.preferences.palette, state.preferences.shapes];
    observe(store, select, () => drawSoon(this.#draw));
    withTheme(store, () => {
      this.#drawn = null;
      drawSoon(this.#draw);
    });
  }

  /** @param {CanvasSize} size */
  resize(size) {
    this.#size = size;
    this.#drawn = null;
    this.#canvas.width = size.device;
    this.#canvas.height = size.device;
    this.#paint();
  }

  #paint() {
    const points = shownPoints(this.#store.state);
    const markers = this.#markers();
    // Drawing adds points at the end, and only these are new on the canvas.
    if (this.#drawn === null || !isBeginningOf(this.#drawn, points)) {
      const { css, device } = this.#size;
      this.#context.clearRect(0, 0, device, device);
      const { color, textDecorationColor } = getComputedStyle(this.#canvas);
      drawAxes(this.#context, { edge: device, pixelRatio: device / css, ink: color, halo: textDecorationColor });
      this.#drawSprites(points, markers);
    } else {
      this.#drawSprites(points.slice(this.#drawn.length), markers);
    }
    this.#drawn = points;
  }

  /**
   * @param {readonly Point[]} points
   * @param {MarkerSprites} markers
   */
  #drawSprites(points, markers) {
    for (const point of points) {
      const { x, y } = canvasFromData(point, this.#size.device);
      // On whole pixels the sprites are copied as they are: crisp, and fast for ten thousand.
      this.#context.drawImage(
        markers.sprite(point.label),
        Math.round(x) - markers.half,
        Math.round(y) - markers.half,
      );
    }
  }

  /** The markers as they are to look now; if that is new, everything is drawn afresh. */
  #markers() {
    const { key, ...style } = this.#style();
    if (key !== this.#sprites.key) {
      this.#sprites = { key, markers: new MarkerSprites(style) };
      this.#drawn = null;
    }
    return this.#sprites.markers;
  }

  #style() {
    const { preferences } = this.#store.state;
    const radius = pointRadius(this.#size.css, shownPoints(this.#store.state).length) * (this.#size.device / this.#size.css);
    return {
      key: `${preferences.palette} ${preferences.shapes} ${radius}`,
      colors: PALETTES[preferences.palette],
      shapes: preferences.shapes,
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
