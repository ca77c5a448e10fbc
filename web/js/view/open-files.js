// Taking over what a file, a drop or the clipboard brings: a session, or points as CSV. Whatever
// is wrong with it is said, and nothing changes.

/** @import { Parsed } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { readCsv } from "../files/csv.js";
import { readSessionFile } from "../files/session-file.js";

/** Larger files are not read: as in the core. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * @param {Store} store
 * @param {File} file
 */
export async function takeFile(store, file) {
  const text = await textOf(file);
  if (!text.ok) {
    store.notify("error", `${file.name} was not opened. ${text.message}`);
    return;
  }
  const isSession = file.name.toLowerCase().endsWith(".nnvisu") || text.value.trimStart().startsWith("{");
  if (isSession) openSession(store, file.name, text.value);
  else importCsv(store, file.name, text.value);
}

/**
 * @param {Store} store
 * @param {string} name
 * @param {string} text
 */
function openSession(store, name, text) {
  const session = readSessionFile(text);
  if (session.ok) store.openSession(session.value, `from ${name}`);
  else store.notify("error", `${name} was not opened. ${session.message}`);
}

/**
 * @param {Store} store
 * @param {string} name
 * @param {string} text
 */
function importCsv(store, name, text) {
  const points = readCsv(text);
  if (points.ok) store.importPoints(points.value, `from ${name}`);
  else store.notify("error", `${name} was not imported:\n${points.message}`);
}

/**
 * @param {File} file
 * @returns {Promise<Parsed<string>>}
 */
async function textOf(file) {
  if (file.size > MAX_BYTES) return { ok: false, message: "The file is larger than 64 MiB" };
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    // A folder, or a file that has gone meanwhile.
    return { ok: false, message: "The file cannot be read" };
  }
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, message: 'The file is not plain text in UTF-8 (spreadsheets call that "CSV UTF-8")' };
  }
}
