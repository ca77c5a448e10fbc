// A button for a command: `data-command` says which. What is not in it already (its words, its icon)
// is put there; an explanation comes with it if the command has one.

/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { isWordKey, wordFor } from "../words/word.js";
import { createIcon, rootAs } from "./elements.js";

/**
 * @param {HTMLElement} root a button; `data-icon` names its icon, `data-short` says that a shorter
 *   text is shown than is read out, `data-icon-only` that none is shown
 * @param {Page} page
 */
export function buildCommandButton(root, { store, commands, tooltips }) {
  const button = rootAs(root, HTMLButtonElement);
  const { command: id = "", icon, short, iconOnly } = button.dataset;
  const command = commands.get(id);
  if (button.childElementCount === 0) {
    if (icon !== undefined) button.append(createIcon(icon));
    if (iconOnly === undefined) button.append(wordFor(short === undefined ? `command.${id}` : `command.${id}.short`));
    if (iconOnly !== undefined || short !== undefined) button.setAttribute("aria-label", wordFor(`command.${id}`));
  }
  const explanation = `command.${id}.tip`;
  if (isWordKey(explanation)) tooltips.explain(button, wordFor(explanation));
  else if (iconOnly !== undefined) tooltips.explain(button, wordFor(`command.${id}`));
  const { isEnabled } = command;
  button.addEventListener("click", () => {
    if (isEnabled?.(store.state) ?? true) command.run(0);
  });
  if (isEnabled === undefined) return;
  const draw = () => {
    const isOff = !isEnabled(store.state);
    // A disabled button loses the focus: as long as it has it, it is off by name only.
    const hasFocus = document.activeElement === button;
    button.disabled = isOff && !hasFocus;
    if (isOff && hasFocus) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  };
  observe(store, isEnabled, draw);
  button.addEventListener("blur", draw);
}
