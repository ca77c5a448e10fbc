// How large the square canvas is, in CSS pixels and in pixels of the screen, and when that changes.

/**
 * @typedef {object} CanvasSize
 * @property {number} css edge, CSS pixels
 * @property {number} device edge, pixels of the screen
 */

/**
 * Calls `onChange` now and whenever the box or the screen's pixel ratio changes.
 * @param {HTMLElement} box square
 * @param {(size: CanvasSize) => void} onChange
 */
export function watchCanvasSize(box, onChange) {
  let last = { css: 0, device: 0 };

  /** @param {number} [exact] what the browser says the edge is in pixels of the screen */
  const measure = (exact) => {
    const css = box.getBoundingClientRect().width;
    const device = deviceEdge(css, exact);
    if (css < 1 || (css === last.css && device === last.device)) return;
    last = { css, device };
    onChange(last);
  };

  const observer = new ResizeObserver(([entry]) => {
    measure(entry.devicePixelContentBoxSize?.[0]?.inlineSize);
  });
  try {
    observer.observe(box, { box: "device-pixel-content-box" });
  } catch {
    // Safari does not know this box; its edges may be blurred by part of a pixel.
    observer.observe(box);
  }
  watchPixelRatio(() => measure());
  measure();
}

/**
 * @param {number} css
 * @param {number} [exact]
 */
function deviceEdge(css, exact) {
  const rounded = Math.round(css * window.devicePixelRatio);
  // The browser knows how the edges fall on the screen's pixels, but where a phone is only
  // emulated it speaks of the pixels of the real screen.
  return exact !== undefined && Math.abs(exact - rounded) <= 1 ? exact : rounded;
}

/** @param {() => void} onChange */
function watchPixelRatio(onChange) {
  const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener(
    "change",
    () => {
      onChange();
      watchPixelRatio(onChange);
    },
    { once: true },
  );
}
