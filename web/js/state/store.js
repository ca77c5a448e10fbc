// The one owner of the page's state.
//
// The view reads `store.state`, calls the actions below, and subscribes to the slices it cares
// about; the transport does the same and reports through `store.server`. Nobody else changes
// anything. However many actions run in one turn of the event loop, each subscriber hears about
// it once, in a microtask.

/** @import {
 *   Config, DataPosition, Distribution, FieldName, Layout, Message, Notice, Parsed, Point, PreferencesState, Seeds,
 *   SessionContent, StorageState, Stored, Topic
 * } from "../../types/state" */

import { message } from "../words/message.js";
import { validLayout, validPreferences } from "./choices.js";
import { usableCheckpoint } from "./checkpoint.js";
import { DocumentEdits } from "./document-edits.js";
import { NOTHING_STORED, initialState } from "./initial-state.js";
import { KeptRuns } from "./kept-runs.js";
import { withNotice } from "./notices.js";
import { drawSeeds } from "./seeds.js";
import { ServerReports } from "./server-reports.js";
import {
  ADVANCED_FIELDS,
  DEFAULT_CONFIG,
  NETWORK_FIELDS,
  changedFields,
  describeNetwork,
  formatField,
  isSpeed,
} from "./settings.js";
import { ShownMap } from "./shown-map.js";
import { SettingsEdits } from "./settings-edits.js";
import { Slices } from "./slices.js";

/** Single steps that may wait for the server. */
const MAX_WAITING_STEPS = 100;

export class Store {
  #slices;
  #edits;
  #runs;
  #settings;
  #shownMap;
  #nextNoticeId = 1;
  /** Whether the last step is the change of settings that asked for another network. */
  #networkCanBeUndone = false;

  /** @param {Stored} [stored] what is kept from an earlier visit */
  constructor(stored = NOTHING_STORED) {
    this.#slices = new Slices(initialState(stored));
    this.#settings = new SettingsEdits(this.#slices);
    this.#shownMap = new ShownMap(this.#slices);
    this.#runs = new KeptRuns(this.#slices, { settings: this.#settings, shownMap: this.#shownMap });
    this.#edits = new DocumentEdits(this.#slices, this.#runs, () => {
      // Beside an earlier map stand the points of then: an edit would not be seen.
      this.goLive();
      this.#endOffers();
    });
    const owners = { edits: this.#edits, runs: this.#runs, settings: this.#settings, shownMap: this.#shownMap };
    /** Actions for the transport only. */
    this.server = new ServerReports(this.#slices, owners, {
      notify: (kind, text, action) => this.notify(kind, text, action),
      sayNewNetwork: () => this.#sayNewNetwork(),
    });
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

  /** Takes back the last step: a data edit, or all that a new network, a data set or a session brought. */
  undo() {
    // What was said of the step is no longer so.
    for (const { id, action } of this.state.workspace.notices) if (action === "undo") this.dismissNotice(id);
    this.#edits.undo();
  }

  /** Does the last undone step again, with the same result. */
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
    this.notify("info", message("notice.imported", { count: points.length, source }), "undo");
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
    const { config, seeds } = this.run.settings;
    if (seeds === null) return null;
    return { config, seeds, points: this.state.document.points, checkpoint: usableCheckpoint(this.run) };
  }

  /**
   * Puts another session in place of this one, as a step that can be undone: points, settings, seeds
   * and network.
   * @param {SessionContent} session
   * @param {string} source where it comes from, as in "from moons.nnvisu"
   * @returns {boolean} false if it has too many points (a notice says so, and nothing changed)
   */
  openSession(session, source) {
    if (!this.#hasRoomFor(session.points, source)) return false;
    this.#edits.replaceWithRun(session.points);
    const { config, seeds, checkpoint } = session;
    this.#runs.putBack({ config, seeds, checkpoint });
    const step = checkpoint?.step ?? 0;
    const content = { source, count: session.points.length, step, ...describeNetwork(config) };
    this.notify("info", message("notice.opened", content), "undo");
    return true;
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
    const changed = changedFields(this.run.settings.config, config);
    if (!changed.some((field) => NETWORK_FIELDS.includes(field))) {
      this.#settings.configure(config);
      return;
    }
    const before = this.#edits.replaceWithRun(this.state.document.points);
    this.#settings.configure(config);
    this.#runs.begin(drawSeeds(), before);
    this.#slices.patchRunPart("training", { networkPending: true });
    this.#networkCanBeUndone = true;
    if (this.state.connection.status === "retrying") {
      this.notify("info", message("notice.newNetworkLater", describeNetwork(config)), "undo");
    }
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

  /** Stops, and begins anew with new random weights. */
  resetModel() {
    this.#beginAnew(drawSeeds(), "notice.reset");
  }

  /** Stops, and begins anew with the same initial weights: with the same points it is the same training again. */
  restartModel() {
    this.#beginAnew({ ...(this.run.settings.seeds ?? drawSeeds()) }, "notice.restarted");
  }

  /**
   * @param {Seeds} seeds
   * @param {"notice.reset" | "notice.restarted"} said
   */
  #beginAnew(seeds, said) {
    const before = this.#edits.replaceWithRun(this.state.document.points);
    this.#runs.begin(seeds, before);
    const isLater = this.state.connection.status === "retrying";
    this.notify("info", message(isLater ? `${said}Later` : said), "undo");
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
   * @param {Notice["action"]} [action] what it offers to do
   */
  notify(kind, message, action = null) {
    const notices = withNotice(this.state.workspace.notices, { id: this.#nextNoticeId, kind, message, action });
    this.#slices.patch("workspace", { notices });
    this.#nextNoticeId += 1;
  }

  /** The server has made the network that the settings ask for. */
  #sayNewNetwork() {
    const network = describeNetwork(this.run.settings.config);
    this.notify("info", message("notice.newNetwork", network), this.#networkCanBeUndone ? "undo" : null);
  }

  /** The last step is another one than the notices tell of. */
  #endOffers() {
    this.#networkCanBeUndone = false;
    const { notices } = this.state.workspace;
    if (notices.every(({ action }) => action === null)) return;
    const ended = notices.map((notice) => (notice.action === null ? notice : { ...notice, action: null }));
    this.#slices.patch("workspace", { notices: ended });
  }

  /** @param {number} id of the notice to take away */
  dismissNotice(id) {
    const { notices } = this.state.workspace;
    this.#slices.patch("workspace", { notices: notices.filter((notice) => notice.id !== id) });
  }
}
