// The choices about the interface, and which of them make sense.

/** @import { UiState } from "../../types/state" */

/** @type {UiState} */
export const DEFAULT_UI = Object.freeze({
  selectedClass: 0,
  tool: "draw",
  palette: "petroff",
  theme: "system",
  shapes: false,
  advancedOpen: false,
  howToOpen: false,
  shortcuts: true,
  classCount: 2,
  eraserRadius: 24,
});

/** @type {Readonly<Record<keyof UiState, (value: unknown) => boolean>>} */
const IS_VALID = Object.freeze({
  selectedClass: wholeNumber(0, 7),
  tool: oneOf("draw", "erase"),
  palette: oneOf("petroff", "classic"),
  theme: oneOf("system", "light", "dark"),
  shapes: (value) => typeof value === "boolean",
  advancedOpen: (value) => typeof value === "boolean",
  howToOpen: (value) => typeof value === "boolean",
  shortcuts: (value) => typeof value === "boolean",
  classCount: wholeNumber(2, 8),
  eraserRadius: wholeNumber(4, 200),
});

/**
 * The valid ones among changes of the interface state.
 * @param {object} changes
 * @returns {Partial<UiState>}
 */
export function validUi(changes) {
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([key, value]) => Object.hasOwn(IS_VALID, key) && IS_VALID[/** @type {keyof UiState} */ (key)](value),
    ),
  );
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {(value: unknown) => boolean}
 */
function wholeNumber(low, high) {
  return (value) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high;
}

/**
 * @param {...string} choices
 * @returns {(value: unknown) => boolean}
 */
function oneOf(...choices) {
  return (value) => typeof value === "string" && choices.includes(value);
}
