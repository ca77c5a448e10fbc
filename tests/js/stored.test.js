// What is kept across visits, and what is made of damaged remains.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keepStored } from "../../web/js/storage/writing.js";
import { openPlaces, readStored } from "../../web/js/storage/stored.js";
import { DEFAULT_CONFIG, FIELDS, checkField } from "../../web/js/state/settings.js";
import { usableCheckpoint } from "../../web/js/state/checkpoint.js";
import { Store } from "../../web/js/state/store.js";
import { FakeClock, FakePage, FakeStorage, architecture, chance, checkpoint, said, settle } from "./support.js";

const KEYS = ["nnvisu_config", "nnvisu_data", "nnvisu_weights", "nnvisu_ui", "nnvisu_workspace"];

/** The locks of a browser with one tab. */
const LOCKS = { request: (_name, _options, task) => Promise.resolve(task({ name: "nnvisu" })) };

function visit(storage, { page = new FakePage(), clock = storage.clock } = {}) {
  const { stored, problems } = readStored({ shared: storage, own: null });
  const store = new Store(stored);
  keepStored(store, { shared: storage, own: null }, page, LOCKS, clock);
  return { store, problems, page };
}

test("a first visit stores nothing and has no problems", () => {
  const storage = new FakeStorage();
  const { store, problems } = visit(storage);
  assert.deepEqual(problems, []);
  assert.equal(storage.entries.size, 0);
  assert.deepEqual(store.run.settings.config, DEFAULT_CONFIG);
  assert.equal(store.run.settings.stepsPerSecond, 60);
});

test("every change is there at the next visit, each part under its own key", async () => {
  const storage = new FakeStorage();
  const { store } = visit(storage);
  const weights = checkpoint({ layers: [7], kind: "rmsprop" });
  store.addPoint({ x: 0.25, y: -0.5 }, 4);
  store.setArchitecture("7");
  store.server.resetDone(store.run.requests.reset);
  store.setField("optimizer", "rmsprop");
  store.setSpeed(null);
  store.setPreferences({ palette: "classic", shapes: true });
  store.setLayout({ tool: "erase" });
  store.server.network({ generation: 1, network: architecture([7], { outputs: 5 }), seeds: { init: 5, batches: 6, dropout: 7 }, networkPending: false });
  store.server.checkpoint(weights);
  await settle();
  assert.deepEqual([...storage.entries.keys()].sort(), [...KEYS].sort());
  assert.deepEqual(storage.json("nnvisu_config"), {
    version: 1, ...DEFAULT_CONFIG, architecture: [7], optimizer: "rmsprop", stepsPerSecond: null, seeds: { init: 5, batches: 6, dropout: 7 },
  });
  assert.deepEqual(storage.json("nnvisu_data"), { version: 1, points: [{ x: 0.25, y: -0.5, label: 4 }] });
  assert.deepEqual(storage.json("nnvisu_weights"), { version: 1, checkpoint: weights });
  assert.equal(storage.json("nnvisu_ui").palette, "classic");

  const { store: next, problems } = visit(storage);
  assert.deepEqual(problems, []);
  assert.deepEqual(next.run.settings, store.run.settings);
  assert.deepEqual(next.state.preferences, store.state.preferences);
  assert.equal(next.state.workspace.tool, "erase");
  assert.deepEqual(next.state.document.points, store.state.document.points);
  assert.deepEqual(next.run.checkpoint, weights);
});

test("only what changed is written", async () => {
  const storage = new FakeStorage();
  const { store } = visit(storage);
  store.setPreferences({ shapes: true });
  await settle();
  store.setField("learningRate", "nonsense");
  store.train();
  await settle();
  assert.deepEqual([...storage.entries.keys()], ["nnvisu_ui"]);
  assert.equal(storage.writes, 1);
});

