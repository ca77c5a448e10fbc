// The history slider: which step of the run the map and the numbers show.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { byId, setText } from "./dom.js";
import { formatCount } from "../words/numbers.js";
import { drawSoon } from "./animation-frame.js";

/** @param {Store} store */
export function buildTimeline(store) {
  const slider = byId("timeline", HTMLInputElement);
  const label = byId("timeline-label", HTMLOutputElement);
  const backToLive = byId("timeline-live", HTMLButtonElement);
  const historyMark = byId("history-mark", HTMLElement);

  slider.addEventListener("input", () => {
    // Grabbing the timeline of a running player pauses it.
    if (store.run.training.running) store.pause();
    store.showSnapshot(slider.valueAsNumber);
  });
  backToLive.addEventListener("click", () => {
    store.goLive();
    slider.focus();
  });

  const show = () => {
    const { history, map } = store.run;
    const last = Math.max(0, history.snapshots.length - 1);
    const shown = Math.max(0, history.shownIndex);
    slider.disabled = history.snapshots.length < 2;
    slider.max = String(last);
    slider.value = String(shown);
    slider.style.setProperty("--done", `${last === 0 ? 0 : (100 * shown) / last}%`);

    const step = formatCount(map.frame?.step ?? 0);
    const text = history.live ? "live" : `step ${step}`;
    setText(label, text);
    slider.setAttribute("aria-valuetext", history.live ? `live, step ${step}` : text);
    backToLive.hidden = history.live;
    historyMark.hidden = history.live;
    if (!history.live) setText(historyMark, `History: step ${step}`);
  };
  show();
  observe(store, (state) => [currentRun(state).history, currentRun(state).map], () => drawSoon(show));
}
