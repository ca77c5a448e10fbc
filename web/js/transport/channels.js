// What the page tells the server, as a list of channels: each compares what the page has with what
// the server was told, and sends the difference. All of it at once, as after a connect, is read from
// the same list (restore.js).
//
// Of each kind at most one request is unanswered; what changes meanwhile goes with the next, so
// that only the newest state of anything travels and a slow line never builds up a queue.

/** @import { Config, FieldName, Frozen, Point, Run, Seeds, State } from "../../types/state" */
/** @import { Request } from "../../types/wire" */
/** @import { Store } from "../state/store.js" */
/** @import { ErrorMessage } from "./messages.js" */
/** @import { Replies, Waiting } from "./replies.js" */

import { usableCheckpoint } from "../state/checkpoint.js";
import { NETWORK_FIELDS, changedFields } from "../state/settings.js";
import { editBetween } from "./edit.js";

/**
 * What the server has been told.
 * @typedef {object} Told
 * @property {Config} config
 * @property {readonly Point[] | null} points null if it is not known which it has
 * @property {number | null} stepsPerSecond
 * @property {Seeds | null} seeds those of the fresh weights that it was last asked for
 * @property {boolean} running
 * @property {Frozen<View> | null} view
 *
 * @typedef {Extract<Request, { type: "view" }>} View
 * @typedef {Extract<Request, { type: "restore" }>} Restore
 *
 * @typedef {object} Context what a channel works with
 * @property {Store} store
 * @property {State} state
 * @property {Run} run
 * @property {Told} told changed by what is told
 * @property {Replies} replies
 * @property {(request: Frozen<Request>, waiting: Waiting) => void} send
 *
 * @typedef {object} Channel
 * @property {(context: Context) => void} tell sends what there is to say
 * @property {(state: State, run: Run) => Partial<Frozen<Restore>>} [restore] its part of telling all at once
 * @property {(state: State, run: Run) => Partial<Told>} [restored] what the server has been told with that
 */

/** @type {Channel} */
const stop = {
  tell: ({ run, told, send }) => {
    if (!told.running || run.training.running) return;
    told.running = false;
    send({ type: "stop_training" }, { kind: "run" });
  },
};

/** @type {Channel} */
const settings = {
  restore: (_, run) => ({ config: run.settings.config }),
  restored: (_, run) => ({ config: run.settings.config }),
  tell: (context) => {
    const { run: { settings: { config } }, told, replies, send } = context;
    if (replies.has("settings") || replies.has("network")) return;
    const before = told.config;
    const changed = changedFields(before, config);
    // One request per setting, so that an error is about one setting.
    for (const field of changed.filter((name) => !NETWORK_FIELDS.includes(name))) {
      /** @type {Frozen<Request>} */
      const request = { type: "update_config", payload: { [field]: config[field] } };
      send(request, { kind: "settings", failed: rollBack(context, [field], before, config) });
    }
    const network = changed.filter((name) => NETWORK_FIELDS.includes(name));
    if (network.length > 0) {
      const { architecture, activation, dropout } = config;
      const payload = { hidden_layers: architecture, activation, dropout };
      startAfresh(context, { type: "update_architecture", payload }, "network", rollBack(context, network, before, config));
    }
    told.config = config;
  },
};

/** @type {Channel} */
const seedsAndWeights = {
  restore: (_, run) => ({ checkpoint: usableCheckpoint(run), seeds: run.settings.seeds }),
  restored: (_, run) => ({ seeds: run.requests.reset }),
  tell: (context) => {
    const { run: { requests, settings: { config } }, store, told, replies } = context;
    if (requests.reset === null || requests.reset === told.seeds || replies.has("reset")) return;
    // A new network comes with fresh weights.
    if (changedFields(told.config, config).some((field) => NETWORK_FIELDS.includes(field))) return;
    startAfresh(context, { type: "reset" }, "reset", ({ message }) => store.server.refused(message));
  },
};

/** @type {Channel} */
const speed = {
  restore: (_, run) => ({ stepsPerSecond: run.settings.stepsPerSecond }),
  restored: (_, run) => ({ stepsPerSecond: run.settings.stepsPerSecond }),
  tell: ({ run: { settings: { stepsPerSecond } }, told, replies, send }) => {
    if (stepsPerSecond === told.stepsPerSecond || replies.has("speed")) return;
    told.stepsPerSecond = stepsPerSecond;
    send({ type: "set_speed", stepsPerSecond }, { kind: "speed" });
  },
};

/** Frames a second: while the page is seen, to a person who wants little motion, and while it is not seen. */
const FRAME_RATE = Object.freeze({ visible: 60, calm: 4, hidden: 1 });

