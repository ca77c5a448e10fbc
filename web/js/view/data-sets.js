// The generators: a button with a drawn thumbnail for each.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { wordFor } from "../words/word.js";
import { withScreen } from "./animation-frame.js";
import { create } from "./elements.js";
import { PALETTES } from "./palettes.js";
import { DISTRIBUTIONS, drawThumbnail } from "./thumbnails.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildDataSets(root, { store, tooltips }) {
  const thumbnails = DISTRIBUTIONS.map((distribution) => {
    const thumbnail = create("canvas", { class: "thumbnail", "aria-hidden": "true" });
    const button = create(
      "button",
      { type: "button", class: "data-set", "data-distribution": distribution },
      thumbnail,
      wordFor(`label.${distribution}`),
    );
    tooltips.explain(button, wordFor(`tip.${distribution}`));
    button.addEventListener("click", () => store.generate(distribution));
    root.append(button);
    return thumbnail;
  });
  const draw = () => {
    const { palette, classCount } = store.state.preferences;
    DISTRIBUTIONS.forEach((distribution, i) => {
      drawThumbnail(thumbnails[i], distribution, PALETTES[palette].slice(0, classCount));
    });
  };
  observe(store, ({ preferences }) => [preferences.palette, preferences.classCount], withScreen(draw));
}