test("the layout that older versions kept beside the preferences is read until there is a newer one", async () => {
  const storage = new FakeStorage();
  storage.setItem("nnvisu_ui", '{"version":1,"theme":"dark","tool":"erase","selectedClass":3,"advancedOpen":true}');
  const { store } = visit(storage);
  const { tool, selectedClass, advancedOpen } = store.state.workspace;
  assert.deepEqual([tool, selectedClass, advancedOpen, store.state.preferences.theme], ["erase", 3, true, "dark"]);
  store.setLayout({ selectedClass: 5 });
  store.setPreferences({ theme: "light" });
  await settle();
  const { store: next } = visit(storage);
  assert.deepEqual([next.state.workspace.tool, next.state.workspace.selectedClass], ["erase", 5]);
  assert.equal(next.state.preferences.theme, "light");
});

test("weights that a reset or a new network throws away do not come back", async () => {
  for (const throwAway of [(store) => store.resetModel(), (store) => store.setArchitecture("3"), (store) => store.setField("dropout", "0.5"), (store) => store.server.freshWeights()]) {
    const storage = new FakeStorage();
    const { store } = visit(storage);
    store.server.checkpoint(checkpoint());
    await settle();
    assert.notEqual(storage.json("nnvisu_weights"), null);
    throwAway(store);
    await settle();
    assert.equal(storage.json("nnvisu_weights"), null);
  }
});

for (const [name, text] of [["not JSON", "{oops"], ["JSON of another kind", "5"], ["null", "null"], ["a newer version", '{"version":2}'], ["no version", "{}"], ["empty", ""]]) {
  test(`an entry that is ${name} is left out with a sentence; the others are kept`, () => {
    for (const damaged of ["nnvisu_config", "nnvisu_data", "nnvisu_weights", "nnvisu_ui"]) {
      const storage = new FakeStorage();
      storage.setItem("nnvisu_config", JSON.stringify({ version: 1, ...DEFAULT_CONFIG, learningRate: 0.5, stepsPerSecond: 10, seeds: null }));
      storage.setItem("nnvisu_data", '{"version":1,"points":[{"x":0,"y":0,"label":1}]}');
      storage.setItem("nnvisu_weights", JSON.stringify({ version: 1, checkpoint: checkpoint() }));
      storage.setItem("nnvisu_ui", '{"version":1,"shapes":true}');
      storage.setItem(damaged, text);
      const { store, problems } = visit(storage);
      assert.equal(problems.length, 1);
      assert.match(problems[0], /could not be read/);
      assert.equal(store.run.settings.config.learningRate, damaged === "nnvisu_config" ? 0.01 : 0.5);
      assert.equal(store.state.document.points.length, damaged === "nnvisu_data" ? 0 : 1);
      assert.equal(store.run.checkpoint === null, damaged === "nnvisu_weights");
      assert.equal(store.state.preferences.shapes, damaged !== "nnvisu_ui");
    }
  });
}

test("single damaged values fall back; the good ones are kept", () => {
  const storage = new FakeStorage();
  storage.setItem("nnvisu_config", JSON.stringify({ version: 1, ...DEFAULT_CONFIG, learningRate: -1, architecture: [5], dropout: 1, stepsPerSecond: "fast", seeds: { init: -1 } }));
  storage.setItem("nnvisu_data", '{"version":1,"points":[{"x":0,"y":0,"label":1},{"x":5,"y":0,"label":1},null]}');
  storage.setItem("nnvisu_ui", '{"version":1,"selectedClass":99,"classCount":3}');
  const { store, problems } = visit(storage);
  const { config, stepsPerSecond, seeds } = store.run.settings;
  assert.deepEqual([config.learningRate, config.architecture, config.dropout, stepsPerSecond, seeds], [0.01, [5], 0, 60, null]);
  assert.equal(store.state.document.points.length, 1);
  assert.deepEqual([store.state.workspace.selectedClass, store.state.preferences.classCount], [0, 3]);
  assert.equal(problems.length, 3);
});

