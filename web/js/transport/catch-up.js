// Telling the server what it has not been told: compares the store with what the server has,
// and sends the differences in an order in which each makes sense.
//
// Of each kind at most one request is unanswered; what changes meanwhile goes with the next, so
// that only the newest state of anything travels and a slow line never builds up a queue.

/** @import { Config, FieldName, Frozen, Point, Run, State } from "../../types/state" */
/** @import { Request } from "../../types/wire" */
/** @import { Store } from "../state/store.js" */
/** @import { ErrorMessage } from "./messages.js" */
/** @import { Replies, Waiting } from "./replies.js" */

import { currentRun } from "../state/runs.js";
import { NETWORK_FIELDS, changedFields } from "../state/settings.js";

/**
 * What the server has been told.
 * @typedef {object} Told
 * @property {Config} config
 * @property {readonly Point[]} points
 * @property {number | null} stepsPerSecond
 * @property {boolean} running
 */

export class CatchUp {
  #store;
  #replies;
  #send;
  /** @type {Told} */
  told;

  /**
   * @param {Store} store
   * @param {Replies} replies
   * @param {(request: Frozen<Request>, waiting: Waiting) => void} send
   * @param {Told} told
   */
  constructor(store, replies, send, told) {
    this.#store = store;
    this.#replies = replies;
    this.#send = send;
    this.told = told;
  }

  /** Sends what there is to say. */
  run() {
    const { state } = this.#store;
    const run = currentRun(state);
    if (this.told.running && !run.training.running) this.#stop();
    this.#settings(run);
    this.#reset(run);
    this.#speed(run);
    this.#generate(state);
    this.#data(state);
    const dataIsTold = this.told.points === state.document.points && !this.#replies.has("generate");
    if (dataIsTold) this.#step(run);
    const start = run.training.running && !this.told.running && run.requests.steps === 0;
    if (start && dataIsTold) this.#start();
  }

  /** Asks for nothing new, to hear whether the server is still there. */
  probe() {
    const { stepsPerSecond } = this.told;
    this.#send({ type: "set_speed", stepsPerSecond }, { kind: "speed" });
  }

  #stop() {
    this.told.running = false;
    this.#send({ type: "stop_training" }, { kind: "run" });
  }

  #start() {
    this.told.running = true;
    this.#send(
      { type: "start_training" },
      {
        kind: "run",
        failed: ({ message }) => {
          this.told.running = false;
          this.#store.server.stopped();
          this.#store.server.refused(message);
        },
      },
    );
  }

  /** @param {Run} run */
  #settings({ settings: { config } }) {
    if (this.#replies.has("settings") || this.#replies.has("network")) return;
    const before = this.told.config;
    const changed = changedFields(before, config);
    // One request per setting, so that an error is about one setting.
    for (const field of changed.filter((name) => !NETWORK_FIELDS.includes(name))) {
      /** @type {Frozen<Request>} */
      const request = { type: "update_config", payload: { [field]: config[field] } };
      this.#send(request, { kind: "settings", failed: this.#rollBack([field], before, config) });
    }
    const network = changed.filter((name) => NETWORK_FIELDS.includes(name));
    if (network.length > 0) {
      const { architecture, activation, dropout } = config;
      const payload = { hidden_layers: architecture, activation, dropout };
      const rollBack = this.#rollBack(network, before, config);
      this.#sendStopping({ type: "update_architecture", payload }, { kind: "network", failed: rollBack });
    }
    this.told.config = config;
  }

  /**
   * @param {readonly FieldName[]} fields
   * @param {Config} kept
   * @param {Config} sent
   * @returns {(error: ErrorMessage) => void}
   */
  #rollBack(fields, kept, sent) {
    return ({ message }) => {
      const values = Object.fromEntries(fields.map((field) => [field, kept[field]]));
      this.told.config = { ...this.told.config, ...values };
      this.#store.server.settingsRefused(fields, sent, kept, message);
    };
  }

  /** @param {Run} run */
  #reset({ requests }) {
    if (!requests.reset || this.#replies.has("reset")) return;
    const resetDone = () => this.#store.server.resetDone();
    const failed = (/** @type {ErrorMessage} */ { message }) => {
      resetDone();
      this.#store.server.refused(message);
    };
    this.#sendStopping({ type: "reset" }, { kind: "reset", done: resetDone, failed });
  }

  /** @param {Run} run */
  #speed({ settings: { stepsPerSecond } }) {
    if (stepsPerSecond === this.told.stepsPerSecond || this.#replies.has("speed")) return;
    this.told.stepsPerSecond = stepsPerSecond;
    this.#send({ type: "set_speed", stepsPerSecond }, { kind: "speed" });
  }

  /** @param {State} state */
  #generate({ document: { generating } }) {
    if (generating === null || this.#replies.has("generate")) return;
    const { distribution, classCount, seed } = generating;
    /** @type {Extract<Request, { type: "generate_data" }>} */
    const request = { type: "generate_data", distribution, num_classes: classCount };
    this.#sendStopping(seed === null ? request : { ...request, seed }, {
      kind: "generate",
      about: generating,
      failed: ({ message }) => {
        this.#store.server.generated(generating, null);
        this.#store.server.refused(message);
      },
    });
  }

  /** @param {State} state */
  #data({ document: { points }, connection: { maxPoints } }) {
    // While a data set is being generated the points of before are not worth sending: it
    // replaces them, and they would replace it.
    if (this.#replies.has("data") || this.#replies.has("generate")) return;
    if (points === this.told.points) return;
    this.told.points = points;
    if (points.length === 0) this.told.running = false;
    this.#send({ type: "update_data", data: points.slice(0, maxPoints) }, { kind: "data" });
  }

  /** @param {Run} run */
  #step({ requests }) {
    if (requests.steps === 0 || this.#replies.has("step")) return;
    this.#sendStopping(
      { type: "step" },
      {
        kind: "step",
        done: () => this.#store.server.stepDone(),
        failed: ({ message }) => {
          this.#store.server.stepsRefused();
          this.#store.server.refused(message);
        },
      },
    );
  }

  /**
   * Sends a request that stops training, unless it fails.
   * @param {Frozen<Request>} request
   * @param {Waiting & { failed: (error: ErrorMessage) => void }} waiting
   */
  #sendStopping(request, waiting) {
    const wasRunning = this.told.running;
    this.told.running = false;
    this.#send(request, {
      ...waiting,
      failed: (error) => {
        if (wasRunning) this.told.running = true;
        waiting.failed(error);
      },
    });
  }
}
