// A control for a preference: `data-preference` says which. A list gets its choices here, a check box
// is on or off.

/** @import { PreferencesState } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { PREFERENCES } from "../state/choices.js";
import { wordFor } from "../words/word.js";
import { create } from "./elements.js";

/**
 * @param {HTMLElement} root a <select> or a check box
 * @param {Page} page
 */
export function buildPreference(root, { store, tooltips }) {
  const name = /** @type {keyof PreferencesState} */ (root.dataset.preference);
  if (root instanceof HTMLInputElement) {
    root.addEventListener("change", () => store.setPreferences({ [name]: root.checked }));
    observe(store, ({ preferences }) => preferences[name], (value) => (root.checked = value === true));
  } else if (root instanceof HTMLSelectElement) {
    /** @type {readonly unknown[]} */
    const choices = PREFERENCES[name].values ?? [];
    root.append(
      ...choices.map((choice) => {
        const value = String(choice);
        return create("option", { value }, typeof choice === "number" ? value : wordFor(`${name}.${value}`));
      }),
    );
    root.addEventListener("change", () => {
      const chosen = choices.find((choice) => String(choice) === root.value);
      store.setPreferences({ [name]: chosen });
    });
    observe(store, ({ preferences }) => preferences[name], (value) => (root.value = String(value)));
    const { explained } = root.dataset;
    if (explained !== undefined) tooltips.explain(root.parentElement ?? root, wordFor(`tip.${explained}`), root);
  }
}
