// Reading the text messages of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseMessage } from "../../web/js/transport/messages.js";
import { architecture, checkpoint } from "./support.js";

const read = (message) => parseMessage(JSON.stringify(message));
const SEEDS = { init: 1, batches: 2, dropout: 3 };
const STATE = {
  generation: 3, running: true, step: 12,
  config: { learningRate: 0.01, architecture: [10, 5], activation: "tanh", optimizer: "adam", regularization: 0, batchSize: 0, dropout: 0 },
  network: architecture([10, 5]),
  seeds: SEEDS, stepsPerSecond: null, points: 4, classes: 2,
};

test("the messages of a server read as what they say", () => {
  assert.deepEqual(
    read({ type: "config", payload: { version: "0.1.0", author: "A", limits: { maxPoints: 20000, maxMessageBytes: 8388608 } } }),
    { type: "config", version: "0.1.0", author: "A", page: null, maxPoints: 20000, maxMessageBytes: 8388608 },
  );
  assert.deepEqual(read({ type: "state", re: 4, payload: STATE }), {
    type: "state", re: 4,
    state: { generation: 3, running: true, step: 12, network: STATE.network, seeds: SEEDS },
  });
  assert.equal(read({ type: "state", payload: STATE }).re, null);
  assert.deepEqual(read({ type: "checkpoint", payload: checkpoint() }), { type: "checkpoint", re: null, checkpoint: checkpoint() });
  assert.deepEqual(read({ type: "data_generated", re: 5, data: [{ x: 0.5, y: -1, label: 1 }], seed: 9, distribution: "moons", num_classes: 2 }), {
    type: "data_generated", re: 5, points: [{ x: 0.5, y: -1, label: 1 }],
  });
  assert.deepEqual(read({ type: "error", re: 6, message: "No.", code: "out_of_range", field: "dropout" }), {
    type: "error", re: 6, message: "No.", code: "out_of_range", field: "dropout",
  });
  assert.deepEqual(read({ type: "error", message: "No.", code: "diverged" }), {
    type: "error", re: null, message: "No.", code: "diverged", field: null,
  });
});

test("the golden messages of crates/nnvisu-protocol/tests/it/responses.rs are readable", () => {
  const state =
    '{"re":12,"type":"state","payload":{"generation":3,"running":true,"step":1000000000000,"config":{"learningRate":0.01,"architecture":[],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.0},"network":{"features":["x","y"],"layers":[{"units":10,"activation":"gelu","dropout":0.25}],"outputs":2},"seeds":{"init":1,"batches":2,"dropout":9007199254740991},"stepsPerSecond":60.0,"points":4,"classes":2}}';
  assert.deepEqual(parseMessage(state), {
    type: "state", re: 12,
    state: {
      generation: 3, running: true, step: 1e12,
      network: architecture([10], { activation: "gelu", dropout: 0.25 }),
      seeds: { init: 1, batches: 2, dropout: 2 ** 53 - 1 },
    },
  });
});

test("messages the page has no use for, or does not know, are ignored", () => {
  for (const type of ["step_result", "architecture_synced", "from_the_future", "toString", "__proto__"]) {
    assert.deepEqual(parseMessage(`{"type":"${type}"}`), { type: "ignored" });
  }
});

test("what lacks something is unreadable, never half read", () => {
  const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  for (const key of ["generation", "running", "step", "network", "seeds"]) {
    assert.equal(read({ type: "state", payload: without(STATE, key) }).type, "unreadable", key);
  }
  // What older servers did not say has a default.
  const optional = ["epoch", "epochPosition", "diverged", "absentRows", "lastGood"];
  for (const key of optional) assert.equal(read({ type: "checkpoint", payload: without(checkpoint(), key) }).type, "checkpoint", key);
  for (const key of Object.keys(checkpoint()).filter((name) => !optional.includes(name))) {
    assert.equal(read({ type: "checkpoint", payload: without(checkpoint(), key) }).type, "unreadable", key);
  }
  const damaged = [
    { type: "config" }, { type: "config", payload: { version: 1, author: "A", limits: {} } },
    { type: "state", payload: { ...STATE, network: { ...STATE.network, outputs: 1 } } },
    { type: "state", payload: { ...STATE, generation: -1 } },
    { type: "data_generated" }, { type: "data_generated", data: [{ x: 2, y: 0, label: 0 }] },
    { type: "error" }, { type: "error", message: "No." },
    {}, [], null, 5, { type: 5 },
  ];
  for (const message of damaged) assert.equal(read(message).type, "unreadable", JSON.stringify(message));
  for (const text of ["", "{", "nonsense"]) assert.equal(parseMessage(text).type, "unreadable");
});
