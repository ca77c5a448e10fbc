// Seeds: where the random numbers of a run come from.

/** @import { Seeds } from "../../types/state" */

/** @returns {Seeds} new ones, each a whole number below 2^53 */
export function drawSeeds() {
  const words = crypto.getRandomValues(new Uint32Array(6));
  const seed = (/** @type {number} */ i) => (words[i] % 2 ** 21) * 2 ** 32 + words[i + 1];
  return { init: seed(0), batches: seed(2), dropout: seed(4) };
}
