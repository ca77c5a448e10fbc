// Files: the page reads, writes and refuses what nnvisu-core does, by the same examples.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { checksumOf, crc32 } from "../../web/js/files/checksum.js";
import { readCsv, writeCsv } from "../../web/js/files/csv.js";
import { readSessionFile, writeSessionFile } from "../../web/js/files/session-file.js";
import { requestModel } from "../../web/js/transport/model.js";
import { DEFAULT_CONFIG } from "../../web/js/state/settings.js";
import { architecture, chance, checkpoint } from "./support.js";

const vector = (name) => readFileSync(new URL(`../../crates/nnvisu-core/tests/vectors/${name}`, import.meta.url), "utf8");

test("CSV is read as in the core, and refused in the same words", () => {
  const cases = JSON.parse(vector("csv.json"));
  assert.ok(cases.length > 30);
  for (const { name, text, points, error } of cases) {
    const result = readCsv(text);
    if (error !== undefined) {
      assert.deepEqual(result, { ok: false, message: error }, name);
    } else {
      assert.ok(result.ok, `${name}: ${result.message}`);
      assert.deepEqual(result.value.map(({ x, y, label }) => [x, y, label]), points, name);
    }
  }
});

test("CSV that is written reads back", () => {
  const random = chance(1);
  const coordinate = () => (2 * random() - 1) * 10 ** -Math.floor(9 * random());
  const points = Array.from({ length: 500 }, (_, i) => ({ x: coordinate(), y: coordinate(), label: i % 8 }));
  points.push({ x: -0, y: 1, label: 7 }, { x: 5e-324, y: -1, label: 0 });
  const text = writeCsv(points);
  assert.ok(text.startsWith("x,y,label\n"));
  assert.deepEqual(readCsv(text), { ok: true, value: points });
  assert.deepEqual(readCsv(writeCsv([])), { ok: true, value: [] });
});

test("the checksum is that of zlib", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(checksumOf(""), "00000000");
});

test("a session file of the core opens", () => {
  const result = readSessionFile(vector("session-v1.nnvisu"));
  assert.ok(result.ok, result.message);
  const { config, seeds, points, checkpoint } = result.value;
  assert.deepEqual(config, { learningRate: 0.05, architecture: [3, 2], activation: "gelu", optimizer: "adam", regularization: 0.001, batchSize: 3, dropout: 0.25 });
  assert.deepEqual(seeds, { init: 1, batches: 2, dropout: 3 });
  assert.equal(points.length, 6);
  assert.deepEqual(points[0], { x: -0.6489799, y: 0.655123, label: 0 });
  assert.equal(checkpoint.step, 10);
  assert.deepEqual(checkpoint.architecture, architecture([3, 2], { outputs: 3, activation: "gelu", dropout: 0.25 }));
  assert.equal(checksumOf(checkpoint.parameters), "5d7deac7");
});

test("a session file that is written reads back", () => {
  const { value } = readSessionFile(vector("session-v1.nnvisu"));
  assert.deepEqual(readSessionFile(writeSessionFile(value)), { ok: true, value });
  const fresh = { config: DEFAULT_CONFIG, seeds: { init: 1, batches: 2, dropout: 3 }, points: [], checkpoint: null };
  assert.deepEqual(readSessionFile(writeSessionFile(fresh)), { ok: true, value: fresh });
  // The core's example has layers that differ.
  const newest = JSON.parse(vector("session-v2.nnvisu"));
  for (const layer of newest.architecture.layers) Object.assign(layer, { activation: "gelu", dropout: 0.25 });
  const read = readSessionFile(JSON.stringify(newest));
  assert.ok(read.ok, read.message);
  assert.deepEqual(JSON.parse(writeSessionFile(read.value)), newest);
  assert.deepEqual(readSessionFile(writeSessionFile({ ...fresh, checkpoint: wholeCheckpoint() })).value.checkpoint, wholeCheckpoint());
});

