// Undo and redo over points and runs: what a click takes away comes back whole, and again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULT_CONFIG } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
import { FakeServer, SEEDS } from "./fake-server.js";
import { architecture, checkpoint, said, settle } from "./support.js";

const SESSION = {
  config: { ...DEFAULT_CONFIG, architecture: [7] },
  seeds: { init: 7, batches: 8, dropout: 9 },
  points: [{ x: 0.25, y: 0.25, label: 1 }],
  checkpoint: checkpoint({ layers: [7], step: 300 }),
};

/** A page in the middle of training: a map of step 367, a checkpoint of step 349. */
async function training() {
  const store = new Store();
  store.addPoint({ x: 0.5, y: 0.5 });
  store.addPoint({ x: -0.5, y: 0.5 }, 1);
  const server = new FakeServer(store);
  server.accept();
  server.answer("restore");
  await settle();
  store.train();
  await settle();
  server.answer("start_training", { running: true });
  for (const step of [100, 200, 367]) server.frame({ step, running: true });
  server.checkpoint({ step: 349 });
  return { store, server };
}

/** What a person sees of a run. */
function seen({ state, run }) {
  const { settings: { config, seeds }, history, map, checkpoint: weights } = run;
  return {
    points: state.document.points,
    config,
    seeds,
    step: map.frame?.step,
    history: history.snapshots.map(({ step }) => step),
    weights: weights?.step,
  };
}

/** Every action that takes a run away, with the request that it is told by. */
const ACTIONS = {
  reset: { act: (store) => store.resetModel(), request: "reset" },
  restart: { act: (store) => store.restartModel(), request: "reset" },
  layers: { act: (store) => store.setArchitecture("4-4"), request: "update_architecture", layers: [4, 4] },
  activation: { act: (store) => store.setField("activation", "relu"), request: "update_architecture" },
  dropout: { act: (store) => store.setField("dropout", "0.5"), request: "update_architecture" },
  "a data set": { act: (store) => store.generate("moons", 5), request: "generate_data" },
  "a session file": { act: (store) => store.openSession(SESSION, "from a file"), request: "restore", layers: [7] },
};

/** Answers a request as a server does that was at step 371 of generation 1 when it came. */
function throwAway(server, type, generation = 2, step = 371, config = {}) {
  const { id, seeds } = server.peek(type);
  server.say({ type: "checkpoint", re: id, payload: checkpoint({ generation: generation - 1, step, ...config }) });
  if (type === "generate_data") server.say({ type: "data_generated", re: id, data: [{ x: 0, y: 0, label: 0 }] });
  const layers = server.peek(type).config?.architecture ?? [10, 5];
  server.answer(type, { generation, seeds: seeds ?? { init: 4, batches: 5, dropout: 6 }, network: architecture(layers) });
}

for (const [name, { act, request }] of Object.entries(ACTIONS)) {
  test(`${name}: one step of undo over points and run, up to the last step, and redo does it again`, async () => {
    const { store, server } = await training();
    const before = seen(store);
    act(store);
    assert.equal(store.run.training.running, false);
    await settle();
    assert.deepEqual(server.types().filter((type) => type !== "stop_training"), [request]);
    if (server.types().includes("stop_training")) server.answer("stop_training");
    throwAway(server, request);
    await settle();
    assert.equal(store.state.workspace.notices.at(-1).action, "undo", said(store));
    server.frame({ generation: 2, step: 0 });
    server.frame({ generation: 2, step: 20 });
    const after = seen(store);

    store.undo();
    // The very last step counts, although no picture of it had come.
    assert.deepEqual(seen(store), { ...before, weights: 371 });
    await settle();
    const back = server.peek("restore");
    assert.deepEqual([back.checkpoint.step, back.config, back.data], [371, before.config, before.points]);
    const { config } = after;
    const shape = { layers: config.architecture, activation: config.activation, seeds: after.seeds };
    shape.architecture = architecture(config.architecture, { ...config, outputs: 2 });
    throwAway(server, "restore", 3, 21, shape);
    await settle();
    assert.deepEqual(seen(store).history, before.history);

    store.redo();
    assert.deepEqual(seen(store), { ...after, weights: 21 });
    await settle();
    const again = server.peek("restore");
    assert.deepEqual([again.checkpoint.step, again.checkpoint.seeds, again.config], [21, after.seeds, after.config]);
  });
}

test("an edit of points leaves the run alone: training continues", async () => {
  const { store, server } = await training();
  store.addPoint({ x: 0, y: 0 });
  store.clear();
  store.undo();
  store.train();
  store.undo();
  store.redo();
  await settle();
  assert.equal(store.run.training.running, true);
  assert.deepEqual(store.run.history.snapshots.map(({ step }) => step), [100, 200, 367]);
  assert.ok(!server.types().includes("restore"));
});

