// Sentences that have not been said yet: modules that know no language keep and pass these on.

/** @import { Message, Parameters, WordKey } from "./word.js" */

/**
 * @template {WordKey} K
 * @param {K} key
 * @param {Parameters<K>} parameters
 * @returns {Message}
 */
export function message(key, ...parameters) {
  return Object.freeze({ key, parameters: /** @type {object | undefined} */ (parameters[0]) });
}
