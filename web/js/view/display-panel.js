// How things look: the palette, the marker shapes, light or dark; and whether single keys act.

/** @import { Store } from "../state/store.js" */
/** @import { PaletteName, ThemeName } from "../../types/state" */

import { observe } from "../state/observe.js";
import { PALETTES } from "./palettes.js";
import { byId } from "./dom.js";

/** @param {Store} store */
export function buildDisplayPanel(store) {
  const palette = byId("palette-choice", HTMLSelectElement);
  const shapes = byId("shapes-choice", HTMLInputElement);
  const shortcuts = byId("shortcuts-choice", HTMLInputElement);
  const theme = byId("theme-choice", HTMLSelectElement);
  palette.addEventListener("change", () => {
    store.setPreferences({ palette: /** @type {PaletteName} */ (palette.value) });
  });
  shapes.addEventListener("change", () => store.setPreferences({ shapes: shapes.checked }));
  shortcuts.addEventListener("change", () => store.setPreferences({ shortcuts: shortcuts.checked }));
  theme.addEventListener("change", () => {
    store.setPreferences({ theme: /** @type {ThemeName} */ (theme.value) });
  });

  const { style, dataset } = document.documentElement;
  observe(store, (state) => state.preferences, (preferences) => {
    palette.value = preferences.palette;
    shapes.checked = preferences.shapes;
    shortcuts.checked = preferences.shortcuts;
    theme.value = preferences.theme;
    PALETTES[preferences.palette].forEach((color, label) => style.setProperty(`--class-${label}`, color));
    // Without the attribute css/tokens.css follows the system.
    if (preferences.theme === "system") delete dataset.theme;
    else dataset.theme = preferences.theme;
  });
}
