// Reads the container of the server's binary frames: a preamble, and sections of several kinds.
//
// Little-endian. Preamble: offset 0 u8 tag, 1 u8 flags (bit 0: training is running), 2 u16 number of
// sections, 4 u32 run, 8 u32 generation, 12 u32 reserved, 16 u64 step. Then each section: u8 kind,
// u8 encoding, u16 reserved, u32 bytes of what follows, and these. PROTOCOL.md has the whole format.

/** @import { WireConstants } from "../../../types/wire" */

import { require } from "./damage.js";

/** @type {WireConstants["FRAME_TAG"]} */
const TAG = 3;
/** @type {WireConstants["FRAME_PREAMBLE_BYTES"]} */
const PREAMBLE_BYTES = 24;
/** @type {WireConstants["SECTION_HEADER_BYTES"]} */
const SECTION_HEADER_BYTES = 8;
const RUNNING = 1;

/**
 * @typedef {object} Section
 * @property {number} encoding
 * @property {DataView} payload
 *
 * @typedef {object} Container
 * @property {boolean} running
 * @property {number} run
 * @property {number} generation
 * @property {number} step
 * @property {ReadonlyMap<number, Section>} sections by kind
 */

/**
 * @param {ArrayBuffer} buffer a whole frame, which the sections' payloads stay in
 * @returns {Container}
 * @throws {DamagedFrame}
 */
export function readContainer(buffer) {
  require(buffer.byteLength >= PREAMBLE_BYTES, `a frame of ${buffer.byteLength} bytes has no preamble`);
  const view = new DataView(buffer);
  require(view.getUint8(0) === TAG, `frame tag ${view.getUint8(0)} is unknown`);
  const step = Number(view.getBigUint64(16, true));
  require(Number.isSafeInteger(step), `step ${step} is too large`);
  return {
    running: (view.getUint8(1) & RUNNING) !== 0,
    run: view.getUint32(4, true),
    generation: view.getUint32(8, true),
    step,
    sections: readSections(view, view.getUint16(2, true)),
  };
}

/**
 * @param {DataView} view
 * @param {number} nSections
 */
function readSections(view, nSections) {
  /** @type {Map<number, Section>} */
  const sections = new Map();
  let at = PREAMBLE_BYTES;
  for (let i = 0; i < nSections; i += 1) {
    require(at + SECTION_HEADER_BYTES <= view.byteLength, "a frame ends within a section");
    const nBytes = view.getUint32(at + 4, true);
    const begin = at + SECTION_HEADER_BYTES;
    require(begin + nBytes <= view.byteLength, "a frame ends within a section");
    const payload = new DataView(view.buffer, begin, nBytes);
    sections.set(view.getUint8(at), { encoding: view.getUint8(at + 1), payload });
    at = begin + nBytes;
  }
  require(at === view.byteLength, "a frame has bytes after its last section");
  return sections;
}
