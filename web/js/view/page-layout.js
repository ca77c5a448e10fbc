// What style sheets cannot do about where things are: the bar at the bottom of narrow windows, and the
// canvas that comes into view there when something begins to happen on it. Says the version, too.

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
  const version = find(root, "[data-part=version]", HTMLElement);
  observe(store, ({ connection }) => connection.server?.version ?? "", (text) => setText(version, text));

  const box = find(root, ".canvas-box", HTMLElement);
  observe(
    store,
    (state) => currentRun(state).training.running || state.document.generating !== null,
    (isBusy) => {
      if (isBusy && window.matchMedia(NARROW).matches) bringIntoView(box);
    },
  );
}

/**
 * The page ends above the bar, however tall the person's type makes it.
 * @param {HTMLElement} bar
 */
function measureBar(bar) {
  const { style } = document.documentElement;
  new ResizeObserver(() => style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
}

/** @param {HTMLElement} box */
function bringIntoView(box) {
  const { top, bottom, height } = box.getBoundingClientRect();
  const seen = Math.min(bottom, window.innerHeight) - Math.max(top, 0);
  if (seen < height / 2) box.scrollIntoView({ block: "end", behavior: "smooth" });
}