test("damaged weights are left out with a sentence", () => {
  const good = checkpoint();
  const damages = [
    { parameters: good.parameters.slice(4) }, { parameters: "%%%%" }, { parameters: 5 }, { architecture: null },
    { architecture: architecture([0]) }, { architecture: architecture([10, 5], { outputs: 9 }) }, { architecture: architecture([10, 5], { outputs: 3 }) },
    { architecture: architecture([10, 5], { activation: "sin" }) }, { architecture: { ...good.architecture, features: ["x", "x"] } },
    { step: -1 }, { epoch: -1 }, { diverged: 1 }, { optimizer: null }, { optimizer: { ...good.optimizer, kind: "lion" } },
    { optimizer: { ...good.optimizer, slots: [good.parameters] } }, { optimizer: { ...good.optimizer, rowSteps: [1] } },
    { seeds: {} }, { lastGood: {} }, { absentRows: [{ class: 1, parameters: "", slots: [], steps: 1 }] },
  ];
  for (const damage of damages) {
    const storage = new FakeStorage();
    storage.setItem("nnvisu_weights", JSON.stringify({ version: 1, checkpoint: { ...good, ...damage } }));
    const { store, problems } = visit(storage);
    assert.equal(store.run.checkpoint, null, JSON.stringify(damage).slice(0, 60));
    assert.deepEqual(problems, ["The stored network was damaged: training starts afresh"]);
  }
});

test("weights that were kept before there were architectures are read as they were meant", () => {
  const kinds = { sgd: [false, false], rmsprop: [false, true], adam: [true, true] };
  for (const [kind, [first, second]] of Object.entries(kinds)) {
    const { parameters, step, seeds } = checkpoint();
    const optimizer = { kind, steps: 30, firstMoment: first ? parameters : "", secondMoment: second ? parameters : "" };
    const former = { generation: 4, step, hiddenLayers: [10, 5], classes: 2, activation: "relu", parameters, optimizer, seeds };
    const storage = new FakeStorage();
    storage.setItem("nnvisu_config", JSON.stringify({ version: 1, ...DEFAULT_CONFIG, activation: "relu", dropout: 0.25, stepsPerSecond: 60, seeds }));
    storage.setItem("nnvisu_weights", JSON.stringify({ version: 1, checkpoint: former }));
    const { store, problems } = visit(storage);
    assert.deepEqual(problems, []);
    assert.deepEqual(usableCheckpoint(store.run), checkpoint({
      kind, generation: 4, epoch: 0, architecture: architecture([10, 5], { activation: "relu", dropout: 0.25 }),
      optimizer: { kind, steps: 30, rowSteps: [30, 30], slots: [first, second].filter(Boolean).map(() => parameters) },
    }));
  }
});

test("what nnvisu's first page left is the person's work", () => {
  const storage = new FakeStorage();
  storage.setItem("nnvisu_config", '{"learningRate":0.05,"architecture":[2],"activation":"relu","optimizer":"adam","regularization":0,"batchSize":0,"dropout":0}');
  storage.setItem("nnvisu_data", '[{"x":0.5,"y":-0.5,"label":1},{"x":0,"y":0,"label":0}]');
  storage.setItem("nnvisu_weights", '{"weights":[[[1,2],[3,4]],[[5,6],[7,8]]],"biases":[[9,10],[11,12]]}');
  const { store, problems } = visit(storage);
  assert.deepEqual(problems, []);
  assert.deepEqual(store.state.document.points.map(({ x, y, label }) => [x, y, label]), [[0.5, -0.5, 1], [0, 0, 0]]);
  assert.deepEqual(store.run.settings.config, { ...DEFAULT_CONFIG, learningRate: 0.05, architecture: [2], activation: "relu" });
  const { architecture: network, parameters, optimizer } = usableCheckpoint(store.run);
  assert.deepEqual(network, architecture([2], { activation: "relu" }));
  // The layout of the core: the weights from each input in turn, then the biases.
  const floats = new Float32Array(Uint8Array.from(Buffer.from(parameters, "base64")).buffer);
  assert.deepEqual([...floats], [1, 3, 2, 4, 9, 10, 5, 7, 6, 8, 11, 12]);
  assert.deepEqual([optimizer.kind, optimizer.steps, optimizer.slots.length], ["adam", 0, 2]);
});

