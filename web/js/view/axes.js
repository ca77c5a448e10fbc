// The axes of data space and their −1, 0 and +1 marks: hairlines that show on every background.

const DARK = "rgb(0 0 0 / 0.45)";
const LIGHT = "rgb(255 255 255 / 0.6)";
/** CSS pixels. */
const TICK = 5;
const TEXT = 11;
const GAP = 4;

/**
 * @param {CanvasRenderingContext2D} context whose unit is one pixel of the screen
 * @param {object} look
 * @param {number} look.edge of the canvas, pixels of the screen
 * @param {number} look.pixelRatio pixels of the screen per CSS pixel
 * @param {string} look.ink the colour of the marks
 * @param {string} look.halo the colour around them
 */
export function drawAxes(context, { edge, pixelRatio, ink, halo }) {
  const hair = Math.max(1, Math.floor(pixelRatio));
  const middle = Math.floor(edge / 2);
  const tick = Math.round(TICK * pixelRatio);

  // A light line beside each dark one.
  for (const [color, shift] of /** @type {const} */ ([[LIGHT, hair], [DARK, 0]])) {
    context.fillStyle = color;
    context.fillRect(0, middle + shift, edge, hair);
    context.fillRect(middle + shift, 0, hair, edge);
    for (const end of [0, edge - hair]) {
      context.fillRect(end, middle - tick, hair, 2 * tick + hair);
      context.fillRect(middle - tick, end, 2 * tick + hair, hair);
    }
  }

  const gap = (GAP + TICK) * pixelRatio;
  context.font = `${TEXT * pixelRatio}px system-ui, sans-serif`;
  context.lineJoin = "round";
  /** @type {readonly [string, number, number, CanvasTextAlign, CanvasTextBaseline][]} */
  const marks = [
    ["−1", gap, middle + gap, "left", "top"],
    ["+1", edge - gap, middle + gap, "right", "top"],
    ["0", middle - gap, middle + gap, "right", "top"],
    ["+1", middle - gap, gap, "right", "top"],
    ["−1", middle - gap, edge - gap, "right", "bottom"],
  ];
  for (const [text, x, y, align, baseline] of marks) {
    context.textAlign = align;
    context.textBaseline = baseline;
    context.strokeStyle = halo;
    context.lineWidth = 3 * pixelRatio;
    context.strokeText(text, x, y);
    context.fillStyle = ink;
    context.fillText(text, x, y);
  }
}
