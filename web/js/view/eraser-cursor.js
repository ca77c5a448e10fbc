// The eraser's cursor: a circle of exactly the size that is erased.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";

export class EraserCursor {
  #store;
  #element;

  /**
   * @param {Store} store
   * @param {HTMLElement} element
   * @param {HTMLElement} canvas
   */
  constructor(store, element, canvas) {
    this.#store = store;
    this.#element = element;
    observe(store, ({ workspace }) => workspace.tool, (tool) => {
      canvas.dataset.tool = tool;
      if (tool !== "erase") this.hide();
    });
  }

  /** @param {{ x: number, y: number }} position of its middle, CSS pixels from the top left of the canvas */
  show({ x, y }) {
    const radius = this.#store.state.preferences.eraserRadius;
    const { style } = this.#element;
    style.width = style.height = `${2 * radius}px`;
    style.transform = `translate(${x - radius}px, ${y - radius}px)`;
    this.#element.hidden = false;
  }

  hide() {
    this.#element.hidden = true;
  }
}
