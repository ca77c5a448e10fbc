// What a person can choose about the page: how they like it, and where they are on it.

/** @import { Layout, PreferencesState } from "../../types/state" */

import { MAX_CLASSES } from "./points.js";

/**
 * @template T
 * @typedef {{ readonly initial: T, readonly values?: readonly T[], readonly isValid: (value: unknown) => boolean }} Choice
 */

/** @type {Readonly<{ [K in keyof PreferencesState]: Choice<PreferencesState[K]> }>} */
export const PREFERENCES = Object.freeze({
  palette: oneOf("petroff", "classic"),
  theme: oneOf("system", "light", "dark"),
  mapStrength: wholeNumber(65, 20, 100),
  plainMap: flag(false),
  shapes: flag(false),
  shortcuts: flag(true),
  classCount: wholeNumber(2, 2, MAX_CLASSES),
  eraserRadius: wholeNumber(24, 4, 200),
});

/** @type {Readonly<{ [K in keyof Layout]: Choice<Layout[K]> }>} */
const LAYOUT = Object.freeze({
  tool: oneOf("draw", "erase"),
  selectedClass: wholeNumber(0, 0, MAX_CLASSES - 1),
  advancedOpen: flag(false),
  howToOpen: flag(true),
  dockOpen: flag(true),
});

export const DEFAULT_PREFERENCES = initial(PREFERENCES);
export const DEFAULT_LAYOUT = initial(LAYOUT);

/**
 * @param {object} changes
 * @returns {Partial<PreferencesState>} those that are preferences and make sense
 */
export function validPreferences(changes) {
  return valid(PREFERENCES, changes);
}

/**
 * @param {object} changes
 * @returns {Partial<Layout>} those that are about the layout and make sense
 */
export function validLayout(changes) {
  return valid(LAYOUT, changes);
}

/**
 * @template {object} T
 * @param {Readonly<{ [K in keyof T]: Choice<T[K]> }>} choices
 * @returns {Readonly<T>}
 */
function initial(choices) {
  const entries = Object.entries(/** @type {Record<string, Choice<unknown>>} */ (choices));
  return Object.freeze(/** @type {T} */ (Object.fromEntries(entries.map(([key, choice]) => [key, choice.initial]))));
}

/**
 * @template {object} T
 * @param {Readonly<{ [K in keyof T]: Choice<T[K]> }>} choices
 * @param {object} changes
 * @returns {Partial<T>}
 */
function valid(choices, changes) {
  const known = /** @type {Record<string, Choice<unknown>>} */ (choices);
  const entries = Object.entries(changes).filter(([key, value]) => Object.hasOwn(known, key) && known[key].isValid(value));
  return /** @type {Partial<T>} */ (Object.fromEntries(entries));
}

/**
 * @param {boolean} value
 * @returns {Choice<boolean>}
 */
function flag(value) {
  return { initial: value, isValid: (other) => typeof other === "boolean" };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {Choice<number>}
 */
function wholeNumber(value, low, high) {
  const values = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return { initial: value, values, isValid: (other) => Number.isInteger(other) && Number(other) >= low && Number(other) <= high };
}

/**
 * @template {string} T
 * @param {T} value
 * @param {T[]} others
 * @returns {Choice<T>}
 */
function oneOf(value, ...others) {
  const values = [value, ...others];
  return { initial: value, values, isValid: (other) => values.some((known) => known === other) };
}
