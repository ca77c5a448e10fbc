// The view as a whole.

/** @import { Services } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { buildAdvancedPanel } from "./advanced-panel.js";
import { buildDataPanel } from "./data-panel.js";
import { buildDataSets } from "./data-sets.js";
import { buildDisplayPanel } from "./display-panel.js";
import { listenToDrops } from "./file-drop.js";
import { buildFilesPanel } from "./files-panel.js";
import { buildNotices } from "./notices.js";
import { buildLayout } from "./page-layout.js";
import { buildPasteDialog } from "./paste-dialog.js";
import { listenToShortcuts } from "./shortcuts.js";
import { buildCanvasArea } from "./canvas-area.js";
import { buildTimeline } from "./timeline.js";
import { buildTooltips } from "./tooltips.js";
import { buildToolChoice } from "./tool-choice.js";
import { buildTrainingPanel } from "./training-panel.js";

/**
 * Fills index.html with life: shows the store's state and turns what the person does into actions.
 * @param {Store} store
 * @param {Services} services
 */
export function buildPage(store, services) {
  buildDisplayPanel(store);
  buildLayout(store);
  buildToolChoice(store);
  buildDataPanel(store);
  buildDataSets(store);
  buildTrainingPanel(store);
  buildTimeline(store);
  buildAdvancedPanel(store);
  buildFilesPanel(store, services);
  buildPasteDialog(store);
  listenToDrops(store);
  buildNotices(store);
  buildCanvasArea(store);
  buildTooltips();
  listenToShortcuts(store);
}
