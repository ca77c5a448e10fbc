// Server and store in step: restore, coalescing, generations, errors, reconnects.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULT_CONFIG } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
import { message } from "../../web/js/words/message.js";
import { BusyServer, FakeServer, SEEDS } from "./fake-server.js";
import { architecture, chance, checkpoint, said, settle } from "./support.js";

const CLICK = { x: 0.5, y: 0.5 };

/** A page that has just been connected and restored. */
async function connected(store = new Store()) {
  const server = new FakeServer(store);
  server.accept();
  server.answer("restore");
  await settle();
  return { store, server };
}

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

test("points added in one turn travel together, at most one message under way, the newest next", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  store.addPoint(CLICK);
  await settle();
  const first = server.take("update_data");
  assert.equal(first.data.length, 2);
  for (let i = 0; i < 10; i += 1) {
    store.addPoint(CLICK);
    await settle();
  }
  assert.deepEqual(server.unanswered, []);
  server.state({ re: first.id });
  await settle();
  assert.equal(server.take("update_data").data.length, 12);
  assert.deepEqual(server.unanswered, []);
});

test("what changes while the restore is under way follows it", async () => {
  const store = new Store();
  const server = new FakeServer(store);
  server.accept();
  store.addPoint(CLICK);
  store.setSpeed(5);
  store.setField("learningRate", "0.5");
  store.train();
  await settle();
  assert.deepEqual(server.types(), ["restore"]);
  server.answer("restore");
  await settle();
  assert.deepEqual(server.types(), ["update_config", "set_speed", "update_data", "start_training"]);
});

test("training starts only after the points are told", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  const data = server.take("update_data");
  store.addPoint(CLICK);
  store.train();
  await settle();
  assert.deepEqual(server.types(), []);
  server.state({ re: data.id });
  await settle();
  assert.deepEqual(server.types(), ["update_data", "start_training"]);
});

test("a click travels as what it adds; where the server has other points it is told all of them", async () => {
  const { store, server } = await connected();
  for (let i = 0; i < 5; i += 1) store.addPoint({ x: i / 10, y: 0 }, 1);
  await settle();
  server.answer("update_data");
  store.addPoint(CLICK, 2);
  await settle();
  const { id, ...edit } = server.edits.at(-1);
  assert.deepEqual(edit, { type: "edit_data", before: 5, remove: [], add: [[5, 0.5, 0.5, 2]] });
  const nEdits = server.edits.length;
  server.refuse("update_data", { message: "There are 4 points", code: "out_of_sync" });
  await settle();
  assert.equal(server.edits.length, nEdits);
  assert.equal(server.take("update_data").data.length, 6);
  assert.deepEqual(store.state.workspace.notices, []);
});

test("the server is told what is looked at: fewer frames while the page cannot be seen", async () => {
  const { store, server } = await connected();
  assert.deepEqual(server.views.map(({ framesPerSecond }) => framesPerSecond), [60]);
  const { run, sections, encodings } = server.views[0];
  assert.deepEqual([run, sections, encodings], [0, ["metrics", "posteriors"], ["planes", "deflate", "raw"]]);
  store.setVisible(false);
  await settle();
  store.setSpeed(3);
  await settle();
  assert.deepEqual(server.views.map(({ framesPerSecond }) => framesPerSecond), [60, 1]);
  server.lose();
  store.setVisible(true);
  server.accept();
  server.answer("restore");
  await settle();
  assert.deepEqual(server.views.map(({ framesPerSecond }) => framesPerSecond), [60, 1, 60]);
});

test("a person who wants little motion gets a few frames a second, and one while away", async () => {
  const { store, server } = await connected();
  const rates = () => server.views.map(({ framesPerSecond }) => framesPerSecond);
  for (const change of [() => store.setReducedMotion(true), () => store.setVisible(false), () => store.setVisible(true)]) {
    change();
    await settle();
  }
  assert.deepEqual(rates(), [60, 4, 1, 4]);
});

