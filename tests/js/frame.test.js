// Reading the binary frames of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameError, decodeFrame } from "../../web/js/transport/frame.js";
import { chance, encodeFrame, frame } from "./support.js";

const bytes = (hex) => Uint8Array.from(hex.replaceAll(" ", "").match(/../g), (pair) => Number.parseInt(pair, 16)).buffer;

/** The golden frame of crates/nnvisu-protocol/tests/it/frames.rs. */
const GOLDEN = bytes("02 00 0300 0200 0200 01020304 1112131415161718 0000003f 0000803f 00007042 ff0102030405 00fefdfcfbfa");

/** A copy with other bytes from an offset on. */
function changed(buffer, offset, ...values) {
  const copy = new Uint8Array(buffer.slice(0));
  copy.set(values, offset);
  return copy.buffer;
}

/** The golden frame's step is beyond what a JavaScript number holds; with these bytes zero it is not. */
const READABLE = changed(GOLDEN, 18, 0, 0);

test("the golden frame reads as what it says", () => {
  assert.deepEqual(decodeFrame(READABLE), {
    generation: 0x04030201,
    step: 0x161514131211,
    loss: 0.5,
    accuracy: 1,
    stepsPerSecond: 60,
    width: 3,
    height: 2,
    classes: 2,
    planes: Uint8Array.of(255, 1, 2, 3, 4, 5, 0, 254, 253, 252, 251, 250),
  });
});

test("loss and accuracy that are no numbers are none", () => {
  const { loss, accuracy } = decodeFrame(encodeFrame(frame({ loss: null, accuracy: null })));
  assert.deepEqual([loss, accuracy], [null, null]);
});

test("any frame reads as it was written", () => {
  const random = chance(7);
  const upTo = (limit) => Math.floor(random() * limit);
  for (let i = 0; i < 200; i += 1) {
    const [width, height, classes] = [2 + upTo(20), 2 + upTo(20), 2 + upTo(7)];
    const written = frame({
      width, height, classes,
      generation: upTo(2 ** 32),
      step: upTo(2 ** 53),
      loss: Math.fround(random() * 10),
      accuracy: Math.fround(random()),
      stepsPerSecond: Math.fround(random() * 1e6),
      planes: Uint8Array.from({ length: width * height * classes }, () => upTo(256)),
    });
    assert.deepEqual(decodeFrame(encodeFrame(written)), written);
  }
});

test("whatever is not such a frame is refused", () => {
  const refused = {
    nothing: new ArrayBuffer(0),
    "half a header": READABLE.slice(0, 20),
    "a v1 map": changed(READABLE, 0, 1),
    "another encoding": changed(READABLE, 1, 2),
    "no width": changed(READABLE, 2, 0, 0),
    "one row": changed(READABLE, 4, 1, 0),
    "one class": changed(READABLE, 6, 1, 0),
    "nine classes": changed(READABLE, 6, 9, 0),
    "a step beyond 2^53": GOLDEN,
    "an infinite loss": changed(READABLE, 22, 0x80, 0x7f),
    "a loss that is no number beside an accuracy": changed(READABLE, 22, 0xc0, 0x7f),
    "an accuracy above 1": changed(READABLE, 24, 0, 0, 0, 64),
    "a negative speed": changed(READABLE, 28, 0, 0, 0x70, 0xc2),
    "an endless speed": changed(READABLE, 28, 0, 0, 0x80, 0x7f),
    "too few bytes": READABLE.slice(0, READABLE.byteLength - 1),
    "too many bytes": bytes(`${Buffer.from(READABLE).toString("hex")}00`),
  };
  for (const [name, buffer] of Object.entries(refused)) {
    assert.throws(() => decodeFrame(buffer), FrameError, name);
  }
});

test("no bytes make it fail in another way", () => {
  const random = chance(8);
  for (let i = 0; i < 2_000; i += 1) {
    const noise = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    if (random() < 0.7) noise.set([2, 0].slice(0, noise.length));
    try {
      decodeFrame(noise.buffer);
    } catch (error) {
      assert.ok(error instanceof FrameError);
    }
  }
});
