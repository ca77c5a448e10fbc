// Taking over what a file, a drop or the clipboard brings: a session, or points as CSV. Whatever
// is wrong with it is said, and nothing changes.

/** @import { Parsed } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { readCsv } from "../files/csv.js";
import { readSessionFile } from "../files/session-file.js";
import { message } from "../words/message.js";
import { word } from "../words/word.js";

/** Larger files are not read: as in the core. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * @param {Store} store
 * @param {File} file
 */
export async function takeFile(store, file) {
  const text = await contentOf(file);
  if (!text.ok) {
    store.notify("error", message("file.notOpened", { name: file.name, why: text.message }));
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
  if (session.ok) store.openSession(session.value, word("file.from", { name }));
  else store.notify("error", message("file.notOpened", { name, why: session.message }));
}

/**
 * @param {Store} store
 * @param {string} name
 * @param {string} text
 */
function importCsv(store, name, text) {
  const points = readCsv(text);
  if (points.ok) store.importPoints(points.value, word("file.from", { name }));
  else store.notify("error", message("file.notImported", { name, why: points.message }));
}

/**
 * @param {File} file
 * @returns {Promise<Parsed<string, string>>}
 */
async function contentOf(file) {
  if (file.size > MAX_BYTES) return { ok: false, message: word("file.tooLarge", { mebibytes: MAX_BYTES / 2 ** 20 }) };
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    // A folder, or a file that has gone meanwhile.
    return { ok: false, message: word("file.unreadable") };
  }
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, message: word("file.notText") };
  }
}
