// The store: who hears what, settings and their errors, training as the person wants it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { statusText } from "../../web/js/view/status.js";
import { NOTHING_STORED, initialState } from "../../web/js/state/initial-state.js";
import { newRun } from "../../web/js/state/runs.js";
import { Slices } from "../../web/js/state/slices.js";
import { Store } from "../../web/js/state/store.js";
import { message } from "../../web/js/words/message.js";
import { textOf } from "../../web/js/words/word.js";
import { checkpoint, said, settle } from "./support.js";

test("subscribers hear once per turn, only of their topics, and not after they left", async () => {
  const store = new Store();
  const heard = [];
  store.subscribe(["document", "preferences"], (changed) => heard.push([...changed].sort()));
  const leave = store.subscribe(["document"], () => heard.push("left"));
  leave();
  store.addPoint({ x: 0, y: 0 });
  store.addPoint({ x: 0.1, y: 0 });
  store.setPreferences({ palette: "classic" });
  store.setSpeed(10);
  assert.deepEqual(heard, []);
  await settle();
  assert.deepEqual(heard, [["document", "preferences"]]);
  store.setSpeed(20);
  await settle();
  assert.equal(heard.length, 1);
});

test("an action inside a listener is heard in the next turn", async () => {
  const store = new Store();
  let turns = 0;
  store.subscribe(["runs"], () => {
    turns += 1;
    if (turns === 1) store.setSpeed(5);
  });
  store.setSpeed(4);
  await settle();
  assert.equal(turns, 2);
});

test("what changes nothing is not heard of", async () => {
  const store = new Store();
  let turns = 0;
  store.subscribe(["document", "runs", "connection", "preferences", "workspace"], () => (turns += 1));
  store.setSpeed(60);
  store.setPreferences({ palette: "petroff", theme: "purple", classCount: 9, unknown: 1 });
  store.setField("learningRate", "0.010");
  store.setArchitecture(" 10-5 ");
  store.pause();
  store.clear();
  store.undo();
  await settle();
  assert.equal(turns, 0);
});

test("a refused entry keeps the setting, and shows the text and a sentence until a good one comes", () => {
  const store = new Store();
  assert.equal(store.setField("learningRate", "fast").ok, false);
  assert.equal(store.run.settings.config.learningRate, 0.01);
  assert.equal(textOf(store.run.settings.errors.learningRate), "Learning rate must be above 0 and at most 10");
  assert.equal(store.textOf("learningRate"), "fast");
  store.setField("learningRate", "0,1");
  assert.equal(store.run.settings.config.learningRate, 0.1);
  assert.deepEqual(store.run.settings.errors, {});
  assert.equal(store.textOf("learningRate"), "0.1");
});

test("the advanced settings go back to their defaults, also where an entry was refused", () => {
  const store = new Store();
  store.setArchitecture("3");
  store.setField("optimizer", "sgd");
  store.setField("batchSize", "16");
  store.setField("regularization", "x");
  store.resetAdvanced();
  const { config, errors } = store.run.settings;
  assert.deepEqual([config.optimizer, config.batchSize, config.regularization], ["adam", 0, 0]);
  assert.deepEqual(errors, {});
  assert.deepEqual(config.architecture, [3]);
});

test("a new network stops training, and says so when the server has it; a new learning rate does not", () => {
  const store = new Store();
  store.addPoint({ x: 0, y: 0 });
  for (const [field, text] of [["architecture", "4-4"], ["activation", "relu"], ["dropout", "0.2"]]) {
    store.train();
    store.setField(field, text);
    assert.equal(store.run.training.running, false, field);
    assert.equal(store.run.training.networkPending, true);
    assert.deepEqual(store.state.workspace.notices, []);
    store.server.network({ generation: 1, network: null, seeds: null, networkPending: false });
    assert.match(said(store), /training stopped, the weights are fresh/);
    store.dismissNotice(store.state.workspace.notices[0].id);
  }
  store.train();
  const { notices } = store.state.workspace;
  store.setField("learningRate", "0.5");
  store.setField("optimizer", "sgd");
  assert.equal(store.run.training.running, true);
  assert.equal(store.state.workspace.notices, notices);
});

test("without points training says that they are needed, and ends when the last one goes", () => {
  const store = new Store();
  store.train();
  assert.equal(store.run.training.running, false);
  assert.equal(said(store), "Add points before training");
  store.addPoint({ x: 0, y: 0 });
  store.toggle();
  assert.equal(store.run.training.running, true);
  store.clear();
  assert.equal(store.run.training.running, false);
  store.stepOnce();
  assert.equal(store.run.requests.steps, 0);
});

test("a data set on its way counts as points", () => {
  const store = new Store();
  store.generate("moons");
  store.train();
  assert.equal(store.run.training.running, true);
});

test("drawing while there is no connection forgets a data set that would replace the drawing", () => {
  const store = new Store();
  store.server.connection("retrying");
  store.generate("moons");
  assert.match(said(store), /as soon as the connection is back/);
  store.addPoint({ x: 0, y: 0 });
  assert.equal(store.state.document.generating, null);
  assert.equal(store.state.document.generating, null);
});

test("the status is said in plain words", () => {
  const store = new Store();
  assert.equal(statusText(store.state), "Connecting");
  store.server.connection("open");
  assert.equal(statusText(store.state), "Add points to start");
  store.addPoint({ x: 0, y: 0 }, 1);
  assert.equal(statusText(store.state), "Ready to train. Only one class so far: the network will call everything orange. Add another colour");
  store.addPoint({ x: 0, y: 0 }, 0);
  assert.equal(statusText(store.state), "Ready to train");
  store.train();
  assert.equal(statusText(store.state), "Training");
  store.server.diverged();
  assert.equal(statusText(store.state), "Stopped: training diverged; try a smaller learning rate");
  store.server.freshWeights();
  assert.equal(statusText(store.state), "Ready to train");
  store.server.connection("retrying");
  assert.equal(statusText(store.state), "Connection lost, retrying; your work is safe");
});

test("a reload is paused, with everything else as it was", () => {
  const first = new Store();
  first.addPoint({ x: 0.5, y: 0.5 }, 3);
  first.train();
  const { document: data, preferences, workspace: layout } = first.state;
  const { settings } = first.run;
  const second = new Store({ ...settings, points: data.points, checkpoint: checkpoint(), preferences, layout });
  assert.equal(second.run.training.running, false);
  assert.equal(second.state.document.nClassesPresent, 1);
  assert.equal(second.state.document.points, data.points);
});

test("of several runs only the current one is changed", () => {
  const first = initialState(NOTHING_STORED);
  const second = newRun(1, NOTHING_STORED);
  const slices = new Slices({ ...first, runs: { list: [...first.runs.list, second], current: 1 } });
  slices.patchRunPart("settings", { stepsPerSecond: 5 });
  slices.patchRun({ checkpoint: checkpoint() });
  const [other, changed] = slices.state.runs.list;
  assert.equal(other, first.runs.list[0]);
  assert.equal(changed, slices.run);
  assert.deepEqual([changed.settings.stepsPerSecond, changed.checkpoint.step, changed.training], [5, 40, second.training]);
  const { runs } = slices.state;
  slices.patchRunPart("settings", { stepsPerSecond: 5 });
  assert.equal(slices.state.runs, runs);
});
