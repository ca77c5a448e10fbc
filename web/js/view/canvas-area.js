// The canvas with everything on it: the map, the points, the ways to draw and erase, and what it says
// when it is empty or shows an earlier step.

/** @import { Store } from "../state/store.js" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { word } from "../words/word.js";
import { Announcer, announceProgress, describeCanvas } from "./announcer.js";
import { BoundaryLayer } from "./boundary-layer.js";
import { watchCanvasSize } from "./canvas-size.js";
import { find, setText, uniqueId } from "./elements.js";
import { EraserCursor } from "./eraser-cursor.js";
import { KeyboardCursor } from "./keyboard-cursor.js";
import { MapLayer } from "./map-layer.js";
import { listenToPointer } from "./pointer.js";
import { PointsLayer } from "./points-layer.js";
import { Probe } from "./probe.js";

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildCanvasArea(root, { store }) {
  const box = find(root, ".canvas-box", HTMLElement);
  const canvas = find(root, "canvas.points", HTMLCanvasElement);
  const summary = find(root, "[data-part=summary]", HTMLElement);
  const keys = find(root, "[data-part=keys]", HTMLElement);
  summary.id = uniqueId("summary");
  keys.id = uniqueId("keys");
  canvas.setAttribute("aria-describedby", `${summary.id} ${keys.id}`);

  const map = new MapLayer(store, find(root, "canvas.map", HTMLCanvasElement));
  const boundary = new BoundaryLayer(store, find(root, "canvas.boundary", HTMLCanvasElement));
  const points = new PointsLayer(store, canvas);
  const announcer = new Announcer(find(root, "[data-part=announcer]", HTMLElement));
  const eraser = new EraserCursor(store, find(root, ".eraser-cursor", HTMLElement), canvas);
  listenToPointer(store, canvas, eraser);
  const probe = new Probe(store, find(root, ".probe", HTMLElement), canvas);
  const cursor = new KeyboardCursor(store, { canvas, element: find(root, ".crosshair", SVGElement), announcer, probe });
  watchCanvasSize(box, (size) => {
    map.resize(size);
    boundary.resize(size);
    points.resize(size);
    cursor.resize();
  });
  announceProgress(store, announcer);
  describeCanvas(store, summary);
  showInvitation(store, box);
  showHistoryMark(store, find(root, ".history-mark", HTMLElement));
}

/**
 * Invites to add points where there are none.
 * @param {Store} store
 * @param {HTMLElement} box
 */
function showInvitation(store, box) {
  const invitation = find(box, ".empty-state", HTMLElement);
  observe(store, ({ document }) => document.points.length > 0 || document.generating !== null, (isHidden) => {
    invitation.hidden = isHidden;
  });
  // The guesses of a network that has seen nothing stay in the background.
  observe(
    store,
    (state) => state.document.points.length === 0 && (currentRun(state).map.frame?.step ?? 0) === 0,
    (isUntouched) => (box.dataset.untouched = String(isUntouched)),
  );
}

/**
 * Says which step is shown while it is not the newest.
 * @param {Store} store
 * @param {HTMLElement} mark
 */
function showHistoryMark(store, mark) {
  const stepOfThen = (/** @type {Store["state"]} */ state) => {
    const { map } = currentRun(state);
    return map.live ? null : (map.frame?.step ?? 0);
  };
  observe(store, stepOfThen, (step) => {
    mark.hidden = step === null;
    if (step !== null) setText(mark, word("history.mark", { step }));
  });
}
