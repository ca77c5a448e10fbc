// Reading what the browser keeps across visits. Whatever is wrong with one part, the others are used,
// and the person is told.

/** @import { PreferencesState, Stored } from "../../types/state" */
/** @import { Entry, Part } from "./parts.js" */

import { NOTHING_STORED } from "../state/initial-state.js";
import { word } from "../words/word.js";
import { PARTS, VERSION, readPreferences } from "./parts.js";

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */

/**
 * Where a page keeps things.
 * @typedef {object} Places
 * @property {KeyValueStore | null} shared for the next visit, the same for all tabs
 * @property {KeyValueStore | null} own for this tab alone, as long as it is there
 *
 * The browser's storages; null where the person or the browser forbids them.
 * @param {{ readonly localStorage: Storage, readonly sessionStorage: Storage }} page the window
 * @returns {Places}
 */
export function openPlaces(page) {
  return { shared: unlessForbidden(() => page.localStorage), own: unlessForbidden(() => page.sessionStorage) };
}

/**
 * @param {() => Storage | null} open
 * @returns {Storage | null}
 */
function unlessForbidden(open) {
  try {
    return open() ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether a tab has work of its own there, which is another than what all tabs share.
 * @param {KeyValueStore | null} own
 * @returns {boolean}
 */
export function hasOwnWork(own) {
  try {
    return own !== null && own.getItem(PARTS.config.key) !== null;
  } catch {
    return false;
  }
}

/**
 * Reads what is kept. What cannot be used is replaced by what a first visit has.
 * @param {Places} places
 * @returns {{ stored: Stored, problems: string[] }} a sentence for the person for each problem
 */
export function readStored({ shared, own }) {
  /** @type {string[]} */
  const problems = [];
  const ofWork = hasOwnWork(own) ? own : shared;
  if (ofWork === null) problems.push(word("storage.none"));
  let stored = NOTHING_STORED;
  for (const part of Object.values(PARTS)) {
    const nProblems = problems.length;
    const place = part.everyTab ? shared : ofWork;
    const entry = readEntry(place, part, problems);
    if (entry !== null) stored = { ...stored, ...part.read(entry, problems, stored) };
    if (problems.length > nProblems) keepCopy(place, part);
  }
  return { stored, problems };
}

/**
 * @param {KeyValueStore} shared
 * @returns {PreferencesState | null} as another tab has written them; null if none has
 */
export function readPreferencesOf(shared) {
  const entry = readEntry(shared, PARTS.preferences, []);
  return entry === null ? null : readPreferences(entry);
}

/**
 * @param {KeyValueStore | null} storage
 * @param {Part} part
 * @param {string[]} problems
 * @returns {Entry | null}
 */
function readEntry(storage, { key, formerKeys = [], original, what }, problems) {
  try {
    const text = [key, ...formerKeys].map((name) => storage?.getItem(name) ?? null).find((found) => found !== null);
    if (text === undefined) return null;
    const entry = JSON.parse(text);
    if (entry?.version === VERSION) return entry;
    const ofOriginal = entry?.version === undefined ? original?.(entry) : undefined;
    if (ofOriginal !== undefined) return ofOriginal;
  } catch {
    // Not JSON, or not readable: like an entry of another version.
  }
  const problem = word("storage.unreadable", { what: what() });
  // Two parts may have been under one key.
  if (!problems.includes(problem)) problems.push(problem);
  return null;
}

/**
 * What could not be read, or not wholly, will be written over: a copy stays for who can.
 * @param {KeyValueStore | null} storage
 * @param {Part} part
 */
function keepCopy(storage, { key }) {
  try {
    const text = storage?.getItem(key) ?? null;
    if (text !== null) storage?.setItem(`${key}_unread`, text);
  } catch {
    // A full storage: there is no place for it.
  }
}
