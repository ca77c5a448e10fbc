// Connects a store with the server of this page, in a browser.

/** @import { Store } from "../state/store.js" */

import { ReconnectingSocket, webSocketUrl } from "./socket.js";
import { FrameQueue, decodeIn } from "./frames/frame-queue.js";
import { readRefusal } from "./refusal.js";
import { Connection } from "./connection.js";

/** How often to look whether the connection has died silently, in milliseconds. */
const PULSE = 1_000;

/** How long the answer why the server refuses is waited for, in milliseconds. */
const REFUSAL_TIMEOUT = 5_000;

/**
 * Connects, and from then on keeps server and store in step.
 * @param {Store} store
 * @param {Window} page the browser's window
 */
export function startConnection(store, page) {
  const socket = new ReconnectingSocket(
    webSocketUrl(page.document.baseURI),
    {
      createSocket: (url, protocol) => new WebSocket(url, protocol),
      setTimeout: (task, delay) => page.setTimeout(task, delay),
      clearTimeout: (timer) => page.clearTimeout(timer),
      random: Math.random,
      refusal: (url) =>
        readRefusal(url, (address) =>
          fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(REFUSAL_TIMEOUT) }),
        ),
    },
    {
      opened: () => connection.opened(),
      lost: () => connection.lost(),
      reason: (reason) => store.server.lossReason(reason),
      resting: () => {
        connection.lost();
        store.server.connection("resting");
      },
      text: (text) => connection.text(text),
      binary: (buffer) => connection.binary(buffer),
    },
  );
  const decode = decodeIn(() => new Worker(new URL("./frames/worker.js", import.meta.url), { type: "module" }));
  const connection = new Connection(
    store,
    socket,
    () => performance.now(),
    (use) => new FrameQueue(decode, use),
    page.document.documentElement.dataset.page ?? null,
  );
  const comeBack = () => {
    wakeUp();
    socket.retryNow();
    connection.probe();
  };
  const wakeUp = () => {
    if (store.state.connection.status !== "resting") return;
    store.server.connection("connecting");
    socket.retryNow();
  };
  // Whatever a person does, and whatever the page is told by other means, begins with one of these.
  for (const type of ["pointerdown", "keydown"]) page.addEventListener(type, wakeUp, { capture: true });
  page.addEventListener("online", comeBack);
  page.document.addEventListener("visibilitychange", () => {
    const isVisible = page.document.visibilityState === "visible";
    store.setVisible(isVisible);
    if (isVisible) comeBack();
  });
  page.setInterval(() => connection.checkPulse(), PULSE);
  store.setVisible(page.document.visibilityState === "visible");
  socket.start();
}
