// Keeps the server in step with the store, through lost connections and restarts.
//
// After every connect the server is handed everything (`restore`); from then on it is told what
// changes (channels.js). What the server says goes into the store. Frames and checkpoints of
// weights that have been, or are being, thrown away are dropped: the server counts generations.

/** @import { Frozen } from "../../types/state" */
/** @import { Request } from "../../types/wire" */
/** @import { Store } from "../state/store.js" */
/** @import { ReconnectingSocket } from "./socket.js" */
/** @import { DataGenerated, ErrorMessage, Hello, Message, ServerState, StateMessage } from "./messages.js" */
/** @import { Decoded, FrameQueue } from "./frames/frame-queue.js" */
/** @import { Waiting } from "./replies.js" */

import { NETWORK_FIELDS, changedFields } from "../state/settings.js";
import { message } from "../words/message.js";
import { word } from "../words/word.js";
import { CatchUp } from "./catch-up.js";
import { parseMessage } from "./messages.js";
import { Replies } from "./replies.js";
import { restoreFrom } from "./restore.js";

/** Silence after which the server is asked whether it is there, and then given up: milliseconds. */
const PATIENCE = 10_000;

export class Connection {
  #store;
  #socket;
  #now;
  #page;
  #replies = new Replies();
  #frames;
  /** @type {CatchUp | null} null until the server has been restored */
  #catchUp = null;
  /** @type {number | null} */
  #generation = null;
  #isOpen = false;
  #maxMessageBytes = Infinity;
  #lastHeard = 0;
  #complained = false;

