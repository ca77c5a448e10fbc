// The panel "Training & history": the buttons, the hidden layers, the speed, the numbers.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { word } from "../words/word.js";
import { byId, setText } from "./dom.js";
import { bindTextField } from "./field.js";
import { formatLoss, formatPercent, formatRate, formatStep } from "../words/numbers.js";
import { drawSoon } from "./animation-frame.js";

/** The value of the fastest choice in #speed. */
const FASTEST = "max";

/** @param {Store} store */
export function buildTrainingPanel(store) {
  byId("train", HTMLButtonElement).addEventListener("click", () => store.toggle());
  byId("step-once", HTMLButtonElement).addEventListener("click", () => store.stepOnce());
  byId("reset", HTMLButtonElement).addEventListener("click", () => store.resetModel());
  bindTextField(store, "architecture", "architecture");
  showNetwork(store);
  bindSpeed(store);
  showNumbers(store);
}

/**
 * Says which network the server confirmed to train.
 * @param {Store} store
 */
function showNetwork(store) {
  const hint = byId("architecture-hint", HTMLElement);
  observe(store, (state) => currentRun(state).training, ({ network, networkPending }) => {
    if (network === null) setText(hint, word("hint.architecture"));
    // While a new network is on its way the old words would be false, and "…" tells of both.
    else if (networkPending) setText(hint, word("network.pending"));
    else setText(hint, word("network.confirmed", { layerSizes: network.layerSizes, activation: word(`choice.${network.activation}`) }));
  });
}

/** @param {Store} store */
function bindSpeed(store) {
  const select = byId("speed", HTMLSelectElement);
  const show = () => {
    const { stepsPerSecond } = store.run.settings;
    const value = stepsPerSecond === null ? FASTEST : String(stepsPerSecond);
    // A speed kept from elsewhere gets its own place in the list.
    if (![...select.options].some((option) => option.value === value)) {
      select.add(new Option(word("speed.steps", { rate: formatRate(Number(value)) }), value), 0);
    }
    select.value = value;
  };
  select.addEventListener("change", () => {
    store.setSpeed(select.value === FASTEST ? null : Number(select.value));
  });
  observe(store, (state) => currentRun(state).settings.stepsPerSecond, show);
}

/**
 * Step, loss, accuracy and steps per second of exactly the map that is shown.
 * @param {Store} store
 */
function showNumbers(store) {
  const step = byId("stat-step", HTMLElement);
  const loss = byId("stat-loss", HTMLElement);
  const accuracy = byId("stat-accuracy", HTMLElement);
  const rate = byId("stat-rate", HTMLElement);
  const show = () => {
    const { map: { frame, live }, checkpoint, training } = store.run;
    // After a reload the network is known before its first frame.
    setNumber(step, (frame ?? checkpoint)?.step ?? 0, formatStep);
    setNumber(loss, frame?.loss ?? null, formatLoss);
    setNumber(accuracy, frame?.accuracy ?? null, formatPercent);
    const runs = live && training.running && store.state.connection.status === "open";
    setNumber(rate, runs ? (frame?.stepsPerSecond ?? 0) : 0, formatRate);
  };
  show();
  observe(store, (state) => [currentRun(state), state.connection], () => drawSoon(show));
}

/**
 * Shows a number, and keeps it whole in `data-value` ("" if there is none).
 * @template {number | null} T
 * @param {HTMLElement} element
 * @param {T} value
 * @param {(value: T) => string} format
 */
function setNumber(element, value, format) {
  setText(element, format(value));
  element.dataset.value = value === null ? "" : String(value);
}
