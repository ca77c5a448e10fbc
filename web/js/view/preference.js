// A control for a preference: `data-preference` says which, `data-labelled` by which words it is labelled.
// A list gets its choices here, a check box is on or off, a slider is as far as per cent go.

/** @import { PreferencesState } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { PREFERENCES } from "../state/choices.js";
import { formatPercents } from "../words/numbers.js";
import { wordFor } from "../words/word.js";
import { create, setText } from "./elements.js";

/**
 * @param {HTMLElement} root a <select>, a check box or a slider
 * @param {Page} page
 */
export function buildPreference(root, page) {
  const name = /** @type {keyof PreferencesState} */ (root.dataset.preference);
  const { labelled, explained } = root.dataset;
  const label = labelled === undefined ? null : page.tooltips.createLabel(labelled, root);
  if (label !== null) (root.closest(".select") ?? root).before(label);
  if (explained !== undefined) page.tooltips.explain(root.parentElement ?? root, wordFor(`tip.${explained}`), root);
  if (root instanceof HTMLSelectElement) buildList(root, name, page);
  else if (root instanceof HTMLInputElement && root.type === "range") buildSlider(root, name, label, page);
  else if (root instanceof HTMLInputElement) buildCheckBox(root, name, page);
}

/**
 * @param {HTMLSelectElement} select
 * @param {keyof PreferencesState} name
 * @param {Page} page
 */
function buildList(select, name, { store }) {
  /** @type {readonly unknown[]} */
  const choices = PREFERENCES[name].values ?? [];
  select.append(
    ...choices.map((choice) => {
      const value = String(choice);
      return create("option", { value }, typeof choice === "number" ? value : wordFor(`${name}.${value}`));
    }),
  );
  select.addEventListener("change", () => {
    const chosen = choices.find((choice) => String(choice) === select.value);
    store.setPreferences({ [name]: chosen });
  });
  observe(store, ({ preferences }) => preferences[name], (value) => (select.value = String(value)));
}

/**
 * @param {HTMLInputElement} slider
 * @param {keyof PreferencesState} name
 * @param {HTMLElement | null} label
 * @param {Page} page
 */
function buildSlider(slider, name, label, { store }) {
  /** @type {readonly unknown[]} */
  const values = PREFERENCES[name].values ?? [];
  slider.min = String(values.at(0));
  slider.max = String(values.at(-1));
  // A screen reader hears it from the slider itself.
  const shown = create("span", { class: "slider-value", "aria-hidden": "true" });
  label?.append(shown);
  slider.addEventListener("input", () => store.setPreferences({ [name]: slider.valueAsNumber }));
  observe(store, ({ preferences }) => preferences[name], (value) => {
    slider.value = String(value);
    const text = formatPercents(Number(value));
    slider.setAttribute("aria-valuetext", text);
    setText(shown, text);
    slider.style.setProperty("--done", `${(100 * (Number(value) - Number(slider.min))) / (Number(slider.max) - Number(slider.min))}%`);
  });
}

/**
 * @param {HTMLInputElement} box
 * @param {keyof PreferencesState} name
 * @param {Page} page
 */
function buildCheckBox(box, name, { store }) {
  box.addEventListener("change", () => store.setPreferences({ [name]: box.checked }));
  observe(store, ({ preferences }) => preferences[name], (value) => (box.checked = value === true));
}
