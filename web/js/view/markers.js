// What a point looks like: the marker of each class, as a path and as an image.

import { contextOf } from "./elements.js";

/** The light ring of a marker, and the dark contour around it: one of the two stands out on every map. */
export const RING_COLOR = "#ffffff";
export const CONTOUR = Object.freeze({ color: "#000000", opacity: 0.6 });

/** The unit outlines, about equal in area, one per class; y grows downwards. */
const SHAPES = Object.freeze([
  circle(1),
  polygon([[-0.89, -0.89], [0.89, -0.89], [0.89, 0.89], [-0.89, 0.89]]),
  polygon([[0, -1.25], [1.16, 0.8], [-1.16, 0.8]]),
  polygon([[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]]),
  cross(1.15, 0.42),
  polygon([[0, 1.25], [1.16, -0.8], [-1.16, -0.8]]),
  star(5, 1.35, 0.62),
  polygon(ring(6, 1.12, 0)),
]);

/**
 * The outline of a class's marker.
 * @param {number} label 0 to 7
 * @param {boolean} shapes whether classes differ in shape; circles otherwise
 * @returns {string} SVG path data about (0, 0), of about unit radius
 */
export function markerPath(label, shapes) {
  return SHAPES[shapes ? label % SHAPES.length : 0];
}

/** Images of the eight markers at one size, to be copied many times. */
export class MarkerSprites {
  /** @type {Map<number, HTMLCanvasElement>} */
  #sprites = new Map();
  #style;

  /**
   * @param {{ colors: readonly string[], shapes: boolean, radius: number }} style radius in device pixels
   */
  constructor(style) {
    this.#style = style;
  }

  /** Half the edge of a sprite, device pixels. */
  get half() {
    return Math.ceil(this.#style.radius * 1.4 + this.#ring * 2 + 1);
  }

  /** The width of the white ring, device pixels. */
  get #ring() {
    return Math.max(0.5, this.#style.radius * 0.2);
  }

  /**
   * @param {number} label 0 to 7
   * @returns {HTMLCanvasElement} the marker in the middle of a square of 2 * half
   */
  sprite(label) {
    const known = this.#sprites.get(label);
    if (known !== undefined) return known;
    const sprite = this.#draw(label);
    this.#sprites.set(label, sprite);
    return sprite;
  }

  /** @param {number} label */
  #draw(label) {
    const { colors, shapes, radius } = this.#style;
    const sprite = document.createElement("canvas");
    sprite.width = sprite.height = 2 * this.half;
    const context = contextOf(sprite);
    context.translate(this.half, this.half);
    const outline = new Path2D();
    outline.addPath(new Path2D(markerPath(label, shapes)), new DOMMatrix().scale(radius));
    context.lineJoin = "round";
    context.strokeStyle = CONTOUR.color;
    context.globalAlpha = CONTOUR.opacity;
    context.lineWidth = 3.6 * this.#ring;
    context.stroke(outline);
    context.globalAlpha = 1;
    context.strokeStyle = RING_COLOR;
    context.lineWidth = 2 * this.#ring;
    context.stroke(outline);
    context.fillStyle = colors[label];
    context.fill(outline);
    return sprite;
  }
}

/** @param {number} radius */
function circle(radius) {
  return `M${radius} 0A${radius} ${radius} 0 1 1 ${-radius} 0A${radius} ${radius} 0 1 1 ${radius} 0Z`;
}

/** @param {readonly (readonly number[])[]} corners */
function polygon(corners) {
  return `M${corners.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join("L")}Z`;
}

/**
 * @param {number} count
 * @param {number} radius
 * @param {number} turn
 */
function ring(count, radius, turn) {
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/**
 * @param {number} points
 * @param {number} outer
 * @param {number} inner
 */
function star(points, outer, inner) {
  const tips = ring(points, outer, -Math.PI / 2);
  const dents = ring(points, inner, -Math.PI / 2 + Math.PI / points);
  return polygon(tips.flatMap((tip, i) => [tip, dents[i]]));
}

/**
 * @param {number} reach
 * @param {number} half half the width of a beam
 */
function cross(reach, half) {
  return polygon([
    [-half, -reach], [half, -reach], [half, -half], [reach, -half], [reach, half], [half, half],
    [half, reach], [-half, reach], [-half, half], [-reach, half], [-reach, -half], [-half, -half],
  ]);
}
