// Puts the words into the page's static elements: `data-word` is the key of an element's text,
// `data-word-label` of its name for screen readers, `data-word-role` of what it says it is.

import { wordFor } from "../words/word.js";
import { create } from "./elements.js";

/** Where to put the word of each attribute of an element. */
const ATTRIBUTES = Object.freeze({ "data-word-label": "aria-label", "data-word-role": "aria-roledescription" });

/** @param {ParentNode} root */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-word]")) {
    element.append(...withMarks(wordFor(element.getAttribute("data-word") ?? "")));
  }
  for (const [from, to] of Object.entries(ATTRIBUTES)) {
    for (const element of root.querySelectorAll(`[${from}]`)) {
      element.setAttribute(to, wordFor(element.getAttribute(from) ?? ""));
    }
  }
}

/**
 * @param {string} text with **important** parts and the names of `keys`
 * @returns {(Node | string)[]}
 */
export function withMarks(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return create("b", {}, part.slice(2, -2));
    return part.startsWith("`") ? create("kbd", {}, part.slice(1, -1)) : part;
  });
}
