// What a frame is that cannot be read.

export class DamagedFrame extends Error {
  /** @override */
  name = "DamagedFrame";
}

/**
 * @param {boolean} condition
 * @param {string} message what is wrong if it does not hold
 */
export function require(condition, message) {
  if (!condition) throw new DamagedFrame(message);
}
