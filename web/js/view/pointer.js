// Drawing and erasing with mouse, finger and pen.
//
// A stroke lasts while the button that began it is held. One finger draws; a second one means that the
// page is to be scrolled or zoomed, and takes back what the first has drawn on its way there.

/** @import { Point } from "../../types/state" */
/** @import { Store } from "../state/store.js" */
/** @import { EraserCursor } from "./eraser-cursor.js" */

import { DRAG_SPACING, dataFromCanvas, dataLength, dragPositions } from "./geometry.js";
import { scrollByFingers } from "./finger-scrolling.js";

/** @typedef {{ x: number, y: number }} CanvasPosition CSS pixels from the top left of the canvas */

/** The eraser end of a pen, as `buttons` of a pointer event tells it. */
const PEN_ERASER = 32;
const RIGHT_BUTTON = 2;

/** Presses within this many milliseconds and CSS pixels are one double click, and one point. */
const DOUBLE_CLICK = Object.freeze({ time: 500, mouse: 5, finger: 12 });

/**
 * @typedef {object} Stroke
 * @property {number} pointerId
 * @property {string} pointerType
 * @property {number} buttons that began it
 * @property {boolean} erases
 * @property {CanvasPosition} last from where to continue
 */

/**
 * @typedef {object} Press
 * @property {number} time
 * @property {CanvasPosition} position
 * @property {Point | undefined} point that it added
 */

/**
 * @param {Store} store
 * @param {HTMLCanvasElement} canvas
 * @param {EraserCursor} cursor
 */
export function listenToPointer(store, canvas, cursor) {
  const strokes = new Strokes(store, canvas, cursor);
  canvas.addEventListener("pointerdown", (event) => strokes.begin(event));
  canvas.addEventListener("pointermove", (event) => strokes.move(event));
  canvas.addEventListener("pointerup", (event) => strokes.release(event));
  canvas.addEventListener("lostpointercapture", (event) => strokes.release(event));
  canvas.addEventListener("pointercancel", (event) => {
    // The browser takes a finger to scroll or zoom with.
    if (event.pointerType === "touch") strokes.cancel();
    else strokes.release(event);
  });
  canvas.addEventListener("pointerleave", () => strokes.leave());
  // The second finger may be beside the canvas.
  document.addEventListener("pointerdown", (event) => strokes.secondFinger(event), { capture: true });
  // What happens to the button meanwhile, nobody says.
  window.addEventListener("blur", () => strokes.end());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") strokes.end();
  });
  // The right button erases.
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  scrollByFingers(canvas);
}

class Strokes {
  #store;
  #canvas;
  #cursor;
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {Press | null} */
  #press = null;

  /**
   * @param {Store} store
   * @param {HTMLCanvasElement} canvas
   * @param {EraserCursor} cursor
   */
  constructor(store, canvas, cursor) {
    this.#store = store;
    this.#canvas = canvas;
    this.#cursor = cursor;
  }

