// Connects a store with the server of this page, in a browser.

/** @import { Store } from "../state/store.js" */

import { Connection, webSocketUrl } from "./connection.js";
import { Session } from "./session.js";

/** How often to look whether the connection has died silently, in milliseconds. */
const PULSE = 1_000;

/**
 * Connects, and from then on keeps server and store in step.
 * @param {Store} store
 * @param {Window} page the browser's window
 */
export function startSession(store, page) {
  const connection = new Connection(
    webSocketUrl(page.document.baseURI),
    {
      createSocket: (url, protocol) => new WebSocket(url, protocol),
      setTimeout: (task, delay) => page.setTimeout(task, delay),
      clearTimeout: (timer) => page.clearTimeout(timer),
      random: Math.random,
    },
    {
      opened: () => session.opened(),
      lost: () => session.lost(),
      text: (text) => session.text(text),
      binary: (buffer) => session.binary(buffer),
    },
  );
  const session = new Session(store, connection, () => performance.now());
  const comeBack = () => {
    connection.retryNow();
    session.probe();
  };
  page.addEventListener("online", comeBack);
  page.document.addEventListener("visibilitychange", () => {
    if (page.document.visibilityState === "visible") comeBack();
  });
  page.setInterval(() => session.checkPulse(), PULSE);
  connection.start();
}
