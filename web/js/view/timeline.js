// The slider over the run's history: which step the map and the numbers show.

/** @import { Run } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatLoss, formatPercent } from "../words/numbers.js";
import { word } from "../words/word.js";
import { withScreen } from "./animation-frame.js";
import { create, find, setText } from "./elements.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildTimeline(root, { store, tooltips }) {
  const head = find(root, "[data-part=head]", HTMLElement);
  const label = find(root, "output", HTMLOutputElement);
  const backToLive = find(root, "[data-command=goLive]", HTMLButtonElement);
  const slider = create("input", {
    type: "range",
    class: "slider",
    "data-part": "timeline",
    autocomplete: "off",
    step: "1",
  });
  head.prepend(tooltips.createLabel("history", slider));
  root.append(slider);
  slider.addEventListener("input", () => {
    // Grabbing the timeline of a running player pauses it.
    if (currentRun(store.state).training.running) store.pause();
    store.showStep(slider.valueAsNumber);
  });
  backToLive.addEventListener("click", () => slider.focus());

  const draw = () => {
    const { history, map } = currentRun(store.state);
    const { snapshots, firstStep, lastStep } = history;
    const shown = history.shownStep ?? lastStep;
    // Disabled, it would lose the focus; with one step there is nowhere to go.
    slider.disabled = snapshots.length < 2 && document.activeElement !== slider;
    slider.min = String(firstStep);
    slider.max = String(lastStep);
    slider.value = String(shown);
    slider.dataset.snapshots = String(snapshots.length);
    const done = lastStep === firstStep ? 0 : (shown - firstStep) / (lastStep - firstStep);
    slider.style.setProperty("--done", `${100 * done}%`);

    const step = map.frame?.step ?? 0;
    setText(label, map.live ? word("history.live") : word("history.step", { step }));
    slider.setAttribute("aria-valuetext", inWords(currentRun(store.state)));
    backToLive.hidden = map.live;
  };
  slider.addEventListener("blur", draw);
  observe(
    store,
    (state) => {
      const { history, map } = currentRun(state);
      return [history, map];
    },
    withScreen(draw),
  );
}

/**
 * @param {Run} run
 * @returns {string} what is shown, for those who do not see it; the numbers of a run are not read out as
 *   fast as they change
 */
function inWords({ map, training }) {
  if (map.live && training.running) return word("history.live");
  const { step = 0, loss = null, accuracy = null } = map.frame ?? {};
  const numbers = word("canvas.progress", { step, loss: formatLoss(loss), accuracy: formatPercent(accuracy) });
  return map.live ? word("history.liveAt", { numbers }) : numbers;
}
