// A document to build the page in: that of happy-dom, which `cargo xtask test --only js` installs.
// There are no pixels: drawing contexts record nothing and measure nothing.

import { readFileSync } from "node:fs";

import { Store } from "../../web/js/state/store.js";

/** The page without what a browser would fetch. */
export const INDEX_HTML = readFileSync(new URL("../../web/index.html", import.meta.url), "utf8").replace(
  /<(script|link)[^>]*>(<\/script>)?/g,
  "",
);

const { NNVISU_DOM } = process.env;
if (NNVISU_DOM === undefined) throw new Error("run these tests with `cargo xtask test --only js`");
const { Window } = await import(NNVISU_DOM);

/** What view modules expect of a browser, by the names they use. */
const GLOBALS = [
  "Element", "Event", "Node", "HTMLElement", "HTMLButtonElement", "HTMLCanvasElement", "HTMLDetailsElement", "HTMLDialogElement",
  "HTMLFormElement", "HTMLInputElement", "HTMLOutputElement", "HTMLSelectElement", "HTMLTextAreaElement", "SVGElement",
  "ResizeObserver", "getComputedStyle", "document",
];

/** Every element is a square of this many CSS pixels at the top left of the window. */
export const CANVAS_EDGE = 400;

/** A drawing context that takes everything and does nothing. */
const CONTEXT = new Proxy({}, { get: () => () => undefined, set: () => true });

/** What is to be drawn when a test asks for the next frame; the modules that draw outlive a document. */
const waiting = [];

/**
 * A new document with the elements of index.html, in place of the last one.
 * @param {string} [html] instead of index.html's
 */
export function openDocument(html = INDEX_HTML) {
  const window = new Window({ url: "http://localhost/", width: 1440, height: 900 });
  for (const name of GLOBALS) globalThis[name] = window[name];
  globalThis.window = window;
  let time = 0;
  globalThis.requestAnimationFrame = (draw) => waiting.push(draw);
  globalThis.Path2D = class {
    addPath() {}
    moveTo() {}
    lineTo() {}
  };
  globalThis.DOMMatrix = class {
    scale() {
      return this;
    }
  };
  globalThis.ImageData = class {
    constructor(width, height) {
      this.data = new Uint8ClampedArray(4 * width * height);
    }
  };
  window.HTMLCanvasElement.prototype.getContext = () => CONTEXT;
  window.HTMLElement.prototype.getBoundingClientRect = () => new window.DOMRect(0, 0, CANVAS_EDGE, CANVAS_EDGE);
  window.document.write(html);
  // Nothing covers the canvas unless a test says so.
  window.document.elementFromPoint = () => window.document.querySelector("canvas.points");
  return {
    document: window.document,
    window,
    /** Lets the store tell its observers, then draws a frame. */
    async settle() {
      await new Promise((resolve) => setTimeout(resolve, 0));
      for (const draw of waiting.splice(0)) draw();
    },
    press: (key, options = {}) =>
      window.document.body.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options })),
    /** A pointer at a place of an element, CSS pixels, each time a second later unless told. */
    point(element, type, x, y, { after = 1000, ...options } = {}) {
      const event = new window.PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, pointerType: "mouse", isPrimary: true, button: 0, buttons: 1, bubbles: true, ...options });
      time += after;
      Object.defineProperty(event, "timeStamp", { value: time });
      element.dispatchEvent(event);
    },
    change(element, value) {
      if (element.type === "checkbox") element.checked = value;
      else element.value = value;
      element.dispatchEvent(new window.Event("change", { bubbles: true }));
    },
  };
}

/** A store of a page that is connected to its server. */
export function connectedStore() {
  const store = new Store();
  store.server.connection("open");
  return store;
}
