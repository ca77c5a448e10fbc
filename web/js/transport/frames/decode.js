// Makes a frame of the server into what the page shows: the numbers of a step, and the posteriors.

/** @import { Frame } from "../../../types/state" */
/** @import { WireConstants } from "../../../types/wire" */
/** @import { Section } from "./container.js" */

import { readContainer } from "./container.js";
import { DamagedFrame, require } from "./damage.js";
import { decodePosteriors } from "./posteriors.js";

/** @type {WireConstants["SECTION_KINDS"]} */
const KINDS = Object.freeze({ metrics: 1, posteriors: 2 });
const METRICS_BYTES = 20;

/**
 * @param {ArrayBuffer} buffer a whole frame
 * @returns {Promise<Frame>}
 * @throws {DamagedFrame}
 */
export async function decodeFrame(buffer) {
  const { sections, running, run, generation, step } = readContainer(buffer);
  const posteriors = sections.get(KINDS.posteriors);
  const metrics = sections.get(KINDS.metrics);
  if (metrics === undefined || posteriors === undefined) throw new DamagedFrame("a frame lacks the numbers or the map");
  return { run, generation, step, running, ...readMetrics(metrics), ...(await decodePosteriors(posteriors)) };
}

/** @param {Section} section */
function readMetrics({ encoding, payload }) {
  require(encoding === 0, `encoding ${encoding} of the numbers is unknown`);
  require(payload.byteLength >= METRICS_BYTES, "the numbers of a frame are incomplete");
  const loss = payload.getFloat32(0, true);
  const accuracy = payload.getFloat32(4, true);
  const isEvaluated = !(Number.isNaN(loss) && Number.isNaN(accuracy));
  require(!isEvaluated || Number.isFinite(loss), `loss ${loss} is no number`);
  require(!isEvaluated || (accuracy >= 0 && accuracy <= 1), `accuracy ${accuracy} is out of range`);
  const speed = payload.getFloat32(8, true);
  const stepsPerSecond = Number.isNaN(speed) ? 0 : speed;
  require(stepsPerSecond >= 0 && stepsPerSecond < Infinity, `${stepsPerSecond} steps per second is no speed`);
  const epoch = Number(payload.getBigUint64(12, true));
  require(Number.isSafeInteger(epoch), `epoch ${epoch} is too large`);
  return { loss: isEvaluated ? loss : null, accuracy: isEvaluated ? accuracy : null, stepsPerSecond, epoch };
}
