// How things look: the palette, the marker shapes, light or dark; and whether single keys act.

/** @import { Store } from "../state/store.js" */
/** @import { PaletteName, ThemeName } from "../../types/state" */

import { PALETTES } from "../state/palettes.js";
import { byId } from "./dom.js";

/** @param {Store} store */
export function buildDisplayPanel(store) {
  const palette = byId("palette-choice", HTMLSelectElement);
  const shapes = byId("shapes-choice", HTMLInputElement);
  const shortcuts = byId("shortcuts-choice", HTMLInputElement);
  const theme = byId("theme-choice", HTMLSelectElement);
  palette.addEventListener("change", () => {
    store.setUi({ palette: /** @type {PaletteName} */ (palette.value) });
  });
  shapes.addEventListener("change", () => store.setUi({ shapes: shapes.checked }));
  shortcuts.addEventListener("change", () => store.setUi({ shortcuts: shortcuts.checked }));
  theme.addEventListener("change", () => {
    store.setUi({ theme: /** @type {ThemeName} */ (theme.value) });
  });

  const { style, dataset } = document.documentElement;
  const show = () => {
    const { ui } = store.state;
    palette.value = ui.palette;
    shapes.checked = ui.shapes;
    shortcuts.checked = ui.shortcuts;
    theme.value = ui.theme;
    PALETTES[ui.palette].forEach((color, label) => style.setProperty(`--class-${label}`, color));
    // Without the attribute css/tokens.css follows the system.
    if (ui.theme === "system") delete dataset.theme;
    else dataset.theme = ui.theme;
  };
  store.subscribe(["ui"], show);
  show();
}
