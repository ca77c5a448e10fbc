// Several tabs of one browser: one keeps its work, none overwrites another's unasked.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keepStored } from "../../web/js/storage/writing.js";
import { readStored } from "../../web/js/storage/stored.js";
import { Store } from "../../web/js/state/store.js";
import { FakeClock, FakePage, FakeStorage, architecture, checkpoint, said, settle } from "./support.js";

/** The locks of a browser, as all its tabs see them (one name is enough). */
class FakeLocks {
  #holder = null;
  #queue = [];

  /** The same locks, in a tab that can be closed. */
  tab() {
    const tab = { closed: false };
    return {
      request: (_name, ...rest) => {
        const task = rest.pop();
        return new Promise((resolve, reject) => this.#request({ tab, task, resolve, reject }, rest[0] ?? {}));
      },
      close: () => {
        tab.closed = true;
        this.#queue = this.#queue.filter((request) => request.tab !== tab);
        if (this.#holder?.tab === tab) this.#free();
      },
    };
  }

  #request(request, { steal = false, ifAvailable = false, signal } = {}) {
    if (request.tab.closed) return;
    const aborted = new DOMException("gone", "AbortError");
    if (steal) {
      this.#holder?.reject(aborted);
      this.#grant(request);
    } else if (this.#holder === null) this.#grant(request);
    else if (ifAvailable) request.resolve(request.task(null));
    else {
      this.#queue.push(request);
      signal?.addEventListener("abort", () => {
        if (!this.#queue.includes(request)) return;
        this.#queue = this.#queue.filter((other) => other !== request);
        request.reject(aborted);
      });
    }
  }

  #grant(request) {
    this.#holder = request;
    Promise.resolve(request.task({ name: "nnvisu" })).then((value) => {
      if (this.#holder !== request) return;
      request.resolve(value);
      this.#free();
    });
  }

  #free() {
    this.#holder = null;
    const next = this.#queue.shift();
    if (next !== undefined) this.#grant(next);
  }
}

/** A browser with tabs; without locks if told so. */
class Browser {
  clock = new FakeClock();
  shared = new FakeStorage(this.clock);
  tabs = [];
  #locks = new FakeLocks();
  #hasLocks;

  constructor({ hasLocks = true } = {}) {
    this.#hasLocks = hasLocks;
  }

  /** Opens a tab, or opens it again with what it kept for itself. */
  async open(own = new FakeStorage(this.clock)) {
    const locks = this.#hasLocks ? this.#locks.tab() : undefined;
    const page = new FakePage();
    const shared = {
      getItem: (key) => this.shared.getItem(key),
      setItem: (key, value) => this.#write(tab, key, () => this.shared.setItem(key, value)),
      removeItem: (key) => this.#write(tab, key, () => this.shared.removeItem(key)),
    };
    const store = new Store(readStored({ shared, own }).stored);
    const tab = { store, page, own, locks };
    this.tabs.push(tab);
    keepStored(store, { shared, own }, page, locks, this.clock);
    await settle();
    return tab;
  }

  /** As in a browser, the other tabs hear of a change, a little later. */
  #write(tab, key, write) {
    const before = this.shared.getItem(key);
    write();
    if (this.shared.getItem(key) === before) return;
    for (const other of this.tabs) {
      if (other !== tab) setImmediate(() => other.page.dispatchEvent(Object.assign(new Event("storage"), { key })));
    }
  }

  async close(tab) {
    tab.page.dispatchEvent(new Event("pagehide"));
    this.tabs = this.tabs.filter((other) => other !== tab);
    tab.locks?.close();
    await settle();
  }

  async wait(milliseconds) {
    this.clock.advance(milliseconds);
    await settle();
    await settle();
  }

  get points() {
    return xs(this.shared);
  }
}

function xs(storage) {
  return storage.json("nnvisu_data")?.points.map(({ x }) => x);
}

async function draw(tab, x) {
  tab.store.addPoint({ x, y: 0 }, 0);
  await settle();
}

const place = (tab) => tab.store.state.workspace.storage.place;

test("the first tab keeps its work, a further one keeps its own apart, and says so", async () => {
  const browser = new Browser();
  const first = await browser.open();
  assert.equal(place(first), "here");
  await draw(first, 0.1);
  const second = await browser.open();
  assert.equal(place(second), "unknown");
  await draw(second, 0.2);
  await browser.wait(1_000);
  assert.equal(place(second), "elsewhere");
  await draw(first, 0.3);
  assert.deepEqual(browser.points, [0.1, 0.3]);
  assert.deepEqual(xs(second.own), [0.1, 0.2]);
});

test("preferences are kept from every tab, and every tab hears of them", async () => {
  const browser = new Browser();
  const first = await browser.open();
  const second = await browser.open();
  // Before it is known whose work is kept, and afterwards.
  second.store.setPreferences({ palette: "classic" });
  await settle();
  await browser.wait(1_000);
  second.store.setPreferences({ theme: "dark" });
  await settle();
  for (const tab of [first, second, await browser.open()]) {
    assert.deepEqual([tab.store.state.preferences.palette, tab.store.state.preferences.theme], ["classic", "dark"]);
  }
  assert.equal(second.own.entries.size, 0);
  await draw(second, 0.2);
  await browser.close(second);
  first.store.setPreferences({ theme: "light" });
  await settle();
  const again = await browser.open(second.own);
  assert.deepEqual([again.store.state.preferences.theme, xs(again.own)], ["light", [0.2]]);
});

test("a choice made in one tab survives another tab that has slept through it", async () => {
  const browser = new Browser();
  const first = await browser.open();
  const second = await browser.open();
  browser.tabs = [second];
  second.store.setPreferences({ palette: "classic" });
  await settle();
  first.store.setPreferences({ theme: "dark" });
  await settle();
  const { palette, theme } = browser.shared.json("nnvisu_ui");
  assert.deepEqual([palette, theme], ["classic", "dark"]);
  assert.equal(first.store.state.preferences.palette, "classic");
});

test("a further tab that is reloaded has its own work again", async () => {
  const browser = new Browser();
  await browser.open();
  const second = await browser.open();
  await browser.wait(1_000);
  await draw(second, 0.2);
  await browser.close(second);
  const again = await browser.open(second.own);
  assert.deepEqual(again.store.state.document.points.map(({ x }) => x), [0.2]);
  assert.equal(place(again), "elsewhere");
  assert.equal(browser.points, undefined);
});

test("a reload of the first tab does not give its place away", async () => {
  const browser = new Browser();
  const first = await browser.open();
  await draw(first, 0.1);
  const second = await browser.open();
  await browser.wait(1_000);
  await draw(second, 0.2);
  await browser.close(first);
  await browser.wait(1_500);
  const again = await browser.open(first.own);
  await browser.wait(10_000);
  assert.deepEqual([place(again), place(second)], ["here", "elsewhere"]);
  assert.deepEqual(browser.points, [0.1]);
});

test("when the first tab is closed, work in the other one is kept as a whole, and it says so", async () => {
  const browser = new Browser();
  const first = await browser.open();
  await draw(first, 0.1);
  first.store.server.checkpoint(checkpoint({ step: 7 }));
  const second = await browser.open();
  await browser.wait(1_000);
  await draw(second, 0.2);
  second.store.server.freshWeights();
  await browser.close(first);
  assert.deepEqual(browser.points, [0.1]);
  await browser.wait(3_000);
  assert.equal(place(second), "here");
  assert.match(said(second.store), /other tab was closed.*stored from now on/);
  assert.deepEqual(browser.points, [0.1, 0.2]);
  assert.equal(browser.shared.getItem("nnvisu_weights"), null);
  assert.equal(second.own.entries.size, 0);
});

test("a tab in which nothing was done leaves the closed tab's work until something is", async () => {
  const browser = new Browser();
  const first = await browser.open();
  const second = await browser.open();
  await browser.wait(1_000);
  await draw(first, 0.1);
  // What comes by itself on connecting is nobody's work.
  second.store.server.network({ generation: 1, network: architecture([10, 5]), seeds: { init: 1, batches: 2, dropout: 3 }, networkPending: false });
  second.store.server.checkpoint(checkpoint({ step: 0 }));
  await settle();
  assert.equal(second.own.entries.size, 0);
  await browser.close(first);
  await browser.wait(3_000);
  assert.equal(place(second), "here");
  assert.match(said(second.store), /kept until you change something/);
  await browser.wait(10_000);
  assert.deepEqual(browser.points, [0.1]);
  second.store.setSpeed(5);
  await settle();
  assert.deepEqual(browser.points, []);
});

for (const hasLocks of [true, false]) {
  test(`a tab can take the place over; the other one hears of it and loses nothing (locks: ${hasLocks})`, async () => {
    const browser = new Browser({ hasLocks });
    const first = await browser.open();
    const second = await browser.open();
    await browser.wait(1_000);
    await draw(first, 0.1);
    await draw(first, 0.15);
    if (!hasLocks) assert.equal(place(second), "elsewhere");
    await draw(second, 0.2);
    second.store.storeHere();
    await browser.wait(0);
    await browser.wait(0);
    assert.deepEqual([place(first), place(second)], ["elsewhere", "here"]);
    assert.deepEqual(browser.points, [0.2]);
    assert.deepEqual(xs(first.own), [0.1, 0.15]);
    assert.equal(second.own.entries.size, 0);
    await draw(first, 0.3);
    await draw(second, 0.4);
    await settle();
    assert.deepEqual([browser.points, xs(first.own)], [[0.2, 0.4], [0.1, 0.15, 0.3]]);
    first.store.storeHere();
    await browser.wait(0);
    await browser.wait(0);
    assert.deepEqual([place(first), place(second)], ["here", "elsewhere"]);
    assert.deepEqual([browser.points, xs(second.own)], [[0.1, 0.15, 0.3], [0.2, 0.4]]);
  });
}

test("of many tabs one takes over, however often", async () => {
  const browser = new Browser();
  for (let i = 0; i < 5; i += 1) await browser.open();
  await browser.wait(1_000);
  while (browser.tabs.length > 0) {
    assert.equal(browser.tabs.filter((tab) => place(tab) === "here").length, 1);
    await browser.close(browser.tabs.find((tab) => place(tab) === "here"));
    await browser.wait(3_000);
    await browser.wait(3_000);
  }
});

test("what a tab wrote before it heard that its place was taken is put right", async () => {
  const browser = new Browser();
  const first = await browser.open();
  await draw(first, 0.1);
  browser.shared.setItem("nnvisu_data", '{"version":1,"points":[]}');
  first.page.dispatchEvent(Object.assign(new Event("storage"), { key: "nnvisu_data" }));
  assert.deepEqual(browser.points, [0.1]);
});

test("a tab that is alone keeps its work, however long the browser takes to say so", async () => {
  const clock = new FakeClock();
  const storage = new FakeStorage(clock);
  let grant;
  const locks = { request: (_name, _options, task) => new Promise((resolve) => (grant = () => resolve(task({ name: "nnvisu" })))) };
  const store = new Store();
  keepStored(store, { shared: storage, own: null }, new FakePage(), locks, clock);
  clock.advance(30_000);
  await settle();
  assert.equal(store.state.workspace.storage.place, "unknown");
  grant();
  await settle();
  assert.equal(store.state.workspace.storage.place, "here");
});

test("locks that cannot be had are like none", async () => {
  const storage = new FakeStorage();
  const locks = { request: async () => Promise.reject(new DOMException("no", "SecurityError")) };
  const store = new Store();
  keepStored(store, { shared: storage, own: null }, new FakePage(), locks, storage.clock);
  store.addPoint({ x: 0.1, y: 0 }, 0);
  await settle();
  assert.deepEqual(xs(storage), [0.1]);
});
