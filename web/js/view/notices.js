// The notices, as a stack: news go by themselves once there was time to read them, errors stay until
// they are closed. They are said in a region of their own, which is there before the first of them.

/** @import { Notice } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { textOf, word } from "../words/word.js";
import { create, createIcon, find } from "./elements.js";
import { passFocus } from "./focus.js";

/** Milliseconds that news stay; longer where there is something to decide. */
const NEWS_TIME = 8_000;
const CHOICE_TIME = 20_000;
/** How many are kept in the region that is read out. */
const MAX_SPOKEN = 10;

/**
 * @typedef {object} Shown
 * @property {Notice} notice
 * @property {HTMLElement} element
 * @property {ReturnType<typeof setTimeout> | undefined} timer
 */

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildNotices(root, page) {
  new Notices(root, page);
  settleByFirstPoint(page.store);
}

class Notices {
  #root;
  #page;
  #list;
  #spoken;
  /** @type {Map<number, Shown>} by the notice's id */
  #shown = new Map();
  /** @type {Element | null} what had the focus before a notice got it */
  #cameFrom = null;
  #isPressed = false;

  /**
   * @param {HTMLElement} root
   * @param {Page} page
   */
  constructor(root, page) {
    this.#root = root;
    this.#page = page;
    this.#list = find(root, "[data-part=list]", HTMLElement);
    this.#spoken = find(root, "[data-part=spoken]", HTMLElement);
    observe(page.store, ({ workspace }) => workspace.notices, (notices) => this.#show(notices));
    this.#holdWhileRead();
    root.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof Element && !root.contains(relatedTarget)) this.#cameFrom = relatedTarget;
    });
  }

  /** @param {readonly Notice[]} notices */
  #show(notices) {
    const known = new Set(this.#shown.keys());
    for (const [id, { notice, element, timer }] of [...this.#shown]) {
      if (notices.includes(notice)) continue;
      clearTimeout(timer);
      this.#shown.delete(id);
      this.#remove(element);
    }
    for (const notice of notices) {
      if (this.#shown.has(notice.id)) continue;
      const shown = { notice, element: this.#createElement(notice), timer: undefined };
      this.#shown.set(notice.id, shown);
      // One that only offers nothing more has been read out.
      if (!known.has(notice.id)) this.#say(notice);
      this.#startTimer(shown);
    }
    // In their order, without touching those that stay where they are: they may have the focus.
    notices.forEach(({ id }, i) => {
      const element = this.#shown.get(id)?.element;
      if (element !== undefined && this.#list.children[i] !== element) this.#list.insertBefore(element, this.#list.children[i] ?? null);
    });
  }

  /** @param {Notice} notice */
  #createElement({ id, kind, action, message, count }) {
    const { store, commands } = this.#page;
    const text = create("span", { class: "notice-text" }, textOf(message));
    if (count > 1) text.append(" ", create("b", {}, word("notice.times", { count })));
    const element = create("div", { class: "notice", role: "group", "data-kind": kind, "aria-label": word("notice.name") }, text);
    if (action !== null) {
      const button = create("button", { type: "button", "data-command": action }, word(`command.${action}`));
      button.addEventListener("click", () => commands.run(action));
      element.append(button);
    }
    const close = create("button", { type: "button", class: "icon-button quiet", "data-part": "close", "aria-label": word("notice.close") }, createIcon("close"));
    close.addEventListener("click", () => store.dismissNotice(id));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      store.dismissNotice(id);
    });
    element.append(close);
    return element;
  }

  /** @param {Notice} notice */
  #say({ message, count }) {
    const text = count === 1 ? textOf(message) : `${textOf(message)} ${word("notice.times", { count })}`;
    this.#spoken.append(create("p", {}, text));
    if (this.#spoken.childElementCount > MAX_SPOKEN) this.#spoken.firstElementChild?.remove();
  }

  /** @param {HTMLElement} element whose focus, if it has it, goes to the next notice or to where it was */
  #remove(element) {
    const hadFocus = element.contains(document.activeElement);
    const neighbour = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    if (hadFocus) passFocus([neighbour?.querySelector("[data-part=close]"), this.#cameFrom]);
  }

  #holdWhileRead() {
    const root = this.#root;
    const restart = () => {
      for (const shown of this.#shown.values()) this.#startTimer(shown);
    };
    root.addEventListener("pointerdown", () => (this.#isPressed = true));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      document.addEventListener(type, () => {
        if (!this.#isPressed) return;
        this.#isPressed = false;
        restart();
      });
    }
    for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) root.addEventListener(type, restart);
    // What is said in a tab that is hidden waits for the person.
    document.addEventListener("visibilitychange", restart);
  }

  /** Whether the person may be reading. */
  get #isHeld() {
    const root = this.#root;
    const selection = document.getSelection();
    const isSelected = selection !== null && !selection.isCollapsed && root.contains(selection.anchorNode);
    const hasFocus = root.contains(document.activeElement);
    return this.#isPressed || isSelected || hasFocus || document.visibilityState === "hidden" || root.matches(":hover");
  }

  /** @param {Shown} shown */
  #startTimer(shown) {
    clearTimeout(shown.timer);
    const { id, kind, action } = shown.notice;
    if (kind === "error") return;
    shown.timer = setTimeout(() => {
      if (this.#isHeld) this.#startTimer(shown);
      else this.#page.store.dismissNotice(id);
    }, action === null ? NEWS_TIME : CHOICE_TIME);
  }
}

/**
 * Who was told to add points has done so.
 * @param {Page["store"]} store
 */
function settleByFirstPoint(store) {
  observe(store, ({ document }) => document.points.length > 0, (hasPoints) => {
    if (!hasPoints) return;
    for (const { id, message } of store.state.workspace.notices) {
      if (message.key === "notice.addPoints") store.dismissNotice(id);
    }
  });
}
