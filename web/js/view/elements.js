// Finding elements in a component's root, with their types checked once, and making new ones.

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element that index.html promises inside a component.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`there is no ${type.name} ${selector}`);
  return element;
}

/**
 * All elements of a type that match a selector.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T[]}
 */
export function findAll(root, selector, type) {
  /** @type {T[]} */
  const found = [];
  for (const element of root.querySelectorAll(selector)) {
    if (element instanceof type) found.push(element);
  }
  return found;
}

/**
 * The root of a component, of the type that the component needs.
 * @template {Element} T
 * @param {Element} root
 * @param {new () => T} type
 * @returns {T}
 */
export function rootAs(root, type) {
  if (!(root instanceof type)) throw new Error(`<${root.localName}> is no ${type.name}`);
  return root;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children strings become text
 * @returns {HTMLElementTagNameMap[T]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function createSvg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A drawing from the symbols in index.html.
 * @param {string} name of the symbol, without "icon-"
 */
export function createIcon(name) {
  return createSvg("svg", { class: "icon", "aria-hidden": "true" }, createSvg("use", { href: `#icon-${name}` }));
}

let nIds = 0;

/**
 * An id for attributes that refer to elements by one.
 * @param {string} prefix
 */
export function uniqueId(prefix) {
  nIds += 1;
  return `${prefix}-${nIds}`;
}

/**
 * Sets a text only when it differs, so that live regions and selections stay quiet.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {string} text
 * @returns {string} with a capital first letter
 */
export function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The 2-D context, which every browser has.
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2-D canvas");
  return context;
}
