// The one owner of the page's state.
//
// The view and the transport read `store.state`, call the actions below, and subscribe to
// the slices they care about. Nobody else changes anything. However many actions run in one
// turn of the event loop, each subscriber hears about it once, in a microtask.

/** @import {
 *   Config, DataPosition, Distribution, FieldName, Parsed, PictureFrame, Point, State, Topic, UiState
 * } from "../../types/state" */

export class Store {
  /**
   * The current state. A slice is a new object whenever anything in it changed.
   * @type {State}
   */
  get state() {
    throw new Error("not built yet");
  }

  /**
   * Calls `listener` after any of `topics` changed, once per turn of the event loop, with the
   * topics that changed. It is not called for the state at the time of subscribing.
   * @param {readonly Topic[]} topics
   * @param {(changed: ReadonlySet<Topic>) => void} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(topics, listener) {}

  // --- data ---------------------------------------------------------------------------

  /**
   * Begins a drag: all data edits until `endStroke` are undone as one step.
   */
  beginStroke() {}

  /** Ends the drag begun by `beginStroke`; without one it does nothing. */
  endStroke() {}

  /**
   * Adds a point at a place in data space (clamped to [-1, 1] and rounded to 4 decimals).
   * @param {DataPosition} position
   * @param {number} [label] the selected class unless told
   * @returns {boolean} false if there are already as many points as the server takes (a notice says so)
   */
  addPoint(position, label) {}

  /**
   * Removes all points within `radius` of the segment between two places; equal places
   * make it a circle. All in data space.
   * @param {DataPosition} from
   * @param {DataPosition} to
   * @param {number} radius in units of data space
   * @returns {number} how many points went
   */
  erasePoints(from, to, radius) {}

  /** Removes all points. */
  clear() {}

  /** Takes back the last data edit. */
  undo() {}

  /** Does the last undone data edit again. */
  redo() {}

  /**
   * Asks the server for a data set (200 points), with `ui.classCount` classes. It replaces
   * the data when it comes. While there is no connection the wish is kept.
   * @param {Distribution} distribution
   * @param {number} [seed] the same seed gives the same data set
   */
  generate(distribution, seed) {}

  // --- settings -----------------------------------------------------------------------

  /**
   * Reads what a person typed or chose. A valid value becomes the setting; anything else
   * leaves the setting and puts a sentence into `settings.errors[field]` and the text into
   * `settings.drafts[field]`.
   * @param {FieldName} field
   * @param {string} text
   * @returns {Parsed<Config[FieldName]>}
   */
  setField(field, text) {}

  /**
   * `setField("architecture", text)`.
   * @param {string} text such as "10-5"
   * @returns {Parsed<Config[FieldName]>}
   */
  setArchitecture(text) {}

  /**
   * What the input of a field should show: the refused text if there is one, else the setting.
   * @param {FieldName} field
   * @returns {string}
   */
  textOf(field) {}

  /** Sets optimizer, learning rate, L2, batch size, dropout to their defaults. */
  resetAdvanced() {}

  /**
   * Sets the wanted speed.
   * @param {number | null} stepsPerSecond above 0; null means as fast as possible
   */
  setSpeed(stepsPerSecond) {}

  /**
   * Changes interface choices; values that make no sense are ignored.
   * @param {Partial<UiState>} changes
   */
  setUi(changes) {}

  // --- training -----------------------------------------------------------------------

  /**
   * Starts or goes on with training, from the latest state. Without points it says so in a
   * notice and stays paused.
   */
  train() {}

  /** Pauses training; weights are kept. */
  pause() {}

  /** `train` or `pause`, whichever changes something. */
  toggle() {}

  /** One optimizer step, then paused. */
  stepOnce() {}

  /** Stops, and asks for new random weights. */
  resetModel() {}

  // --- history and notices ------------------------------------------------------------

  /**
   * Shows an earlier picture; the last index goes live.
   * @param {number} index into `timeline.snapshots`
   */
  showSnapshot(index) {}

  /** Shows the newest picture and follows the run. */
  goLive() {}

  /**
   * Shows a message that blocks nothing.
   * @param {"info" | "error"} kind
   * @param {string} text
   */
  notify(kind, text) {}

  /** Takes the current notice away. */
  dismissNotice() {}
}
