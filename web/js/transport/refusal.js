// Why the server lets nobody in: browsers hide the answer to a failed WebSocket handshake, but the
// server gives the same one to an ordinary request of that address.

import { word } from "../words/word.js";

/** Answers whose text is meant for the person: no access, foreign, too many, full or closing. */
const REFUSALS = Object.freeze([401, 403, 429, 503]);

/** More of an answer is not read, in bytes, and not shown, in characters. */
const MOST_BYTES = 4_096;
const LONGEST_SENTENCE = 300;

/** The longest wait a server can ask for, in milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * @typedef {object} Refusal
 * @property {string} sentence for the person
 * @property {number} wait milliseconds before it makes sense to try again
 */

/**
 * Asks the server why it refused.
 * @param {string} webSocketUrl
 * @param {(url: string) => Promise<Response>} get
 * @returns {Promise<Refusal | null>} null when it would let the page in, says nothing, or is not there
 */
export async function readRefusal(webSocketUrl, get) {
  try {
    const response = await get(webSocketUrl.replace(/^ws/, "http"));
    if (!REFUSALS.includes(response.status)) {
      await response.body?.cancel();
      return null;
    }
    // A page of a proxy, or a form, is not a sentence.
    const isText = /^text\/plain\b/i.test(response.headers.get("content-type") ?? "");
    const sentence = isText ? plainSentence(await beginning(response)) : "";
    const wait = Math.min(LONGEST_WAIT, 1_000 * retryAfter(response));
    if (sentence !== "") return { sentence, wait };
    return response.status === 401 ? { sentence: word("notice.whoAreYou"), wait } : null;
  } catch {
    return null;
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
