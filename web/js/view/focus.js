// Where the focus goes when what has it goes away: left to the browser, the next Tab would begin at the
// top of the page.

/**
 * @param {readonly (Element | null | undefined)[]} candidates of which the first that can have the focus
 *   gets it; else the canvas
 */
export function passFocus(candidates) {
  for (const candidate of [...candidates, document.querySelector("canvas.points")]) {
    if (!(candidate instanceof HTMLElement) || !candidate.isConnected) continue;
    if (candidate.closest("[hidden], [inert], :disabled") !== null) continue;
    candidate.focus({ preventScroll: true });
    return;
  }
}
