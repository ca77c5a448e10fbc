// The panel "Training data": which class is drawn, the eraser, undo, redo and clear.

/** @import { Store } from "../state/store.js" */

import { COLOUR_NAMES } from "../state/palettes.js";
import { all, byId, setText } from "./dom.js";
import { formatCount } from "./format.js";
import { markerPath } from "./markers.js";
import { makeRadioGroup } from "./radio-group.js";

/** @param {Store} store */
export function buildDataPanel(store) {
  const swatches = all("[data-class]", HTMLButtonElement).map(fillSwatch);
  const eraser = byId("eraser", HTMLButtonElement);
  const choices = makeRadioGroup([...swatches.map(({ button }) => button), eraser], (index) => {
    if (index < swatches.length) store.setUi({ tool: "draw", selectedClass: index });
    else store.setUi({ tool: "erase" });
  });

  const pointCount = byId("point-count", HTMLElement);
  const undo = onClick("undo", () => store.undo());
  const redo = onClick("redo", () => store.redo());
  const clear = onClick("clear", () => store.clear());

  const showUi = () => {
    const { ui } = store.state;
    choices.choose(ui.tool === "erase" ? swatches.length : ui.selectedClass);
    swatches.forEach((swatch, label) => {
      setText(swatch.name, COLOUR_NAMES[ui.palette][label]);
      swatch.marker.setAttribute("d", markerPath(label, ui.shapes));
    });
  };
  const showData = () => {
    const { data } = store.state;
    swatches.forEach((swatch, label) => setText(swatch.count, formatCount(data.classCounts[label])));
    setText(pointCount, describeCount(data.points.length));
    undo.disabled = !data.canUndo;
    redo.disabled = !data.canRedo;
    clear.disabled = data.points.length === 0;
  };
  store.subscribe(["ui"], showUi);
  store.subscribe(["data"], showData);
  showUi();
  showData();
}

/** @param {number} count */
function describeCount(count) {
  if (count === 0) return "No points yet";
  return count === 1 ? "1 point" : `${formatCount(count)} points`;
}

/**
 * Puts the marker, the colour's name and the count into an empty button of the palette.
 * @param {HTMLButtonElement} button
 */
function fillSwatch(button) {
  const label = Number(button.dataset.class);
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("class", "swatch-marker");
  picture.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  picture.setAttribute("aria-hidden", "true");
  const marker = document.createElementNS("http://www.w3.org/2000/svg", "path");
  marker.setAttribute("fill", `var(--class-${label})`);
  picture.append(marker);

  const name = document.createElement("span");
  name.className = "swatch-name";
  const count = document.createElement("span");
  count.className = "swatch-count";
  button.replaceChildren(picture, count, name);
  return { button, marker, name, count };
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
