// Drawing at most once per frame of the screen, never without need.

/** @type {Set<() => void>} */
const waiting = new Set();

/**
 * Calls `draw` before the next frame is shown, once however often it is asked for.
 * @param {() => void} draw the same function each time
 */
export function drawSoon(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

/**
 * For `observe`: draws the first value at once, and later ones with the screen, the newest only.
 * @template T
 * @param {(value: T) => void} draw
 * @returns {(value: T) => void}
 */
export function withScreen(draw) {
  /** @type {{ value: T } | null} */
  let newest = null;
  const drawNewest = () => {
    if (newest !== null) draw(newest.value);
  };
  return (value) => {
    const isFirst = newest === null;
    newest = { value };
    if (isFirst) draw(value);
    else drawSoon(drawNewest);
  };
}

function drawAll() {
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}
