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
    await this.#rest();
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
    this.crash(tab);
    await this.#rest();
  }

  /** A tab that ends without having been left. */
  crash(tab) {
    this.tabs = this.tabs.filter((other) => other !== tab);
    tab.locks?.close();
  }

  /** A tab that is left for another page, and is kept by the browser for its Back button: it hears nothing. */
  async leave(tab) {
    tab.page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
    this.tabs = this.tabs.filter((other) => other !== tab);
    await this.#rest();
  }

  async goBack(tab) {
    this.tabs.push(tab);
    tab.page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await this.#rest();
  }

  async wait(milliseconds) {
    this.clock.advance(milliseconds);
    await this.#rest();
  }

  /** Until a question of one tab and another's answer have arrived. */
  async #rest() {
    for (let i = 0; i < 4; i += 1) await settle();
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

/** A test that holds with the browser's locks and without. */
function testTabs(name, run) {
  for (const hasLocks of [true, false]) test(`${name} (${hasLocks ? "locks" : "no locks"})`, () => run(new Browser({ hasLocks })));
}

const place = (tab) => tab.store.state.workspace.storage.place;

testTabs("the first tab keeps its work, a further one keeps its own apart, and says so", async (browser) => {
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

testTabs("preferences are kept from every tab, and every tab hears of them", async (browser) => {
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

testTabs("a choice made in one tab survives another tab that has slept through it", async (browser) => {
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

testTabs("a further tab that is reloaded has its own work again", async (browser) => {
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

testTabs("a reload of the first tab does not give its place away", async (browser) => {
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

testTabs("when the first tab is closed, work in the other one is kept as a whole, and it says so", async (browser) => {
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

testTabs("a tab in which nothing was done leaves the closed tab's work until something is", async (browser) => {
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

testTabs("a tab can take the place over; the other one hears of it and loses nothing", async (browser) => {
  const first = await browser.open();
  const second = await browser.open();
  await browser.wait(1_000);
  await draw(first, 0.1);
  await draw(first, 0.15);
  assert.equal(place(second), "elsewhere");
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

testTabs("of many tabs one takes over, however often", async (browser) => {
  for (let i = 0; i < 5; i += 1) await browser.open();
  await browser.wait(1_000);
  while (browser.tabs.length > 0) {
    assert.equal(browser.tabs.filter((tab) => place(tab) === "here").length, 1);
    await browser.close(browser.tabs.find((tab) => place(tab) === "here"));
    await browser.wait(3_000);
    await browser.wait(3_000);
  }
});

testTabs("what a tab wrote before it heard that its place was taken is put right", async (browser) => {
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

testTabs("a tab that ended without a word is not taken for one that keeps its work", async (browser) => {
  const first = await browser.open();
  await draw(first, 0.1);
  browser.crash(first);
  const second = await browser.open();
  for (let i = 0; i < 5; i += 1) {
    assert.notEqual(place(second), "elsewhere");
    await browser.wait(1_000);
  }
  assert.equal(place(second), "here");
  await draw(second, 0.2);
  assert.deepEqual(browser.points, [0.1, 0.2]);
});

testTabs("a further tab takes over from one that ended without a word", async (browser) => {
  const first = await browser.open();
  const second = await browser.open();
  await browser.wait(1_000);
  assert.equal(place(second), "elsewhere");
  browser.crash(first);
  for (let i = 0; i < 20; i += 1) await browser.wait(1_000);
  assert.equal(place(second), "here");
  assert.match(said(second.store), /other tab was closed/);
});

testTabs("a tab that is there keeps its work, however long nothing happens", async (browser) => {
  const first = await browser.open();
  const second = await browser.open();
  for (let i = 0; i < 100; i += 1) await browser.wait(1_000);
  assert.deepEqual([place(first), place(second)], ["here", "elsewhere"]);
});

testTabs("a page that is left and opened anew is not another tab", async (browser) => {
  const left = await browser.open();
  await draw(left, 0.1);
  await browser.leave(left);
  const next = await browser.open(left.own);
  assert.equal(place(next), "here");
});

testTabs("a page shown again by Back still keeps its work, and says nothing", async (browser) => {
  const tab = await browser.open();
  await draw(tab, 0.1);
  await browser.leave(tab);
  await browser.goBack(tab);
  assert.equal(place(tab), "here");
  await browser.wait(10_000);
  assert.equal(place(tab), "here");
  await draw(tab, 0.2);
  assert.deepEqual(browser.points, [0.1, 0.2]);
  assert.deepEqual(tab.store.state.workspace.notices, []);
  const other = await browser.open();
  await browser.wait(1_000);
  assert.equal(place(other), "elsewhere");
});

testTabs("a page shown again by Back leaves what another page has stored meanwhile", async (browser) => {
  const tab = await browser.open();
  await draw(tab, 0.1);
  await browser.leave(tab);
  const next = await browser.open(tab.own);
  await draw(next, 0.2);
  await browser.leave(next);
  await browser.goBack(tab);
  assert.deepEqual([place(tab), browser.points], ["here", [0.1, 0.2]]);
  assert.match(said(tab.store), /kept until you change something/);
  tab.store.setSpeed(5);
  await settle();
  assert.deepEqual(browser.points, [0.1]);
});

testTabs("a page shown again by Back while another tab keeps its work says so, and loses nothing", async (browser) => {
  const tab = await browser.open();
  await draw(tab, 0.1);
  await browser.leave(tab);
  const other = await browser.open();
  await draw(other, 0.2);
  await browser.goBack(tab);
  await browser.wait(1_000);
  assert.deepEqual([place(tab), place(other)], ["elsewhere", "here"]);
  assert.deepEqual([browser.points, xs(tab.own)], [[0.1, 0.2], [0.1]]);
  await draw(tab, 0.3);
  assert.deepEqual([browser.points, xs(tab.own)], [[0.1, 0.2], [0.1, 0.3]]);
});

testTabs("the parts that are kept are always of one tab", async (browser) => {
  // Two pages of one origin, say /a/ and /b/, share everything that two tabs share.
  const tabs = [await browser.open(), await browser.open()];
  await browser.wait(1_000);
  const isWhole = () => {
    const { points } = browser.shared.json("nnvisu_data");
    const steps = browser.shared.json("nnvisu_weights")?.checkpoint.step;
    assert.equal(browser.shared.json("nnvisu_config").stepsPerSecond, points[0].label + 1);
    assert.equal(steps, points[0].label + 1);
  };
  for (const [i, { store }] of tabs.entries()) {
    store.addPoint({ x: 0, y: 0 }, i);
    store.setSpeed(i + 1);
    store.server.checkpoint(checkpoint({ step: i + 1 }));
    await settle();
    isWhole();
  }
  for (const { store } of [tabs[1], tabs[0], tabs[1]]) {
    store.storeHere();
    await browser.wait(0);
    isWhole();
    for (const tab of tabs) await draw(tab, 0.5);
    isWhole();
  }
});

test("without any lock to be had a tab keeps its work until another one writes", async () => {
  const storage = new FakeStorage();
  storage.quota = 200;
  const page = new FakePage();
  const shared = { getItem: (key) => storage.getItem(key), setItem: (key, text) => {
    if (key.startsWith("nnvisu_tab")) throw new DOMException("full", "QuotaExceededError");
    storage.setItem(key, text);
  }, removeItem: (key) => storage.removeItem(key) };
  const store = new Store();
  keepStored(store, { shared, own: null }, page, undefined, storage.clock);
  await settle();
  assert.equal(store.state.workspace.storage.place, "here");
  store.addPoint({ x: 0.1, y: 0 }, 0);
  await settle();
  assert.deepEqual(xs(storage), [0.1]);
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "nnvisu_data" }));
  assert.equal(store.state.workspace.storage.place, "elsewhere");
});
