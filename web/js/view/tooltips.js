// Explanations of terms: they appear beside the term on hover, focus and tap.
//
// A term is a button with `data-tooltip`; its sentence is in the glossary. A screen reader gets the
// sentence as the button's description, whether or not the tip is shown.

import { all, byId } from "./dom.js";
import { GLOSSARY } from "./glossary.js";

/** Milliseconds the mouse rests on a term before it is explained. */
const HOVER_DELAY = 350;
/** CSS pixels between the term, the tip and the edges of the window. */
const GAP = 8;

export function buildTooltips() {
  const tip = byId("tooltip", HTMLElement);
  const page = new Tooltip(tip);
  const descriptions = document.createElement("div");
  descriptions.hidden = true;
  document.body.append(descriptions);
  for (const element of all("[data-tooltip]", HTMLElement)) {
    descriptions.append(describe(element));
    listen(element, page);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") page.hide();
  });
  // A tip that stays behind while its term scrolls away would point at nothing.
  document.addEventListener("scroll", () => page.hide(), { capture: true, passive: true });
  document.addEventListener("pointerdown", (event) => {
    const isOnTerm = event.target instanceof Element && event.target.closest("[data-tooltip]") !== null;
    if (!isOnTerm) page.hide();
  });
}

class Tooltip {
  #tip;
  /** @type {HTMLElement | null} */
  #term = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} tip */
  constructor(tip) {
    this.#tip = tip;
  }

  /** @param {HTMLElement} term */
  showLater(term) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.show(term), HOVER_DELAY);
  }

  /** @param {HTMLElement} term */
  show(term) {
    clearTimeout(this.#timer);
    this.#term = term;
    const tip = this.#tip;
    tip.textContent = sentenceOf(term);
    tip.hidden = false;
    const anchor = term.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(Math.max(GAP, anchor.left), document.documentElement.clientWidth - width - GAP);
    // Above, if there is room: what the term is about stands below it.
    const above = anchor.top - GAP - height;
    tip.style.transform = `translate(${left}px, ${above >= GAP ? above : anchor.bottom + GAP}px)`;
  }

  /** @param {HTMLElement} [term] only if it is this one's */
  hide(term) {
    clearTimeout(this.#timer);
    if (term !== undefined && term !== this.#term) return;
    this.#term = null;
    this.#tip.hidden = true;
  }
}

/**
 * @param {HTMLElement} element
 * @param {Tooltip} page
 */
function listen(element, page) {
  const isTerm = element.classList.contains("term");
  element.addEventListener("pointerenter", (event) => {
    if (event.pointerType !== "touch") page.showLater(element);
  });
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") page.hide(element);
  });
  element.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) page.show(element);
  });
  element.addEventListener("focusout", () => page.hide(element));
  // A term is pressed to be explained; of other buttons the tip would only hide what they do.
  element.addEventListener("click", () => {
    if (isTerm) page.show(element);
    else page.hide(element);
  });
}

/**
 * @param {HTMLElement} element
 * @returns {HTMLElement} what describes it from anywhere in the page, seen or not
 */
function describe(element) {
  const target = element.querySelector("select") ?? element;
  const description = document.createElement("p");
  description.id = `tooltip-${element.dataset.tooltip}`;
  description.textContent = sentenceOf(element);
  target.setAttribute("aria-describedby", description.id);
  return description;
}

/** @param {HTMLElement} element */
function sentenceOf(element) {
  const key = element.dataset.tooltip ?? "";
  const sentence = GLOSSARY[key];
  if (sentence === undefined) throw new Error(`The glossary does not explain "${key}"`);
  return sentence;
}
