// Which class is drawn, or the eraser: one choice, offered in the panel "Training data" with names
// and counts, and in narrow windows as a row of markers at the canvas too.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { COLOR_NAMES } from "./palettes.js";
import { all, byId, capitalize, setText } from "./dom.js";
import { formatCount } from "../words/numbers.js";
import { markerPath } from "./markers.js";
import { makeRadioGroup } from "./radio-group.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {Store} store */
export function buildToolChoice(store) {
  const swatches = all("[data-class]", HTMLButtonElement).map(fillSwatch);
  const eraser = byId("eraser", HTMLButtonElement);
  const quickRow = byId("quick-tools", HTMLElement);
  const quick = swatches.map((_, label) => createQuickTool(label));
  const quickEraser = createQuickEraser();
  quickRow.append(...quick.map(({ button }) => button), quickEraser);

  const choose = (/** @type {number} */ index) => {
    if (index < swatches.length) store.setLayout({ tool: "draw", selectedClass: index });
    else store.setLayout({ tool: "erase" });
  };
  const inPanel = makeRadioGroup([...swatches.map(({ button }) => button), eraser], choose);
  const atCanvas = makeRadioGroup([...quick.map(({ button }) => button), quickEraser], choose);

  observe(store, ({ workspace }) => (workspace.tool === "erase" ? swatches.length : workspace.selectedClass), (chosen) => {
    inPanel.choose(chosen);
    atCanvas.choose(chosen);
  });
  observe(store, (state) => state.preferences, ({ palette, shapes }) => {
    COLOR_NAMES[palette].forEach((name, label) => {
      setText(swatches[label].name, capitalize(name));
      quick[label].button.setAttribute("aria-label", capitalize(name));
      for (const marker of [swatches[label].marker, quick[label].marker]) {
        marker.setAttribute("d", markerPath(label, shapes));
      }
    });
  });
  observe(store, (state) => state.document.classCounts, (counts) => {
    counts.forEach((count, label) => setText(swatches[label].count, formatCount(count)));
  });
}

/**
 * Puts the marker, the count and the colour's name into an empty button of the palette.
 * @param {HTMLButtonElement} button
 */
function fillSwatch(button) {
  const { image, marker } = createMarker(Number(button.dataset.class));
  const count = document.createElement("span");
  count.className = "swatch-count";
  const name = document.createElement("span");
  name.className = "swatch-name";
  button.replaceChildren(image, count, name);
  return { button, marker, name, count };
}

/** @param {number} label */
function createQuickTool(label) {
  const { image, marker } = createMarker(label);
  const button = createRadio();
  button.append(image);
  return { button, marker };
}

function createQuickEraser() {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", "#icon-eraser");
  icon.append(use);
  const button = createRadio();
  button.setAttribute("aria-label", "Eraser");
  button.append(icon);
  return button;
}

function createRadio() {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  return button;
}

/** @param {number} label */
function createMarker(label) {
  const image = document.createElementNS(SVG, "svg");
  image.setAttribute("class", "swatch-marker");
  image.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  image.setAttribute("aria-hidden", "true");
  const marker = document.createElementNS(SVG, "path");
  marker.setAttribute("fill", `var(--class-${label})`);
  image.append(marker);
  return { image, marker };
}
