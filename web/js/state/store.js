// The one owner of the page's state.
//
// The view reads `store.state`, calls the actions below, and subscribes to the slices it cares
// about; the transport does the same and reports through `store.server`. Nobody else changes
// anything. However many actions run in one turn of the event loop, each subscriber hears about
// it once, in a microtask.

/** @import {
 *   Config, DataPosition, Distribution, FieldName, Layout, Message, Parsed, Point, PreferencesState, SessionContent,
 *   StorageState, Stored, Topic
 * } from "../../types/state" */

import { message } from "../words/message.js";
import { validLayout, validPreferences } from "./choices.js";
import { DocumentEdits } from "./document-edits.js";
import { NOTHING_STORED, initialState } from "./initial-state.js";
import { ShownMap } from "./shown-map.js";
import { ServerReports } from "./server-reports.js";
import {
  ADVANCED_FIELDS,
  DEFAULT_CONFIG,
  NETWORK_FIELDS,
  formatField,
  isSpeed,
} from "./settings.js";
import { OpenedSession } from "./opened-session.js";
import { SettingsEdits } from "./settings-edits.js";
import { Slices } from "./slices.js";

/** Single steps that may wait for the server. */
const MAX_WAITING_STEPS = 100;

export class Store {
  #slices;
  #edits;
  #settings;
  #shownMap;
  #openedSession;
  #nextNoticeId = 1;

