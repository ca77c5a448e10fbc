// Drawing and erasing with the keyboard: a cursor on the canvas that the arrow keys move.

/** @import { Store } from "../state/store.js" */
/** @import { Announcer } from "./announcer.js" */
/** @import { Probe } from "./probe.js" */

import { formatCoordinate } from "../words/numbers.js";
import { word } from "../words/word.js";
import { canvasFromData, dataFromCanvas, dataLength } from "./geometry.js";
import { colorName } from "./palettes.js";

/** In data space. */
const STEP = 0.05;
const LONG_STEP = 0.25;

/** @type {Readonly<Record<string, readonly [number, number]>>} */
const DIRECTIONS = Object.freeze({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

export class KeyboardCursor {
  #store;
  #canvas;
  #element;
  #announcer;
  #probe;
  #position = { x: 0, y: 0 };

  /**
   * @param {Store} store
   * @param {{ canvas: HTMLCanvasElement, element: SVGElement, announcer: Announcer, probe: Probe }} parts
   */
  constructor(store, { canvas, element, announcer, probe }) {
    this.#store = store;
    this.#canvas = canvas;
    this.#element = element;
    this.#announcer = announcer;
    this.#probe = probe;
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    canvas.addEventListener("focus", () => {
      // A click focuses the canvas too; the cursor is for those who came by keyboard.
      if (canvas.matches(":focus-visible")) this.#show();
    });
    canvas.addEventListener("blur", () => this.#hide());
    canvas.addEventListener("pointerdown", ({ clientX, clientY }) => {
      this.#hide();
      // The keys continue from there.
      const { left, top, width } = canvas.getBoundingClientRect();
      this.#position = dataFromCanvas({ x: clientX - left, y: clientY - top }, width);
    });
  }

  /** Puts the cursor where it belongs after the canvas changed its size. */
  resize() {
    if (!this.#element.hasAttribute("hidden")) this.#show();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction !== undefined) this.#move(direction, event.shiftKey ? LONG_STEP : STEP);
    else if (event.key === "Enter") this.#act();
    else if (event.key === "Delete" || event.key === "Backspace") this.#erase();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {readonly [number, number]} direction
   * @param {number} step
   */
  #move([dx, dy], step) {
    const { x, y } = this.#position;
    this.#position = { x: onGrid(x + dx * step), y: onGrid(y + dy * step) };
    this.#show();
    this.#announcer.say(this.#probe.textAt(this.#position));
  }

  #act() {
    this.#show();
    const { tool, selectedClass } = this.#store.state.workspace;
    const { palette } = this.#store.state.preferences;
    if (tool === "erase") this.#erase();
    else if (this.#store.addPoint(this.#position)) {
      this.#announcer.say(word("canvas.added", { color: colorName(palette, selectedClass), place: this.#place() }));
    }
  }

  #erase() {
    this.#show();
    const size = this.#canvas.getBoundingClientRect().width;
    const radius = dataLength(this.#store.state.preferences.eraserRadius, size);
    const count = this.#store.erasePoints(this.#position, this.#position, radius);
    this.#announcer.say(word("canvas.erased", { count }));
  }

  #place() {
    return word("canvas.place", { x: formatCoordinate(this.#position.x), y: formatCoordinate(this.#position.y) });
  }

  #show() {
    const size = this.#canvas.getBoundingClientRect().width;
    const { x, y } = canvasFromData(this.#position, size);
    this.#element.style.transform = `translate(${x}px, ${y}px)`;
    this.#element.removeAttribute("hidden");
    this.#probe.point(this.#position);
  }

  #hide() {
    this.#element.setAttribute("hidden", "");
  }
}

/** @param {number} coordinate */
function onGrid(coordinate) {
  return Math.min(1, Math.max(-1, Math.round(coordinate / STEP) * STEP));
}
