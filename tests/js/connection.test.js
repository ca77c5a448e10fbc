// Server and store in step: restore, coalescing, generations, errors, reconnects.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../../web/js/state/store.js";
import { message } from "../../web/js/words/message.js";
import { FakeServer, SEEDS, connected } from "./fake-server.js";
import { architecture, checkpoint, said, settle } from "./support.js";

const CLICK = { x: 0.5, y: 0.5 };

test("after connecting, everything is handed over at once; then the connection counts as open", async () => {
  const store = new Store();
  store.addPoint(CLICK, 1);
  store.setSpeed(10);
  const server = new FakeServer(store);
  server.connect();
  assert.deepEqual(server.unanswered, []);
  server.hello({ maxPoints: 500 });
  const { id, ...restore } = server.take("restore");
  assert.deepEqual(restore, {
    type: "restore",
    config: store.run.settings.config,
    data: [{ x: 0.5, y: 0.5, label: 1 }],
    checkpoint: null,
    seeds: null,
    stepsPerSecond: 10,
  });
  assert.equal(store.state.connection.status, "connecting");
  server.state({ re: id });
  await settle();
  assert.equal(store.state.connection.status, "open");
  assert.equal(store.state.connection.maxPoints, 500);
  assert.deepEqual(store.run.settings.seeds, SEEDS);
  assert.deepEqual(store.run.training.network, architecture([10, 5]));
  assert.equal(store.run.training.networkPending, false);
  assert.deepEqual(server.unanswered, []);
});

test("a server that was updated while the page stayed has another page", async () => {
  const cases = [
    { own: "a", served: "a", expected: false },
    { own: "a", served: "b", expected: true },
    // A page from a developer's directory is none that a server names, and a server may have none.
    { own: null, served: "b", expected: false },
    { own: "a", served: undefined, expected: false },
  ];
  for (const { own, served, expected } of cases) {
    const store = new Store();
    const server = new FakeServer(store, undefined, own);
    server.accept({ page: own ?? undefined });
    server.answer("restore");
    assert.equal(store.state.connection.hasOtherPage, false);
    server.lose();
    server.accept({ page: served });
    assert.equal(store.state.connection.hasOtherPage, expected, `${own} and ${served}`);
    // It works on with the old page, as far as it can.
    assert.equal(server.peek("restore").type, "restore");
  }
});

test("a lost connection is repaired: work done meanwhile goes along, and the run continues", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  store.train();
  await settle();
  server.answer("update_data");
  server.answer("start_training", { running: true });
  server.checkpoint({ generation: 1, step: 40 });
  for (const step of [30, 40, 50]) server.frame({ generation: 1, step });
  server.lose();
  assert.equal(store.state.connection.status, "retrying");
  store.addPoint({ x: -0.5, y: 0 }, 1);
  store.setField("learningRate", "0.2");
  store.setSpeed(null);
  await settle();

  server.accept();
  const { id, ...restore } = server.take("restore");
  assert.equal(restore.data.length, 2);
  assert.equal(restore.config.learningRate, 0.2);
  assert.equal(restore.stepsPerSecond, null);
  assert.equal(restore.checkpoint.step, 40);
  assert.deepEqual(restore.seeds, SEEDS);
  server.state({ re: id, generation: 1, step: 40 });
  await settle();
  assert.deepEqual(server.types(), ["start_training"]);
  assert.equal(store.state.connection.status, "open");
  assert.deepEqual(store.run.history.snapshots.map(({ step }) => step), [30, 40]);
  server.frame({ generation: 1, step: 41 });
  assert.deepEqual(store.run.history.snapshots.map(({ step }) => step), [30, 40, 41]);
});

test("wishes made without a connection are fulfilled after it", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.answer("update_data");
  server.checkpoint({ generation: 1, step: 40 });
  server.lose();
  store.resetModel();
  store.train();
  store.generate("moons");
  await settle();
  server.accept();
  const restore = server.take("restore");
  assert.equal(restore.checkpoint, null);
  assert.deepEqual(restore.seeds, store.run.settings.seeds);
  server.state({ re: restore.id });
  await settle();
  assert.equal(store.run.requests.reset, null);
  assert.deepEqual(server.types(), ["generate_data"]);
});

test("a request that was under way when the connection went is not lost", async () => {
  const { store, server } = await connected();
  store.resetModel();
  store.generate("moons");
  store.addPoint(CLICK);
  await settle();
  assert.deepEqual(server.types(), ["reset", "generate_data"]);
  server.lose();
  server.accept();
  assert.equal(server.take("restore").checkpoint, null);
  assert.deepEqual(store.state.document.generating?.distribution, "moons");
});

test("a network changed without a connection begins with fresh weights", async () => {
  const { store, server } = await connected();
  server.checkpoint({ generation: 1, step: 40 });
  server.lose();
  store.setField("dropout", "0.5");
  server.accept();
  const restore = server.take("restore");
  assert.equal(restore.checkpoint, null);
  assert.equal(restore.config.dropout, 0.5);
  server.state({ re: restore.id });
  assert.equal(store.run.training.networkPending, false);
});

