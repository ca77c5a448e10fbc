// Which weights these are, in the words of the command line. Computed only while the panel is open.

/** @import { Page } from "./page.js" */

import { checksumOf } from "../files/checksum.js";
import { usableCheckpoint } from "../state/checkpoint.js";
import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { NO_NUMBER } from "../words/numbers.js";
import { word } from "../words/word.js";
import { find, rootAs, setText } from "./elements.js";

/**
 * @param {HTMLElement} root a <details>
 * @param {Page} page
 */
export function buildWeightsChecksum(root, { store }) {
  const panel = rootAs(root, HTMLDetailsElement);
  const checksum = find(root, "[data-part=checksum]", HTMLElement);
  const step = find(root, "[data-part=checksum-step]", HTMLElement);
  let shown = "";
  const draw = () => {
    if (!panel.open) return;
    const checkpoint = usableCheckpoint(store.run);
    const parameters = checkpoint?.parameters ?? "";
    if (parameters !== shown) setText(checksum, parameters === "" ? NO_NUMBER : checksumOf(parameters));
    shown = parameters;
    setText(step, checkpoint === null ? "" : word("checksum.at", { step: checkpoint.step }));
    checksum.dataset.step = String(checkpoint?.step ?? "");
  };
  panel.addEventListener("toggle", draw);
  observe(store, (state) => usableCheckpoint(currentRun(state)), draw);
}
