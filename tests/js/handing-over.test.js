// Whole sessions and lists of points that take the place of what was there, told to the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULT_CONFIG } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
import { BusyServer, connected } from "./fake-server.js";
import { architecture, chance, checkpoint, said, settle } from "./support.js";

const CLICK = { x: 0.5, y: 0.5 };

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
