// Servers for the tests of the connection: one that says what the test tells it, and one that
// behaves by the protocol.

import assert from "node:assert/strict";

import { Store } from "../../web/js/state/store.js";
import { Connection } from "../../web/js/transport/connection.js";
import { architecture, checkpoint, frame, settle } from "./support.js";

export const SEEDS = { init: 11, batches: 12, dropout: 13 };

/** Both ends of a connection: what the page sends waits in `unanswered`. */
export class FakeServer {
  unanswered = [];
  /** What the page asked to see, the newest last; answered at once. */
  views = [];
  /** The edits of the points, as they came. */
  edits = [];
  time = 0;
  drops = 0;
  #points = [];
  #state = null;
  bufferedAmount = 0;

  constructor(store, createQueue = (use) => ({ put: use, clear() {} }), page = null) {
    this.connection = new Connection(store, this, () => this.time, createQueue, page);
  }

  // What the page sees of the connection. Frames are decoded already.

  send(text) {
    const request = JSON.parse(text);
    if (!Number.isInteger(request.id)) throw new Error(`a request without an id: ${text}`);
    if (request.type === "view") this.#showAsAsked(request);
    else this.unanswered.push(this.#withPoints(request));
  }

  #showAsAsked(view) {
    this.views.push(view);
    queueMicrotask(() => this.say({ type: "state", re: view.id, payload: this.#state }));
  }

  /** An edit of the points as the list it leads to: most tests care for that alone. */
  #withPoints(request) {
    if (request.type === "edit_data") {
      this.edits.push(request);
      assert.equal(request.before, this.#points.length);
      const data = this.#points.filter((_, i) => !request.remove.includes(i));
      for (const [index, x, y, label] of request.add) data.splice(index, 0, { x, y, label });
      this.#points = data;
      return { id: request.id, type: "update_data", data };
    }
    this.#points = request.data ?? this.#points;
    return request;
  }

  settled() {}

  drop() {
    this.drops += 1;
    this.lose();
  }

  // What the test does.

  connect() {
    this.connection.opened();
  }

  hello({ maxPoints = 20_000, maxMessageBytes = 8_388_608, page } = {}) {
    this.say({ type: "config", payload: { version: "1.2.3", author: "A", limits: { maxPoints, maxMessageBytes }, page } });
  }

  accept(limits) {
    this.connect();
    this.hello(limits);
  }

  lose() {
    this.unanswered = [];
    this.connection.lost();
  }

  types() {
    return this.unanswered.map(({ type }) => type);
  }

  peek(type) {
    const request = this.unanswered.find((waiting) => waiting.type === type);
    if (request === undefined) throw new Error(`no ${type} among ${this.types()}`);
    return request;
  }

  /** The oldest request of a type, no longer waiting. */
  take(type) {
    const request = this.peek(type);
    this.unanswered.splice(this.unanswered.indexOf(request), 1);
    return request;
  }

  answer(type, state) {
    this.state({ re: this.take(type).id, ...state });
  }

  refuse(type, error) {
    this.say({ type: "error", re: this.take(type).id, ...error });
  }

  say(message) {
    if (message.type === "data_generated") this.#points = message.data;
    if (message.type === "state") this.#state = message.payload;
    this.connection.text(JSON.stringify(message));
  }

  state({ re, ...changes }) {
    const payload = {
      generation: 1, running: false, step: 0,
      network: architecture([10, 5]),
      seeds: SEEDS, stepsPerSecond: 60, points: 0, classes: 0,
      ...changes,
    };
    this.say({ type: "state", ...(re === undefined ? {} : { re }), payload });
  }

  frame(changes) {
    this.connection.binary({ ok: true, value: frame(changes) });
  }

  checkpoint(changes) {
    this.say({ type: "checkpoint", payload: checkpoint(changes) });
  }
}

/** A server that keeps a session and answers request by request, when it is told to work. */
export class BusyServer extends FakeServer {
  held = null;
  #isConnected = false;

  accept() {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.held = { generation: 0, running: false, config: null, data: [], stepsPerSecond: null };
    super.accept();
  }

  lose() {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    super.lose();
  }

  /** Answers the oldest request. */
  work() {
    const request = this.unanswered.shift();
    if (request === undefined) return;
    this.#obey(request);
  }

  #obey({ id, type, ...fields }) {
    const now = this.held;
    if (["restore", "update_architecture", "reset", "generate_data"].includes(type)) this.#handBack(id);
    if (now.config === null && type !== "restore") throw new Error(`${type} before restore`);
    switch (type) {
      case "restore": {
        const { config, data, stepsPerSecond } = fields;
        Object.assign(now, { config, data, stepsPerSecond });
        this.#renew(fields.checkpoint?.seeds ?? fields.seeds);
        if (fields.checkpoint !== null) this.#checkFits(fields.checkpoint);
        break;
      }
      case "update_config":
        now.config = { ...now.config, ...fields.payload };
        break;
      case "update_architecture": {
        const { hidden_layers, activation, dropout } = fields.payload;
        now.config = { ...now.config, architecture: hidden_layers, activation, dropout };
        this.#renew(fields.seeds);
        break;
      }
      case "reset":
        this.#renew(fields.seeds);
        break;
      case "generate_data":
        now.data = Array.from({ length: 4 }, (_, i) => ({ x: i / 10, y: 0.5, label: i % fields.num_classes }));
        this.#renew();
        this.say({ type: "data_generated", re: id, data: now.data });
        break;
      case "update_data":
        now.data = fields.data;
        if (now.data.length === 0) now.running = false;
        break;
      case "set_speed":
        now.stepsPerSecond = fields.stepsPerSecond;
        break;
      case "start_training":
        if (now.data.length === 0) return this.say({ type: "error", re: id, message: "Add points before training", code: "no_data" });
        now.running = true;
        break;
      case "stop_training":
      case "step":
        now.running = false;
        break;
      default:
        throw new Error(`unknown ${type}`);
    }
    this.#confirm(id);
  }

  /** What a request throws away. */
  #handBack(re) {
    const { config, generation, seeds } = this.held;
    if (config !== null) this.say({ type: "checkpoint", re, payload: checkpoint({ generation, seeds, ...this.#shape() }) });
  }

  #renew(seeds) {
    this.held.seeds = seeds ?? { init: this.held.generation, batches: 0, dropout: 0 };
    this.held.generation += 1;
    this.held.running = false;
  }

  #classes() {
    return this.held.data.reduce((classes, { label }) => Math.max(classes, label + 1), 2);
  }

  #checkFits(held) {
    const { config } = this.held;
    const wanted = architecture(config.architecture, { ...config, outputs: held.architecture.outputs });
    const fits = JSON.stringify(held.architecture) === JSON.stringify(wanted);
    if (!fits) throw new Error("a checkpoint that does not fit");
  }

  /** The network, as a checkpoint says it. */
  #shape() {
    const { config } = this.held;
    const classes = this.#classes();
    return { layers: config.architecture, classes, architecture: architecture(config.architecture, { ...config, outputs: classes }) };
  }

  #confirm(re) {
    const { generation, running, stepsPerSecond, seeds } = this.held;
    const shape = this.#shape();
    this.state({ re, generation, running, stepsPerSecond, seeds, network: shape.architecture });
    this.checkpoint({ generation, seeds, ...shape });
    this.frame({ generation, classes: shape.classes });
    return undefined;
  }
}

/** A page that has just been connected and restored. */
export async function connected(store = new Store()) {
  const server = new FakeServer(store);
  server.accept();
  server.answer("restore");
  await settle();
  return { store, server };
}
