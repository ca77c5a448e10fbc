// Explanations: they appear beside an element on hover, focus and tap.
//
// A term is a button with `data-term`, whose words are `label.<term>` and `tip.<term>`. A screen
// reader gets the explanation as the element's description, whether or not it is shown.

import { wordFor } from "../words/word.js";
import { create, findAll, uniqueId } from "./elements.js";

/** Milliseconds the mouse rests on an element before it is explained. */
const HOVER_DELAY = 350;
/** CSS pixels between the element, the tooltip and the edges of the window. */
const GAP = 8;

export class Tooltips {
  #tooltip = create("div", { class: "tooltip", "aria-hidden": "true", hidden: "" });
  #descriptions = create("div", { hidden: "" });
  /** @type {WeakMap<Element, string>} */
  #sentences = new WeakMap();
  /** @type {HTMLElement | null} what is explained now */
  #element = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    document.body.append(this.#tooltip, this.#descriptions);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#hide();
    });
    // A tooltip that stays behind while its element scrolls away would point at nothing.
    document.addEventListener("scroll", () => this.#hide(), { capture: true, passive: true });
    document.addEventListener("pointerdown", (event) => {
      if (this.#element === null || !(event.target instanceof Node && this.#element.contains(event.target))) this.#hide();
    });
  }

  /**
   * Fills and explains the terms inside an element.
   * @param {ParentNode} root
   */
  explainTerms(root) {
    for (const term of findAll(root, "[data-term]", HTMLElement)) {
      const name = term.dataset.term ?? "";
      term.append(wordFor(`label.${name}`));
      this.explain(term, wordFor(`tip.${name}`));
    }
  }

  /**
   * @param {string} name such as "loss"
   * @returns {HTMLButtonElement} a new term
   */
  createTerm(name) {
    const term = create("button", { type: "button", class: "term" }, wordFor(`label.${name}`));
    this.explain(term, wordFor(`tip.${name}`));
    return term;
  }

  /**
   * @param {HTMLElement} element
   * @param {string} sentence
   * @param {Element} [described] what gets the focus, if that is not the element itself
   */
  explain(element, sentence, described = element) {
    this.#sentences.set(element, sentence);
    // What is an element's name is not said twice.
    if (described.getAttribute("aria-label") !== sentence) {
      const description = create("p", { id: uniqueId("description") }, sentence);
      this.#descriptions.append(description);
      described.setAttribute("aria-describedby", description.id);
    }

    const isTerm = element.classList.contains("term");
    element.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") this.#showLater(element);
    });
    element.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.#hide(element);
    });
    element.addEventListener("focusin", (event) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) this.#show(element);
    });
    element.addEventListener("focusout", () => this.#hide(element));
    // A term is pressed to be explained; of other buttons the tooltip would only hide what they do.
    element.addEventListener("click", () => {
      if (isTerm) this.#show(element);
      else this.#hide(element);
    });
  }

  /** @param {HTMLElement} element */
  #showLater(element) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(element), HOVER_DELAY);
  }

  /** @param {HTMLElement} element */
  #show(element) {
    clearTimeout(this.#timer);
    this.#element = element;
    const tooltip = this.#tooltip;
    tooltip.textContent = this.#sentences.get(element) ?? "";
    tooltip.hidden = false;
    const anchor = element.getBoundingClientRect();
    const { width, height } = tooltip.getBoundingClientRect();
    const left = Math.min(Math.max(GAP, anchor.left), document.documentElement.clientWidth - width - GAP);
    // Above, if there is room: what the element is about stands below it.
    const above = anchor.top - GAP - height;
    tooltip.style.transform = `translate(${left}px, ${above >= GAP ? above : anchor.bottom + GAP}px)`;
  }

  /** @param {HTMLElement} [element] only if it is this one's */
  #hide(element) {
    clearTimeout(this.#timer);
    if (element !== undefined && element !== this.#element) return;
    this.#element = null;
    this.#tooltip.hidden = true;
  }
}
