// Drawing when something changed: at most once per frame of the screen, never without need.

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

function drawAll() {
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}
