// Numbers as people read them.

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** What stands where there is no number. */
export const NO_NUMBER = "–";

/**
 * @param {number} count such as 1240
 * @returns {string} such as "1,240"
 */
export function formatCount(count) {
  return GROUPED.format(count);
}

/**
 * @param {number} step
 * @returns {string} such as "1,240", or "12.35 M" where all digits would be too many to read
 */
export function formatStep(step) {
  return step < 10_000_000 ? formatCount(step) : `${(step / 1e6).toFixed(2)} M`;
}

/**
 * @param {number | null} loss
 * @returns {string} about four digits: "0.6931", "12.35", "1.2e-5"
 */
export function formatLoss(loss) {
  if (loss === null || !Number.isFinite(loss)) return NO_NUMBER;
  if (loss !== 0 && (loss < 0.0001 || loss >= 100_000)) return loss.toExponential(1);
  if (loss >= 1000) return loss.toFixed(0);
  return loss.toFixed(loss >= 10 ? 2 : 4);
}

/**
 * @param {number | null} share 0 to 1
 * @returns {string} such as "98.5%"; "100%" only if it is all of them
 */
export function formatPercent(share) {
  if (share === null || !Number.isFinite(share)) return NO_NUMBER;
  // The server counts in 32-bit floats: all of them may be a hair less than 1.
  return share > 1 - 1e-6 ? "100%" : `${Math.min(99.9, share * 100).toFixed(1)}%`;
}

/**
 * @param {number} perSecond
 * @returns {string} such as "58" or "12,300"; a decimal below 10
 */
export function formatRate(perSecond) {
  if (!(perSecond > 0)) return "0";
  if (perSecond < 10) return perSecond.toFixed(1);
  // The last digits of a measurement say nothing; without them the number stands still.
  const unit = perSecond >= 10_000 ? 100 : perSecond >= 1000 ? 10 : 1;
  return GROUPED.format(Math.round(perSecond / unit) * unit);
}

/**
 * @param {number} coordinate in data space
 * @returns {string} such as "−0.25"
 */
export function formatCoordinate(coordinate) {
  return coordinate.toFixed(2).replace("-", "−");
}

/**
 * @param {string} text
 * @returns {string} with a capital first letter
 */
export function capitalise(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
