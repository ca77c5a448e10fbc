// What the program does, in words: beside the numbers, and over the canvas while there is no
// connection.

/** @import { State } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { setText } from "./elements.js";
import { statusText } from "./status.js";

/** Milliseconds before "connecting" is worth a word. */
const CONNECTING_DELAY = 300;

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildStatusLine(root, page) {
  showUnlessQuick(page, (state, text) => {
    setText(root, text);
    const isProblem = state.connection.status === "retrying" || currentRun(state).training.diverged;
    root.dataset.tone = isProblem ? "problem" : "plain";
  });
}

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildConnectionBanner(root, page) {
  showUnlessQuick(page, (state, text) => setText(root, state.connection.status === "open" ? "" : text));
}

/**
 * Shows the status, but not that of a connection that is made at once.
 * @param {Page} page
 * @param {(state: State, text: string) => void} show
 */
function showUnlessQuick({ store }, show) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isSlow = false;
  const draw = () => {
    const { state } = store;
    if (state.connection.status !== "connecting") {
      clearTimeout(timer);
      timer = undefined;
      isSlow = false;
    } else {
      timer ??= setTimeout(() => {
        isSlow = true;
        draw();
      }, CONNECTING_DELAY);
    }
    const isQuiet = state.connection.status === "connecting" && !isSlow;
    show(state, isQuiet ? "" : statusText(state));
  };
  observe(store, (state) => [statusText(state), state.connection.status, currentRun(state).training.diverged], draw);
}
