// Reading the binary frames of the server: container, numbers, posteriors in every encoding.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { DamagedFrame } from "../../web/js/transport/frames/damage.js";
import { decodeFrame } from "../../web/js/transport/frames/decode.js";
import { chance, encodeContainer, encodeFrame, frame, posteriorsPayload } from "./support.js";

/** A copy with other bytes from an offset on. */
function changed(buffer, offset, ...values) {
  const copy = new Uint8Array(buffer.slice(0));
  copy.set(values, offset);
  return copy.buffer;
}

/** A frame with what an encoding makes of the planes. */
function compressed({ encoding, bytes, ...size }) {
  const metrics = new Uint8Array(encodeFrame(frame()), 32, 20);
  return encodeContainer({}, [
    { kind: 2, encoding, payload: posteriorsPayload(size, bytes) },
    { kind: 1, encoding: 0, payload: metrics },
  ]);
}

/** Planes as encoding 3 carries them: an obvious version of what the server does. */
function deflated(planes, { width, height, classes }, whole) {
  const differences = planes.map((value, i) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    const left = column > 0 ? planes[i - 1] : 0;
    const above = row > 0 ? planes[i - width] : 0;
    const corner = column > 0 && row > 0 ? planes[i - width - 1] : 0;
    return value - left - above + corner;
  });
  assert.equal(planes.length, width * height * classes);
  return Uint8Array.of(whole, ...deflateSync(Uint8Array.from(differences)));
}

const small = (random, most = 20) => {
  const upTo = (limit) => Math.floor(random() * limit);
  return { width: 2 + upTo(most), height: 2 + upTo(most), classes: 2 + upTo(7) };
};

test("a frame reads as its bytes say", async () => {
  const bytes = Uint8Array.of(
    3, 1, 2, 0, 7, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0, 0,
    1, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0x70, 0x42, 5, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0, 0, 20, 0, 0, 0, 3, 0, 2, 0, 2, 0, 0, 0, 255, 1, 2, 3, 4, 5, 0, 254, 253, 252, 251, 250,
  );
  assert.deepEqual(await decodeFrame(bytes.buffer), {
    run: 7,
    generation: 0x04030201,
    step: 0x161514131211,
    running: true,
    epoch: 5,
    loss: 0.5,
    accuracy: 1,
    stepsPerSecond: 60,
    width: 3,
    height: 2,
    classes: 2,
    planes: Uint8Array.of(255, 1, 2, 3, 4, 5, 0, 254, 253, 252, 251, 250),
  });
});

test("any frame reads as it was written", async () => {
  const random = chance(7);
  const upTo = (limit) => Math.floor(random() * limit);
  for (let i = 0; i < 200; i += 1) {
    const size = small(random);
    const written = frame({
      ...size,
      run: upTo(2 ** 32),
      generation: upTo(2 ** 32),
      step: upTo(2 ** 53),
      epoch: upTo(2 ** 53),
      running: random() < 0.5,
      loss: Math.fround(random() * 10),
      accuracy: Math.fround(random()),
      stepsPerSecond: Math.fround(random() * 1e6),
      planes: Uint8Array.from({ length: size.width * size.height * size.classes }, () => upTo(256)),
    });
    assert.deepEqual(await decodeFrame(encodeFrame(written)), written);
  }
});

test("loss, accuracy and speed that are no numbers are none", async () => {
  const { loss, accuracy, stepsPerSecond } = await decodeFrame(encodeFrame(frame({ loss: null, accuracy: null, stepsPerSecond: Number.NaN })));
  assert.deepEqual([loss, accuracy, stepsPerSecond], [null, null, 0]);
});

test("sections of unknown kinds, and what follows the known numbers, are passed over", async () => {
  const whole = new Uint8Array(encodeFrame(frame({ step: 4 })));
  const sections = [
    { kind: 9, encoding: 77, payload: Uint8Array.of(1, 2, 3) },
    { kind: 1, encoding: 0, payload: Uint8Array.of(...whole.slice(32, 52), 1, 2) },
    { kind: 2, encoding: 0, payload: whole.slice(60) },
    { kind: 10, encoding: 0, payload: new Uint8Array(0) },
  ];
  assert.deepEqual(await decodeFrame(encodeContainer({ step: 4 }, sections)), frame({ step: 4 }));
});

