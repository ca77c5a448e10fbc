// The WebSocket: its address, and how it comes back when it is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ReconnectingSocket, webSocketUrl } from "../../web/js/transport/socket.js";
import { FakeClock, settle } from "./support.js";

class FakeSocket {
  readyState = 0;
  bufferedAmount = 0;
  sent = [];
  closed = false;

  constructor(url, protocol) {
    Object.assign(this, { url, protocol });
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.closed = true;
    this.readyState = 2;
  }

  open() {
    this.readyState = 1;
    this.onopen?.({});
  }

  lose(code = 1006, reason = "") {
    this.readyState = 3;
    this.onerror?.({});
    this.onclose?.({ code, reason });
  }
}

function start({ random = () => 0.5, refusal = async () => null } = {}) {
  const clock = new FakeClock();
  const sockets = [];
  const heard = [];
  const reasons = [];
  const connection = new ReconnectingSocket(
    "ws://here/ws",
    {
      createSocket: (url, protocol) => {
        sockets.push(new FakeSocket(url, protocol));
        return sockets.at(-1);
      },
      setTimeout: (task, delay) => clock.setTimeout(task, delay),
      clearTimeout: (id) => clock.clearTimeout(id),
      random,
      refusal,
    },
    {
      opened: () => heard.push("opened"),
      lost: () => heard.push("lost"),
      reason: (reason) => reasons.push(reason),
      resting: () => heard.push("resting"),
      text: (text) => heard.push(text),
      binary: (buffer) => heard.push(buffer.byteLength),
    },
  );
  connection.start();
  return { clock, sockets, heard, reasons, connection };
}

/** Fails `count` tries and says how long each next one was waited for. */
function waits({ clock, sockets }, count) {
  const delays = [];
  for (let i = 0; i < count; i += 1) {
    const before = sockets.length;
    sockets.at(-1).lose();
    const lostAt = clock.time;
    while (sockets.length === before) clock.advance(1);
    delays.push(clock.time - lostAt);
  }
  return delays;
}

test("the address is relative to the page, whatever its scheme and path", () => {
  const cases = {
    "http://localhost:8888/": "ws://localhost:8888/ws",
    "https://example.org/": "wss://example.org/ws",
    "https://example.org/nnvisu/": "wss://example.org/nnvisu/ws",
    "https://example.org/nnvisu/index.html?a=1#b": "wss://example.org/nnvisu/ws",
    "http://[::1]:9000/a/b/": "ws://[::1]:9000/a/b/ws",
  };
  for (const [base, url] of Object.entries(cases)) assert.equal(webSocketUrl(base), url);
});

test("it asks for version 2 and passes on what it hears", () => {
  const { sockets, heard, connection } = start();
  const [socket] = sockets;
  assert.equal(socket.protocol, "nnvisu.v2");
  assert.equal(socket.binaryType, "arraybuffer");
  connection.send("too early");
  socket.open();
  connection.send("hello");
  socket.onmessage({ data: "text" });
  socket.onmessage({ data: new ArrayBuffer(5) });
  assert.deepEqual(heard, ["opened", "text", 5]);
  assert.deepEqual(socket.sent, ["hello"]);
});

