// Numbers as people read them, in the language of the words.

import { LOCALE } from "./locale.js";

/** What stands where there is no number. */
export const NO_NUMBER = "–";

const WHOLE = fixed(0);
const TENTHS = fixed(1);
const HUNDREDTHS = fixed(2);
const FOUR_PLACES = fixed(4);
const PERCENT = new Intl.NumberFormat(LOCALE, { style: "percent" });
const PERCENT_TENTHS = new Intl.NumberFormat(LOCALE, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} digits after the decimal point */
function fixed(digits) {
  return new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * @param {number} count such as 1240
 * @returns {string} such as "1,240"
 */
export function formatCount(count) {
  return WHOLE.format(count);
}

/**
 * @param {number} step
 * @returns {string} such as "1,240", or "12.35 M" where all digits would be too many to read
 */
export function formatStep(step) {
  return step < 10_000_000 ? formatCount(step) : `${HUNDREDTHS.format(step / 1e6)} M`;
}

/**
 * @param {number | null} loss
 * @returns {string} about four digits: "0.6931", "12.35", "1.2e-5"
 */
export function formatLoss(loss) {
  if (loss === null || !Number.isFinite(loss)) return NO_NUMBER;
  if (loss !== 0 && (loss < 0.0001 || loss >= 100_000)) {
    const [digits = "", exponent = ""] = loss.toExponential(1).split("e");
    return `${TENTHS.format(Number(digits))}e${exponent}`;
  }
  if (loss >= 1000) return WHOLE.format(loss);
  return (loss >= 10 ? HUNDREDTHS : FOUR_PLACES).format(loss);
}

/**
 * @param {number} percents 0 to 100, whole
 * @returns {string} such as "65%"
 */
export function formatPercents(percents) {
  return PERCENT.format(percents / 100);
}

/**
 * @param {number | null} share 0 to 1
 * @returns {string} such as "98.5%"; "100%" only if it is all of them
 */
export function formatPercent(share) {
  if (share === null || !Number.isFinite(share)) return NO_NUMBER;
  // The server counts in 32-bit floats: all of them may be a hair less than 1.
  return share > 1 - 1e-6 ? PERCENT.format(1) : PERCENT_TENTHS.format(Math.min(0.999, share));
}

/**
 * @param {number} share 0 to 1
 * @returns {string} such as "93%"; "100%" only if it is all of it
 */
export function formatWholePercent(share) {
  return PERCENT.format(share < 1 ? Math.min(0.99, share) : 1);
}

/**
 * @param {number} perSecond
 * @returns {string} such as "58" or "12,300"; a decimal below 10
 */
export function formatRate(perSecond) {
  if (!(perSecond > 0)) return WHOLE.format(0);
  if (perSecond < 10) return TENTHS.format(perSecond);
  // The last digits of a measurement say nothing; without them the number stands still.
  const unit = perSecond >= 10_000 ? 100 : perSecond >= 1000 ? 10 : 1;
  return WHOLE.format(Math.round(perSecond / unit) * unit);
}

/**
 * @param {number} coordinate in data space
 * @returns {string} such as "−0.25"
 */
export function formatCoordinate(coordinate) {
  return HUNDREDTHS.format(coordinate).replace("-", "−");
}
