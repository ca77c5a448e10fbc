// The canvas with everything on it: the map, the points, and the ways to draw and erase.

/** @import { Store } from "../state/store.js" */

import { Announcer, announceProgress, describeCanvas } from "./announcer.js";
import { watchCanvasSize } from "./canvas-size.js";
import { byId } from "./dom.js";
import { EraserCursor } from "./eraser-cursor.js";
import { KeyboardCursor } from "./keyboard-cursor.js";
import { MapLayer } from "./map-layer.js";
import { listenToPointer } from "./pointer.js";
import { PointsLayer } from "./points-layer.js";

/** @param {Store} store */
export function buildCanvasArea(store) {
  const canvas = byId("points", HTMLCanvasElement);
  const map = new MapLayer(store, byId("map", HTMLCanvasElement));
  const points = new PointsLayer(store, canvas);
  const announcer = new Announcer(byId("announcer", HTMLElement));
  const eraser = new EraserCursor(store, byId("eraser-cursor", HTMLElement), canvas);
  listenToPointer(store, canvas, eraser);
  const cursor = new KeyboardCursor(store, {
    canvas,
    element: byId("crosshair", SVGElement),
    announcer,
  });
  watchCanvasSize(byId("canvas-box", HTMLElement), (size) => {
    map.resize(size);
    points.resize(size);
    cursor.resize();
  });
  announceProgress(store, announcer);
  describeCanvas(store, byId("canvas-summary", HTMLElement));
}