test("a frame of another run is not shown", async () => {
  const { store, server } = await connected();
  server.frame({ generation: 1, step: 3, run: 1 });
  assert.equal(store.run.map.frame, null);
  server.frame({ generation: 1, step: 4, run: 0 });
  assert.equal(store.run.map.frame.step, 4);
});

test("play and pause in one turn say nothing; play, then pause, say both", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.answer("update_data");
  store.train();
  store.pause();
  await settle();
  assert.deepEqual(server.types(), []);
  store.train();
  await settle();
  store.pause();
  await settle();
  assert.deepEqual(server.types(), ["start_training", "stop_training"]);
});

test("each changed setting is its own request; a new network is one", async () => {
  const { store, server } = await connected();
  store.setField("learningRate", "0.5");
  store.setField("batchSize", "16");
  store.setArchitecture("4-4");
  store.setField("activation", "gelu");
  await settle();
  assert.deepEqual(server.unanswered.map(({ id, ...request }) => request), [
    { type: "update_config", payload: { learningRate: 0.5 } },
    { type: "update_config", payload: { batchSize: 16 } },
    {
      type: "update_architecture",
      payload: { hidden_layers: [4, 4], activation: "gelu", dropout: 0 },
      seeds: store.run.settings.seeds,
    },
  ]);
});

test("a new network is pending until the server says that it trains it", async () => {
  const { store, server } = await connected();
  store.setArchitecture("3");
  await settle();
  assert.equal(store.run.training.networkPending, true);
  store.setArchitecture("6");
  await settle();
  server.answer("update_architecture", { generation: 2, network: architecture([3]) });
  await settle();
  assert.deepEqual(store.run.training.network, architecture([3]));
  assert.equal(store.run.training.networkPending, true);
  server.answer("update_architecture", { generation: 3, network: architecture([6]) });
  await settle();
  assert.deepEqual(store.run.training.network, architecture([6]));
  assert.equal(store.run.training.networkPending, false);
});

test("a setting the server refuses goes back to what it trains, with the reason beside the field", async () => {
  const { store, server } = await connected();
  store.setField("learningRate", "0.5");
  store.setField("batchSize", "16");
  await settle();
  server.refuse("update_config", { message: "Learning rate must be lower here", code: "out_of_range", field: "learningRate" });
  server.answer("update_config");
  await settle();
  const { config, errors } = store.run.settings;
  assert.deepEqual([config.learningRate, config.batchSize], [0.01, 16]);
  assert.deepEqual(errors, { learningRate: message("verbatim", { text: "Learning rate must be lower here" }) });
  assert.equal(store.textOf("learningRate"), "0.5");
  assert.deepEqual(server.unanswered, []);
});

test("a network the server refuses goes back, and training it would have stopped is stopped", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  store.train();
  await settle();
  server.answer("update_data");
  server.answer("start_training", { running: true });
  store.setArchitecture("50-50");
  await settle();
  assert.deepEqual(server.types(), ["stop_training", "update_architecture"]);
  server.answer("stop_training", { running: false });
  server.refuse("update_architecture", { message: "Too large here", code: "out_of_range", field: "architecture" });
  await settle();
  assert.deepEqual(store.run.settings.config.architecture, [10, 5]);
  assert.deepEqual(store.run.settings.errors.architecture, message("verbatim", { text: "Too large here" }));
  assert.equal(store.run.training.networkPending, false);
  assert.equal(store.run.training.running, false);
  assert.deepEqual(server.types(), []);
});

