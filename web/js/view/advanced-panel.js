// The panel "Advanced training settings": closed at first, and as the person left it afterwards.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { byId, setText } from "./dom.js";
import { bindSelect, bindTextField } from "./field.js";
import { NO_NUMBER } from "../words/numbers.js";

/** @param {Store} store */
export function buildAdvancedPanel(store) {
  bindTextField(store, "learningRate", "learning-rate");
  bindTextField(store, "regularization", "l2");
  bindTextField(store, "batchSize", "batch-size");
  bindTextField(store, "dropout", "dropout");
  bindSelect(store, "optimizer", "optimizer");
  bindSelect(store, "activation", "activation");
  byId("reset-advanced", HTMLButtonElement).addEventListener("click", () => store.resetAdvanced());
  rememberWhetherOpen(store);
  showSeeds(store);
}

/** @param {Store} store */
function rememberWhetherOpen(store) {
  const panel = byId("advanced", HTMLDetailsElement);
  panel.open = store.state.workspace.advancedOpen;
  panel.addEventListener("toggle", () => store.setLayout({ advancedOpen: panel.open }));
}

/** @param {Store} store */
function showSeeds(store) {
  const init = byId("seed-init", HTMLElement);
  const batches = byId("seed-batches", HTMLElement);
  const dropout = byId("seed-dropout", HTMLElement);
  observe(store, (state) => currentRun(state).settings.seeds, (seeds) => {
    setText(init, seeds === null ? NO_NUMBER : String(seeds.init));
    setText(batches, seeds === null ? NO_NUMBER : String(seeds.batches));
    setText(dropout, seeds === null ? NO_NUMBER : String(seeds.dropout));
  });
}
