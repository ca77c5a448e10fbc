// The former frame, tag 2, as the container that has taken its place.

/** @import { Container } from "./container.js" */

/**
 * @param {DataView} view
 * @returns {Container}
 */
export function formerContainer(view) {
  const metrics = new DataView(new ArrayBuffer(20));
  for (let i = 0; i < 12; i += 1) metrics.setUint8(i, view.getUint8(20 + i));
  const posteriors = new Uint8Array(8 + view.byteLength - 32);
  posteriors.set(new Uint8Array(view.buffer, 2, 6));
  posteriors.set(new Uint8Array(view.buffer, 32), 8);
  return {
    running: false,
    run: 0,
    generation: view.getUint32(8, true),
    step: Number(view.getBigUint64(12, true)),
    sections: new Map([
      [1, { encoding: 0, payload: metrics }],
      [2, { encoding: view.getUint8(1), payload: new DataView(posteriors.buffer) }],
    ]),
  };
}
