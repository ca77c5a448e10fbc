// Step, loss, accuracy and steps per second of exactly the map that is shown.

/** @import { State } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatLoss, formatPercent, formatRate, formatStep } from "../words/numbers.js";
import { word } from "../words/word.js";
import { withScreen } from "./animation-frame.js";
import { create, setText } from "./elements.js";

/** @type {readonly { name: string, valueOf: (state: State) => number | null, format: (value: any) => string }[]} */
const NUMBERS = Object.freeze([
  { name: "step", valueOf: shownStep, format: formatStep },
  { name: "loss", valueOf: (state) => currentRun(state).map.frame?.loss ?? null, format: formatLoss },
  { name: "accuracy", valueOf: (state) => currentRun(state).map.frame?.accuracy ?? null, format: formatPercent },
  { name: "rate", valueOf: rateNow, format: formatRate },
]);

/**
 * @param {HTMLElement} root a <dl>; `data-only` says which numbers, if not all
 * @param {Page} page
 */
export function buildNumbers(root, { store, tooltips }) {
  const only = root.dataset.only?.split(" ");
  const numbers = NUMBERS.filter(({ name }) => only === undefined || only.includes(name));
  const shown = numbers.map(({ name }) => create("dd", { "data-stat": name }));
  const epoch = create("span", { class: "stat-note", "data-part": "epoch" });
  numbers.forEach(({ name }, i) => {
    const term = create("dt", {}, tooltips.createTerm(name), ...(name === "step" ? [epoch] : []));
    root.append(create("div", { class: "stat" }, term, shown[i]));
  });
  const draw = (/** @type {readonly (number | null)[]} */ values) => {
    numbers.forEach(({ format }, i) => {
      setText(shown[i], format(values[i]));
      // Whole, for programs that read the page; "" if there is none.
      shown[i].dataset.value = values[i] === null ? "" : String(values[i]);
    });
  };
  observe(store, (state) => numbers.map(({ valueOf }) => valueOf(state)), withScreen(draw));
  const drawEpoch = (/** @type {number | null} */ n) => setText(epoch, n === null ? "" : word("step.epoch", { epoch: n }));
  observe(store, (state) => currentRun(state).map.frame?.epoch ?? null, withScreen(drawEpoch));
}

/**
 * @param {State} state
 * @returns {number} the step on display: after a reload the network is known before its first frame
 */
export function shownStep(state) {
  const { map, checkpoint } = currentRun(state);
  return (map.frame ?? checkpoint)?.step ?? 0;
}

/** @param {State} state */
function rateNow(state) {
  const { map, training } = currentRun(state);
  const runs = map.live && training.running && state.connection.status === "open";
  return runs ? (map.frame?.stepsPerSecond ?? 0) : 0;
}