  /** @param {PointerEvent} event */
  begin(event) {
    const { pointerId, pointerType, buttons } = event;
    if (!event.isPrimary || (this.#stroke !== null && this.#stroke.pointerType !== pointerType)) return;
    const wantsEraser = (buttons & (RIGHT_BUTTON | PEN_ERASER)) !== 0 || isRightClickOfMac(event);
    if (!wantsEraser && event.button !== 0) return;
    // Of a stroke of before, the end was missed.
    this.end();
    capture(this.#canvas, pointerId);
    const position = positionOf(this.#canvas, event);
    const erases = wantsEraser || this.#store.state.workspace.tool === "erase";
    this.#stroke = { pointerId, pointerType, buttons, erases, last: position };
    this.#store.beginStroke();
    if (erases) {
      erase(this.#store, this.#canvas, position, position);
      this.#cursor.show(position);
    } else if (isInside(this.#canvas, position)) {
      this.#addPoint(event, position);
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (this.#isOf(event) && (event.buttons & (this.#stroke?.buttons ?? 0)) === 0) this.release(event);
    const position = positionOf(this.#canvas, event);
    const touchesNothing = event.pointerType === "touch" && this.#stroke === null;
    const isEraser = this.#store.state.workspace.tool === "erase" && !touchesNothing;
    if (this.#stroke?.erases || isEraser) this.#cursor.show(position);
    if (this.#stroke === null || !this.#isOf(event)) return;
    // The way between two frames of the screen counts too.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const moment of passed.length > 0 ? passed : [event]) {
      this.#stroke.last = follow(this.#store, this.#canvas, this.#stroke, positionOf(this.#canvas, moment));
    }
  }

  /** @param {PointerEvent} event of the pointer that is not held any more */
  release(event) {
    if (!this.#isOf(event)) return;
    this.end();
    if (event.pointerType === "touch" || this.#store.state.workspace.tool !== "erase") this.#cursor.hide();
  }

  end() {
    if (this.#stroke === null) return;
    this.#stroke = null;
    this.#store.endStroke();
  }

  /** Ends the stroke as if it had never begun. */
  cancel() {
    if (this.#stroke === null) return;
    this.#stroke = null;
    this.#store.cancelStroke();
    this.#cursor.hide();
  }

  /** @param {PointerEvent} event anywhere on the page */
  secondFinger({ pointerType, isPrimary }) {
    if (pointerType === "touch" && !isPrimary && this.#stroke?.pointerType === "touch") this.cancel();
  }

  leave() {
    if (this.#stroke === null) this.#cursor.hide();
  }

  /** @param {PointerEvent} event */
  #isOf(event) {
    return this.#stroke !== null && event.pointerId === this.#stroke.pointerId;
  }

  /**
   * @param {PointerEvent} event
   * @param {CanvasPosition} position
   */
  #addPoint(event, position) {
    const before = this.#press;
    const { points } = this.#store.state.document;
    if (before !== null && isDoubleClick(before, event, position)) {
      const { selectedClass } = this.#store.state.workspace;
      const isThere = before.point !== undefined && before.point === points.at(-1) && before.point.label === selectedClass;
      if (isThere) {
        this.#press = { ...before, time: event.timeStamp };
        return;
      }
    }
    this.#store.addPoint(dataFromCanvas(position, sizeOf(this.#canvas)));
    this.#press = { time: event.timeStamp, position, point: this.#store.state.document.points.at(-1) };
  }
}

/**
 * @param {Press} before
 * @param {PointerEvent} event
 * @param {CanvasPosition} position
 */
function isDoubleClick(before, { timeStamp, pointerType }, position) {
  const reach = pointerType === "mouse" ? DOUBLE_CLICK.mouse : DOUBLE_CLICK.finger;
  const distance = Math.hypot(position.x - before.position.x, position.y - before.position.y);
  return timeStamp - before.time <= DOUBLE_CLICK.time && distance <= reach;
}

/**
 * On a Mac, Control makes a click that of the right button.
 * @param {PointerEvent} event
 */
function isRightClickOfMac({ button, ctrlKey }) {
  return button === 0 && ctrlKey && /^mac/i.test(navigator.platform);
}

/**
 * Continues a stroke. What lies under a notice or a bar is neither drawn nor erased: it cannot be seen.
 * @param {Store} store
 * @param {HTMLCanvasElement} canvas
 * @param {Stroke} stroke
 * @param {CanvasPosition} position
 * @returns {CanvasPosition} from where to continue
 */
function follow(store, canvas, stroke, position) {
  if (stroke.erases) {
    if (!isCovered(canvas, position)) erase(store, canvas, stroke.last, position);
    return position;
  }
  const positions = dragPositions(stroke.last, position, DRAG_SPACING);
  for (const next of positions) {
    if (!isInside(canvas, next) || isCovered(canvas, next)) continue;
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
 * Whether something else is to be seen at a place of the canvas. Beside the canvas nothing is covered.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasPosition} position
 */
function isCovered(canvas, position) {
  if (!isInside(canvas, position)) return false;
  const { left, top } = canvas.getBoundingClientRect();
  return document.elementFromPoint(left + position.x, top + position.y) !== canvas;
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
