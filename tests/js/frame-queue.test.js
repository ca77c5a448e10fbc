// Where frames wait for the decoder.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameQueue, decodeHere, decodeIn } from "../../web/js/transport/frames/frame-queue.js";
import { encodeContainer, encodeFrame, frame, settle } from "./support.js";

/** A queue whose decoder answers when told. */
function slowQueue() {
  const decoding = [];
  const used = [];
  const decode = (buffer) => new Promise((resolve) => decoding.push({ buffer, finish: async () => resolve(await decodeHere(buffer)) }));
  const queue = new FrameQueue(decode, (decoded) => used.push(decoded.ok ? decoded.value.step : decoded.message));
  const finish = async () => {
    await decoding.at(-1).finish();
    await settle();
  };
  return { queue, decoding, used, finish };
}

const FRAME = (step) => encodeFrame(frame({ step }));

test("of frames that come while one is being decoded only the newest is decoded", async () => {
  const { queue, decoding, used, finish } = slowQueue();
  for (let step = 0; step < 10; step += 1) queue.put(FRAME(step));
  await finish();
  await finish();
  assert.deepEqual(used, [0, 9]);
  assert.equal(decoding.length, 2);
});

test("frames of other kinds wait beside each other", async () => {
  const { queue, decoding, finish } = slowQueue();
  const other = (kind) => encodeContainer({}, [{ kind, encoding: 0, payload: new Uint8Array(4) }]);
  const [first, map, curve, newerCurve, newerMap] = [FRAME(0), FRAME(1), other(7), other(7), FRAME(2)];
  for (const buffer of [first, map, curve, newerCurve, newerMap]) queue.put(buffer);
  while (decoding.length < 3) await finish();
  assert.deepEqual(decoding.map(({ buffer }) => buffer), [first, newerCurve, newerMap]);
});

test("what is cleared is not used, and the next frame is", async () => {
  const { queue, used, finish } = slowQueue();
  queue.put(FRAME(1));
  queue.put(FRAME(2));
  queue.clear();
  queue.put(FRAME(3));
  await finish();
  await finish();
  assert.deepEqual(used, [3]);
});

test("a frame that cannot be read is told, and does not stop the next", async () => {
  const { queue, used, finish } = slowQueue();
  queue.put(new ArrayBuffer(3));
  await finish();
  queue.put(FRAME(4));
  await finish();
  assert.match(used[0], /3 bytes/);
  assert.equal(used[1], 4);
});

/** A worker that decodes with a delay, or breaks. */
class FakeWorker {
  breaks = false;

  postMessage(buffer) {
    setImmediate(async () => {
      if (this.breaks) this.onerror();
      else this.onmessage({ data: await decodeHere(structuredClone(buffer)) });
    });
  }
}

test("the worker decodes", async () => {
  const decode = decodeIn(() => new FakeWorker());
  assert.deepEqual(await decode(FRAME(5)), { ok: true, value: frame({ step: 5 }) });
  assert.equal((await decode(new ArrayBuffer(2))).ok, false);
});

test("without a worker, and from when it breaks on, frames are decoded all the same", async () => {
  const none = decodeIn(() => {
    throw new TypeError("no module workers");
  });
  assert.equal((await none(FRAME(6))).value.step, 6);
  const worker = new FakeWorker();
  const decode = decodeIn(() => worker);
  assert.equal((await decode(FRAME(7))).value.step, 7);
  worker.breaks = true;
  assert.equal((await decode(FRAME(8))).value.step, 8);
  worker.postMessage = () => assert.fail("asked again");
  assert.equal((await decode(FRAME(9))).value.step, 9);
});
