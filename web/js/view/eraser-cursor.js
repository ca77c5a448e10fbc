// The eraser's cursor: a circle of exactly the size that is erased.

/** @import { Store } from "../state/store.js" */

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
    const showTool = () => {
      canvas.dataset.tool = store.state.ui.tool;
      if (store.state.ui.tool !== "erase") this.hide();
    };
    store.subscribe(["ui"], showTool);
    showTool();
  }

  /** @param {{ x: number, y: number }} position of its middle, CSS pixels from the top left of the canvas */
  show({ x, y }) {
    const radius = this.#store.state.ui.eraserRadius;
    const { style } = this.#element;
    style.width = style.height = `${2 * radius}px`;
    style.transform = `translate(${x - radius}px, ${y - radius}px)`;
    this.#element.hidden = false;
  }

  hide() {
    this.#element.hidden = true;
  }
}
