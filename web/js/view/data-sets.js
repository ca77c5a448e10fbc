// The generators: a button with a drawn thumbnail for each, and how many classes to generate.

/** @import { Store } from "../state/store.js" */
/** @import { Distribution } from "../../types/state" */

import { observe } from "../state/observe.js";
import { PALETTES } from "./palettes.js";
import { all, byId } from "./dom.js";
import { drawSoon } from "./animation-frame.js";
import { drawThumbnail } from "./thumbnails.js";

/** @param {Store} store */
export function buildDataSets(store) {
  const buttons = all("[data-distribution]", HTMLButtonElement).map((button) => ({
    button,
    thumbnail: thumbnailOf(button),
    distribution: /** @type {Distribution} */ (button.dataset.distribution),
  }));
  for (const { button, distribution } of buttons) {
    button.addEventListener("click", () => store.generate(distribution));
  }

  const classCount = byId("class-count", HTMLSelectElement);
  classCount.addEventListener("change", () => store.setPreferences({ classCount: Number(classCount.value) }));

  const draw = () => {
    const { palette, classCount: nClasses } = store.state.preferences;
    classCount.value = String(nClasses);
    for (const { thumbnail, distribution } of buttons) {
      drawThumbnail(thumbnail, distribution, PALETTES[palette].slice(0, nClasses));
    }
  };
  draw();
  observe(store, ({ preferences }) => [preferences.palette, preferences.classCount], () => drawSoon(draw));
}

/** @param {HTMLButtonElement} button */
function thumbnailOf(button) {
  const canvas = button.querySelector("canvas");
  if (canvas === null) throw new Error("index.html has a data set without a thumbnail");
  return canvas;
}
