// Notices: which of them stand there, how long, and where the focus goes when one is closed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_NOTICES } from "../../web/js/state/notices.js";
import { Store } from "../../web/js/state/store.js";
import { message } from "../../web/js/words/message.js";
import { textOf } from "../../web/js/words/word.js";
import { connectedStore, openDocument } from "./view-support.js";

const { buildPage } = await import("../../web/js/view/page.js");

const error = (text) => message("verbatim", { text });
const network = (...layers) => message("notice.newNetwork", { layers, activation: "tanh", dropout: 0 });
const texts = (store) => store.state.workspace.notices.map(({ message: said, count }) => `${textOf(said)} ×${count}`);

test("a notice does not replace one that is unread", () => {
  const store = new Store();
  store.notify("error", error("The file is damaged"));
  store.notify("info", message("notice.addPoints"));
  assert.deepEqual(texts(store), ["The file is damaged ×1", "Add points before training ×1"]);
  const [first, second] = store.state.workspace.notices;
  store.dismissNotice(first.id);
  assert.deepEqual(store.state.workspace.notices, [second]);
});

test("what is said again is counted, and news make older news of their kind go", () => {
  const store = new Store();
  store.notify("error", error("Refused"));
  store.notify("info", message("notice.addPoints"));
  store.notify("error", error("Refused"));
  store.notify("info", message("notice.addPoints"));
  store.notify("info", message("storage.full", { what: "points" }));
  store.notify("info", message("storage.full", { what: "settings" }));
  assert.deepEqual(texts(store), [
    "Refused ×2",
    "Add points before training ×2",
    "The browser's storage is full: the settings will be gone when you leave this page ×1",
  ]);
});

test("of what came in the place of the data or the network only the last is told, and not how often", () => {
  const store = connectedStore();
  store.notify("error", error("Refused"));
  store.notify("info", network(5));
  store.notify("info", network(8));
  store.notify("info", network(8));
  assert.equal(texts(store).length, 2);
  assert.match(texts(store)[1], /8, Tanh.*×1$/);
  store.importPoints([{ x: 0, y: 0, label: 0 }], "pasted");
  store.resetModel();
  store.restartModel();
  assert.deepEqual(texts(store), ["Refused ×1", "The same initial weights again, from step 0 ×1"]);
  assert.equal(store.state.workspace.notices[1].action, "undo");
});

for (const { begin, later, then } of [
  { begin: "resetModel", later: /^The network starts from new random weights as soon/, then: "New random weights, from step 0 ×1" },
  { begin: "restartModel", later: /^The network starts again .* as soon/, then: "The same initial weights again, from step 0 ×1" },
]) {
  test(`what ${begin} waits for is no longer told once it is there`, () => {
    const store = connectedStore();
    store.server.connection("retrying");
    store[begin]();
    assert.match(texts(store)[0], later);
    const [{ id, action }] = store.state.workspace.notices;
    assert.equal(action, "undo");
    store.server.connection("open");
    assert.deepEqual(texts(store), [then]);
    // The same one, which offers the same and is not read out again.
    assert.equal(store.state.workspace.notices[0].id, id);
    assert.equal(store.state.workspace.notices[0].action, "undo");
  });
}

test("a data set that had to wait takes away that it waits", () => {
  const store = connectedStore();
  store.server.connection("retrying");
  store.generate("moons");
  assert.deepEqual(texts(store), ["The data set comes as soon as the connection is back ×1"]);
  store.server.connection("open");
  store.server.generated(store.state.document.generating, [{ x: 0, y: 0, label: 0 }]);
  assert.deepEqual(texts(store), ["1 point and fresh weights ×1"]);
});

test("there are at most a few, and errors are the last to go", () => {
  const store = new Store();
  const all = (count) => texts(store).map((text) => text.slice(0, 1)).join("") === count;
  store.notify("error", error("a"));
  store.notify("info", error("b"));
  store.notify("error", error("c"));
  assert.ok(all("abc"));
  store.notify("error", error("d"));
  assert.ok(all("acd"));
  store.notify("error", error("e"));
  assert.ok(all("cde"));
  assert.equal(texts(store).length, MAX_NOTICES);
});

/** A page with the clock in the test's hand. */
async function open(context) {
  const browser = openDocument();
  const store = connectedStore();
  buildPage(store, {});
  await browser.settle();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  // Observers hear in microtasks.
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const wait = async (seconds) => {
    await turn();
    context.mock.timers.tick(1000 * seconds);
    await turn();
  };
  const shown = () => [...browser.document.querySelectorAll(".notice-list .notice")];
  return { ...browser, store, turn, wait, shown };
}

test("news go by themselves, errors when they are closed", async (context) => {
  const { store, wait, turn, shown } = await open(context);
  store.notify("error", error("Refused"));
  store.train();
  await turn();
  assert.deepEqual(shown().map(({ textContent }) => textContent), ["Refused", "Add points before training"]);
  await wait(60);
  assert.deepEqual(shown().map(({ dataset }) => dataset.kind), ["error"]);
  shown()[0].querySelector("[data-part=close]").click();
  await turn();
  assert.deepEqual(shown(), []);
});

test("news stay while they are pressed, focused or selected, and while the page is not seen", async (context) => {
  const { document, window, store, wait, point, shown, turn } = await open(context);
  store.train();
  await turn();
  const [notice] = shown();
  point(notice, "pointerdown", 0, 0);
  await wait(60);
  assert.equal(shown().length, 1, "pressed");
  point(document.body, "pointerup", 0, 0);
  notice.querySelector("button").focus();
  await wait(60);
  assert.equal(shown().length, 1, "focused");
  document.activeElement.blur();
  document.getSelection().selectAllChildren(notice.querySelector(".notice-text"));
  await wait(60);
  assert.equal(shown().length, 1, "selected");
  document.getSelection().removeAllRanges();
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  await wait(60);
  assert.equal(shown().length, 1, "hidden");
  Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
  document.dispatchEvent(new window.Event("visibilitychange"));
  await wait(60);
  assert.equal(shown().length, 0);
});

test("the focus goes from a closed notice to the next, and then to where it was", async (context) => {
  const { document, window, store, turn, shown } = await open(context);
  store.notify("error", error("a"));
  store.notify("error", error("b"));
  await turn();
  const train = document.querySelector("[data-command=train]");
  train.focus();
  const close = () => shown()[0].querySelector("[data-part=close]");
  close().focus();
  close().dispatchEvent(new window.KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await turn();
  assert.equal(shown().length, 1);
  assert.equal(document.activeElement, close());
  close().click();
  await turn();
  assert.equal(shown().length, 0);
  assert.equal(document.activeElement, train);
});

test("the first point settles what was said to a person without points", async (context) => {
  const { store, turn, shown } = await open(context);
  store.notify("error", error("Refused"));
  store.train();
  await turn();
  store.addPoint({ x: 0, y: 0 });
  await turn();
  await turn();
  assert.deepEqual(shown().map(({ textContent }) => textContent), ["Refused"]);
});

test("regions that are read out are rendered before they speak", async (context) => {
  const { document, store, turn } = await open(context);
  const log = document.querySelector("[role=log]");
  const regions = [...document.querySelectorAll("[role=status], [role=log], [aria-live]")];
  assert.ok(regions.length >= 5 && regions.includes(log));
  for (const region of regions) {
    assert.equal(region.closest("[hidden]"), null, region.outerHTML);
    assert.notEqual(region.className, "banner", "an empty banner is not rendered");
  }
  store.notify("error", error("Refused"));
  store.notify("error", error("Refused"));
  await turn();
  assert.equal(log.textContent, "Refused (2 times)");
});