/** A session file of version 2, with everything that there can be in one. */
function wholeFile() {
  const { generation: _generation, architecture: network, seeds, ...rest } = wholeCheckpoint();
  const { rowSteps, ...optimizer } = rest.optimizer;
  const { epochPosition, absentRows, lastGood: { epochPosition: position, lowestLoss, ...lastGood }, ...stored } = rest;
  return {
    format: "nnvisu-session", version: 2, architecture: network, seeds, points: [[0.5, -0.5, 1]],
    training: { optimizer: "adam", learning_rate: 0.01, weight_decay: 0, batch_size: 0 },
    checkpoint: {
      ...stored, epoch_position: epochPosition, absent_rows: absentRows, checksum: checksumOf(stored.parameters),
      optimizer: { ...optimizer, row_steps: rowSteps }, last_good: { ...lastGood, epoch_position: position, lowest_loss: lowestLoss },
    },
  };
}

test("a session file of version 2 opens, with all of its checkpoint", () => {
  const { value } = readSessionFile(JSON.stringify(wholeFile()));
  assert.deepEqual(value, {
    config: DEFAULT_CONFIG, seeds: { init: 1, batches: 2, dropout: 3 }, points: [{ x: 0.5, y: -0.5, label: 1 }], checkpoint: wholeCheckpoint(),
  });
});

/** A checkpoint with everything that there can be in one. */
function wholeCheckpoint() {
  const { parameters } = checkpoint();
  const row = Buffer.alloc(6 * 4, 7).toString("base64");
  return checkpoint({
    kind: "adam",
    generation: 0,
    diverged: true,
    epochPosition: 3,
    absentRows: [{ class: 4, parameters: row, slots: [row, row], steps: 7 }],
    lastGood: { parameters, step: 39, epoch: 39, epochPosition: 1, loss: 0.25, lowestLoss: 0.125 },
  });
}

test("a session file of layers that differ is refused, and says why", () => {
  const file = { ...wholeFile(), checkpoint: null };
  file.architecture.layers[1].activation = "relu";
  assert.match(readSessionFile(JSON.stringify(file)).message, /^The layers of this session's network differ/);
});

test("what is no session file is refused as in the core", () => {
  const cases = JSON.parse(vector("session-refused.json"));
  assert.ok(cases.length > 15);
  for (const { name, text, says } of cases) {
    const result = readSessionFile(text);
    assert.equal(result.ok, false, name);
    assert.ok(result.message.includes(says), `${name}: ${result.message}`);
  }
});

test("every part of a session file is needed, and no other allowed", () => {
  const refuses = (changed) => assert.equal(readSessionFile(JSON.stringify(changed)).ok, false);
  const objects = (root) => [root, root.network ?? root.architecture, root.training, root.seeds, root.checkpoint, root.checkpoint.optimizer];
  const current = JSON.stringify(wholeFile());
  for (const file of [vector("session-v1.nnvisu"), current].map((text) => JSON.parse(text))) {
    objects(file).forEach((object, i) => {
      for (const field of Object.keys(object)) {
        const without = structuredClone(file);
        delete objects(without)[i][field];
        refuses(without);
      }
      const more = structuredClone(file);
      objects(more)[i].surprise = 1;
      refuses(more);
    });
  }
});

test("a cut session file is refused, wherever it is cut", () => {
  const text = vector("session-v1.nnvisu").trimEnd();
  for (let end = 0; end < text.length; end += 7) assert.equal(readSessionFile(text.slice(0, end)).ok, false);
});

test("a model is asked for beside the page, and a refusal is passed on", async (t) => {
  const asked = [];
  let answer = new Response("model", { headers: { "content-disposition": 'attachment; filename="nnvisu-2-3.onnx"' } });
  t.mock.method(globalThis, "fetch", async (url, { method, body }) => {
    asked.push([String(url), method, body]);
    if (answer === null) throw new TypeError("no network");
    return answer;
  });
  const ask = () => requestModel("onnx", "session", "https://example.org/nnvisu/");
  const model = await ask();
  assert.equal(model.value.name, "nnvisu-2-3.onnx");
  assert.equal(await model.value.content.text(), "model");
  assert.deepEqual(asked, [["https://example.org/nnvisu/model/onnx", "POST", "session"]]);
  answer = new Response("Too many.\n", { status: 503 });
  assert.deepEqual(await ask(), { ok: false, message: "The model was not saved: Too many." });
  answer = new Response("<html><h1>413 Request Entity Too Large</h1></html>", { status: 413, headers: { "content-type": "text/html" } });
  assert.deepEqual(await ask(), { ok: false, message: "The model was not saved: the server answered 413" });
  answer = null;
  assert.deepEqual(await ask(), { ok: false, message: "The model was not saved: the server cannot be reached" });
});
