// Telling the server what it has not been told, channel by channel.

/** @import { Frozen } from "../../types/state" */
/** @import { Request } from "../../types/wire" */
/** @import { Store } from "../state/store.js" */
/** @import { Told } from "./channels.js" */
/** @import { Replies, Waiting } from "./replies.js" */

import { CHANNELS } from "./channels.js";

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
    const { state, run } = this.#store;
    const context = { store: this.#store, state, run, told: this.told, replies: this.#replies, send: this.#send };
    for (const { tell } of CHANNELS) tell(context);
  }

  /** Asks for nothing new, to hear whether the server is still there. */
  probe() {
    const { stepsPerSecond } = this.told;
    this.#send({ type: "set_speed", stepsPerSecond }, { kind: "speed" });
  }
}
