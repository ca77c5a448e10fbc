// What a server says when it lets nobody in, and what of it gets onto the page.

import assert from "node:assert/strict";
import { test } from "node:test";

import { plainSentence, readRefusal } from "../../web/js/transport/refusal.js";

function answer(status, body, headers = {}) {
  return async () => new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}

test("the address of the WebSocket is asked by an ordinary request", async () => {
  for (const [url, asked] of [["ws://a/ws", "http://a/ws"], ["wss://a/n/ws", "https://a/n/ws"]]) {
    const urls = [];
    await readRefusal(url, async (address) => {
      urls.push(address);
      return new Response(null, { status: 426 });
    });
    assert.deepEqual(urls, [asked]);
  }
});

test("refusals are passed on with the wait the server asks for", async () => {
  for (const status of [401, 403, 429, 503]) {
    const refusal = await readRefusal("ws://a/ws", answer(status, "Too many of you.\n", { "retry-after": "10" }));
    assert.deepEqual(refusal, { sentence: "Too many of you.", wait: 10_000, isGuess: false });
  }
  assert.deepEqual(await readRefusal("ws://a/ws", answer(403, "No", { "retry-after": "Fri, 20 Nov 2026 14:00:00 GMT" })), { sentence: "No.", wait: 0, isGuess: false });
  assert.equal((await readRefusal("ws://a/ws", answer(503, "Later.", { "retry-after": "99999999" }))).wait, 60_000);
});

test("where a server or a proxy answers, and no WebSocket opens, WebSockets do not get through", async () => {
  const html = { "content-type": "text/html" };
  for (const [status, said] of [[200, "(HTTP 200)"], [400, "(HTTP 400)"], [403, "(HTTP 403)"], [404, "(HTTP 404)"], [426, "needs them. "]]) {
    const { sentence, isGuess, wait } = await readRefusal("ws://a/ws", answer(status, "<h1>Hm</h1>", html));
    assert.match(sentence, /WebSockets cannot pass.*another network/);
    assert.ok(sentence.replace("training ", "").includes(said), sentence);
    assert.deepEqual([isGuess, wait], [true, 0]);
  }
});

test("where the WebSocket's address alone is cut off, the server's health tells", async () => {
  const asked = [];
  const refusal = await readRefusal("ws://a/n/ws", async (url) => {
    asked.push(url);
    if (url.endsWith("/ws")) throw new TypeError("Failed to fetch");
    return new Response("ok\n");
  });
  assert.deepEqual(asked, ["http://a/n/ws", "http://a/n/healthz"]);
  assert.match(refusal.sentence, /WebSockets cannot pass/);
});

test("a redirection is a sign-in that has run out", async () => {
  const redirect = Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" });
  const { sentence, isGuess } = await readRefusal("ws://a/ws", async () => redirect);
  assert.match(sentence, /sign-in.*reload the page/);
  assert.equal(isGuess, false);
});

test("everything else is an ordinary lost connection", async () => {
  for (const status of [500, 502, 504]) assert.equal(await readRefusal("ws://a/ws", answer(status, "Hm.")), null);
  assert.equal(await readRefusal("ws://a/ws", answer(429, "<h1>429</h1>", { "content-type": "text/html" })), null);
  assert.equal(await readRefusal("ws://a/ws", answer(503, "  \n")), null);
  assert.equal(await readRefusal("ws://a/ws", answer(503, "<h1>503</h1>", { "content-type": "text/html" })), null);
  const notThere = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.equal(await readRefusal("ws://a/ws", notThere), null);
});

test("a login page is said to be one", async () => {
  const refusal = await readRefusal("ws://a/ws", answer(401, "<form>", { "content-type": "text/html" }));
  assert.match(refusal.sentence, /reload the page/);
});

test("an endless answer is not read to its end", async () => {
  let nChunks = 0;
  const endless = new ReadableStream({
    pull(controller) {
      nChunks += 1;
      controller.enqueue(new TextEncoder().encode("no ".repeat(500)));
    },
  });
  const { sentence } = await readRefusal("ws://a/ws", answer(503, endless));
  assert.ok(sentence.length <= 300, String(sentence.length));
  assert.ok(nChunks < 20, String(nChunks));
});

test("only one plain line is left of what others write", () => {
  const cases = { "  Full\r\n": "Full.", "Really?": "Really?", "a\u202eb\u0000c\u001b[31m\n\nd": "a b c [31m d.", "": "", "\n\u200b": "" };
  for (const [text, line] of Object.entries(cases)) assert.equal(plainSentence(text), line);
  assert.ok(plainSentence("x".repeat(10_000)).length <= 300);
});
