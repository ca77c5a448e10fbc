// Which class is drawn, or the eraser: one choice. It is offered with names and counts, or, with
// `data-compact`, as a row of markers.

/** @import { PaletteName } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { MAX_CLASSES } from "../state/points.js";
import { formatCount } from "../words/numbers.js";
import { word } from "../words/word.js";
import { capitalize, create, createIcon, createSvg, setText } from "./elements.js";
import { markerPath } from "./markers.js";
import { colorName } from "./palettes.js";
import { makeRadioGroup } from "./radio-group.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildToolChoice(root, { store, tooltips }) {
  const isCompact = root.dataset.compact !== undefined;
  const swatches = Array.from({ length: MAX_CLASSES }, (_, label) => createSwatch(label, isCompact));
  const eraser = createEraser(isCompact);
  if (!isCompact) tooltips.explain(eraser, word("command.eraser.tip"));
  const buttons = [...swatches.map(({ button }) => button), eraser];
  root.append(...buttons);

  const group = makeRadioGroup(buttons, (index) => {
    if (index < MAX_CLASSES) store.setLayout({ tool: "draw", selectedClass: index });
    else store.setLayout({ tool: "erase" });
  });
  observe(
    store,
    ({ workspace }) => (workspace.tool === "erase" ? MAX_CLASSES : workspace.selectedClass),
    (chosen) => group.choose(chosen),
  );
  observe(
    store,
    ({ preferences }) => [preferences.palette, preferences.shapes],
    () => {
      const { palette, shapes } = store.state.preferences;
      swatches.forEach(({ marker, showName }, label) => {
        marker.setAttribute("d", markerPath(label, shapes));
        showName(palette);
      });
    },
  );
  observe(store, ({ document }) => document.classCounts, (counts) => {
    swatches.forEach(({ count }, label) => setText(count, formatCount(counts[label] ?? 0)));
  });
}

/**
 * @param {number} label
 * @param {boolean} isCompact
 */
function createSwatch(label, isCompact) {
  const marker = createSvg("path", { fill: `var(--class-${label})` });
  const drawing = createSvg("svg", { class: "swatch-marker", viewBox: "-1.4 -1.4 2.8 2.8", "aria-hidden": "true" }, marker);
  const button = createRadio(isCompact ? "" : "swatch", drawing);
  const count = create("span", { class: "swatch-count" });
  const name = create("span", { class: "swatch-name" });
  if (!isCompact) {
    button.dataset.class = String(label);
    button.append(count, name);
  }
  const showName = (/** @type {PaletteName} */ palette) => {
    const text = capitalize(colorName(palette, label));
    if (isCompact) button.setAttribute("aria-label", text);
    else setText(name, text);
  };
  return { button, marker, count, showName };
}

/** @param {boolean} isCompact */
function createEraser(isCompact) {
  const button = createRadio(isCompact ? "" : "tool", createIcon("eraser"));
  if (isCompact) {
    button.setAttribute("aria-label", word("command.eraser"));
  } else {
    button.dataset.tool = "erase";
    button.append(word("command.eraser"));
  }
  return button;
}

/**
 * @param {string} className
 * @param {Node} content
 */
function createRadio(className, content) {
  return create("button", { type: "button", role: "radio", class: className }, content);
}