test("undo at once, before the server has answered, brings the last step back all the same", async () => {
  const { store, server } = await training();
  store.resetModel();
  await settle();
  server.answer("stop_training");
  store.undo();
  await settle();
  // What is thrown away is on the way: it is waited for.
  assert.deepEqual(server.types(), ["reset"]);
  throwAway(server, "reset");
  await settle();
  assert.equal(server.peek("restore").checkpoint.step, 371);
  assert.deepEqual(seen(store).history, [100, 200, 367]);
  server.answer("restore", { generation: 3 });
  await settle();
  assert.deepEqual([store.run.checkpoint.step, seen(store).history], [371, [100, 200, 367]]);
  store.redo();
  await settle();
  const { checkpoint: weights, seeds } = server.peek("restore");
  assert.equal(weights, null);
  assert.deepEqual(seeds, store.run.settings.seeds);
});

test("a restart begins with the seeds of the run, a reset with new ones", async () => {
  const { store, server } = await training();
  store.restartModel();
  await settle();
  server.answer("stop_training");
  assert.deepEqual(server.peek("reset").seeds, SEEDS);
  server.answer("reset", { generation: 2 });
  store.resetModel();
  await settle();
  const { seeds } = server.take("reset");
  assert.deepEqual(seeds, store.run.settings.seeds);
  assert.notDeepEqual(seeds, SEEDS);
  for (const seed of Object.values(seeds)) assert.ok(Number.isSafeInteger(seed) && seed >= 0);
});

test("reset twice before an answer: the second one's seeds are those of the network", async () => {
  const { store, server } = await training();
  store.resetModel();
  await settle();
  server.answer("stop_training");
  store.resetModel();
  await settle();
  throwAway(server, "reset");
  await settle();
  assert.deepEqual(server.peek("reset").seeds, store.run.settings.seeds);
  throwAway(server, "reset", 3, 0);
  await settle();
  assert.equal(store.run.requests.reset, null);
  store.undo();
  store.undo();
  assert.deepEqual([seen(store).weights, seen(store).history], [371, [100, 200, 367]]);
});

test("without a connection all of it works, and reaches the server with the next one", async () => {
  const { store, server } = await training();
  server.lose();
  const before = seen(store);
  store.resetModel();
  assert.match(said(store), /as soon as the connection is back/);
  assert.deepEqual([store.run.map.frame, seen(store).history, store.run.checkpoint], [null, [], null]);
  const { seeds } = store.run.settings;
  store.setArchitecture("3");
  store.undo();
  store.undo();
  assert.deepEqual(seen(store), before);
  store.redo();
  assert.deepEqual(store.run.settings.seeds, seeds);
  server.accept();
  const restore = server.peek("restore");
  assert.deepEqual([restore.checkpoint, restore.seeds], [null, seeds]);
  server.answer("restore", { generation: 1, seeds });
  await settle();
  assert.deepEqual([server.types(), store.run.requests.reset, store.state.connection.restore], [[], null, null]);
  store.undo();
  await settle();
  assert.equal(server.peek("restore").checkpoint.step, 349);
});

test("a network that the server refuses leaves the run as it was, with nothing to undo", async () => {
  const { store, server } = await training();
  store.addPoint({ x: 0, y: 0 });
  await settle();
  server.answer("update_data", { running: true });
  const before = seen(store);
  store.setArchitecture("4-4");
  await settle();
  server.answer("stop_training");
  server.refuse("update_architecture", { message: "No", code: "out_of_range" });
  await settle();
  assert.deepEqual([seen(store), server.types()], [before, []]);
  store.undo();
  assert.equal(store.state.document.points.length, 2);
  assert.equal(store.state.connection.restore, null);
});

test("a notice offers undo only as long as that undoes what it tells of", async () => {
  const { store } = await training();
  store.resetModel();
  assert.equal(store.state.workspace.notices.at(-1).action, "undo");
  store.addPoint({ x: 0, y: 0 });
  assert.equal(store.state.workspace.notices.at(-1).action, null);
});

test("what was said of a step goes when the step is undone", async () => {
  const { store } = await training();
  store.resetModel();
  store.undo();
  assert.equal(said(store), null);
});

test("a frame of the old run that comes before the server is told is not taken for the new one's", async () => {
  const { store, server } = await training();
  store.setField("learningRate", "0.5");
  await settle();
  // The new network waits for the answer to the setting.
  store.setArchitecture("4-4");
  await settle();
  server.frame({ step: 400 });
  server.checkpoint({ step: 400 });
  assert.deepEqual([store.run.history.snapshots, store.run.checkpoint], [[], null]);
});
