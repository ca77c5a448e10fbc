// Decodes the posteriors of a frame, in whichever of the encodings the page asked for.

/** @import { WireConstants } from "../../../types/wire" */
/** @import { Section } from "./container.js" */

import { MAX_CLASSES } from "../../state/points.js";
import { DamagedFrame, require } from "./damage.js";
import { decodePlanes, scaleToBytes } from "./planes-decoder.js";
import { DamagedBytes } from "./range-decoder.js";

/** Width, height and classes of the planes, before the planes. */
const HEADER_BYTES = 8;

/** @type {WireConstants["POSTERIOR_ENCODINGS"]} */
const ENCODINGS = Object.freeze({ raw: 0, planes: 1, free_planes: 2, deflate: 3 });

/**
 * Most posteriors that are decompressed: the bytes of such a frame do not bound them.
 * @type {WireConstants["MAX_COMPRESSED_POSTERIORS"]}
 */
const MAX_COMPRESSED_POSTERIORS = 8_388_608;

/**
 * @typedef {object} Posteriors
 * @property {number} width
 * @property {number} height
 * @property {number} classes
 * @property {Uint8Array} planes one per class, row by row, 255 for posterior 1
 */

/**
 * @param {Section} section
 * @returns {Promise<Posteriors>}
 * @throws {DamagedFrame}
 */
export async function decodePosteriors({ encoding, payload }) {
  require(payload.byteLength >= HEADER_BYTES, "the posteriors of a frame have no size");
  const width = payload.getUint16(0, true);
  const height = payload.getUint16(2, true);
  const classes = payload.getUint16(4, true);
  require(width >= 2 && height >= 2, `a map of ${width} by ${height} has no area`);
  require(classes >= 2 && classes <= MAX_CLASSES, `a map of ${classes} classes cannot be coloured`);
  const size = { width, height, classes };
  const bytes = new Uint8Array(payload.buffer, payload.byteOffset + HEADER_BYTES, payload.byteLength - HEADER_BYTES);
  return { ...size, planes: await planesOf(encoding, bytes, size) };
}

/**
 * @param {number} encoding
 * @param {Uint8Array} bytes
 * @param {{ width: number, height: number, classes: number }} size
 * @returns {Promise<Uint8Array>}
 */
async function planesOf(encoding, bytes, size) {
  const nPosteriors = size.width * size.height * size.classes;
  if (encoding === ENCODINGS.raw) {
    require(bytes.length === nPosteriors, `a map of ${nPosteriors} bytes came with ${bytes.length}`);
    return bytes;
  }
  require(nPosteriors <= MAX_COMPRESSED_POSTERIORS, `a compressed map of ${nPosteriors} bytes is too large`);
  switch (encoding) {
    case ENCODINGS.planes:
    case ENCODINGS.free_planes:
      try {
        return decodePlanes(bytes, size, encoding === ENCODINGS.planes);
      } catch (error) {
        if (error instanceof DamagedBytes) throw new DamagedFrame("a compressed map is damaged");
        throw error;
      }
    case ENCODINGS.deflate:
      return inflatePlanes(bytes, size);
    default:
      throw new DamagedFrame(`map encoding ${encoding} is unknown`);
  }
}

/**
 * Each value less the one to its left and the one above, plus the one above left, deflated.
 * @param {Uint8Array} bytes
 * @param {{ width: number, height: number, classes: number }} size
 */
async function inflatePlanes(bytes, { width, height, classes }) {
  require(bytes.length > 0 && bytes[0] > 0, "a compressed map is damaged");
  const planes = await inflate(bytes.subarray(1), width * height * classes);
  for (let start = 0; start < planes.length; start += width * height) {
    const plane = planes.subarray(start, start + width * height);
    for (let i = 0; i < plane.length; i += 1) if (i % width !== 0) plane[i] += plane[i - 1];
    for (let i = width; i < plane.length; i += 1) plane[i] += plane[i - width];
  }
  require(planes.every((value) => value <= bytes[0]), "a compressed map is damaged");
  scaleToBytes(planes, bytes[0]);
  return planes;
}

/**
 * @param {Uint8Array} bytes a zlib stream
 * @param {number} length of what is in it
 */
async function inflate(bytes, length) {
  const inflated = new Uint8Array(length);
  let at = 0;
  try {
    // A view of shared memory cannot be streamed; a frame's buffer never is shared.
    const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      // Checked at every piece: what a few bytes inflate to is not bounded.
      require(at + value.length <= length, "a compressed map is damaged");
      inflated.set(value, at);
      at += value.length;
    }
  } catch (error) {
    throw error instanceof DamagedFrame ? error : new DamagedFrame("a compressed map is damaged");
  }
  require(at === length, "a compressed map is damaged");
  return inflated;
}