  /**
   * @param {Store} store
   * @param {Pick<ReconnectingSocket, "send" | "settled" | "drop" | "bufferedAmount">} socket
   * @param {() => number} now milliseconds
   * @param {(use: (decoded: Decoded) => void) => Pick<FrameQueue, "put" | "clear">} createQueue where
   *   frames are decoded
   * @param {string | null} [page] which page this is, as its server named it; null if it did not
   */
  constructor(store, socket, now, createQueue, page = null) {
    this.#store = store;
    this.#socket = socket;
    this.#now = now;
    this.#page = page;
    this.#frames = createQueue((decoded) => this.#frame(decoded));
    store.subscribe(["document", "runs", "connection", "workspace"], () => this.#tell());
  }

  /** A connection stands; the server introduces itself first. */
  opened() {
    this.#forget();
    this.#isOpen = true;
    this.#lastHeard = this.#now();
  }

  /** The connection is lost, and another one is tried. */
  lost() {
    this.#forget();
    this.#store.server.connection("retrying");
  }

  /**
   * Called every second or so: a connection can die without a word, above all when a computer
   * sleeps or changes networks.
   */
  checkPulse() {
    if (!this.#isOpen) return;
    // While the browser still sends, the server cannot be expected to answer.
    if (this.#socket.bufferedAmount > 0) this.#lastHeard = this.#now();
    if (this.#now() - this.#lastHeard < PATIENCE) return;
    this.#lastHeard = this.#now();
    // An answer, or the introduction that a server begins with, is overdue.
    if (this.#catchUp === null || !this.#replies.isEmpty) this.#socket.drop();
    else if (this.#store.run.training.running) this.#catchUp.probe();
  }

  /** The person is back, or the network: is the server still there? */
  probe() {
    if (this.#catchUp === null || !this.#replies.isEmpty) return;
    this.#lastHeard = this.#now();
    this.#catchUp.probe();
  }

  /** @param {string} text a message of the server */
  text(text) {
    this.#lastHeard = this.#now();
    this.#react(parseMessage(text));
    this.#tell();
  }

  /** Tells the server what it does not know: what has changed, or everything of another run. */
  #tell() {
    if (this.#catchUp === null) return;
    if (!this.#isToRestore) {
      this.#catchUp.run();
      return;
    }
    // What the server is throwing away may be what is to be restored: its last weights come first.
    if (this.#replies.expectNewGeneration) return;
    this.#catchUp = null;
    this.#restore();
  }

  /** Whether another run is here than the one that the server knows. */
  get #isToRestore() {
    return this.#store.state.connection.restore !== null;
  }

  /** Whether what comes of the run that the server knows is about the one that is here. */
  get #isOfThisRun() {
    return !this.#isToRestore && this.#store.run.requests.reset === null && !this.#replies.expectNewGeneration;
  }

  /** @param {ArrayBuffer} buffer a frame of the server */
  binary(buffer) {
    this.#lastHeard = this.#now();
    this.#frames.put(buffer);
  }

  /** @param {Decoded} decoded */
  #frame(decoded) {
    if (!this.#isOfThisRun) return;
    if (!decoded.ok) {
      this.#complain(decoded.message);
      return;
    }
    const { run, generation } = decoded.value;
    if (run === this.#store.run.id && generation === this.#generation) this.#store.server.frame(decoded.value);
  }

  #forget() {
    this.#replies.clear();
    this.#frames.clear();
    this.#isOpen = false;
    this.#catchUp = null;
    this.#generation = null;
    this.#complained = false;
  }

  /** @param {Message} heard */
  #react(heard) {
    switch (heard.type) {
      case "config":
        return this.#hello(heard);
      case "state":
        return this.#state(heard);
      case "data_generated":
        return this.#generated(heard);
      case "error":
        return this.#error(heard);
      case "checkpoint":
        if (heard.checkpoint.generation !== this.#generation) return;
        if (heard.re !== null) return this.#store.server.replaced(heard.checkpoint);
        if (this.#isOfThisRun) this.#store.server.checkpoint(heard.checkpoint);
        return;
      case "unreadable":
        return this.#complain(heard.reason);
      case "ignored":
    }
  }

  /** @param {Hello} hello */
  #hello(hello) {
    this.#maxMessageBytes = hello.maxMessageBytes;
    const hasOtherPage = hello.page !== null && this.#page !== null && hello.page !== this.#page;
    this.#store.server.hello({ ...hello, hasOtherPage });
    if (this.#catchUp === null && this.#replies.isEmpty) this.#restore();
  }

  #restore() {
    const { state } = this.#store;
    const { request, checkpoint, told } = restoreFrom(state);
    // The text is nearly all ASCII: its length is its size.
    if (checkpoint !== null && JSON.stringify(request).length + 1_000 > this.#maxMessageBytes) {
      this.#store.server.checkpointRefused(word("notice.checkpointTooLarge"));
      this.#restore();
      return;
    }
    const { points } = state.document;
    const { maxPoints } = state.connection;
    if (points.length > maxPoints) this.#store.server.problem(message("notice.pointsLeftOut", { max: maxPoints }));
    const { reset } = this.#store.run.requests;
    this.#send(request, {
      kind: "restore",
      done: (now) => {
        if (checkpoint === null) this.#store.server.freshWeights();
        else this.#store.server.resumed(checkpoint);
        if (reset !== null) this.#store.server.resetDone(reset);
        this.#store.server.restored(state.connection.restore);
        const send = (/** @type {Frozen<Request>} */ next, /** @type {Waiting} */ waiting) => this.#send(next, waiting);
        this.#catchUp = new CatchUp(this.#store, this.#replies, send, { ...told, running: now.running });
        this.#socket.settled();
        this.#store.server.connection("open");
      },
      failed: (error) => this.#restoreFailed(error, checkpoint !== null),
    });
  }

  /**
   * @param {ErrorMessage} error
   * @param {boolean} hadCheckpoint
   */
  #restoreFailed({ message: reason }, hadCheckpoint) {
    if (hadCheckpoint) {
      this.#store.server.checkpointRefused(reason);
      this.#restore();
      return;
    }
    // Settings and points are checked before they get into the store, so this server has other
    // rules than the page. It may be replaced by the right one: the work is kept meanwhile.
    this.#store.server.problem(message("notice.restoreRefused", { reason }));
    this.#socket.drop();
  }

  /** @param {StateMessage} message */
  #state({ re, state }) {
    const waiting = this.#replies.take(re);
    if (this.#replies.has("restore") || (this.#isToRestore && waiting?.kind !== "restore")) {
      // It is about the run that another one is taking the place of.
      this.#generation = state.generation;
      waiting?.done?.(state);
      return;
    }
    const isNewRun = state.generation !== this.#generation && waiting?.kind !== "restore";
    this.#generation = state.generation;
    if (isNewRun) this.#store.server.freshWeights();
    waiting?.done?.(state);
    this.#showNetwork(state);
    this.#followRunning(state);
  }

  /** @param {ServerState} state */
  #showNetwork({ generation, network, seeds }) {
    const told = this.#catchUp?.told.config;
    const { config } = this.#store.run.settings;
    const networkPending =
      told === undefined ||
      this.#replies.has("network") ||
      changedFields(told, config).some((field) => NETWORK_FIELDS.includes(field));
    this.#store.server.network({ generation, network, seeds, networkPending });
  }

  /**
   * Only when nothing is under way does a state tell whether training continues by itself.
   * @param {ServerState} state
   */
  #followRunning({ running }) {
    if (this.#catchUp === null || !this.#replies.isEmpty) return;
    const { told } = this.#catchUp;
    if (told.running && !running && this.#store.run.training.running) this.#store.server.stopped();
    told.running = running;
  }

  /** @param {DataGenerated} message */
  #generated({ re, points }) {
    const waiting = this.#replies.get(re);
    // A session that was opened since stands in place of what was asked for.
    if (waiting?.kind !== "generate" || this.#catchUp === null || this.#isToRestore) return;
    this.#store.server.generated(waiting.about, points);
    this.#catchUp.told.points = points;
  }

  /** @param {ErrorMessage} error */
  #error(error) {
    const waiting = this.#replies.take(error.re);
    if (this.#replies.has("restore")) return;
    if (error.code === "diverged") {
      if (this.#catchUp !== null) this.#catchUp.told.running = false;
      this.#store.server.diverged();
    }
    if (waiting?.failed) waiting.failed(error);
    else this.#store.server.refused(error.message);
  }

  /**
   * @param {Frozen<Request>} request
   * @param {Waiting} waiting
   */
  #send(request, waiting) {
    if (this.#replies.isEmpty) this.#lastHeard = this.#now();
    this.#socket.send(JSON.stringify({ ...request, id: this.#replies.add(waiting) }));
  }

  /** @param {string} reason */
  #complain(reason) {
    if (this.#complained) return;
    this.#complained = true;
    this.#store.server.problem(message("notice.unreadable", { reason }));
  }
}
