// What the page says by itself: the status line, passing notices, the state of the connection,
// the invitation on the empty canvas.

/** @import { Store } from "../state/store.js" */

import { statusText } from "../state/status.js";
import { byId, setText } from "./dom.js";

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
  const show = () => {
    const { session } = store.state;
    document.body.dataset.connection = session.connection;
    document.body.dataset.running = String(session.running);
    setText(version, session.server?.version ?? "");
  };
  store.subscribe(["session"], show);
  show();
}

/** @param {Store} store */
function showStatus(store) {
  const status = byId("status-text", HTMLElement);
  const banner = byId("connection-banner", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let delay;
  let isSlow = false;

  const show = () => {
    const { connection, diverged } = store.state.session;
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
    setText(status, isQuiet ? "" : text);
    status.dataset.tone = connection === "retrying" || diverged ? "problem" : "plain";
    setText(banner, connection === "open" || isQuiet ? "" : text);
  };
  store.subscribe(["session", "document", "ui", "map"], show);
  show();
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
    const isElsewhere = store.state.keeping.place === "elsewhere";
    if (!isElsewhere) isRead = false;
    box.hidden = !isElsewhere || isRead;
    setText(text, box.hidden ? "" : "Another tab is keeping your work; what you do here is gone when you close this tab");
  };
  byId("keep-here", HTMLButtonElement).addEventListener("click", () => store.keepHere());
  byId("keeping-close", HTMLButtonElement).addEventListener("click", () => {
    isRead = true;
    show();
  });
  store.subscribe(["keeping"], show);
  show();
}

/** @param {Store} store */
function showNotices(store) {
  const box = byId("notice", HTMLElement);
  const text = byId("notice-text", HTMLElement);
  const bringBack = byId("notice-bring-back", HTMLButtonElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = () => {
    const { notice } = store.state;
    clearTimeout(timer);
    box.hidden = notice === null;
    if (notice === null) return;
    setText(text, notice.text);
    box.dataset.kind = notice.kind;
    bringBack.hidden = !notice.canBringBack;
    startTimer();
  };
  // What is said in a tab that is hidden waits for the person.
  const startTimer = () => {
    const { notice } = store.state;
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
  store.subscribe(["notice"], show);
  show();

  let wasEmpty = store.state.document.points.length === 0;
  store.subscribe(["document", "notice"], (changed) => {
    const isEmpty = store.state.document.points.length === 0;
    // What was said to a person without points is settled by the first point; what is said
    // together with it is about it.
    const isOld = !changed.has("notice") && store.state.notice?.kind === "info";
    if (wasEmpty && !isEmpty && isOld) store.dismissNotice();
    wasEmpty = isEmpty;
  });
}

/** @param {Store} store */
function showEmptyState(store) {
  const invitation = byId("empty-state", HTMLElement);
  const box = byId("canvas-box", HTMLElement);
  const show = () => {
    const { document: data, session, map } = store.state;
    const isEmpty = data.points.length === 0;
    invitation.hidden = !isEmpty || session.generating;
    // The guesses of a network that has seen nothing stay in the background.
    box.dataset.untouched = String(isEmpty && (map.frame?.step ?? 0) === 0);
  };
  store.subscribe(["document", "session", "map"], show);
  show();
}
