// The panel "Training data": how many points there are; undo, redo and clear.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { byId, setText } from "./dom.js";
import { formatCount } from "../words/numbers.js";

/** @param {Store} store */
export function buildDataPanel(store) {
  const pointCount = byId("point-count", HTMLElement);
  const undo = onClick("undo", () => store.undo());
  const redo = onClick("redo", () => store.redo());
  const clear = onClick("clear", () => store.clear());
  observe(store, (state) => state.document, (data) => {
    setText(pointCount, describeCount(data.points.length));
    undo.disabled = !data.canUndo;
    redo.disabled = !data.canRedo;
    clear.disabled = data.points.length === 0;
  });
}

/** @param {number} count */
function describeCount(count) {
  if (count === 0) return "No points yet";
  return count === 1 ? "1 point" : `${formatCount(count)} points`;
}

/**
 * @param {string} id
 * @param {() => void} action
 */
function onClick(id, action) {
  const button = byId(id, HTMLButtonElement);
  button.addEventListener("click", action);
  return button;
}
