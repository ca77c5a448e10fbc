// Two fingers scroll the page also where they began as one: by then the browser has decided that
// the finger on the canvas is the page's, and leaves the second one to it too.

/**
 * @param {HTMLElement} element on which one finger does something else
 */
export function scrollByFingers(element) {
  /** Where each finger on the element is, CSS pixels of the window.
   * @type {Map<number, { x: number, y: number }>} */
  const fingers = new Map();
  element.addEventListener("pointerdown", ({ pointerType, isPrimary, pointerId, clientX: x, clientY: y }) => {
    if (pointerType !== "touch") return;
    // When a first finger comes there are no others, whatever was missed.
    if (isPrimary) fingers.clear();
    fingers.set(pointerId, { x, y });
  });
  element.addEventListener("pointermove", ({ pointerId, clientX: x, clientY: y }) => {
    const before = fingers.get(pointerId);
    if (before === undefined) return;
    fingers.set(pointerId, { x, y });
    if (fingers.size < 2) return;
    // The page follows the middle of the fingers.
    window.scrollBy({ left: (before.x - x) / fingers.size, top: (before.y - y) / fingers.size, behavior: "instant" });
  });
  for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
    // The browser cancels the fingers that it scrolls with itself.
    element.addEventListener(type, ({ pointerId }) => fingers.delete(pointerId));
  }
}
