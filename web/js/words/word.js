// Looks words up by key.

import { EN } from "./en.js";
import { message } from "./message.js";

/** @typedef {keyof typeof EN} WordKey */

/**
 * What a word needs to be said: nothing, or one object of named values.
 * @template {WordKey} K
 * @typedef {(typeof EN)[K] extends (parameters: infer P) => string ? [parameters: P] : []} Parameters
 */

/**
 * A sentence that has not been said yet (message.js): state keeps these, the view says them.
 * @typedef {Readonly<{ key: WordKey, parameters: object | undefined }>} Message
 */

/**
 * @template {WordKey} K
 * @param {K} key
 * @param {Parameters<K>} parameters
 * @returns {string} as a person reads it
 */
export function word(key, ...parameters) {
  return textOf(message(key, ...parameters));
}

/**
 * @param {Message} message
 * @returns {string} as a person reads it
 */
export function textOf({ key, parameters }) {
  /** @type {string | ((parameters: any) => string)} */
  const entry = EN[key];
  return typeof entry === "function" ? entry(parameters) : entry;
}

/**
 * Whether a text that was composed, such as `tip.${name}`, is a key.
 * @param {string} key
 * @returns {key is WordKey}
 */
export function isWordKey(key) {
  return Object.hasOwn(EN, key);
}

/**
 * The word of a composed key, such as `tip.${name}`.
 * @param {string} key of a word that needs no values
 * @returns {string}
 */
export function wordFor(key) {
  if (!isWordKey(key)) throw new Error(`js/words/en.js has no "${key}"`);
  return textOf({ key, parameters: undefined });
}
