// Small drawings of what each generator makes. They follow the shapes of
// crates/nnvisu-core/src/generate.rs loosely: an impression, not the data.

/** @import { Distribution } from "../../types/state" */

/** @typedef {readonly [number, number]} Place x to the right, y up, in [-1, 1] */
/** @typedef {(nClasses: number, random: () => number) => ((label: number, t: number) => Place)} Shape
 *   what gives the place of a class's point, t running from 0 to 1 through the class's points */

/** Points in a thumbnail, all classes together. */
const POINTS = 80;
/** CSS pixels. */
const EDGE = 48;
const DOT = 1.5;

/** @type {Readonly<Record<Distribution, Shape>>} */
const SHAPES = Object.freeze({
  circles: (nClasses, random) => (label, t) => {
    const radius = (0.88 * (label + 1)) / nClasses + 0.03 * spread(random);
    // Each ring is turned on, or many rings would look like spokes.
    return onCircle([0, 0], radius, 2 * Math.PI * (t + 0.618 * label));
  },
  moons: (nClasses, random) => (label, t) => {
    const rows = nClasses <= 3 ? 1 : 2;
    const perRow = Math.ceil(nClasses / rows);
    const pitch = nClasses === 2 ? 1 : 1.25;
    const [row, column] = [Math.floor(label / perRow), label % perRow];
    const inRow = Math.min(perRow, nClasses - row * perRow);
    const radius = 1.8 / Math.max(2 + pitch * (perRow - 1), rows === 1 ? 1.5 : 4);
    const opensDown = column % 2 === 0;
    const x = pitch * (column - (inRow - 1) / 2);
    const y = 2.3 * ((rows - 1) / 2 - row) + (opensDown ? -0.25 : 0.25);
    const angle = opensDown ? Math.PI * t : -Math.PI * t;
    return onCircle([radius * x, radius * y], radius * (1 + 0.06 * spread(random)), angle);
  },
  blobs: (nClasses, random) => {
    const deviation = 0.3 / Math.sqrt(nClasses);
    return (label) => near(ringPlace(label, nClasses), [deviation, deviation], 0, random);
  },
  anisotropic: (nClasses, random) => (label) => {
    const spacing = Math.min(0.6, 1.5 / (nClasses - 1));
    const across = spacing * (label - (nClasses - 1) / 2);
    const long = 0.3 * Math.sqrt(1 - across * across * 0.8);
    return near([across * Math.SQRT1_2, -across * Math.SQRT1_2], [long, 0.12 * spacing], Math.PI / 4, random);
  },
  varied_variance: (nClasses, random) => {
    const [narrow, wide] = [0.05, 0.36 / Math.sqrt(nClasses)];
    return (label) => {
      const rank = ((label * 3) % nClasses) / (nClasses - 1);
      const deviation = narrow + (wide - narrow) * (nClasses % 3 === 0 ? label / (nClasses - 1) : rank);
      return near(ringPlace(label, nClasses), [deviation, deviation], 0, random);
    };
  },
});

/** The generators, in the order to offer them. */
export const DISTRIBUTIONS = Object.freeze(/** @type {Distribution[]} */ (Object.keys(SHAPES)));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Distribution} distribution
 * @param {readonly string[]} colors one per class
 */
export function drawThumbnail(canvas, distribution, colors) {
  const scale = Math.max(2, Math.ceil(window.devicePixelRatio));
  canvas.width = canvas.height = EDGE * scale;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  const placeOf = SHAPES[distribution](colors.length, repeatable());
  const perClass = Math.round(POINTS / colors.length);
  for (let i = 0; i < perClass; i += 1) {
    colors.forEach((color, label) => {
      const [x, y] = placeOf(label, (i + 0.5) / perClass);
      context.fillStyle = color;
      context.beginPath();
      context.arc(((x + 1) / 2) * EDGE, ((1 - y) / 2) * EDGE, DOT, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

/** Random numbers in [0, 1) that are the same every time (Park and Miller's generator). */
function repeatable() {
  let state = 20_240;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * About normal, mean 0, variance 1, never beyond 3.
 * @param {() => number} random
 */
function spread(random) {
  return (random() + random() + random() - 1.5) * 2;
}

/**
 * @param {Place} center
 * @param {Place} deviations along and across `angle`
 * @param {number} angle
 * @param {() => number} random
 * @returns {Place}
 */
function near([x, y], [along, across], angle, random) {
  const [u, v] = [along * spread(random), across * spread(random)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x + u * cos - v * sin, y + u * sin + v * cos];
}

/**
 * Where a class's cluster sits: around a circle.
 * @param {number} label
 * @param {number} nClasses
 * @returns {Place}
 */
function ringPlace(label, nClasses) {
  const angle = Math.PI * (0.75 - (2 * label) / nClasses);
  return onCircle([0, 0], nClasses === 2 ? 0.55 : 0.6, angle);
}

/**
 * @param {Place} center
 * @param {number} radius
 * @param {number} angle
 * @returns {Place}
 */
function onCircle([x, y], radius, angle) {
  return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
}
