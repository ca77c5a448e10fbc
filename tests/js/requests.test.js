// What the page asks of the server once it is connected, in which order, and what it makes of the answers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../../web/js/state/store.js";
import { message } from "../../web/js/words/message.js";
import { FakeServer, connected } from "./fake-server.js";
import { architecture, checkpoint, said, settle } from "./support.js";

const CLICK = { x: 0.5, y: 0.5 };

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
