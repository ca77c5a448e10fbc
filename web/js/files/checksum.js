// The checksum of weights, as in crates/nnvisu-core/src/files: the same for the same weights,
// wherever it is computed.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * @param {Uint8Array} bytes
 * @returns {number} CRC-32 (IEEE 802.3, as in zlib and PNG)
 */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * @param {string} parameters base64 of little-endian 32-bit floats, as in a checkpoint
 * @returns {string} eight hexadecimal digits
 */
export function checksumOf(parameters) {
  return crc32(bytesOf(parameters)).toString(16).padStart(8, "0");
}

/**
 * @param {string} base64
 * @returns {Uint8Array}
 */
export function bytesOf(base64) {
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