test("a refused choice goes back to what is trained, says why, and is not told as a new network", async () => {
  const { store, server } = await connected();
  store.setField("activation", "gelu");
  await settle();
  server.refuse("update_architecture", { message: "Not on this server", code: "out_of_range", field: "activation" });
  await settle();
  assert.equal(store.run.settings.config.activation, "tanh");
  assert.equal(store.textOf("activation"), "tanh");
  assert.deepEqual(store.run.settings.errors.activation, message("verbatim", { text: "Not on this server" }));
  assert.equal(said(store), null);
  store.setField("activation", "relu");
  await settle();
  assert.equal(said(store), null, "not before the server has it");
  server.answer("update_architecture");
  assert.match(said(store), /^New network \(10-5, ReLU\)/);
  assert.deepEqual(store.run.settings.errors, {});
});

test("a value changed again while it is being refused is judged by its own answer", async () => {
  const { store, server } = await connected();
  store.setField("learningRate", "0.5");
  await settle();
  store.setField("learningRate", "0.25");
  server.refuse("update_config", { message: "No", code: "out_of_range" });
  await settle();
  assert.equal(store.run.settings.config.learningRate, 0.25);
  assert.deepEqual(store.run.settings.errors, {});
  assert.deepEqual(server.take("update_config").payload, { learningRate: 0.25 });
});

test("frames and checkpoints of weights that are thrown away are dropped", async () => {
  const { store, server } = await connected();
  server.frame({ generation: 1, step: 5 });
  server.checkpoint({ generation: 1, step: 5 });
  assert.equal(store.run.map.frame.step, 5);
  store.resetModel();
  await settle();
  server.frame({ generation: 1, step: 6 });
  server.checkpoint({ generation: 1, step: 6 });
  assert.equal(store.run.map.frame.step, 5);
  assert.equal(store.run.checkpoint, null);
  server.answer("reset", { generation: 2, step: 0 });
  assert.equal(store.run.history.snapshots.length, 0);
  assert.equal(store.run.checkpoint, null);
  server.frame({ generation: 1, step: 7 });
  server.checkpoint({ generation: 1, step: 7 });
  assert.equal(store.run.history.snapshots.length, 0);
  assert.equal(store.run.checkpoint, null);
  server.frame({ generation: 2, step: 0 });
  server.checkpoint({ generation: 2, step: 0 });
  assert.equal(store.run.map.frame.generation, 2);
  assert.equal(store.run.checkpoint.generation, 2);
  assert.equal(store.run.requests.reset, null);
});

test("a generated data set replaces the points without being sent back, and is one undo step", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.answer("update_data");
  store.setPreferences({ classCount: 3 });
  store.generate("blobs", 7);
  await settle();
  const { id, ...request } = server.take("generate_data");
  assert.deepEqual(request, { type: "generate_data", distribution: "blobs", num_classes: 3, seed: 7 });
  assert.notEqual(store.state.document.generating, null);
  const data = [{ x: 0, y: 0, label: 0 }, { x: 0.123456, y: 0, label: 2 }];
  server.say({ type: "data_generated", re: id, data, seed: 7, distribution: "blobs", num_classes: 3 });
  assert.deepEqual(store.state.document.points, data);
  assert.equal(store.state.document.generating, null);
  server.state({ re: id, generation: 2 });
  await settle();
  assert.deepEqual(server.unanswered, []);
  store.undo();
  await settle();
  assert.deepEqual(server.take("restore").data, [{ x: 0.5, y: 0.5, label: 0 }]);
});

test("two generators in a row: the second one is what stays", async () => {
  const { store, server } = await connected();
  store.generate("moons");
  await settle();
  store.generate("circles");
  store.train();
  await settle();
  const first = server.take("generate_data");
  server.say({ type: "data_generated", re: first.id, data: [{ x: 0, y: 0, label: 0 }] });
  server.state({ re: first.id, generation: 2 });
  await settle();
  assert.notEqual(store.state.document.generating, null);
  const second = server.take("generate_data");
  assert.equal(second.distribution, "circles");
  server.say({ type: "data_generated", re: second.id, data: [{ x: 1, y: 0, label: 1 }] });
  server.state({ re: second.id, generation: 3 });
  await settle();
  assert.deepEqual(store.state.document.points, [{ x: 1, y: 0, label: 1 }]);
  assert.deepEqual(server.types(), ["start_training"]);
});

