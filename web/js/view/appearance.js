// How the page looks as a whole: light or dark, the colours of the classes, and what style sheets and
// tests are told about the state.

/** @import { State } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { PALETTES } from "./palettes.js";

/**
 * @param {HTMLElement} root the body
 * @param {Page} page
 */
export function buildAppearance(root, { store }) {
  const { style, dataset } = document.documentElement;
  observe(store, ({ preferences }) => preferences.palette, (palette) => {
    PALETTES[palette].forEach((color, label) => style.setProperty(`--class-${label}`, color));
  });
  const strengthOf = (/** @type {State} */ { preferences: { plainMap, mapStrength } }) => (plainMap ? 1 : mapStrength / 100);
  observe(store, strengthOf, (strength) => style.setProperty("--map-strength", String(strength)));
  observe(store, ({ preferences }) => preferences.theme, (theme) => {
    // Without the attribute css/tokens.css follows the system.
    if (theme === "system") delete dataset.theme;
    else dataset.theme = theme;
  });
  const motion = window.matchMedia("(prefers-reduced-motion: reduce)");
  const followMotion = () => store.setReducedMotion(motion.matches);
  motion.addEventListener("change", followMotion);
  followMotion();
  observe(store, ({ connection }) => connection.status, (status) => (root.dataset.connection = status));
  observe(store, (state) => currentRun(state).training.running, (running) => (root.dataset.running = String(running)));
}
