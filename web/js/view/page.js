// The page as a whole: brings the components of index.html to life.
//
// A component is a function of an element with `data-component="<name>"` and the page's services.
// It finds everything it needs inside its element, so that there can be several of each.

/** @import { Services } from "../../types/state" */
/** @import { Store } from "../state/store.js" */

import { Commands } from "../state/commands.js";
import { buildAdvancedPanel } from "./advanced-panel.js";
import { buildAppearance } from "./appearance.js";
import { buildCanvasArea } from "./canvas-area.js";
import { buildCommandButton } from "./command-button.js";
import { buildDataCount } from "./data-count.js";
import { buildDataSets } from "./data-sets.js";
import { buildDock } from "./dock.js";
import { addFileCommands } from "./file-commands.js";
import { buildFileDrop } from "./file-drop.js";
import { fillWords } from "./fill-words.js";
import { buildHowTo } from "./how-to.js";
import { buildLearningCurves } from "./learning-curves.js";
import { buildNotices } from "./notices.js";
import { buildNumbers } from "./numbers.js";
import { buildPageLayout } from "./page-layout.js";
import { buildPasteDialog } from "./paste-dialog.js";
import { buildPresentation } from "./presentation.js";
import { buildPreference } from "./preference.js";
import { buildSeeds } from "./seeds.js";
import { buildSettingsForm } from "./settings-form.js";
import { buildShortcutsDialog } from "./shortcuts-dialog.js";
import { listenToShortcuts } from "./shortcuts.js";
import { buildConnectionBanner, buildStatusLine } from "./status-line.js";
import { buildStorageNotice, buildUpdateNotice } from "./standing-notices.js";
import { buildTimeline } from "./timeline.js";
import { buildToolChoice } from "./tool-choice.js";
import { Tooltips } from "./tooltips.js";
import { buildWeightsChecksum } from "./weights-checksum.js";

/**
 * What every component is given.
 * @typedef {object} Page
 * @property {Store} store
 * @property {Commands} commands
 * @property {Tooltips} tooltips
 * @property {Services} services of other parts of the program
 */

/** In the order to build them in: what offers commands comes before what shows them.
 * @type {Readonly<Record<string, (root: HTMLElement, page: Page) => void>>} */
const COMPONENTS = Object.freeze({
  appearance: buildAppearance,
  "paste-dialog": buildPasteDialog,
  "shortcuts-dialog": buildShortcutsDialog,
  "command-button": buildCommandButton,
  "page-layout": buildPageLayout,
  "how-to": buildHowTo,
  "advanced-panel": buildAdvancedPanel,
  "tool-choice": buildToolChoice,
  "data-count": buildDataCount,
  "data-sets": buildDataSets,
  "status-line": buildStatusLine,
  numbers: buildNumbers,
  timeline: buildTimeline,
  "settings-form": buildSettingsForm,
  seeds: buildSeeds,
  preference: buildPreference,
  "connection-banner": buildConnectionBanner,
  "storage-notice": buildStorageNotice,
  notices: buildNotices,
  "update-notice": buildUpdateNotice,
  "weights-checksum": buildWeightsChecksum,
  dock: buildDock,
  "learning-curves": buildLearningCurves,
  "canvas-area": buildCanvasArea,
  presentation: buildPresentation,
  "file-drop": buildFileDrop,
});

/**
 * Fills index.html with life: shows the store's state and turns what the person does into actions.
 * @param {Store} store
 * @param {Services} services
 * @param {ParentNode} [root]
 */
export function buildPage(store, services, root = document) {
  const page = { store, commands: new Commands(store), tooltips: new Tooltips(), services };
  fillWords(root);
  page.tooltips.explainTerms(root);
  addFileCommands(page);
  page.commands.add({ id: "reloadPage", run: () => services.reload() });
  for (const [name, build] of Object.entries(COMPONENTS)) {
    for (const element of root.querySelectorAll(`[data-component~="${name}"]`)) {
      build(/** @type {HTMLElement} */ (element), page);
    }
  }
  listenToShortcuts(page);
}
