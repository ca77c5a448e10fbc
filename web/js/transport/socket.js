// The WebSocket: found relative to the page, opened again whenever it is lost.
//
// Waiting grows from a quarter of a second to five seconds, with jitter so that many pages do
// not come back to a restarted server in one instant. When the network comes back or the person
// returns to the page, the next try is at once. A server that refuses is asked why, and may ask
// for a longer wait; one that ended the connection because nothing happened on it is not troubled
// again before something does.

/** @import { WireConstants } from "../../types/wire" */
/** @import { Refusal } from "./refusal.js" */

import { plainSentence } from "./refusal.js";

/** @type {WireConstants["SUBPROTOCOL_V2"]} */
const SUBPROTOCOL = "nnvisu.v2";

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5_000;

/** A try that has not succeeded after this many milliseconds is given up. */
const OPEN_TIMEOUT = 10_000;

/** How a server closes a connection on which nothing happens: going away, with this reason. */
const IDLE = Object.freeze({ code: 1001, reason: "idle" });

/**
 * @typedef {object} Environment what the connection needs of the browser
 * @property {(url: string, protocol: string) => WebSocket} createSocket
 * @property {(task: () => void, delay: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random within [0, 1)
 * @property {(url: string) => Promise<Refusal | null>} refusal why the server at an address refuses; never rejects
 *
 * @typedef {object} Handlers
 * @property {() => void} opened
 * @property {() => void} lost also when a try fails; the next one is on the way
 * @property {(reason: string | null) => void} reason why, null when that is not known
 * @property {() => void} resting the server let go of an idle page; `retryNow` connects again
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

export class ReconnectingSocket {
  #url;
  #environment;
  #handlers;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {unknown} the next try, or the end of this one's patience */
  #timer = null;
  #failures = 0;
  /** How many sockets there have been: an answer about an earlier one comes too late. */
  #tries = 0;
  #ended = false;
  /** Whether the last failed try ended with a guess at the reason. */
  #hasGuessed = false;

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
    this.#tries += 1;
    let hasOpened = false;
    socket.binaryType = "arraybuffer";
    this.#timer = this.#environment.setTimeout(() => {
      this.#failed();
      socket.close();
    }, OPEN_TIMEOUT);
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      hasOpened = true;
      this.#hasGuessed = false;
      this.#environment.clearTimeout(this.#timer);
      this.#handlers.opened();
    };
    // An "error" is always followed by "close".
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      if (hasOpened) this.#closed(event);
      else this.#failed();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#handlers.text(data);
      else if (data instanceof ArrayBuffer) this.#handlers.binary(data);
    };
  }

  /** @param {{ code?: number, reason?: string }} event */
  #closed({ code, reason = "" }) {
    if (code === IDLE.code && reason === IDLE.reason) {
      this.#socket = null;
      this.#handlers.resting();
      return;
    }
    this.#handlers.reason(plainSentence(reason) || null);
    this.#lost();
  }

  /** The server was not there, or did not let the page in, or something on the way did not. */
  #failed() {
    this.#lost();
    const tries = this.#tries;
    void this.#environment.refusal(this.#url).then((refusal) => {
      if (tries !== this.#tries || this.#ended) return;
      // A guess has to come twice in a row to be believed.
      const isGuess = refusal?.isGuess ?? false;
      const isBelieved = !isGuess || this.#hasGuessed;
      this.#hasGuessed = isGuess;
      this.#handlers.reason(isBelieved ? refusal?.sentence ?? null : null);
      if (refusal !== null && refusal.wait > 0) this.#tryAfter(refusal.wait * (1 + 0.25 * this.#environment.random()));
    });
  }

  #lost() {
    this.#socket = null;
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    this.#failures += 1;
    this.#tryAfter(longest * (0.5 + 0.5 * this.#environment.random()));
    this.#handlers.lost();
  }

  /** @param {number} delay */
  #tryAfter(delay) {
    this.#environment.clearTimeout(this.#timer);
    this.#timer = this.#environment.setTimeout(() => this.#open(), delay);
  }
}
