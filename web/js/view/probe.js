// What the network says at one place of the canvas: under the pointer, or at the keyboard's cursor. It is
// read from the map that is shown, also from an earlier one.

/** @import { DataPosition, Frame, State } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatCoordinate, formatWholePercent } from "../words/numbers.js";
import { word } from "../words/word.js";
import { drawSoon } from "./animation-frame.js";
import { dataFromCanvas } from "./geometry.js";
import { colorName } from "./palettes.js";
import { setText } from "./elements.js";

/** What is less likely goes without saying. */
const MIN_SHARE = 0.01;
const MAX_CLASSES_SAID = 3;

export class Probe {
  #store;
  #element;
  /** @type {DataPosition | null} */
  #position = null;
  #draw = () => this.#show();

  /**
   * @param {Store} store
   * @param {HTMLElement} element where it is shown
   * @param {HTMLCanvasElement} canvas whose pointer it follows
   */
  constructor(store, element, canvas) {
    this.#store = store;
    this.#element = element;
    observe(store, (state) => [shownFrame(state), state.preferences.palette], () => drawSoon(this.#draw));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) {
      canvas.addEventListener(type, ({ clientX, clientY }) => {
        const { left, top, width } = canvas.getBoundingClientRect();
        this.point(dataFromCanvas({ x: clientX - left, y: clientY - top }, width));
      });
    }
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("blur", () => this.point(null));
  }

  /** @param {DataPosition | null} position null: nowhere */
  point(position) {
    this.#position = position;
    drawSoon(this.#draw);
  }

  /**
   * @param {DataPosition} position
   * @returns {string} the place, and what the network says there if it says something
   */
  textAt(position) {
    const { state } = this.#store;
    const place = word("canvas.place", { x: formatCoordinate(position.x), y: formatCoordinate(position.y) });
    const frame = shownFrame(state);
    if (frame === null) return place;
    const { palette } = state.preferences;
    const classes = likelyClasses(frame, position).map(({ label, share }) => ({
      color: colorName(palette, label),
      percent: formatWholePercent(share),
    }));
    return word("probe.prediction", { place, classes });
  }

  #show() {
    const position = this.#position;
    this.#element.hidden = position === null || shownFrame(this.#store.state) === null;
    if (position !== null) setText(this.#element, this.textAt(position));
  }
}

/**
 * @param {State} state
 * @returns {Frame | null} null also for the guesses of a network that has seen nothing
 */
function shownFrame(state) {
  const { frame } = currentRun(state).map;
  return frame !== null && (frame.step > 0 || state.document.points.length > 0) ? frame : null;
}

/**
 * @param {Frame} frame
 * @param {DataPosition} position
 * @returns {{ label: number, share: number }[]} the likeliest first
 */
export function likelyClasses({ planes, width, height, classes }, { x, y }) {
  // Samples lie on the edges too: the nearest one.
  const column = Math.round(((x + 1) / 2) * (width - 1));
  const row = Math.round(((1 - y) / 2) * (height - 1));
  const posteriors = Array.from({ length: classes }, (_, label) => planes[label * width * height + row * width + column]);
  const sum = posteriors.reduce((total, posterior) => total + posterior, 0) || 1;
  return posteriors
    .map((posterior, label) => ({ label, share: posterior / sum }))
    .sort((a, b) => b.share - a.share)
    .filter(({ share }) => share >= MIN_SHARE)
    .slice(0, MAX_CLASSES_SAID);
}
