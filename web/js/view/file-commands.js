// The commands that save and open: sessions, points and models as files.

/** @import { Page } from "./page.js" */

import { writeCsv } from "../files/csv.js";
import { writeSessionFile } from "../files/session-file.js";
import { currentRun } from "../state/runs.js";
import { message } from "../words/message.js";
import { create, findAll } from "./elements.js";
import { takeFile } from "./open-files.js";

/** The formats of other programs, by the command that saves in it.
 * @type {Readonly<Record<string, string>>} */
const MODEL_FORMATS = Object.freeze({ saveOnnx: "onnx", saveSafetensors: "safetensors", saveJson: "json" });

/** The kinds of file that can be opened, by the command that asks for one. */
const OPENED_TYPES = Object.freeze({
  openSession: ".nnvisu,application/json",
  importCsv: ".csv,.tsv,.txt,text/csv,text/plain",
});

/** @param {Page} page */
export function addFileCommands(page) {
  const { store, commands } = page;
  commands.add(
    {
      id: "saveSession",
      keys: [{ key: "s", ctrl: true, inTextFields: true }],
      run: () => {
        const session = store.sessionContent();
        if (session === null) store.notify("info", message("file.nothingToSave"));
        else save(nameNow("nnvisu"), writeSessionFile(session), "application/json");
      },
    },
    { id: "openSession", keys: [{ key: "o", ctrl: true, inTextFields: true }], run: fileInput(page, "openSession") },
    {
      id: "exportCsv",
      isEnabled: ({ document }) => document.points.length > 0,
      run: () => save("nnvisu-points.csv", writeCsv(store.state.document.points), "text/csv"),
    },
    { id: "importCsv", run: fileInput(page, "importCsv") },
  );
  for (const [id, format] of Object.entries(MODEL_FORMATS)) {
    commands.add({
      id,
      // Fresh weights come from the seeds.
      isEnabled: (state) => currentRun(state).settings.seeds !== null,
      run: () => void saveModel(page, format, findAll(document, `[data-command=${id}]`, HTMLButtonElement)),
    });
  }
}

/**
 * @param {Page} page
 * @param {keyof typeof OPENED_TYPES} name
 * @returns {() => void} opens the browser's own dialog
 */
function fileInput({ store }, name) {
  const input = create("input", { type: "file", "data-part": name, accept: OPENED_TYPES[name], "aria-hidden": "true", hidden: "" });
  document.body.append(input);
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void takeFile(store, file);
    // The same file may be chosen again.
    input.value = "";
  });
  return () => input.click();
}

/**
 * @param {Page} page
 * @param {string} format
 * @param {readonly HTMLButtonElement[]} buttons of the command
 */
async function saveModel({ store, services }, format, buttons) {
  const session = store.sessionContent();
  if (session === null || buttons.some(({ ariaBusy }) => ariaBusy === "true")) return;
  for (const button of buttons) button.ariaBusy = "true";
  const model = await services.requestModel(format, writeSessionFile(session));
  for (const button of buttons) button.ariaBusy = "false";
  if (model.ok) save(model.value.name, model.value.content, model.value.content.type);
  else store.notify("error", message("verbatim", { text: model.message }));
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
  create("a", { href: url, download: name }).click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