test("a generator that fails leaves the points and says why", async () => {
  const { store, server } = await connected();
  store.generate("moons");
  await settle();
  server.refuse("generate_data", { message: "Not today", code: "internal" });
  await settle();
  assert.equal(store.state.document.generating, null);
  assert.equal(store.state.document.generating, null);
  assert.equal(said(store), "Not today");
  assert.deepEqual(server.unanswered, []);
});

test("single steps go one by one", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  server.answer("update_data");
  store.stepOnce();
  store.stepOnce();
  await settle();
  assert.deepEqual(server.types(), ["step"]);
  server.answer("step", { step: 1 });
  await settle();
  assert.deepEqual(server.types(), ["step"]);
  server.refuse("step", { message: "Diverged", code: "diverged" });
  await settle();
  assert.deepEqual(server.types(), []);
  assert.equal(store.run.requests.steps, 0);
});

test("a run that stops by itself is shown as stopped, with the reason", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  store.train();
  await settle();
  server.answer("update_data");
  server.answer("start_training", { running: true });
  await settle();
  server.say({ type: "error", message: "The loss is not finite any more", code: "diverged" });
  server.state({ running: false, step: 90 });
  await settle();
  assert.equal(store.run.training.running, false);
  assert.equal(store.run.training.diverged, true);
  assert.equal(said(store), "The loss is not finite any more");
  store.train();
  await settle();
  assert.deepEqual(server.types(), ["start_training"]);
});

test("a start the server refuses is shown as paused", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  store.train();
  await settle();
  server.answer("update_data");
  server.refuse("start_training", { message: "Add points before training", code: "no_data" });
  await settle();
  assert.equal(store.run.training.running, false);
  assert.deepEqual(server.types(), []);
});

test("answers of before do not stop a run that was started since", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK);
  await settle();
  store.setSpeed(3);
  await settle();
  store.train();
  await settle();
  server.answer("update_data", { running: false });
  await settle();
  server.answer("set_speed", { running: false });
  await settle();
  assert.equal(store.run.training.running, true);
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

test("an opened session is handed over as a whole, and can be brought back", async () => {
  const { store, server } = await connected();
  store.addPoint(CLICK, 1);
  await settle();
  server.state({ re: server.take("update_data").id });
  const mine = checkpoint({ generation: 1 });
  store.server.checkpoint(mine);
  store.train();
  await settle();
  server.take("start_training");
  const opened = { ...someSession(chance(1)), checkpoint: checkpoint({ layers: [7], step: 40 }) };
  opened.config = { ...opened.config, architecture: [7], activation: "tanh" };
  assert.equal(store.openSession(opened, "from a.nnvisu"), true);
  assert.equal(store.run.training.running, false);
  assert.match(said(store), /^Opened the session from a.nnvisu: 3 points, network 7, Tanh, step 40$/);
  assert.equal(store.state.workspace.notices.at(-1).action, "undo");
  await settle();
  const restore = server.take("restore");
  assert.deepEqual(restore.config, opened.config);
  assert.deepEqual(restore.data, opened.points);
  assert.deepEqual(restore.checkpoint, opened.checkpoint);
  assert.deepEqual(server.unanswered, []);
  // An answer to what was asked before changes nothing of it.
  server.state({ re: null, generation: 1 });
  await settle();
  assert.deepEqual(store.run.settings.seeds, opened.seeds);
  assert.deepEqual(store.run.checkpoint, opened.checkpoint);
  server.state({ re: restore.id, generation: 2, seeds: opened.seeds });
  await settle();
  assert.equal(store.state.connection.restore, null);
  assert.deepEqual(store.run.checkpoint, opened.checkpoint);
  store.undo();
  await settle();
  const back = server.take("restore");
  assert.deepEqual(back.data, [{ x: 0.5, y: 0.5, label: 1 }]);
  assert.deepEqual(back.checkpoint, mine);
  assert.deepEqual(back.config.architecture, [10, 5]);
});