test("deflated planes read as they were, at any precision", async () => {
  const random = chance(9);
  for (let i = 0; i < 100; i += 1) {
    const size = small(random, 30);
    const whole = 1 + Math.floor(random() * 255);
    const planes = Array.from({ length: size.width * size.height * size.classes }, () => Math.floor(random() * (whole + 1)));
    const { planes: read } = await decodeFrame(compressed({ ...size, encoding: 3, bytes: deflated(planes, size, whole) }));
    assert.deepEqual([...read], planes.map((value) => Math.floor((255 * value) / whole + 0.5)));
  }
});

test("deflated planes that are damaged are refused, and what they inflate to is bounded", async () => {
  const size = { width: 8, height: 8, classes: 2 };
  const good = deflated(new Array(128).fill(3), size, 3);
  const bad = {
    nothing: [],
    "no precision": [0, ...good.slice(1)],
    "a value above the precision": [2, ...good.slice(1)],
    "cut short": good.slice(0, -1),
    "another byte": good.map((byte, i) => (i === good.length - 1 ? byte ^ 1 : byte)),
    "too few": deflated(new Array(64).fill(3), { width: 8, height: 8, classes: 1 }, 3),
    "too many": [3, ...deflateSync(new Uint8Array(50_000_000))],
  };
  for (const [name, bytes] of Object.entries(bad)) {
    await assert.rejects(decodeFrame(compressed({ ...size, encoding: 3, bytes })), DamagedFrame, name);
  }
});

test("whatever is not such a frame is refused", async () => {
  const good = encodeFrame(frame({ width: 3, height: 2 }));
  const size = 60;
  const refused = {
    nothing: new ArrayBuffer(0),
    "half a preamble": good.slice(0, 20),
    "another tag": changed(good, 0, 1),
    "a step beyond 2^53": changed(good, 22, 255),
    "a section too many": changed(good, 2, 3),
    "a section too few": changed(good, 2, 1),
    "a longer section": changed(good, 28, 255, 255),
    "no numbers": changed(good, 24, 9),
    "no posteriors": changed(good, 52, 9),
    "another encoding of the numbers": changed(good, 25, 1),
    "another encoding of the posteriors": changed(good, 53, 4),
    "an infinite loss": changed(good, 34, 0x80, 0x7f),
    "a loss that is no number beside an accuracy": changed(good, 34, 0xc0, 0x7f),
    "an accuracy above 1": changed(good, 36, 0, 0, 0, 64),
    "a negative speed": changed(good, 40, 0, 0, 0x70, 0xc2),
    "an endless speed": changed(good, 40, 0, 0, 0x80, 0x7f),
    "an epoch beyond 2^53": changed(good, 50, 255),
    "no width": changed(good, size, 0, 0),
    "one row": changed(good, size + 2, 1, 0),
    "one class": changed(good, size + 4, 1, 0),
    "nine classes": changed(good, size + 4, 9, 0),
    "too few bytes": good.slice(0, good.byteLength - 1),
    "too many bytes": Uint8Array.of(...new Uint8Array(good), 0).buffer,
  };
  for (const [name, buffer] of Object.entries(refused)) {
    await assert.rejects(decodeFrame(buffer), DamagedFrame, name);
  }
});

test("no bytes make it fail in another way", async () => {
  const random = chance(8);
  const upTo = (limit) => Math.floor(random() * limit);
  for (let i = 0; i < 3_000; i += 1) {
    const noise = Uint8Array.from({ length: upTo(80) }, () => upTo(256));
    const bytes = random() < 0.3 ? noise.buffer : compressed({ ...small(random, 30), encoding: upTo(4), bytes: noise });
    try {
      await decodeFrame(bytes);
    } catch (error) {
      assert.ok(error instanceof DamagedFrame, error);
    }
  }
});
