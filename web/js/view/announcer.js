// What a screen reader hears: what was just done, and now and then how training goes.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatLoss, formatPercent } from "../words/numbers.js";
import { word } from "../words/word.js";
import { setText } from "./elements.js";
import { colorName } from "./palettes.js";

/** Milliseconds between reports of the progress. */
const PROGRESS_INTERVAL = 10_000;
/** Milliseconds of quiet before the description of the canvas follows the data. */
const SUMMARY_DELAY = 500;

export class Announcer {
  #element;

  /** @param {Element} element a polite live region */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} text */
  say(text) {
    // The same words twice are still news: a no-break space makes them a change.
    this.#element.textContent = this.#element.textContent === text ? `${text}\u00a0` : text;
  }
}

/**
 * @param {Store} store
 * @param {Announcer} announcer
 */
export function announceProgress(store, announcer) {
  let lastTime = performance.now();
  observe(store, currentRun, ({ training, map }) => {
    const now = performance.now();
    if (!training.running) lastTime = now;
    if (!training.running || map.frame === null || now - lastTime < PROGRESS_INTERVAL) return;
    lastTime = now;
    const { step, loss, accuracy } = map.frame;
    announcer.say(word("canvas.progress", { step, loss: formatLoss(loss), accuracy: formatPercent(accuracy) }));
  });
}

/**
 * Keeps the description of the canvas true.
 * @param {Store} store
 * @param {Element} element
 */
export function describeCanvas(store, element) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const describe = () => {
    const { document: data, preferences } = store.state;
    const classes = data.classCounts.flatMap((count, label) =>
      count === 0 ? [] : [{ count, color: colorName(preferences.palette, label) }],
    );
    setText(element, classes.length === 0 ? word("canvas.noPoints") : word("canvas.points", { classes }));
  };
  describe();
  observe(store, ({ document: data, preferences }) => [data.classCounts, preferences.palette], () => {
    clearTimeout(timer);
    timer = setTimeout(describe, SUMMARY_DELAY);
  });
}