test("a session or data with too many points changes nothing", async () => {
  const { store } = await connected();
  store.server.hello({ version: "1", author: "", maxPoints: 2 });
  const before = { ...store.state };
  assert.equal(store.openSession(someSession(chance(1)), "from a.nnvisu"), false);
  assert.match(said(store), /^There are 3 points from a.nnvisu, and this server takes at most 2; nothing was changed$/);
  assert.equal(store.importPoints(someSession(chance(1)).points, "from a.csv"), false);
  assert.equal(store.importPoints([], "from a.csv"), false);
  for (const topic of ["data", "settings", "model", "requests"]) assert.equal(store.state[topic], before[topic]);
});

test("imported points replace the old ones, and undo brings those back", async () => {
  const { store } = await connected();
  store.addPoint(CLICK, 1);
  const { points } = store.state.document;
  assert.equal(store.importPoints(someSession(chance(1)).points, "from a.csv"), true);
  assert.equal(store.state.document.points.length, 3);
  store.undo();
  assert.equal(store.state.document.points, points);
  store.redo();
  assert.equal(store.state.document.points.length, 3);
});

/** A session as a file brings it, without weights. */
function someSession(random) {
  const points = [0, 1, 2].map((label) => ({ x: random(), y: random(), label }));
  const config = { ...DEFAULT_CONFIG, architecture: [1 + Math.floor(random() * 9)], activation: "relu" };
  return { config, seeds: { init: 7, batches: 8, dropout: 9 }, points, checkpoint: null };
}

test("a long session of anything ends with server and page agreeing", async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const random = chance(seed);
    const store = new Store();
    const server = new BusyServer(store);
    const actions = [
      () => store.addPoint({ x: random() * 2 - 1, y: 0 }, Math.floor(random() * 8)),
      () => store.erasePoints(CLICK, { x: -1, y: 0 }, 0.3),
      () => store.train(),
      () => store.pause(),
      () => store.stepOnce(),
      () => store.resetModel(),
      () => store.undo(),
      () => store.clear(),
      () => store.generate("moons"),
      () => store.setArchitecture(String(1 + Math.floor(random() * 9))),
      () => store.setField("learningRate", String(random() + 0.1)),
      () => store.setField("activation", random() < 0.5 ? "relu" : "gelu"),
      () => store.setSpeed(1 + Math.floor(random() * 100)),
      () => store.openSession(someSession(random), "from a test"),
      () => store.redo(),
      () => store.restartModel(),
      () => server.lose(),
      () => server.accept(),
    ];
    for (let i = 0; i < 300; i += 1) {
      actions[Math.floor(random() * actions.length)]();
      if (random() < 0.5) await settle();
      if (random() < 0.6) server.work();
      assert.ok(server.unanswered.length <= 12, `${server.unanswered.length} requests wait`);
    }
    server.accept();
    for (let i = 0; i < 400; i += 1) {
      server.work();
      await settle();
    }
    assert.deepEqual(server.unanswered, []);
    const { document: data, connection } = store.state;
    const { settings, training, requests, checkpoint: kept } = store.run;
    assert.deepEqual(server.held.config, settings.config);
    assert.deepEqual(server.held.data, data.points);
    assert.equal(server.held.stepsPerSecond, settings.stepsPerSecond);
    assert.equal(server.held.running, training.running);
    assert.equal(training.networkPending, false);
    assert.deepEqual(requests, { reset: null, steps: 0 });
    assert.deepEqual([data.generating, connection.restore], [null, null]);
    assert.equal(training.generation, server.held.generation);
    assert.deepEqual(server.held.seeds, settings.seeds);
    assert.equal(kept?.generation ?? training.generation, training.generation);
  }
});