  /** @param {Stored} [stored] what is kept from an earlier visit */
  constructor(stored = NOTHING_STORED) {
    this.#slices = new Slices(initialState(stored));
    this.#edits = new DocumentEdits(this.#slices, () => {
      // Beside an earlier map stand the points of then: an edit would not be seen.
      this.goLive();
    });
    this.#settings = new SettingsEdits(this.#slices);
    this.#shownMap = new ShownMap(this.#slices);
    const owners = { edits: this.#edits, settings: this.#settings, shownMap: this.#shownMap };
    this.#openedSession = new OpenedSession(this.#slices, owners);
    /** Actions for the transport only. */
    this.server = new ServerReports(this.#slices, owners, (kind, text) => this.notify(kind, text));
  }

  /** The current state. A slice is a new object whenever anything in it changed. */
  get state() {
    return this.#slices.state;
  }

  /** The run that is shown and controlled. */
  get run() {
    return this.#slices.run;
  }

  /**
   * Calls `listener` after any of `topics` changed, once per turn of the event loop, with those
   * that changed. It is not called for the state at the time of subscribing.
   * @param {readonly Topic[]} topics
   * @param {(changed: ReadonlySet<Topic>) => void} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(topics, listener) {
    return this.#slices.subscribe(topics, listener);
  }

  // --- data ---------------------------------------------------------------------------

  /** Begins a drag: all data edits until `endStroke` are undone as one step. */
  beginStroke() {
    this.#edits.beginStroke();
  }

  /** Ends the drag begun by `beginStroke`; without one it does nothing. */
  endStroke() {
    this.#edits.endStroke();
  }

  /** Ends the drag begun by `beginStroke`, as if it had never begun: redo does not know of it. */
  cancelStroke() {
    this.#edits.cancelStroke();
  }

  /**
   * Adds a point at a place in data space (clamped to [-1, 1] and rounded to 4 decimals).
   * @param {DataPosition} position
   * @param {number} [label] the selected class unless told
   * @returns {boolean} false if there are already as many points as the server takes (a notice says so)
   */
  addPoint(position, label = this.state.workspace.selectedClass) {
    const { maxPoints } = this.state.connection;
    if (this.state.document.points.length >= maxPoints) {
      this.notify("error", message("notice.maxPoints", { max: maxPoints }));
      return false;
    }
    this.#forgetWaitingDataSet();
    this.#edits.add(position, label);
    return true;
  }

  /**
   * Removes all points within `radius` of the segment between two places; equal places make it
   * a circle. All in data space.
   * @param {DataPosition} from
   * @param {DataPosition} to
   * @param {number} radius
   * @returns {number} how many points went
   */
  erasePoints(from, to, radius) {
    return this.#edits.erase(from, to, radius);
  }

  /** Removes all points. */
  clear() {
    this.#forgetWaitingDataSet();
    this.#edits.replace([]);
  }

  /** Takes back the last data edit; if that was the opening of a session, as a whole. */
  undo() {
    if (this.#openedSession.hasJustOpened) this.bringBack();
    else this.#edits.undo();
  }

  /** Does the last undone data edit again. */
  redo() {
    this.#edits.redo();
  }

  /**
   * Asks the server for a data set (200 points) with as many classes as the person prefers. When it comes it
   * replaces the data and the weights are fresh. Without a connection the wish is kept.
   * @param {Distribution} distribution
   * @param {number} [seed] the same seed gives the same data set
   */
  generate(distribution, seed) {
    const { classCount } = this.state.preferences;
    this.#slices.patch("document", { generating: { distribution, classCount, seed: seed ?? null } });
    this.pause();
    if (this.state.connection.status === "retrying") this.notify("info", message("notice.generateLater"));
  }

  /** A data set asked for while there is no connection would later replace what is drawn now. */
  #forgetWaitingDataSet() {
    if (this.state.connection.status !== "open") this.#slices.patch("document", { generating: null });
  }

  /**
   * Puts other points in place of all that there are, as an edit that can be undone. The network
   * stays.
   * @param {readonly Point[]} points
   * @param {string} source where they come from, as in "from points.csv"
   * @returns {boolean} false if they are none or too many (a notice says so, and nothing changed)
   */
  importPoints(points, source) {
    if (points.length === 0) {
      this.notify("error", message("notice.noPointsFrom", { source }));
      return false;
    }
    if (!this.#hasRoomFor(points, source)) return false;
    this.#forgetWaitingDataSet();
    this.#edits.replace(points);
    this.notify("info", message("notice.imported", { count: points.length, source }));
    return true;
  }

  /**
   * @param {readonly Point[]} points
   * @param {string} source
   */
  #hasRoomFor(points, source) {
    const { maxPoints } = this.state.connection;
    if (points.length <= maxPoints) return true;
    this.notify("error", message("notice.tooManyPoints", { count: points.length, source, max: maxPoints }));
    return false;
  }

  // --- sessions as files --------------------------------------------------------------

  /**
   * Everything that makes this training run, to be kept in a file.
   * @returns {SessionContent | null} null before the server has drawn the seeds
   */
  sessionContent() {
    return this.#openedSession.content();
  }

  /**
   * Puts another session in place of this one: points, settings, seeds and network. What was
   * there can be brought back.
   * @param {SessionContent} session
   * @param {string} source where it comes from, as in "from moons.nnvisu"
   * @returns {boolean} false if it has too many points (a notice says so, and nothing changed)
   */
  openSession(session, source) {
    if (!this.#hasRoomFor(session.points, source)) return false;
    const canBringBack = this.#openedSession.open(session);
    const step = session.checkpoint?.step ?? 0;
    const content = { source, count: session.points.length, step, ...describeNetwork(session.config) };
    this.notify("info", message("notice.opened", content), canBringBack);
    return true;
  }

  /** Puts back what the last opened session took the place of. */
  bringBack() {
    if (this.#openedSession.bringBack()) this.notify("info", message("notice.broughtBack"));
  }

  // --- settings -----------------------------------------------------------------------

  /**
   * Reads what a person typed or chose. A valid value becomes the setting; anything else leaves
   * the setting and puts a sentence into `settings.errors[field]` and the text into
   * `settings.drafts[field]`.
   * @param {FieldName} field
   * @param {string} text
   * @returns {Parsed<Config[FieldName]>}
   */
  setField(field, text) {
    const parsed = this.#settings.read(field, text);
    if (parsed.ok) this.#configure({ ...this.run.settings.config, [field]: parsed.value });
    return parsed;
  }

  /**
   * `setField("architecture", text)`.
   * @param {string} text such as "10-5"
   * @returns {Parsed<Config[FieldName]>}
   */
  setArchitecture(text) {
    return this.setField("architecture", text);
  }

  /**
   * What the input of a field should show: the refused text if there is one, else the setting.
   * @param {FieldName} field
   * @returns {string}
   */
  textOf(field) {
    const { drafts, config } = this.run.settings;
    return drafts[field] ?? formatField(field, config);
  }

  /** Sets activation, optimizer, learning rate, L2, batch size and dropout back to their defaults. */
  resetAdvanced() {
    const defaults = Object.fromEntries(ADVANCED_FIELDS.map((field) => [field, DEFAULT_CONFIG[field]]));
    this.#settings.forgetRefused(ADVANCED_FIELDS);
    this.#configure({ ...this.run.settings.config, ...defaults });
  }

  /**
   * Sets the wanted speed; what is not a speed is ignored.
   * @param {number | null} stepsPerSecond above 0; null means as fast as possible
   */
  setSpeed(stepsPerSecond) {
    if (isSpeed(stepsPerSecond)) this.#slices.patchRunPart("settings", { stepsPerSecond });
  }

  /** @param {Config} config valid */
  #configure(config) {
    const changed = this.#settings.configure(config);
    if (!changed.some((field) => NETWORK_FIELDS.includes(field))) return;
    this.#slices.patchRunPart("training", { running: false, networkPending: true });
    this.goLive();
    this.notify("info", message("notice.newNetwork", describeNetwork(config)));
  }

  /**
   * Changes how the page is liked; values that make no sense are ignored.
   * @param {Partial<PreferencesState>} changes
   */
  setPreferences(changes) {
    this.#slices.patch("preferences", validPreferences(changes));
  }

  /**
   * Changes the tool and what is open; values that make no sense are ignored.
   * @param {Partial<Layout>} changes
   */
  setLayout(changes) {
    this.#slices.patch("workspace", validLayout(changes));
  }

  // --- training -----------------------------------------------------------------------

  /**
   * Starts or continues training, from the latest state. Without points it says so in a
   * notice and stays paused.
   */
  train() {
    this.goLive();
    if (this.#canTrain()) this.#slices.patchRunPart("training", { running: true, diverged: false });
  }

  /** Pauses training; weights are kept. */
  pause() {
    this.#slices.patchRunPart("training", { running: false });
  }

  /** `train` or `pause`, whichever changes something. */
  toggle() {
    if (this.run.training.running) this.pause();
    else this.train();
  }

  /** One optimizer step, then paused. */
  stepOnce() {
    this.goLive();
    if (!this.#canTrain()) return;
    const steps = Math.min(MAX_WAITING_STEPS, this.run.requests.steps + 1);
    this.#slices.patchRunPart("requests", { steps });
    this.#slices.patchRunPart("training", { running: false, diverged: false });
  }

  /** Stops, and asks for new random weights. */
  resetModel() {
    this.goLive();
    this.pause();
    this.#slices.patchRunPart("requests", { reset: true, steps: 0 });
  }

  #canTrain() {
    const { points, generating } = this.state.document;
    if (points.length > 0 || generating !== null) return true;
    this.notify("info", message("notice.addPoints"));
    return false;
  }

  // --- what is kept -------------------------------------------------------------------

  /** This tab's work is to be there at the next visit, instead of another tab's. */
  storeHere() {
    const { place } = this.state.workspace.storage;
    if (place === "elsewhere") this.#slices.patch("workspace", { storage: { place, claimed: true } });
  }

  /**
   * Which tab's work is kept. For the storage only.
   * @param {StorageState["place"]} place
   */
  stored(place) {
    this.#slices.patch("workspace", { storage: { place, claimed: false } });
  }

  /** @param {boolean} presenting whether the canvas and large numbers are all there is to see */
  setPresenting(presenting) {
    this.#slices.patch("workspace", { presenting });
  }

  /** @param {boolean} reducedMotion whether the person has asked their system for little motion */
  setReducedMotion(reducedMotion) {
    this.#slices.patch("workspace", { reducedMotion });
  }

  /** @param {boolean} visible whether the page can be seen */
  setVisible(visible) {
    this.#slices.patch("workspace", { visible });
  }

  // --- history and notices ------------------------------------------------------------

  /**
   * Shows the map of an earlier step, or the next recorded one in that direction; the last goes live.
   * @param {number} step
   */
  showStep(step) {
    this.#shownMap.show(step);
  }

  /** Shows the newest map and follows the run. */
  goLive() {
    if (!this.run.map.live) this.#shownMap.goLive();
  }

  /**
   * Shows a message that blocks nothing.
   * @param {"info" | "error"} kind
   * @param {Message} message
   * @param {boolean} [canBringBack] whether it offers to bring back what a session replaced
   */
  notify(kind, message, canBringBack = false) {
    this.#slices.patch("workspace", { notice: { id: this.#nextNoticeId, kind, message, canBringBack } });
    this.#nextNoticeId += 1;
  }

  /** Takes the current notice away. */
  dismissNotice() {
    this.#slices.patch("workspace", { notice: null });
  }
}

/** @param {Config} config */
function describeNetwork({ architecture, activation, dropout }) {
  return { layers: architecture, activation, dropout };
}
