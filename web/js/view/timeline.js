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
    store.showStep(slider.valueAsNumber);
  });
  backToLive.addEventListener("click", () => {
    store.goLive();
    slider.focus();
  });

  const show = () => {
    const { history, map } = store.run;
    const { firstStep, lastStep } = history;
    const shown = history.shownStep ?? lastStep;
    slider.disabled = history.snapshots.length < 2;
    slider.min = String(firstStep);
    slider.max = String(lastStep);
    slider.value = String(shown);
    slider.dataset.snapshots = String(history.snapshots.length);
    slider.style.setProperty("--done", `${lastStep === firstStep ? 0 : (100 * (shown - firstStep)) / (lastStep - firstStep)}%`);

    const step = formatCount(map.frame?.step ?? 0);
    const text = map.live ? "live" : `step ${step}`;
    setText(label, text);
    slider.setAttribute("aria-valuetext", map.live ? `live, step ${step}` : text);
    backToLive.hidden = map.live;
    historyMark.hidden = map.live;
    if (!map.live) setText(historyMark, `History: step ${step}`);
  };
  show();
  observe(store, (state) => [currentRun(state).history, currentRun(state).map], () => drawSoon(show));
}
