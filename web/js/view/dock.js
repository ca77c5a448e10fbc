// The dock: a region for inspecting the run that comes and goes without moving or resizing the
// canvas. It takes what a wide window leaves right of the canvas, or else the end of the controls'
// column; in a narrow window it stands under the canvas.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { find, findAll, uniqueId } from "./elements.js";

/** The room that the dock needs beside the canvas, CSS pixels. */
const MIN_ROOM = 168;

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildDock(root, { store }) {
  root.id = uniqueId("dock");
  const toggles = findAll(document, "[data-command=toggleDock]", HTMLButtonElement);
  for (const toggle of toggles) toggle.setAttribute("aria-controls", root.id);
  let isBuilt = false;
  observe(store, ({ workspace }) => workspace.dockOpen, (isOpen) => {
    // Not `hidden`: closed, it keeps its place beside the canvas.
    root.dataset.open = String(isOpen);
    root.inert = !isOpen;
    if (isOpen && isBuilt) root.scrollIntoView({ block: "nearest" });
    for (const toggle of toggles) toggle.setAttribute("aria-expanded", String(isOpen));
  });
  find(root, "[data-part=close]", HTMLButtonElement).addEventListener("click", () => {
    store.setLayout({ dockOpen: false });
    toggles[0]?.focus();
  });
  isBuilt = true;
  placeWithRoom(root);
}

/** @param {HTMLElement} dock which stands beside the canvas in index.html */
function placeWithRoom(dock) {
  const area = dock.parentElement;
  const controls = document.querySelector("[data-part=controls]");
  if (area === null || controls === null) return;
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    const isBeside = getComputedStyle(area).display === "grid";
    const hasRoom = !isBeside || width - height >= MIN_ROOM;
    area.dataset.dock = hasRoom ? "beside" : "away";
    const place = hasRoom ? area : controls;
    if (dock.parentElement !== place) place.append(dock);
  }).observe(area);
}
