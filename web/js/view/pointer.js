// Drawing and erasing with mouse, finger and pen.

/** @import { Store } from "../state/store.js" */
/** @import { EraserCursor } from "./eraser-cursor.js" */

import { DRAG_SPACING, dataFromCanvas, dataLength, dragPositions } from "./geometry.js";

/** @typedef {{ x: number, y: number }} CanvasPosition CSS pixels from the top left of the canvas */

/** The eraser end of a pen, as `buttons` of a pointer event tells it. */
const PEN_ERASER = 32;
const RIGHT_BUTTON = 2;

/**
 * @param {Store} store
 * @param {HTMLCanvasElement} canvas
 * @param {EraserCursor} cursor
 */
export function listenToPointer(store, canvas, cursor) {
  /** @type {{ pointerId: number, erases: boolean, last: CanvasPosition } | null} */
  let stroke = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke !== null || !event.isPrimary) return;
    const wantsEraser = (event.buttons & (RIGHT_BUTTON | PEN_ERASER)) !== 0;
    if (!wantsEraser && event.button !== 0) return;
    capture(canvas, event.pointerId);
    const position = positionOf(canvas, event);
    const erases = wantsEraser || store.state.workspace.tool === "erase";
    stroke = { pointerId: event.pointerId, erases, last: position };
    store.beginStroke();
    if (erases) {
      erase(store, canvas, position, position);
      cursor.show(position);
    } else if (isInside(canvas, position)) {
      store.addPoint(dataFromCanvas(position, sizeOf(canvas)));
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    const position = positionOf(canvas, event);
    const touchesNothing = event.pointerType === "touch" && stroke === null;
    if (stroke?.erases || (store.state.workspace.tool === "erase" && !touchesNothing)) cursor.show(position);
    if (stroke === null || event.pointerId !== stroke.pointerId) return;
    // The way between two frames of the screen counts too.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const moment of passed.length > 0 ? passed : [event]) {
      stroke.last = follow(store, canvas, stroke, positionOf(canvas, moment));
    }
  });

  /** @param {PointerEvent} event */
  const end = (event) => {
    if (stroke === null || event.pointerId !== stroke.pointerId) return;
    stroke = null;
    store.endStroke();
    if (event.pointerType === "touch" || store.state.workspace.tool !== "erase") cursor.hide();
  };
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    canvas.addEventListener(type, end);
  }
  canvas.addEventListener("pointerleave", () => {
    if (stroke === null) cursor.hide();
  });
  // The right button erases.
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

/**
 * Goes on with a stroke.
 * @param {Store} store
 * @param {HTMLCanvasElement} canvas
 * @param {{ erases: boolean, last: CanvasPosition }} stroke
 * @param {CanvasPosition} position
 * @returns {CanvasPosition} from where to go on
 */
function follow(store, canvas, stroke, position) {
  if (stroke.erases) {
    erase(store, canvas, stroke.last, position);
    return position;
  }
  const positions = dragPositions(stroke.last, position, DRAG_SPACING);
  for (const next of positions) {
    if (!isInside(canvas, next)) continue;
    if (!store.addPoint(dataFromCanvas(next, sizeOf(canvas)))) break;
  }
  return positions.at(-1) ?? stroke.last;
}

/**
 * @param {Store} store
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasPosition} from
 * @param {CanvasPosition} to
 */
function erase(store, canvas, from, to) {
  const size = sizeOf(canvas);
  const radius = dataLength(store.state.preferences.eraserRadius, size);
  store.erasePoints(unclamped(from, size), unclamped(to, size), radius);
}

/**
 * Data space beyond the canvas too, where the eraser's middle may be.
 * @param {CanvasPosition} position
 * @param {number} size
 */
function unclamped({ x, y }, size) {
  return { x: (x / size) * 2 - 1, y: 1 - (y / size) * 2 };
}

/** @param {HTMLCanvasElement} canvas */
function sizeOf(canvas) {
  return canvas.getBoundingClientRect().width;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 * @returns {CanvasPosition}
 */
function positionOf(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasPosition} position
 */
function isInside(canvas, { x, y }) {
  const size = sizeOf(canvas);
  return x >= 0 && y >= 0 && x <= size && y <= size;
}

/**
 * @param {Element} element
 * @param {number} pointerId
 */
function capture(element, pointerId) {
  try {
    element.setPointerCapture(pointerId);
  } catch {
    // The pointer is gone already (a very short tap): there is nothing to follow.
  }
}