test("weights survive classes that came while there was no connection", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK, 1);
  await settle();
  server.answer("update_data");
  server.checkpoint({ generation: 1, step: 40, classes: 2 });
  server.lose();
  store.addPoint(CLICK, 4);
  server.accept();
  const restore = server.take("restore");
  assert.equal(restore.data.length, 2);
  assert.equal(restore.checkpoint.architecture.outputs, 2);
});

test("a checkpoint the server refuses is given up, and said", async () => {
  const store = new Store();
  store.server.checkpoint(checkpoint());
  store.addPoint(CLICK);
  const server = new FakeServer(store);
  server.accept();
  assert.notEqual(server.peek("restore").checkpoint, null);
  server.refuse("restore", { message: "These weights are not finite.", code: "checkpoint_mismatch" });
  assert.match(said(store), /starts afresh. These weights are not finite/);
  const second = server.take("restore");
  assert.equal(second.checkpoint, null);
  assert.equal(second.data.length, 1);
  server.state({ re: second.id });
  assert.equal(store.state.connection.status, "open");
});

test("a checkpoint larger than the server's limit is given up before it closes the connection", async () => {
  const store = new Store();
  store.server.checkpoint(checkpoint({ layers: [10, 5] }));
  const server = new FakeServer(store);
  server.accept({ maxMessageBytes: 1_200 });
  assert.equal(server.take("restore").checkpoint, null);
  assert.match(said(store), /larger than what this server takes/);
});

test("a server that refuses even a fresh start is tried again later, and nothing is lost", async () => {
  const store = new Store();
  store.addPoint(CLICK);
  const server = new FakeServer(store);
  server.accept();
  server.refuse("restore", { message: "Full", code: "internal" });
  assert.equal(server.drops, 1);
  assert.match(said(store), /Full/);
  assert.equal(store.state.document.points.length, 1);
});

test("more points than a server takes: the first are sent, and it is said", async () => {
  const store = new Store();
  for (let i = 0; i < 5; i += 1) store.addPoint(CLICK);
  const server = new FakeServer(store);
  server.accept({ maxPoints: 3 });
  assert.equal(server.peek("restore").data.length, 3);
  server.answer("restore");
  await settle();
  assert.deepEqual(server.unanswered, []);
  assert.match(said(store), /at most 3 points/);
});

test("answers and frames of the lost connection mean nothing to the next", async () => {
  const { store, server } = await connected();
  store.resetModel();
  await settle();
  const stale = server.take("reset");
  server.lose();
  server.accept();
  server.frame({ generation: 1, step: 3 });
  assert.equal(store.run.map.frame, null);
  const restore = server.take("restore");
  assert.ok(restore.id > stale.id);
  server.state({ re: restore.id });
  assert.equal(store.run.requests.reset, null);
});

test("a connection that falls silent while something is asked is given up", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.time += 9_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 0);
  server.time += 2_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 1);
});

test("a server that never introduces itself is given up", () => {
  const server = new FakeServer(new Store());
  server.connection.checkPulse();
  server.connect();
  server.time += 11_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 1);
  server.time += 11_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 1);
});

test("an answer that brings nothing new changes no setting", async () => {
  const { store, server } = await connected();
  const { settings } = store.run;
  const { network } = store.run.training;
  store.addPoint(CLICK);
  await settle();
  server.answer("update_data");
  assert.equal(store.run.settings, settings);
  assert.equal(store.run.training.network, network);
});

test("a slow line that still sends is given time", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.bufferedAmount = 100_000;
  for (let i = 0; i < 60; i += 1) {
    server.time += 1_000;
    server.connection.checkPulse();
  }
  assert.equal(server.drops, 0);
  server.bufferedAmount = 0;
  server.time += 11_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 1);
});

test("a silent run is asked whether it lives; a paused page is left in peace", async () => {
  const { store, server } = await connected();
  server.time += 60_000;
  server.connection.checkPulse();
  assert.deepEqual(server.types(), []);
  store.addPoint(CLICK);
  store.train();
  await settle();
  server.answer("update_data");
  server.answer("start_training", { running: true });
  server.time += 11_000;
  server.connection.checkPulse();
  assert.deepEqual(server.types(), ["set_speed"]);
  server.answer("set_speed", { running: true });
  server.time += 11_000;
  server.connection.checkPulse();
  server.time += 11_000;
  server.connection.checkPulse();
  assert.equal(server.drops, 1);
});

test("a person who comes back makes the page ask at once", async () => {
  const { server } = await connected();
  server.connection.probe();
  server.connection.probe();
  assert.deepEqual(server.types(), ["set_speed"]);
});

test("frames that cannot be read are said once, and the rest continues", async () => {
  const { store, server } = await connected();
  server.connection.binary({ ok: false, message: "it is damaged" });
  const first = store.state.workspace.notices;
  assert.match(said(store), /cannot read/);
  server.connection.binary({ ok: false, message: "it is damaged" });
  server.connection.text("{nonsense");
  assert.equal(store.state.workspace.notices, first);
  server.frame({ generation: 1, step: 5 });
  assert.equal(store.run.map.frame.step, 5);
});

test("messages of unknown type are ignored", async () => {
  const { store, server } = await connected();
  const before = store.state;
  server.say({ type: "weather", payload: "rain" });
  server.say({ type: "architecture_synced", payload: { status: "success", hidden_layers: [1] } });
  assert.equal(store.state, before);
});