test("what the first page kept a little beside the allowed is taken as its server took it", () => {
  const storage = new FakeStorage();
  const layers = [...new Array(11).fill(200)];
  storage.setItem("nnvisu_config", JSON.stringify({ learningRate: 50, architecture: layers, activation: "ReLU", optimizer: "SGD", regularization: 11, batchSize: null, dropout: 1, extra: 5 }));
  storage.setItem("nnvisu_data", '[{"x":-1.0015,"y":1.0015,"label":2}]');
  storage.setItem("nnvisu_weights", '{"weights":[],"biases":[]}');
  storage.setItem("nnvisu_advanced_expanded", "true");
  const { store, problems } = visit(storage);
  assert.deepEqual(problems, []);
  const { dropout, ...config } = store.run.settings.config;
  assert.deepEqual(config, { learningRate: 10, architecture: new Array(10).fill(100), activation: "relu", optimizer: "sgd", regularization: 10, batchSize: 0 });
  assert.ok(dropout > 0.999 && Math.fround(dropout) < 1);
  assert.deepEqual({ ...store.state.document.points[0] }, { x: -1, y: 1, label: 2 });
  assert.equal(store.run.checkpoint, null);
  assert.equal(store.state.workspace.advancedOpen, true);

  storage.setItem("nnvisu_config", '{"architecture":[0]}');
  assert.deepEqual(visit(storage).store.run.settings.config, { ...DEFAULT_CONFIG, architecture: [] });
});

test("what the first page kept that is wrong is left out with a sentence and a copy", async () => {
  const storage = new FakeStorage();
  const texts = { nnvisu_config: '{"learningRate":"fast","activation":"sigmoid"}', nnvisu_data: '[{"x":-1.2,"y":0,"label":0},{"x":0,"y":0,"label":0},7]' };
  for (const [key, text] of Object.entries(texts)) storage.setItem(key, text);
  const { store, problems } = visit(storage);
  assert.equal(problems.length, 3);
  assert.equal(store.state.document.points.length, 1);
  store.addPoint({ x: 0, y: 0 });
  store.setSpeed(5);
  await settle();
  for (const [key, text] of Object.entries(texts)) assert.equal(storage.getItem(`${key}_unread`), text);
});

test("whether the first page showed its advanced settings counts until this page has kept its own", async () => {
  const storage = new FakeStorage();
  storage.setItem("nnvisu_advanced_expanded", "true");
  const { store } = visit(storage);
  assert.equal(store.state.workspace.advancedOpen, true);
  store.setLayout({ advancedOpen: false });
  await settle();
  assert.equal(visit(storage).store.state.workspace.advancedOpen, false);
  storage.setItem("nnvisu_advanced_expanded", "oops");
  assert.deepEqual(visit(storage).problems, []);
});

test("a network of the first page that does not hold together is left out", () => {
  for (const model of [{ weights: [] }, { weights: [[[1, 2], [3]], [[5, 6], [7, 8]]], biases: [[9, 10], [11, 12]] }, { weights: [[["1", 2]]], biases: [[1]] }, { weights: 1, biases: 2 }]) {
    const storage = new FakeStorage();
    storage.setItem("nnvisu_weights", JSON.stringify(model));
    const { store, problems } = visit(storage);
    assert.equal(store.run.checkpoint, null);
    assert.equal(problems.length, 1);
  }
});

