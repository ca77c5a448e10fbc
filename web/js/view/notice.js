// The passing notice: one message at a time that blocks nothing.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { textOf } from "../words/word.js";
import { find, setText } from "./elements.js";

/** Milliseconds a notice stays; longer where there is more to read or to decide. */
const NOTICE_TIME = Object.freeze({ info: 6000, error: 12_000, choice: 20_000 });

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildNotice(root, { store }) {
  const text = find(root, "[data-part=text]", HTMLElement);
  const undo = find(root, "[data-command=undo]", HTMLButtonElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const startTimer = () => {
    const { notice } = store.state.workspace;
    clearTimeout(timer);
    // What is said in a tab that is hidden waits for the person.
    if (notice === null || document.visibilityState === "hidden") return;
    const time = notice.action === null ? NOTICE_TIME[notice.kind] : NOTICE_TIME.choice;
    timer = setTimeout(() => store.dismissNotice(), time);
  };
  observe(store, ({ workspace }) => workspace.notice, (notice) => {
    root.hidden = notice === null;
    startTimer();
    if (notice === null) return;
    setText(text, textOf(notice.message));
    root.dataset.kind = notice.kind;
    undo.hidden = notice.action !== "undo";
  });
  document.addEventListener("visibilitychange", startTimer);
  // A notice that is being read stays.
  for (const type of ["pointerenter", "focusin"]) root.addEventListener(type, () => clearTimeout(timer));
  dismissWhatFirstPointSettles(store);
}

/**
 * What was said to a person without points is settled by the first point; what is said together with
 * that point is about it.
 * @param {Page["store"]} store
 */
function dismissWhatFirstPointSettles(store) {
  let { notice } = store.state.workspace;
  let wasEmpty = store.state.document.points.length === 0;
  observe(store, ({ document, workspace }) => [document.points.length === 0, workspace.notice], () => {
    const isEmpty = store.state.document.points.length === 0;
    const isOld = store.state.workspace.notice === notice && notice?.kind === "info";
    notice = store.state.workspace.notice;
    if (wasEmpty && !isEmpty && isOld) store.dismissNotice();
    wasEmpty = isEmpty;
  });
}
