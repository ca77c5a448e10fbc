// Reading the binary frames of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureError, decodePicture } from "../../web/js/transport/picture.js";
import { chance, encodePicture, picture } from "./support.js";

const bytes = (hex) => Uint8Array.from(hex.replaceAll(" ", "").match(/../g), (pair) => Number.parseInt(pair, 16)).buffer;

// tag, encoding, width 3, height 2, classes 2, generation 7, step 2^32 + 1, loss 0.25,
// accuracy 1, 60 steps/s, two planes of 6
const GOLDEN = bytes("02 00 0300 0200 0200 07000000 0100000001000000 0000803e 0000803f 00007042 00336699ccff ffcc99663300");

test("the golden frame reads as what it says", () => {
  assert.deepEqual(decodePicture(GOLDEN), {
    generation: 7,
    step: 2 ** 32 + 1,
    loss: 0.25,
    accuracy: 1,
    stepsPerSecond: 60,
    width: 3,
    height: 2,
    classes: 2,
    planes: Uint8Array.of(0x00, 0x33, 0x66, 0x99, 0xcc, 0xff, 0xff, 0xcc, 0x99, 0x66, 0x33, 0x00),
  });
});

test("loss and accuracy that are no numbers are none", () => {
  const { loss, accuracy } = decodePicture(encodePicture(picture({ loss: null, accuracy: null })));
  assert.deepEqual([loss, accuracy], [null, null]);
});

test("any picture reads as it was written", () => {
  const random = chance(7);
  const upTo = (limit) => Math.floor(random() * limit);
  for (let i = 0; i < 200; i += 1) {
    const [width, height, classes] = [2 + upTo(20), 2 + upTo(20), 2 + upTo(7)];
    const frame = picture({
      width, height, classes,
      generation: upTo(2 ** 32),
      step: upTo(2 ** 53),
      loss: Math.fround(random() * 10),
      accuracy: Math.fround(random()),
      stepsPerSecond: Math.fround(random() * 1e6),
      planes: Uint8Array.from({ length: width * height * classes }, () => upTo(256)),
    });
    assert.deepEqual(decodePicture(encodePicture(frame)), frame);
  }
});

test("whatever is not such a frame is refused", () => {
  const changed = (offset, ...values) => {
    const copy = new Uint8Array(GOLDEN.slice(0));
    copy.set(values, offset);
    return copy.buffer;
  };
  const refused = {
    nothing: new ArrayBuffer(0),
    "half a header": GOLDEN.slice(0, 20),
    "a v1 map": changed(0, 1),
    "another encoding": changed(1, 1),
    "no width": changed(2, 0, 0),
    "one row": changed(4, 1, 0),
    "one class": changed(6, 1, 0),
    "nine classes": changed(6, 9, 0),
    "a step beyond 2^53": changed(12, 0, 0, 0, 0, 0, 0, 32, 0),
    "an accuracy above 1": changed(24, 0, 0, 0, 64),
    "a negative speed": changed(28, 0, 0, 0x70, 0xc2),
    "an endless speed": changed(28, 0, 0, 0x80, 0x7f),
    "too few bytes": GOLDEN.slice(0, GOLDEN.byteLength - 1),
    "too many bytes": bytes(`${Buffer.from(GOLDEN).toString("hex")}00`),
  };
  for (const [name, buffer] of Object.entries(refused)) {
    assert.throws(() => decodePicture(buffer), PictureError, name);
  }
});

test("no bytes make it fail in another way", () => {
  const random = chance(8);
  for (let i = 0; i < 2_000; i += 1) {
    const noise = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    if (random() < 0.7) noise.set([2, 0].slice(0, noise.length));
    try {
      decodePicture(noise.buffer);
    } catch (error) {
      assert.ok(error instanceof PictureError);
    }
  }
});