test("nothing that could not be read is written over without a copy", async () => {
  const storage = new FakeStorage();
  const texts = { nnvisu_config: "{oops", nnvisu_data: '{"version":1,"points":[{"x":5}]}', nnvisu_weights: '{"version":9}', nnvisu_ui: "[]" };
  for (const [key, text] of Object.entries(texts)) storage.setItem(key, text);
  const { store } = visit(storage);
  store.addPoint({ x: 0, y: 0 });
  store.setSpeed(5);
  store.setPreferences({ shapes: true });
  await settle();
  for (const [key, text] of Object.entries(texts)) assert.equal(storage.getItem(`${key}_unread`), text);
  assert.equal(storage.json("nnvisu_data").points.length, 1);
});

test("a full storage is said once, keeps the rest, and never leaves older weights behind", async () => {
  const storage = new FakeStorage();
  const { store } = visit(storage);
  store.server.checkpoint(checkpoint({ step: 1 }));
  await settle();
  storage.quota = 400;
  store.server.checkpoint(checkpoint({ step: 2 }));
  store.setPreferences({ shapes: true });
  await settle();
  assert.match(said(store), /storage is full: the trained network will be gone/);
  assert.equal(storage.json("nnvisu_weights"), null);
  store.dismissNotice(store.state.workspace.notices[0].id);
  store.server.checkpoint(checkpoint({ step: 3 }));
  await settle();
  assert.deepEqual(store.state.workspace.notices, []);
  storage.quota = Infinity;
  store.server.checkpoint(checkpoint({ step: 4 }));
  await settle();
  storage.clock.advance(5_000);
  assert.equal(storage.json("nnvisu_weights").checkpoint.step, 4);
});

test("a forbidden storage is said, and the page works without it", () => {
  const throws = { get() { throw new DOMException("no", "SecurityError"); } };
  const forbidden = Object.defineProperties({}, { localStorage: throws, sessionStorage: throws });
  for (const page of [forbidden, { localStorage: null, sessionStorage: null }, {}]) {
    const places = openPlaces(page);
    assert.deepEqual(places, { shared: null, own: null });
    const { stored, problems } = readStored(places);
    assert.equal(problems.length, 1);
    const store = new Store(stored);
    keepStored(store, places, new FakePage());
    assert.equal(store.state.workspace.storage.place, "unknown");
  }
});

test("whatever the storage holds, the page begins", () => {
  const random = chance(5);
  const pick = (values) => values[Math.floor(random() * values.length)];
  const junk = (depth) => {
    const plain = () => pick([null, true, -1, 0, 1e308, "", "tanh", "NaN", "AAAA", [], {}, 2 ** 53]);
    if (depth === 0) return plain();
    return pick([plain, () => [junk(depth - 1), junk(depth - 1)], () => spoilt(goodEntry(pick(KEYS)), depth - 1)])();
  };
  const spoilt = (entry, depth) =>
    Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, random() < 0.3 ? junk(depth) : value]));
  const goodEntry = (key) => ({
    nnvisu_config: { version: 1, ...DEFAULT_CONFIG, stepsPerSecond: 10, seeds: { init: 1, batches: 2, dropout: 3 } },
    nnvisu_data: { version: 1, points: [{ x: 0, y: 0, label: 1 }] },
    nnvisu_weights: { version: 1, checkpoint: checkpoint() },
    nnvisu_ui: { version: 1, shapes: true },
    nnvisu_workspace: { version: 1, tool: "erase" },
  })[key];
  for (let i = 0; i < 2_000; i += 1) {
    const storage = new FakeStorage();
    for (const key of KEYS) {
      const text = JSON.stringify({ ...spoilt(goodEntry(key), 3), version: pick([1, 1, 1, junk(1)]) });
      storage.setItem(key, random() < 0.1 ? text.slice(0, random() * text.length) : text);
    }
    const { store, problems } = visit(storage);
    assert.ok(problems.every((problem) => problem.length < 300));
    for (const field of FIELDS) assert.ok(checkField(field, store.run.settings.config[field]).ok, field);
  }
});

