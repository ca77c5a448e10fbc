// Why there is no connection: browsers hide the answer to a failed WebSocket handshake, but the server
// gives the same one to an ordinary request of that address. Where such a request is welcome and
// the handshake is not, WebSockets do not get through.

import { word } from "../words/word.js";

/** Answers whose text is meant for the person: no access, foreign, too many, full or closing. */
const REFUSALS = Object.freeze([401, 403, 429, 503]);

/** What the server answers to a request that is no handshake, where one would be let in. */
const UPGRADE_REQUIRED = 426;

/** What says that it is a matter of time: too many requests, or the server behind a proxy does not answer. */
const LATER = Object.freeze([429, 500, 502, 503, 504]);

/** More of an answer is not read, in bytes, and not shown, in characters. */
const MOST_BYTES = 4_096;
const LONGEST_SENTENCE = 300;

/** The longest wait a server can ask for, in milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * @typedef {object} Refusal
 * @property {string} sentence for the person
 * @property {number} wait milliseconds before it makes sense to try again
 * @property {boolean} isGuess whether it was put together from what happened at different moments, as a
 *   server that starts between two requests does not stop WebSockets
 */

/**
 * Asks the server why it refused.
 * @param {string} webSocketUrl
 * @param {(url: string) => Promise<Response>} get without following redirections
 * @returns {Promise<Refusal | null>} null when it says nothing, or is not there
 */
export async function readRefusal(webSocketUrl, get) {
  const url = webSocketUrl.replace(/^ws/, "http");
  try {
    const response = await get(url);
    if (REFUSALS.includes(response.status)) return (await saidIn(response)) ?? stopped(response.status);
    await response.body?.cancel();
    if (response.type === "opaqueredirect") return { sentence: word("notice.redirected"), wait: 0, isGuess: false };
    return stopped(response.status);
  } catch {
    return (await isThere(new URL("healthz", url).href, get)) ? stopped(null) : null;
  }
}

/**
 * @param {number | null} status of the answer to an ordinary request of the WebSocket's address
 * @returns {Refusal | null}
 */
function stopped(status) {
  if (status !== null && LATER.includes(status)) return null;
  // That is the server's own: handshakes are welcome.
  const shown = status === UPGRADE_REQUIRED ? null : status;
  return { sentence: word("notice.noWebSockets", { status: shown }), wait: 0, isGuess: true };
}

/**
 * @param {Response} response that refuses
 * @returns {Promise<Refusal | null>} null when it does not say why
 */
async function saidIn(response) {
  // A page of a proxy, or a form, is not a sentence.
  const isText = /^text\/plain\b/i.test(response.headers.get("content-type") ?? "");
  const sentence = isText ? plainSentence(await beginning(response)) : "";
  const wait = Math.min(LONGEST_WAIT, 1_000 * retryAfter(response));
  if (sentence !== "") return { sentence, wait, isGuess: false };
  return response.status === 401 ? { sentence: word("notice.whoAreYou"), wait, isGuess: false } : null;
}

/**
 * @param {string} url
 * @param {(url: string) => Promise<Response>} get
 */
async function isThere(url, get) {
  try {
    return (await get(url)).ok;
  } catch {
    return false;
  }
}

/**
 * What another program wrote, as one line that can stand on the page.
 * @param {string} text
 * @returns {string} without control characters and changes of direction, of bounded length, with a full stop
 */
export function plainSentence(text) {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  if (line === "") return "";
  if (line.length > LONGEST_SENTENCE) return `${line.slice(0, LONGEST_SENTENCE - 1).trimEnd()}…`;
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** @param {Response} response */
function retryAfter(response) {
  const seconds = response.headers.get("retry-after") ?? "";
  return /^\d+$/.test(seconds) ? Number(seconds) : 0;
}

/** @param {Response} response */
async function beginning(response) {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let nBytes = 0; nBytes < MOST_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) break;
    nBytes += value.length;
    text += decoder.decode(value.subarray(0, MOST_BYTES), { stream: true });
  }
  // What is left, if anything, is of no interest.
  reader.cancel().catch(() => undefined);
  return text;
}
