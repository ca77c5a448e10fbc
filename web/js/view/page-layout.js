// The frame around the panels: the how-to that unfolds, and the bar at the bottom of narrow windows.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { all, byId, narrowWindow } from "./dom.js";

/** @param {Store} store */
export function buildLayout(store) {
  const toggle = byId("how-to-toggle", HTMLButtonElement);
  const howTo = byId("how-to", HTMLElement);
  toggle.addEventListener("click", () => store.setLayout({ howToOpen: !store.state.workspace.howToOpen }));
  observe(store, ({ workspace }) => workspace.howToOpen, (howToOpen) => {
    howTo.hidden = !howToOpen;
    toggle.setAttribute("aria-expanded", String(howToOpen));
  });
  measureBar();
  bringCanvasIntoView();
}

/** The page ends above the bar, however tall the person's type makes it. */
function measureBar() {
  const bar = byId("player", HTMLElement);
  const { style } = document.documentElement;
  new ResizeObserver(() => style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
}

/** In a narrow window the canvas may be out of sight when something begins to happen on it. */
function bringCanvasIntoView() {
  const box = byId("canvas-box", HTMLElement);
  const show = () => {
    if (!narrowWindow.matches || document.body.dataset.running === "true") return;
    const { top, bottom, height } = box.getBoundingClientRect();
    const seen = Math.min(bottom, window.innerHeight) - Math.max(top, 0);
    if (seen < height / 2) box.scrollIntoView({ block: "end", behavior: "smooth" });
  };
  byId("train", HTMLButtonElement).addEventListener("click", show);
  for (const button of all("[data-distribution]", HTMLButtonElement)) button.addEventListener("click", show);
}
