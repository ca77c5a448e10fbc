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

  /** @param {number} css @param {number} device */
  const report = (css, device) => {
    if (css < 1 || (css === last.css && device === last.device)) return;
    last = { css, device };
    onChange(last);
  };
  const measure = () => {
    const css = box.getBoundingClientRect().width;
    report(css, Math.round(css * window.devicePixelRatio));
  };

  const observer = new ResizeObserver(([entry]) => {
    const css = box.getBoundingClientRect().width;
    const exact = entry.devicePixelContentBoxSize?.[0]?.inlineSize;
    report(css, exact ?? Math.round(css * window.devicePixelRatio));
  });
  try {
    observer.observe(box, { box: "device-pixel-content-box" });
  } catch {
    // Safari does not know this box: the pixel ratio is watched instead.
    observer.observe(box);
    watchPixelRatio(measure);
  }
  measure();
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
