// The trained network in the formats of other programs, as the server writes them.

/** @import { Parsed } from "../../types/state" */

import { word } from "../words/word.js";

/** How long the answer is waited for, in milliseconds. */
const TIMEOUT = 60_000;

/**
 * @param {string} format
 * @param {string} session the session file that holds the network
 * @param {string} baseUri the address of the page
 * @returns {Promise<Parsed<{ name: string, content: Blob }, string>>}
 */
export async function requestModel(format, session, baseUri) {
  const refused = (/** @type {string} */ why) => ({ ok: /** @type {const} */ (false), message: word("model.notSaved", { why }) });
  try {
    const response = await fetch(new URL(`model/${format}`, baseUri), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: session,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) return refused((await sentenceIn(response)) || word("model.answered", { status: response.status }));
    const name = /filename="([\w.-]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
    return { ok: true, value: { name: name ?? `nnvisu.${format}`, content: await response.blob() } };
  } catch {
    return refused(word("model.unreachable"));
  }
}

/** What the server says to the reader; a proxy before it answers with a page, which is not for them.
 * @param {Response} response */
async function sentenceIn(response) {
  const isText = response.headers.get("content-type")?.startsWith("text/plain");
  return isText ? (await response.text()).trim() : "";
}
