// How far apart colours look: CIEDE2000, also as people with a colour-vision deficiency see them.
//
// The deficiencies are those of G. M. Machado et al., "A Physiologically-based Model for
// Simulation of Color Vision Deficiency" (2009), at severity 1, in linear RGB.

import { rgbOf } from "../../web/js/view/palettes.js";

const VISION = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const SRGB_TO_XYZ = [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041];

const WHITE = [0.95047, 1, 1.08883];

/** How different two colors look, each red, green and blue from 0 to 255. */
export function difference(a, b) {
  return ciede2000(labOf(a, VISION.normal), labOf(b, VISION.normal));
}

/** The contrast of two colors, 1 to 21, as WCAG 2.2 defines it. */
export function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** One color over another. */
export function over(above, opacity, below) {
  return above.map((channel, i) => opacity * channel + (1 - opacity) * below[i]);
}

/** The smallest CIEDE2000 between any two of some colors. */
export function smallestDifference(colors, vision) {
  const labs = colors.map((css) => labOf(rgbOf(css), VISION[vision]));
  let smallest = Infinity;
  for (let i = 0; i < labs.length; i += 1) {
    for (let j = 0; j < i; j += 1) smallest = Math.min(smallest, ciede2000(labs[i], labs[j]));
  }
  return smallest;
}

function transform(m, [a, b, c]) {
  return [0, 3, 6].map((i) => m[i] * a + m[i + 1] * b + m[i + 2] * c);
}

function linearOf(rgb) {
  return rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
}

function luminance(rgb) {
  return transform(SRGB_TO_XYZ, linearOf(rgb))[1];
}

function labOf(rgb, vision) {
  const seen = transform(vision, linearOf(rgb)).map((v) => Math.min(1, Math.max(0, v)));
  const [x, y, z] = transform(SRGB_TO_XYZ, seen).map((v, i) => {
    const t = v / WHITE[i];
    return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** G. Sharma et al., "The CIEDE2000 Color-Difference Formula" (2005), with the same names. */
export function ciede2000([l1, a1, b1], [l2, a2, b2]) {
  const degrees = (radians) => (radians * 180) / Math.PI;
  const cos = (angle) => Math.cos((angle * Math.PI) / 180);
  const sin = (angle) => Math.sin((angle * Math.PI) / 180);
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [ap1, ap2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(ap1, b1), Math.hypot(ap2, b2)];
  const [h1, h2] = [[ap1, b1], [ap2, b2]].map(([a, b]) => (degrees(Math.atan2(b, a)) + 360) % 360);
  const grey = c1 * c2 === 0;
  let dh = grey ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const [dl, dc, dH] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * sin(dh / 2)];
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  let h = h1 + h2;
  if (!grey) h = Math.abs(h1 - h2) <= 180 ? h / 2 : h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  const t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const rt = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * sin(60 * Math.exp(-(((h - 275) / 25) ** 2)));
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dH / sh) ** 2 + rt * (dc / sc) * (dH / sh));
}
