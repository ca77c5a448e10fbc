// Explanations: they appear beside an element on hover, on keyboard focus and by a tap, stay while the
// mouse is on them, and go with Escape (WCAG 1.4.13).
//
// A term is a button with `data-term`, whose words are `label.<term>` and `tip.<term>`; the label of a
// field says its term in the same words. A screen reader gets the explanation as the description of the
// term or the field, whether or not it is shown.

import { word, wordFor } from "../words/word.js";
import { create, findAll, uniqueId } from "./elements.js";

/** Milliseconds the mouse rests on an element before it is explained. */
const HOVER_DELAY = 350;
/** Milliseconds in which the mouse gets from the element to the tooltip. */
const LEAVE_DELAY = 200;
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
  /** Whether the last thing pressed was Tab: a text field is `:focus-visible` after a click, too. */
  #isByKeyboard = false;

  constructor() {
    document.body.append(this.#tooltip, this.#descriptions);
    document.addEventListener("keydown", (event) => {
      this.#isByKeyboard = event.key === "Tab";
      if (event.key === "Escape") this.#hide();
    }, { capture: true });
    this.#tooltip.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#tooltip.addEventListener("pointerleave", () => this.#hideLater());
    document.addEventListener("scroll", () => this.#place(), { capture: true, passive: true });
    document.addEventListener("pointerdown", ({ target }) => {
      this.#isByKeyboard = false;
      const isInside = target instanceof Node && (this.#element?.contains(target) || this.#tooltip.contains(target));
      if (!isInside) this.#hide();
    }, { capture: true });
  }

  /**
   * Fills and explains the terms inside an element.
   * @param {ParentNode} root
   */
  explainTerms(root) {
    for (const term of findAll(root, "[data-term]", HTMLElement)) this.#fillTerm(term, term.dataset.term ?? "");
  }

  /**
   * @param {string} name such as "loss"
   * @returns {HTMLButtonElement} a new term
   */
  createTerm(name) {
    const term = create("button", { type: "button", class: "term" });
    this.#fillTerm(term, name);
    return term;
  }

  /**
   * The label of a field, explained: over the label for the mouse, at the field for the keyboard, and
   * by a small help mark for fingers.
   * @param {string} name of its words, such as "dropout"
   * @param {HTMLElement} control an input or a select
   * @returns {HTMLElement}
   */
  createLabel(name, control) {
    if (control.id === "") control.id = uniqueId("field");
    const text = wordFor(`label.${name}`);
    const label = create("label", { class: "term", for: control.id }, text);
    const mark = create("button", { type: "button", class: "help-mark", tabindex: "-1", "aria-label": word("help.about", { label: text }) }, "?");
    const field = create("span", { class: "label" }, label, mark);
    this.#describe(control, wordFor(`tip.${name}`));
    this.#sentences.set(field, wordFor(`tip.${name}`));
    this.#showOnHover(field, label);
    this.#showOnFocus(field, control);
    mark.addEventListener("click", () => this.#show(field));
    return field;
  }

  /**
   * @param {HTMLElement} element
   * @param {string} sentence
   * @param {Element} [described] what gets the focus, if that is not the element itself
   */
  explain(element, sentence, described = element) {
    this.#sentences.set(element, sentence);
    // What is an element's name is not said twice.
    if (described.getAttribute("aria-label") !== sentence) this.#describe(described, sentence);
    this.#showOnHover(element, element);
    this.#showOnFocus(element, element);
    // A term is pressed to be explained; of other buttons the tooltip would only hide what they do.
    const isTerm = element.classList.contains("term");
    element.addEventListener("click", () => {
      if (isTerm) this.#show(element);
      else this.#hide(element);
    });
  }

  /**
   * @param {HTMLElement} term
   * @param {string} name
   */
  #fillTerm(term, name) {
    term.append(wordFor(`label.${name}`));
    this.explain(term, wordFor(`tip.${name}`));
  }

  /**
   * @param {Element} element
   * @param {string} sentence
   */
  #describe(element, sentence) {
    const description = create("p", { id: uniqueId("description") }, sentence);
    this.#descriptions.append(description);
    element.setAttribute("aria-describedby", description.id);
  }

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} hovered
   */
  #showOnHover(element, hovered) {
    hovered.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") this.#showLater(element);
    });
    hovered.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "touch") return;
      clearTimeout(this.#timer);
      if (element === this.#element) this.#hideLater();
    });
  }

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} focused
   */
  #showOnFocus(element, focused) {
    focused.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element && target.matches(":focus-visible") && this.#isByKeyboard) this.#show(element);
    });
    focused.addEventListener("focusout", () => this.#hide(element));
  }

  /** @param {HTMLElement} element */
  #showLater(element) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(element), HOVER_DELAY);
  }

  #hideLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), LEAVE_DELAY);
  }

  /** @param {HTMLElement} element */
  #show(element) {
    clearTimeout(this.#timer);
    this.#element = element;
    this.#tooltip.textContent = this.#sentences.get(element) ?? "";
    this.#tooltip.hidden = false;
    this.#place();
  }

  #place() {
    const element = this.#element;
    if (element === null) return;
    const anchor = element.getBoundingClientRect();
    const { width, height } = this.#tooltip.getBoundingClientRect();
    const left = Math.min(Math.max(GAP, anchor.left), document.documentElement.clientWidth - width - GAP);
    // Above, if there is room: what the element is about stands below it.
    const above = anchor.top - GAP - height;
    this.#tooltip.style.transform = `translate(${left}px, ${above >= GAP ? above : anchor.bottom + GAP}px)`;
  }

  /** @param {HTMLElement} [element] only if it is this one's */
  #hide(element) {
    clearTimeout(this.#timer);
    if (element !== undefined && element !== this.#element) return;
    this.#element = null;
    this.#tooltip.hidden = true;
  }
}
