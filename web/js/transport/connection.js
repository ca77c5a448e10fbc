// The WebSocket: found relative to the page, opened again whenever it is lost.
//
// Waiting grows from a quarter of a second to five seconds, with jitter so that many pages do
// not come back to a restarted server in one instant. When the network comes back or the person
// returns to the page, the next try is at once.

/** @import { WireConstants } from "../../types/wire" */

/** @type {WireConstants["SUBPROTOCOL_V2"]} */
const SUBPROTOCOL = "nnvisu.v2";

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5_000;

/** A try that has not succeeded after this many milliseconds is given up. */
const OPEN_TIMEOUT = 10_000;

/**
 * @typedef {object} Environment what the connection needs of the browser
 * @property {(url: string, protocol: string) => WebSocket} createSocket
 * @property {(task: () => void, delay: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random within [0, 1)
 *
 * @typedef {object} Handlers
 * @property {() => void} opened
 * @property {() => void} lost also when a try fails; the next one is on the way
 * @property {(text: string) => void} text
 * @property {(buffer: ArrayBuffer) => void} binary
 */

/**
 * The address of the WebSocket: `ws` beside the page.
 * @param {string} baseURI of the document
 * @returns {string}
 */
export function webSocketUrl(baseURI) {
  const url = new URL("ws", baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class Connection {
  #url;
  #environment;
  #handlers;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {unknown} the next try, or the end of this one's patience */
  #timer = null;
  #failures = 0;
  #ended = false;

  /**
   * @param {string} url
   * @param {Environment} environment
   * @param {Handlers} handlers
   */
  constructor(url, environment, handlers) {
    this.#url = url;
    this.#environment = environment;
    this.#handlers = handlers;
  }

  /** Bytes that wait in the browser to be sent. */
  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Begins; from here the connection keeps itself up. */
  start() {
    if (this.#socket === null && !this.#ended) this.#open();
  }

  /** Ends it for good. */
  end() {
    this.#ended = true;
    this.#environment.clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** @param {string} text sent if the connection is open; otherwise what it says is lost */
  send(text) {
    if (this.#socket?.readyState === 1) this.#socket.send(text);
  }

  /** The connection has proved useful: the next loss begins with a short wait again. */
  settled() {
    this.#failures = 0;
  }

  /** Tries now instead of at the end of the wait. */
  retryNow() {
    if (this.#socket !== null || this.#ended) return;
    this.#failures = 0;
    this.#open();
  }

  /** Gives this socket up, such as when the other side has fallen silent, and tries again. */
  drop() {
    const socket = this.#socket;
    if (socket === null) return;
    // The closing handshake may never end; this socket is not listened to any more.
    this.#lost();
    socket.close();
  }

  #open() {
    this.#environment.clearTimeout(this.#timer);
    const socket = this.#environment.createSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.#timer = this.#environment.setTimeout(() => this.drop(), OPEN_TIMEOUT);
    const whileCurrent = (/** @type {() => void} */ react) => () => {
      if (socket === this.#socket) react();
    };
    socket.onopen = whileCurrent(() => {
      this.#environment.clearTimeout(this.#timer);
      this.#handlers.opened();
    });
    // An "error" is always followed by "close".
    socket.onclose = whileCurrent(() => this.#lost());
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#handlers.text(data);
      else if (data instanceof ArrayBuffer) this.#handlers.binary(data);
    };
  }

  #lost() {
    this.#socket = null;
    this.#environment.clearTimeout(this.#timer);
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    this.#failures += 1;
    const delay = longest * (0.5 + 0.5 * this.#environment.random());
    this.#timer = this.#environment.setTimeout(() => this.#open(), delay);
    this.#handlers.lost();
  }
}
