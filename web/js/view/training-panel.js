// The panel "Training & history": the buttons, the hidden layers, the speed, the numbers.

/** @import { Store } from "../state/store.js" */

import { ACTIVATION_NAMES } from "../state/settings.js";
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
  const show = () => {
    const { network, networkPending } = store.state.session;
    if (network === null) setText(hint, "Units in each layer, such as 10-5");
    // While a new network is on its way the old words would be false, and "…" tells of both.
    else if (networkPending) setText(hint, "Network: …");
    else setText(hint, `Network: ${network.layerSizes.join(" – ")}, ${ACTIVATION_NAMES[network.activation]}`);
  };
  store.subscribe(["session"], show);
  show();
}

/** @param {Store} store */
function bindSpeed(store) {
  const select = byId("speed", HTMLSelectElement);
  const show = () => {
    const { stepsPerSecond } = store.state.settings;
    const value = stepsPerSecond === null ? FASTEST : String(stepsPerSecond);
    // A speed kept from elsewhere gets its own place in the list.
    if (![...select.options].some((option) => option.value === value)) {
      select.add(new Option(`${formatRate(Number(value))} steps/s`, value), 0);
    }
    select.value = value;
  };
  select.addEventListener("change", () => {
    store.setSpeed(select.value === FASTEST ? null : Number(select.value));
  });
  store.subscribe(["settings"], show);
  show();
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
    const { map, model } = store.state;
    const { frame, live } = map;
    // After a reload the network is known before its first frame.
    setNumber(step, (frame ?? model.checkpoint)?.step ?? 0, formatStep);
    setNumber(loss, frame?.loss ?? null, formatLoss);
    setNumber(accuracy, frame?.accuracy ?? null, formatPercent);
    const { running, connection } = store.state.session;
    const runs = live && running && connection === "open";
    setNumber(rate, runs ? (frame?.stepsPerSecond ?? 0) : 0, formatRate);
  };
  store.subscribe(["map"], () => drawSoon(show));
  store.subscribe(["session"], () => drawSoon(show));
  show();
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
