// Reading what the server's encoders write: the vectors that they are held to, and damage.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { DamagedFrame } from "../../web/js/transport/frames/damage.js";
import { decodeFrame } from "../../web/js/transport/frames/decode.js";
import { chance } from "./support.js";

const VECTORS = new URL("../../crates/nnvisu-protocol/tests/vectors/frames.json", import.meta.url);

/** Frames and what they say, written by the Rust encoders. */
const vectors = JSON.parse(readFileSync(VECTORS, "utf8"));

/** Preamble, the section of the numbers, and the header and the size of the posteriors. */
const BEFORE_PLANES = 24 + 8 + 20 + 8 + 8;

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

for (const { name, encoding, maxValue, frame, planes, stepsPerSecond, ...rest } of vectors) {
  test(`${encoding}: ${name}`, async () => {
    const expected = { ...rest, stepsPerSecond: stepsPerSecond ?? 0, planes: bytes(planes) };
    assert.deepEqual(await decodeFrame(bytes(frame).buffer), expected);
  });
}

test("frames of every encoding are among them", () => {
  assert.deepEqual([...new Set(vectors.map(({ encoding }) => encoding))].sort(), ["deflate", "free_planes", "planes", "raw"]);
});

test("frames are read one after the other without a trace of the last", async () => {
  for (const { frame, planes } of [...vectors, ...vectors.toReversed()]) {
    assert.deepEqual((await decodeFrame(bytes(frame).buffer)).planes, bytes(planes));
  }
});

/** Of a few bytes, other ones can be another map by chance. */
const LONG_ENOUGH = 150;

test("no damage to compressed posteriors goes unnoticed", async () => {
  const random = chance(5);
  const upTo = (limit) => Math.floor(random() * limit);
  for (const { name, encoding, frame } of vectors) {
    const whole = bytes(frame);
    if (whole.length < LONG_ENOUGH || encoding === "raw") continue;
    for (let i = 0; i < 40; i += 1) {
      // The first byte is the precision: another one is another map, or damaged.
      const at = BEFORE_PLANES + 1 + upTo(whole.length - BEFORE_PLANES - 1);
      const cut = whole.slice(0, at);
      new DataView(cut.buffer).setUint32(BEFORE_PLANES - 12, at - BEFORE_PLANES + 8, true);
      await assert.rejects(decodeFrame(cut.buffer), DamagedFrame, `${name} without byte ${at}`);
      const changed = whole.slice();
      changed[at] ^= 1 + upTo(255);
      // A few bits of a zlib stream say nothing about what is in it.
      if (encoding === "deflate") await decodeFrame(changed.buffer).catch((error) => assert.ok(error instanceof DamagedFrame));
      else await assert.rejects(decodeFrame(changed.buffer), DamagedFrame, `${name} with another byte ${at}`);
    }
  }
});

/** The first vector with another size and payload of the posteriors. */
function framed(size, payload) {
  const head = bytes(vectors[0].frame).slice(0, BEFORE_PLANES);
  const view = new DataView(head.buffer);
  view.setUint32(BEFORE_PLANES - 12, 8 + payload.length, true);
  size.forEach((value, i) => view.setUint16(BEFORE_PLANES - 8 + 2 * i, value, true));
  return Uint8Array.of(...head, ...payload).buffer;
}

test("what a few bytes may ask for is bounded", async () => {
  // One row less is allowed, but needs other bytes.
  await assert.rejects(decodeFrame(framed([1024, 1025, 8], [255, 0, 0, 0, 0])), /too large/);
  await assert.rejects(decodeFrame(framed([1024, 1024, 8], [255, 255, 0, 0, 0])), /damaged/);
});

test("posteriors without precision are damaged", async () => {
  await assert.rejects(decodeFrame(framed([2, 2, 2], [])), /damaged/);
  await assert.rejects(decodeFrame(framed([2, 2, 2], [0, 0, 0, 0, 0])), /damaged/);
});
