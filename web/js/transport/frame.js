// Reads the binary frames of the server.
//
// Little-endian; offset 0 u8 tag, 1 u8 encoding, 2 u16 width, 4 u16 height, 6 u16 classes,
// 8 u32 generation, 12 u64 step, 20 f32 loss, 24 f32 accuracy, 28 f32 steps per second,
// 32 the posteriors: one plane of bytes per class, as they are or compressed.

/** @import { Frame } from "../../types/state" */
/** @import { WireConstants } from "../../types/wire" */

import { MAX_CLASSES } from "../state/points.js";
import { decompressPlanes } from "./compressed-planes.js";
import { DamagedBytes } from "./range-decoder.js";

/** @type {WireConstants["PICTURE_HEADER_BYTES"]} */
const HEADER_BYTES = 32;
/** @type {WireConstants["PICTURE_TAG"]} */
const PICTURE_TAG = 2;
/** @type {WireConstants["PICTURE_ENCODING_POSTERIORS"]} */
const POSTERIOR_PLANES = 0;
/** @type {WireConstants["PICTURE_ENCODING_COMPRESSED"]} */
const COMPRESSED_PLANES = 1;
/**
 * Most posteriors that are decompressed: the bytes of such a frame do not bound them.
 * @type {WireConstants["MAX_COMPRESSED_POSTERIORS"]}
 */
const MAX_COMPRESSED_POSTERIORS = 8_388_608;

/** A frame that is not a frame this page can read. */
export class FrameError extends Error {
  /** @override */
  name = "FrameError";
}

/**
 * @param {ArrayBuffer} buffer a whole frame; planes that are not compressed stay in it
 * @returns {Frame}
 * @throws {FrameError}
 */
export function decodeFrame(buffer) {
  require(buffer.byteLength >= HEADER_BYTES, `a frame of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  require(view.getUint8(0) === PICTURE_TAG, `frame tag ${view.getUint8(0)} is unknown`);
  const width = view.getUint16(2, true);
  const height = view.getUint16(4, true);
  const classes = view.getUint16(6, true);
  require(width >= 2 && height >= 2, `a picture of ${width} by ${height} has no area`);
  require(classes >= 2 && classes <= MAX_CLASSES, `a picture of ${classes} classes cannot be coloured`);
  const step = Number(view.getBigUint64(12, true));
  require(Number.isSafeInteger(step), `step ${step} is too large`);
  const loss = view.getFloat32(20, true);
  const accuracy = view.getFloat32(24, true);
  const isEvaluated = !(Number.isNaN(loss) && Number.isNaN(accuracy));
  require(!isEvaluated || Number.isFinite(loss), `loss ${loss} is no number`);
  require(!isEvaluated || (accuracy >= 0 && accuracy <= 1), `accuracy ${accuracy} is out of range`);
  const stepsPerSecond = view.getFloat32(28, true);
  require(stepsPerSecond >= 0 && stepsPerSecond < Infinity, `${stepsPerSecond} steps per second is no speed`);
  return {
    generation: view.getUint32(8, true),
    step,
    loss: isEvaluated ? loss : null,
    accuracy: isEvaluated ? accuracy : null,
    stepsPerSecond,
    width,
    height,
    classes,
    planes: planesOf(view.getUint8(1), new Uint8Array(buffer, HEADER_BYTES), { width, height, classes }),
  };
}

/**
 * @param {number} encoding
 * @param {Uint8Array} payload
 * @param {{ width: number, height: number, classes: number }} size
 * @returns {Uint8Array} one plane per class
 */
function planesOf(encoding, payload, size) {
  const bytes = size.width * size.height * size.classes;
  switch (encoding) {
    case POSTERIOR_PLANES:
      require(payload.length === bytes, `a picture of ${bytes} bytes came with ${payload.length}`);
      return payload;
    case COMPRESSED_PLANES:
      require(bytes <= MAX_COMPRESSED_POSTERIORS, `a compressed picture of ${bytes} bytes is too large`);
      try {
        return decompressPlanes(payload, size);
      } catch (error) {
        if (error instanceof DamagedBytes) throw new FrameError("a compressed picture is damaged");
        throw error;
      }
    default:
      throw new FrameError(`picture encoding ${encoding} is unknown`);
  }
}

/**
 * @param {boolean} condition
 * @param {string} message
 */
function require(condition, message) {
  if (!condition) throw new FrameError(message);
}
