// What the page says by itself: the status line, passing notices, the state of the connection,
// the invitation on the empty canvas.

/** @import { Store } from "../state/store.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { textOf, word } from "../words/word.js";
import { byId, setText } from "./dom.js";
import { statusText } from "./status.js";

/** Milliseconds before "connecting" is worth a word. */
const CONNECTING_DELAY = 300;
/** Milliseconds a notice stays; longer where there is more to read or to decide. */
const NOTICE_TIME = Object.freeze({ info: 6000, error: 12_000, choice: 20_000 });

/** @param {Store} store */
export function buildNotices(store) {
  showSession(store);
  showStatus(store);
  showKeeping(store);
  showNotices(store);
  showEmptyState(store);
}

/**
 * For style sheets and tests.
 * @param {Store} store
 */
function showSession(store) {
  const version = byId("version", HTMLElement);
  observe(store, (state) => [state.connection, currentRun(state).training], () => {
    const { status, server } = store.state.connection;
    document.body.dataset.connection = status;
    document.body.dataset.running = String(store.run.training.running);
    setText(version, server?.version ?? "");
  });
}

/** @param {Store} store */
function showStatus(store) {
  const line = byId("status-text", HTMLElement);
  const banner = byId("connection-banner", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let delay;
  let isSlow = false;

  const show = () => {
    const { status: connection } = store.state.connection;
    const { diverged } = store.run.training;
    if (connection !== "connecting") {
      clearTimeout(delay);
      delay = undefined;
      isSlow = false;
    } else if (delay === undefined) {
      delay = setTimeout(() => {
        isSlow = true;
        show();
      }, CONNECTING_DELAY);
    }
    const text = statusText(store.state);
    const isQuiet = connection === "connecting" && !isSlow;
    setText(line, isQuiet ? "" : text);
    line.dataset.tone = connection === "retrying" || diverged ? "problem" : "plain";
    setText(banner, connection === "open" || isQuiet ? "" : text);
  };
  observe(store, statusText, show);
}

/**
 * Says it as long as another tab's work is kept and not this one's, unless the person has read it.
 * @param {Store} store
 */
function showKeeping(store) {
  const box = byId("keeping", HTMLElement);
  const text = byId("keeping-text", HTMLElement);
  let isRead = false;
  const show = () => {
    const isElsewhere = store.state.workspace.storage.place === "elsewhere";
    if (!isElsewhere) isRead = false;
    box.hidden = !isElsewhere || isRead;
    setText(text, box.hidden ? "" : word("storage.elsewhere"));
  };
  byId("keep-here", HTMLButtonElement).addEventListener("click", () => store.storeHere());
  byId("keeping-close", HTMLButtonElement).addEventListener("click", () => {
    isRead = true;
    show();
  });
  observe(store, ({ workspace }) => workspace.storage, show);
}

/** @param {Store} store */
function showNotices(store) {
  const box = byId("notice", HTMLElement);
  const text = byId("notice-text", HTMLElement);
  const bringBack = byId("notice-bring-back", HTMLButtonElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = () => {
    const { notice } = store.state.workspace;
    clearTimeout(timer);
    box.hidden = notice === null;
    if (notice === null) return;
    setText(text, textOf(notice.message));
    box.dataset.kind = notice.kind;
    bringBack.hidden = !notice.canBringBack;
    startTimer();
  };
  // What is said in a tab that is hidden waits for the person.
  const startTimer = () => {
    const { notice } = store.state.workspace;
    clearTimeout(timer);
    if (notice === null || document.visibilityState === "hidden") return;
    const time = notice.canBringBack ? NOTICE_TIME.choice : NOTICE_TIME[notice.kind];
    timer = setTimeout(() => store.dismissNotice(), time);
  };
  document.addEventListener("visibilitychange", startTimer);
  byId("notice-close", HTMLButtonElement).addEventListener("click", () => store.dismissNotice());
  bringBack.addEventListener("click", () => store.bringBack());
  // A notice that is being read stays.
  for (const type of ["pointerenter", "focusin"]) {
    box.addEventListener(type, () => clearTimeout(timer));
  }
  observe(store, ({ workspace }) => workspace.notice, show);

  let wasEmpty = store.state.document.points.length === 0;
  let before = store.state.workspace.notice;
  observe(store, ({ document: data, workspace }) => [data.points.length === 0, workspace.notice], () => {
    const isEmpty = store.state.document.points.length === 0;
    const { notice } = store.state.workspace;
    // What was said to a person without points is settled by the first point; what is said
    // together with it is about it.
    if (wasEmpty && !isEmpty && notice === before && notice?.kind === "info") store.dismissNotice();
    wasEmpty = isEmpty;
    before = notice;
  });
}

/** @param {Store} store */
function showEmptyState(store) {
  const invitation = byId("empty-state", HTMLElement);
  const box = byId("canvas-box", HTMLElement);
  observe(store, (state) => [state.document, (currentRun(state).map.frame?.step ?? 0) === 0], () => {
    const { points, generating } = store.state.document;
    const isEmpty = points.length === 0;
    invitation.hidden = !isEmpty || generating !== null;
    // The guesses of a network that has seen nothing stay in the background.
    box.dataset.untouched = String(isEmpty && (store.run.map.frame?.step ?? 0) === 0);
  });
}