test("a storage that throws when read is like a damaged one", () => {
  const storage = { getItem() { throw new Error("disk"); }, setItem() {}, removeItem() {} };
  assert.equal(readStored({ shared: storage, own: null }).problems.length, 4);
});

test("slow writes are put off, the newest is never lost", async () => {
  const clock = new FakeClock();
  const storage = new FakeStorage(clock, (key) => (key === "nnvisu_weights" ? 20 : 0));
  const { store, page } = visit(storage);
  const stepStored = () => storage.json("nnvisu_weights")?.checkpoint.step;
  for (let step = 1; step <= 5; step += 1) {
    store.server.checkpoint(checkpoint({ step }));
    await settle();
    clock.advance(100);
  }
  assert.equal(stepStored(), 1);
  clock.advance(1_000);
  assert.equal(stepStored(), 5);
  assert.equal(storage.writes, 2);

  store.server.checkpoint(checkpoint({ step: 6 }));
  await settle();
  assert.equal(stepStored(), 5);
  page.dispatchEvent(new Event("pagehide"));
  assert.equal(stepStored(), 6);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));

  store.server.checkpoint(checkpoint({ step: 7 }));
  page.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(stepStored(), 7);
  clock.advance(5_000);
  assert.equal(storage.writes, 4);
});

test("quick writes are at once", async () => {
  const storage = new FakeStorage();
  const { store } = visit(storage);
  for (let i = 1; i <= 20; i += 1) {
    store.addPoint({ x: 0, y: 0 });
    await settle();
    assert.equal(storage.json("nnvisu_data").points.length, i);
  }
});

test("what the storage refused is tried again, and is there once there is room", async () => {
  const clock = new FakeClock();
  const storage = new FakeStorage(clock);
  const { store } = visit(storage);
  storage.quota = 10;
  store.addPoint({ x: 0.5, y: 0.5 }, 1);
  await settle();
  assert.match(said(store), /storage is full/);
  assert.equal(storage.json("nnvisu_data"), null);
  clock.advance(60_000);
  storage.quota = Infinity;
  // Nobody does anything.
  clock.advance(5_000);
  assert.equal(storage.json("nnvisu_data").points.length, 1);
});

test("weights that come with every frame are written once a second, and the newest when the page is left", async () => {
  const clock = new FakeClock();
  const storage = new FakeStorage(clock);
  const page = new FakePage();
  const { store } = visit(storage, { page });
  store.addPoint({ x: 0.5, y: 0.5 }, 1);
  store.train();
  await settle();
  const { writes } = storage;
  for (let step = 1; step <= 180; step += 1) {
    store.server.checkpoint(checkpoint({ step }));
    await settle();
    clock.advance(1_000 / 60);
  }
  assert.ok(storage.writes - writes <= 4, `${storage.writes - writes} writes in 3 seconds`);
  store.server.checkpoint(checkpoint({ step: 367 }));
  page.dispatchEvent(new Event("pagehide"));
  assert.equal(storage.json("nnvisu_weights").checkpoint.step, 367);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  store.pause();
  clock.advance(1_000);
  await settle();
  store.server.checkpoint(checkpoint({ step: 371 }));
  await settle();
  assert.equal(storage.json("nnvisu_weights").checkpoint.step, 371);
});

test("a choice that the storage refused stays, and is written when there is room", async () => {
  const storage = new FakeStorage();
  const { store, page } = visit(storage);
  store.setPreferences({ theme: "dark" });
  await settle();
  storage.quota = 10;
  store.setPreferences({ palette: "classic" });
  await settle();
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "nnvisu_ui" }));
  assert.equal(store.state.preferences.palette, "classic");
  storage.quota = Infinity;
  storage.clock.advance(5_000);
  const { palette, theme } = storage.json("nnvisu_ui");
  assert.deepEqual([palette, theme], ["classic", "dark"]);
});
