// What style sheets cannot do about where things are: in narrow windows the canvas stands right behind the
// data, in the order of reading, too, comes into view when something begins to happen on it, and the page
// ends above the bar at the bottom. Says the version, too.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { find, setText } from "./elements.js";

/** In a narrow window the page stands in one column (see css/layout.css). */
const NARROW = "(max-width: 1023.98px)";

/**
 * @param {HTMLElement} root the body
 * @param {Page} page
 */
export function buildPageLayout(root, { store }) {
  measureBar(find(root, ".player", HTMLElement));
  placeView(find(root, "[data-part=controls]", HTMLElement), find(root, ".view-area", HTMLElement));
  const version = find(root, "[data-part=version]", HTMLElement);
  observe(store, ({ connection }) => connection.server?.version ?? "", (text) => setText(version, text));

  const box = find(root, ".canvas-box", HTMLElement);
  observe(
    store,
    (state) => currentRun(state).training.running || state.document.generating !== null,
    (isBusy) => {
      if (isBusy && window.matchMedia(NARROW).matches) bringIntoView(box, store.state.workspace.reducedMotion ? "instant" : "smooth");
    },
  );
}

/**
 * @param {HTMLElement} controls
 * @param {HTMLElement} view the canvas, and what stands beside it
 */
function placeView(controls, view) {
  const narrow = window.matchMedia(NARROW);
  const place = () => {
    const before = narrow.matches ? find(controls, ".data-panel", HTMLElement) : controls;
    if (view.previousElementSibling !== before) before.after(view);
  };
  narrow.addEventListener("change", place);
  place();
}

/**
 * The page ends above the bar, however tall the person's type makes it; in low windows there is none.
 * @param {HTMLElement} bar
 */
function measureBar(bar) {
  const { style } = document.documentElement;
  new ResizeObserver(() => {
    const isBar = getComputedStyle(bar).position === "fixed";
    style.setProperty("--bar-height", `${isBar ? bar.offsetHeight : 0}px`);
  }).observe(bar);
}

/**
 * @param {HTMLElement} box
 * @param {ScrollBehavior} behavior
 */
function bringIntoView(box, behavior) {
  const { top, bottom, height } = box.getBoundingClientRect();
  const { scrollPaddingBottom } = getComputedStyle(document.documentElement);
  const seen = Math.min(bottom, window.innerHeight - Number.parseFloat(scrollPaddingBottom)) - Math.max(top, 0);
  if (seen < 0.75 * height) box.scrollIntoView({ block: "end", behavior });
}