test("tries come further and further apart, up to five seconds", () => {
  assert.deepEqual(waits(start({ random: () => 1 }), 7), [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("the waits are spread by chance", () => {
  assert.deepEqual(waits(start({ random: () => 0 }), 3), [125, 250, 500]);
});

test("a connection that opens but never works out does not shorten the wait; one that did, does", () => {
  const page = start({ random: () => 1 });
  waits(page, 3);
  page.sockets.at(-1).open();
  assert.deepEqual(waits(page, 1), [2_000]);
  page.sockets.at(-1).open();
  page.connection.settled();
  assert.deepEqual(waits(page, 1), [250]);
});

test("a try that hangs is given up", () => {
  const { clock, sockets, heard } = start();
  clock.advance(9_999);
  assert.equal(sockets.length, 1);
  clock.advance(1_000);
  assert.equal(sockets.length, 2);
  assert.ok(sockets[0].closed);
  assert.deepEqual(heard, ["lost"]);
});

test("a wait can be cut short, a standing connection is left alone", () => {
  const { clock, sockets, connection } = start();
  sockets[0].lose();
  connection.retryNow();
  assert.equal(sockets.length, 2);
  connection.retryNow();
  sockets[1].open();
  connection.retryNow();
  clock.advance(60_000);
  assert.equal(sockets.length, 2);
});

test("nothing is heard of a socket that was given up", () => {
  const { sockets, heard, connection } = start();
  sockets[0].open();
  connection.drop();
  assert.deepEqual(heard, ["opened", "lost"]);
  sockets[0].onmessage({ data: "late" });
  sockets[0].lose();
  sockets[0].open();
  assert.deepEqual(heard, ["opened", "lost"]);
});

test("an ended connection does not come back", () => {
  const { clock, sockets, heard, connection } = start();
  sockets[0].open();
  connection.end();
  sockets[0].lose();
  connection.retryNow();
  connection.start();
  clock.advance(60_000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(heard, ["opened"]);
});

test("a refused page shows the server's sentence and tries again when the server says", async () => {
  const asked = [];
  const answers = [{ sentence: "All places are taken.", wait: 10_000, isGuess: false }, null];
  const refusal = async (url) => {
    asked.push(url);
    return answers.shift();
  };
  const { clock, sockets, heard, reasons } = start({ refusal });
  sockets[0].lose();
  await settle();
  assert.deepEqual([asked, heard, reasons], [["ws://here/ws"], ["lost"], ["All places are taken."]]);
  clock.advance(9_999);
  assert.equal(sockets.length, 1);
  clock.advance(2_501);
  assert.equal(sockets.length, 2);
  // Not there at all: nothing is said any more, and the ordinary waits go on.
  sockets[1].lose();
  await settle();
  assert.deepEqual(reasons, ["All places are taken.", null]);
  clock.advance(500);
  assert.equal(sockets.length, 3);
});

test("a guess is told when the next try leads to the same one, and a server that comes back disproves it", async () => {
  const guess = { sentence: "No WebSockets here.", wait: 0, isGuess: true };
  const answers = [guess, null, guess, guess, guess];
  const { clock, sockets, reasons } = start({ refusal: async () => answers.shift() });
  const fail = async () => {
    sockets.at(-1).lose();
    await settle();
    clock.advance(5_000);
  };
  for (let i = 0; i < 4; i += 1) await fail();
  assert.deepEqual(reasons, [null, null, null, "No WebSockets here."]);
  sockets.at(-1).open();
  sockets.at(-1).lose();
  clock.advance(5_000);
  await fail();
  assert.deepEqual(reasons.slice(4), [null, null]);
});

test("a try that hangs asks why, too", async () => {
  const { clock, reasons } = start({ refusal: async () => ({ sentence: "Sign in.", wait: 0, isGuess: false }) });
  clock.advance(10_000);
  await settle();
  assert.deepEqual(reasons, ["Sign in."]);
});

test("an answer that comes after the next try is not heard", async () => {
  let answer;
  const refusal = () => new Promise((resolve) => (answer = resolve));
  const { clock, sockets, reasons } = start({ refusal });
  sockets[0].lose();
  clock.advance(1_000);
  sockets[1].open();
  answer({ sentence: "Full.", wait: 10_000, isGuess: false });
  await settle();
  assert.deepEqual(reasons, []);
  assert.equal(sockets.length, 2);
});

test("a connection that the server ends says why, and is tried again", async () => {
  for (const [code, reason, said] of [[1001, "The server is shutting down", "The server is shutting down."], [1013, "Full", "Full."], [1006, "", null]]) {
    const { clock, sockets, heard, reasons } = start({ refusal: () => assert.fail("it was let in") });
    sockets[0].open();
    sockets[0].lose(code, reason);
    assert.deepEqual([heard, reasons], [["opened", "lost"], [said]]);
    clock.advance(250);
    assert.equal(sockets.length, 2);
  }
});

test("an idle page is left alone until it is wanted again", () => {
  const { clock, sockets, heard, connection } = start();
  sockets[0].open();
  sockets[0].lose(1001, "idle");
  clock.advance(600_000);
  assert.deepEqual(heard, ["opened", "resting"]);
  assert.equal(sockets.length, 1);
  connection.retryNow();
  assert.equal(sockets.length, 2);
});
