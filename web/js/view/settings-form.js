// The fields of the settings, made from their table: what a person types or chooses, and the error
// below it.

/** @import { FieldName } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { layerSizes } from "../state/architecture.js";
import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { FIELDS, SETTINGS, formatField } from "../state/settings.js";
import { formatRate } from "../words/numbers.js";
import { isWordKey, textOf, word, wordFor } from "../words/word.js";
import { create, setText, uniqueId } from "./elements.js";

/** Speeds to choose from, steps per second. */
const SPEEDS = Object.freeze([2, 10, 30, 60, 250, 1000]);
/** The value of the fastest choice. */
const FASTEST = "max";
/** The keyboards of phones, where it is not the one for decimal numbers.
 * @type {Readonly<Partial<Record<FieldName, string>>>} */
const INPUT_MODES = Object.freeze({ architecture: "text", batchSize: "numeric" });
/** How many fields stand beside each other; their errors follow below. */
const COLUMNS = 2;

/** @typedef {{ field: HTMLElement, below: readonly HTMLElement[] }} Built */

/**
 * @param {HTMLElement} root `data-group` says which settings
 * @param {Page} page
 */
export function buildSettingsForm(root, page) {
  const isBasic = root.dataset.group === "basic";
  const built = FIELDS.filter((name) => SETTINGS[name].group === root.dataset.group).map((name) =>
    SETTINGS[name].kind === "choice" ? choiceField(name, page) : textField(name, page),
  );
  if (isBasic) built.push(speedField(page));
  for (let i = 0; i < built.length; i += COLUMNS) {
    const beside = built.slice(i, i + COLUMNS);
    root.append(...beside.map(({ field }) => field), ...beside.flatMap(({ below }) => below));
  }
}

/**
 * Read on Enter and when it loses the focus; Escape takes the last valid value back.
 * @param {FieldName} name
 * @param {Page} page
 * @returns {Built}
 */
function textField(name, page) {
  const { store } = page;
  const input = create("input", {
    type: "text",
    "data-setting": name,
    inputmode: INPUT_MODES[name] ?? "decimal",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
  });
  const placeholder = `placeholder.${name}`;
  if (isWordKey(placeholder)) input.placeholder = wordFor(placeholder);
  const error = errorLine(name);
  const below = [error];
  if (name === "architecture") below.push(create("p", { class: "hint", id: uniqueId("hint") }, word("hint.architecture")), networkHint(page));
  const field = labelled(name, input, input, page);
  describeBy(input, below);

  let shown = "";
  const read = () => {
    if (input.value !== shown) store.setField(name, input.value);
    show();
  };
  const show = () => {
    if (showError(name, page, error)) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    // What is being typed is the person's until it is read.
    const isEdited = document.activeElement === input && input.value !== shown;
    const text = store.textOf(name);
    if (isEdited && input.value !== text) return;
    shown = text;
    if (input.value !== text) input.value = text;
  };
  input.addEventListener("change", read);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") read();
    if (event.key !== "Escape") return;
    input.value = formatField(name, currentRun(store.state).settings.config);
    read();
  });
  observe(store, (state) => currentRun(state).settings, show);
  return { field, below };
}

/**
 * A choice from a list. It shows what is trained: a choice that the server refuses is not there any more.
 * @param {FieldName} name
 * @param {Page} page
 * @returns {Built}
 */
function choiceField(name, page) {
  const { store } = page;
  const error = errorLine(name);
  const select = create("select", { autocomplete: "off", "data-setting": name });
  for (const choice of SETTINGS[name].choices.map(String)) select.append(create("option", { value: choice }, wordFor(`choice.${choice}`)));
  select.addEventListener("change", () => store.setField(name, select.value));
  const field = labelled(name, select, create("span", { class: "select" }, select), page);
  describeBy(select, [error]);
  observe(store, (state) => currentRun(state).settings, ({ config }) => {
    select.value = formatField(name, config);
    showError(name, page, error);
  });
  return { field, below: [error] };
}

/** @param {FieldName} name */
function errorLine(name) {
  return create("p", { class: "error", id: uniqueId("error"), "data-error": name, "aria-live": "polite" });
}

/**
 * @param {FieldName} name
 * @param {Page} page
 * @param {HTMLElement} error
 * @returns {boolean} whether the last entry was refused
 */
function showError(name, { store }, error) {
  const message = currentRun(store.state).settings.errors[name];
  const isNew = message !== undefined && error.textContent === "";
  setText(error, message === undefined ? "" : textOf(message));
  // The sentence stands below its field, which may be the last that is in sight.
  if (isNew) error.scrollIntoView({ block: "nearest" });
  return message !== undefined;
}

/**
 * @param {HTMLElement} control
 * @param {readonly HTMLElement[]} texts beside those that describe it already
 */
function describeBy(control, texts) {
  const ids = [control.getAttribute("aria-describedby"), ...texts.map(({ id }) => id)];
  control.setAttribute("aria-describedby", ids.filter(Boolean).join(" "));
}

/**
 * @param {Page} page
 * @returns {Built}
 */
function speedField(page) {
  const { store } = page;
  const select = create("select", { autocomplete: "off", "data-setting": "speed" });
  const offer = (/** @type {number} */ speed) =>
    create("option", { value: String(speed) }, word("speed.steps", { rate: formatRate(speed) }));
  select.append(...SPEEDS.map(offer), create("option", { value: FASTEST }, word("speed.max")));
  select.addEventListener("change", () => {
    store.setSpeed(select.value === FASTEST ? null : Number(select.value));
  });
  observe(store, (state) => currentRun(state).settings.stepsPerSecond, (speed) => {
    const value = speed === null ? FASTEST : String(speed);
    // A speed kept from elsewhere gets its own place in the list.
    if (speed !== null && ![...select.options].some((option) => option.value === value)) select.prepend(offer(speed));
    select.value = value;
  });
  return { field: labelled("speed", select, create("span", { class: "select" }, select), page), below: [] };
}

/**
 * @param {FieldName | "speed"} name
 * @param {HTMLElement} control
 * @param {HTMLElement} framed the control, in what it needs around it
 * @param {Page} page
 */
function labelled(name, control, framed, { tooltips }) {
  return create("div", { class: "field" }, tooltips.createLabel(name, control), framed);
}

/**
 * Which network the server confirmed to train.
 * @param {Page} page
 */
function networkHint({ store }) {
  const hint = create("p", { class: "hint", id: uniqueId("hint"), "data-part": "network" });
  observe(
    store,
    (state) => {
      const { network, networkPending } = currentRun(state).training;
      return [network, networkPending];
    },
    () => setText(hint, describeNetwork()),
  );
  return hint;

  function describeNetwork() {
    const { training: { network, networkPending }, settings: { config } } = currentRun(store.state);
    // While a new network is on its way the old words would be false, and "…" tells of both.
    if (network === null || networkPending) return word("network.pending");
    return word("network.confirmed", { layerSizes: layerSizes(network), activation: wordFor(`choice.${config.activation}`) });
  }
}
