// The panel "Save & open": sessions, points and models as files, and the checksum of the weights.

/** @import { ModelFormat, Services } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { checksumOf } from "../files/checksum.js";
import { writeCsv } from "../files/csv.js";
import { writeSessionFile } from "../files/session-file.js";
import { usableCheckpoint } from "../state/checkpoint.js";
import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { message } from "../words/message.js";
import { word } from "../words/word.js";
import { all, byId, setText } from "./dom.js";
import { NO_NUMBER } from "../words/numbers.js";
import { takeFile } from "./open-files.js";

/**
 * @param {Store} store
 * @param {Services} services
 */
export function buildFilesPanel(store, { requestModel }) {
  offerOpening(store, "open-session", "open-session-file");
  offerOpening(store, "import-csv", "import-csv-file");
  onClick("save-session", () => {
    const session = store.sessionContent();
    if (session === null) store.notify("info", message("file.nothingToSave"));
    else save(nameNow("nnvisu"), writeSessionFile(session), "application/json");
  });
  onClick("export-csv", () => save("nnvisu-points.csv", writeCsv(store.state.document.points), "text/csv"));
  for (const button of all("[data-model]", HTMLButtonElement)) {
    const format = /** @type {ModelFormat} */ (button.dataset.model);
    button.addEventListener("click", () => void saveModel(store, requestModel, format, button));
  }
  showWhatThereIs(store);
  showChecksum(store);
}

/**
 * @param {Store} store
 * @param {string} buttonId
 * @param {string} inputId of the hidden input that the browser's own dialog belongs to
 */
function offerOpening(store, buttonId, inputId) {
  const input = byId(inputId, HTMLInputElement);
  onClick(buttonId, () => input.click());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void takeFile(store, file);
    // The same file may be chosen again.
    input.value = "";
  });
}

/**
 * @param {Store} store
 * @param {Services["requestModel"]} requestModel
 * @param {ModelFormat} format
 * @param {HTMLButtonElement} button
 */
async function saveModel(store, requestModel, format, button) {
  const session = store.sessionContent();
  if (session === null || button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const model = await requestModel(format, writeSessionFile(session));
  button.ariaBusy = "false";
  if (model.ok) save(model.value.name, model.value.content, model.value.content.type);
  else store.notify("error", message("verbatim", { text: model.message }));
}

/** @param {Store} store */
function showWhatThereIs(store) {
  const exportCsv = byId("export-csv", HTMLButtonElement);
  const models = all("[data-model]", HTMLButtonElement);
  observe(store, (state) => [state.document, currentRun(state).settings], () => {
    exportCsv.disabled = store.state.document.points.length === 0;
    // Fresh weights come from the seeds.
    for (const button of models) button.disabled = store.run.settings.seeds === null;
  });
}

/**
 * Says which weights these are, in the words of the command line. Computed only where it is seen.
 * @param {Store} store
 */
function showChecksum(store) {
  const panel = byId("files", HTMLDetailsElement);
  const checksum = byId("weights-checksum", HTMLElement);
  const step = byId("weights-step", HTMLElement);
  let shown = "";
  const show = () => {
    if (!panel.open) return;
    const checkpoint = usableCheckpoint(store.run);
    const parameters = checkpoint?.parameters ?? "";
    if (parameters !== shown) setText(checksum, parameters === "" ? NO_NUMBER : checksumOf(parameters));
    shown = parameters;
    setText(step, checkpoint === null ? "" : word("checksum.at", { step: checkpoint.step }));
    checksum.dataset.step = String(checkpoint?.step ?? "");
  };
  panel.addEventListener("toggle", show);
  observe(store, (state) => usableCheckpoint(currentRun(state)), show);
}

/**
 * @param {string} ending
 * @returns {string} such as "nnvisu-2026-11-20-1530.nnvisu", in local time
 */
function nameNow(ending) {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  return `nnvisu-${now.slice(0, 10)}-${now.slice(11, 13)}${now.slice(14, 16)}.${ending}`;
}

/**
 * Hands a file to the browser, which saves it.
 * @param {string} name
 * @param {string | Blob} content
 * @param {string} type
 */
function save(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * @param {string} id
 * @param {() => void} action
 */
function onClick(id, action) {
  byId(id, HTMLButtonElement).addEventListener("click", action);
}