/** @type {Channel} */
const view = {
  restored: () => ({ view: null }),
  tell: ({ state, run, told, replies, send }) => {
    if (replies.has("view")) return;
    const { visible, reducedMotion } = state.workspace;
    const seen = reducedMotion ? FRAME_RATE.calm : FRAME_RATE.visible;
    const framesPerSecond = visible ? seen : FRAME_RATE.hidden;
    if (told.view !== null && told.view.run === run.id && told.view.framesPerSecond === framesPerSecond) return;
    told.view = {
      type: "view",
      run: run.id,
      sections: ["metrics", "posteriors"],
      size: 256,
      framesPerSecond,
      encodings: ["planes", "deflate", "raw"],
    };
    // Refused, frames come as the server thinks best.
    send(told.view, { kind: "view", failed: () => undefined });
  },
};

/** @type {Channel} */
const generator = {
  tell: (context) => {
    const { state: { document: { generating } }, store, replies } = context;
    if (generating === null || replies.has("generate")) return;
    const { distribution, classCount, seed } = generating;
    /** @type {Extract<Request, { type: "generate_data" }>} */
    const request = { type: "generate_data", distribution, num_classes: classCount };
    sendStopping(context, seed === null ? request : { ...request, seed }, {
      kind: "generate",
      about: generating,
      failed: ({ message }) => {
        store.server.generated(generating, null);
        store.server.refused(message);
      },
    });
  },
};

/** @type {Channel} */
const points = {
  restore: ({ document, connection }) => ({ data: document.points.slice(0, connection.maxPoints) }),
  restored: ({ document }) => ({ points: document.points }),
  tell: ({ state: { document, connection }, told, replies, send }) => {
    // While a data set is being generated the points of before are not worth sending: it
    // replaces them, and they would replace it.
    if (replies.has("data") || replies.has("generate")) return;
    if (document.points === told.points) return;
    const before = told.points?.slice(0, connection.maxPoints) ?? null;
    const after = document.points.slice(0, connection.maxPoints);
    told.points = document.points;
    if (after.length === 0) told.running = false;
    const edit = before === null ? null : editBetween(before, after);
    if (edit === null) {
      send({ type: "update_data", data: after }, { kind: "data" });
      return;
    }
    // The server has other points than the page believes: the next turn tells all of them.
    const failed = () => {
      told.points = null;
    };
    send({ type: "edit_data", ...edit }, { kind: "data", failed });
  },
};

/** @type {Channel} */
const steps = {
  tell: (context) => {
    const { run, store, replies } = context;
    if (run.requests.steps === 0 || replies.has("step") || !pointsAreTold(context)) return;
    sendStopping(context, { type: "step" }, {
      kind: "step",
      done: () => store.server.stepDone(),
      failed: ({ message }) => {
        store.server.stepsRefused();
        store.server.refused(message);
      },
    });
  },
};

/** @type {Channel} */
const start = {
  tell: (context) => {
    const { run, store, told, send } = context;
    if (told.running || !run.training.running || run.requests.steps > 0 || !pointsAreTold(context)) return;
    told.running = true;
    send({ type: "start_training" }, {
      kind: "run",
      failed: ({ message }) => {
        told.running = false;
        store.server.stopped();
        store.server.refused(message);
      },
    });
  },
};

/** In an order in which each makes sense.
 * @type {readonly Channel[]} */
export const CHANNELS = Object.freeze([stop, settings, seedsAndWeights, speed, view, generator, points, steps, start]);

/** @param {Context} context */
function pointsAreTold({ state, told, replies }) {
  return told.points === state.document.points && !replies.has("generate");
}

/**
 * @param {Context} context
 * @param {readonly FieldName[]} fields
 * @param {Config} kept
 * @param {Config} sent
 * @returns {(error: ErrorMessage) => void}
 */
function rollBack({ store, told }, fields, kept, sent) {
  return ({ message }) => {
    const values = Object.fromEntries(fields.map((field) => [field, kept[field]]));
    told.config = { ...told.config, ...values };
    store.server.settingsRefused(fields, sent, kept, message);
  };
}

/**
 * Asks for fresh weights of the seeds that are wanted.
 * @param {Context} context
 * @param {Frozen<Extract<Request, { type: "reset" | "update_architecture" }>>} request
 * @param {"reset" | "network"} kind
 * @param {(error: ErrorMessage) => void} failed
 */
function startAfresh(context, request, kind, failed) {
  const { run, store, told } = context;
  const { reset } = run.requests;
  told.seeds = reset;
  sendStopping(context, reset === null ? request : { ...request, seeds: reset }, {
    kind,
    done: () => store.server.resetDone(reset),
    failed: (error) => {
      failed(error);
      store.server.resetRefused(reset);
    },
  });
}

/**
 * Sends a request that stops training, unless it fails.
 * @param {Context} context
 * @param {Frozen<Request>} request
 * @param {Waiting & { failed: (error: ErrorMessage) => void }} waiting
 */
function sendStopping({ told, send }, request, waiting) {
  const wasRunning = told.running;
  told.running = false;
  send(request, {
    ...waiting,
    failed: (error) => {
      if (wasRunning) told.running = true;
      waiting.failed(error);
    },
  });
}
