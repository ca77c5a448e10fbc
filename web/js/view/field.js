// A setting's input and the error beside it.

/** @import { Store } from "../state/store.js" */
/** @import { FieldName } from "../../types/state" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatField } from "../state/settings.js";
import { textOf } from "../words/word.js";
import { byId, setText } from "./dom.js";

/**
 * A text field, read on Enter and when it loses the focus; Escape takes the last valid value back.
 * @param {Store} store
 * @param {FieldName} field
 * @param {string} id of the input; the error has the id `<id>-error`
 */
export function bindTextField(store, field, id) {
  const input = byId(id, HTMLInputElement);
  const error = byId(`${id}-error`, HTMLElement);
  let shown = "";

  const read = () => {
    if (input.value !== shown) store.setField(field, input.value);
    show();
  };
  const show = () => {
    const refusal = store.run.settings.errors[field];
    const message = refusal === undefined ? "" : textOf(refusal);
    setText(error, message);
    if (message === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    // What is being typed is the person's until it is read.
    const isEdited = document.activeElement === input && input.value !== shown;
    const text = store.textOf(field);
    if (isEdited && input.value !== text) return;
    shown = text;
    if (input.value !== text) input.value = text;
  };
  input.addEventListener("change", read);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") read();
    if (event.key !== "Escape") return;
    input.value = formatField(field, store.run.settings.config);
    read();
  });
  observe(store, (state) => currentRun(state).settings, show);
}

/**
 * A choice from a list.
 * @param {Store} store
 * @param {FieldName} field
 * @param {string} id of the select
 */
export function bindSelect(store, field, id) {
  const select = byId(id, HTMLSelectElement);
  const show = () => {
    select.value = store.textOf(field);
  };
  select.addEventListener("change", () => store.setField(field, select.value));
  observe(store, (state) => currentRun(state).settings, show);
}
