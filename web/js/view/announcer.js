// What a screen reader hears: what was just done, and now and then how training goes.

/** @import { Store } from "../state/store.js" */

import { COLOR_NAMES } from "../state/palettes.js";
import { setText } from "./dom.js";
import { formatCount, formatLoss, formatPercent } from "../words/numbers.js";

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
  store.subscribe(["map", "session"], (changed) => {
    const now = performance.now();
    const { session, map } = store.state;
    if (changed.has("session") && !session.running) lastTime = now;
    if (!session.running || map.frame === null || now - lastTime < PROGRESS_INTERVAL) return;
    lastTime = now;
    const { step, loss, accuracy } = map.frame;
    announcer.say(
      `Step ${formatCount(step)}, loss ${formatLoss(loss)}, accuracy ${formatPercent(accuracy)}`,
    );
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
    const { document: data, ui } = store.state;
    const names = COLOR_NAMES[ui.palette];
    const parts = data.classCounts.flatMap((count, label) =>
      count === 0 ? [] : [`${formatCount(count)} ${names[label]}`],
    );
    setText(element, parts.length === 0 ? "No points yet." : `Points: ${parts.join(", ")}.`);
  };
  store.subscribe(["document", "ui"], () => {
    clearTimeout(timer);
    timer = setTimeout(describe, SUMMARY_DELAY);
  });
  describe();
}
