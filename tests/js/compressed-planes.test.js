// Reading compressed frames: the vectors that the server's encoder is held to, and damage.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FrameError, decodeFrame } from "../../web/js/transport/frame.js";
import { chance } from "./support.js";

const VECTORS = new URL("../../crates/nnvisu-protocol/tests/vectors/pictures.json", import.meta.url);

/** Frames and what they say, written by the Rust encoder. */
const vectors = JSON.parse(readFileSync(VECTORS, "utf8"));

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

for (const { name, whole, frame, planes, ...rest } of vectors) {
  test(`vector: ${name}`, () => {
    assert.deepEqual(decodeFrame(bytes(frame).buffer), { ...rest, planes: bytes(planes) });
  });
}

test("frames are read one after the other without a trace of the last", () => {
  for (const { frame, planes } of [...vectors, ...vectors.toReversed()]) {
    assert.deepEqual(decodeFrame(bytes(frame).buffer).planes, bytes(planes));
  }
});

/** Of a few bytes, other ones can be another frame by chance. */
const LONG_ENOUGH = 100;

test("no damage to the posteriors goes unnoticed", () => {
  const random = chance(5);
  const upTo = (limit) => Math.floor(random() * limit);
  for (const { name, frame } of vectors) {
    const whole = bytes(frame);
    if (whole.length < LONG_ENOUGH) continue;
    for (let i = 0; i < 100; i += 1) {
      const at = 33 + upTo(whole.length - 33);
      assert.throws(() => decodeFrame(whole.slice(0, at).buffer), FrameError, `${name} without byte ${at}`);
      const changed = whole.slice();
      changed[at] ^= 1 + upTo(255);
      assert.throws(() => decodeFrame(changed.buffer), FrameError, `${name} with another byte ${at}`);
    }
    assert.throws(() => decodeFrame(Uint8Array.of(...whole, 0).buffer), FrameError, `${name} and a byte more`);
  }
});

/** The header of the first vector with other bytes from an offset on, and a payload. */
function framed(changes, payload) {
  const head = bytes(vectors[0].frame).slice(0, 32);
  for (const [offset, ...values] of changes) head.set(values, offset);
  return Uint8Array.of(...head, ...payload).buffer;
}

test("what a few bytes may ask for is bounded", () => {
  // 1024 × 1025 pixels of 8 classes; one row less is allowed, but needs other bytes.
  assert.throws(() => decodeFrame(framed([[2, 0, 4, 1, 4, 8, 0]], [255, 0, 0, 0, 0])), /too large/);
  assert.throws(() => decodeFrame(framed([[2, 0, 4, 0, 4, 8, 0]], [255, 255, 0, 0, 0])), /damaged/);
});

test("a frame without precision is damaged", () => {
  assert.throws(() => decodeFrame(framed([], [])), /damaged/);
  assert.throws(() => decodeFrame(framed([], [0, 0, 0, 0, 0])), /damaged/);
});

test("no bytes make it fail in another way", () => {
  const random = chance(6);
  const upTo = (limit) => Math.floor(random() * limit);
  for (let i = 0; i < 2_000; i += 1) {
    const noise = Array.from({ length: upTo(80) }, () => upTo(256));
    try {
      decodeFrame(framed([[2, 2 + upTo(30), 0, 2 + upTo(30), 0, 2 + upTo(7), 0]], noise));
    } catch (error) {
      assert.ok(error instanceof FrameError, error);
    }
  }
});
