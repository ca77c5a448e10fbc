// Every change of the settings, and what was refused.

/** @import { Config, FieldName, Message, Parsed } from "../../types/state" */
/** @import { Slices } from "./slices.js" */

import { SETTINGS, changedFields, formatField, parseField } from "./settings.js";

export class SettingsEdits {
  #slices;

  /** @param {Slices} slices */
  constructor(slices) {
    this.#slices = slices;
  }

  /**
   * Reads a field. A valid value goes to `configure`; anything else is kept beside the setting,
   * with the sentence that says what is wrong.
   * @param {FieldName} field
   * @param {string} text
   * @returns {Parsed<Config[FieldName]>}
   */
  read(field, text) {
    const parsed = parseField(field, text);
    if (parsed.ok) this.forgetRefused([field]);
    else this.#refuse({ [field]: parsed.message }, { [field]: text });
    return parsed;
  }

  /**
   * @param {Config} config valid
   * @returns {FieldName[]} the fields that changed
   */
  configure(config) {
    const changed = changedFields(this.#slices.run.settings.config, config);
    if (changed.length > 0) this.#slices.patchRunPart("settings", { config: Object.freeze(config) });
    return changed;
  }

  /** @param {readonly FieldName[]} fields */
  forgetRefused(fields) {
    const { errors, drafts } = this.#slices.run.settings;
    if (!fields.some((field) => field in errors || field in drafts)) return;
    const others = (/** @type {Readonly<Record<string, unknown>>} */ entries) =>
      Object.fromEntries(Object.entries(entries).filter(([key]) => !fields.some((field) => field === key)));
    this.#slices.patchRunPart("settings", { errors: others(errors), drafts: others(drafts) });
  }

  /**
   * Goes back to the values the server kept.
   * @param {readonly FieldName[]} fields those that were to change
   * @param {Config} sent with the refused values
   * @param {Config} kept with the values the server continues with
   * @param {Message} message
   */
  rollBack(fields, sent, kept, message) {
    const { config } = this.#slices.run.settings;
    // A field changed again since then is judged by its own answer.
    const refused = fields.filter((field) => formatField(field, config) === formatField(field, sent));
    // What was typed is there to be corrected; a list goes back to what is trained.
    const typed = refused.filter((field) => SETTINGS[field].kind !== "choice");
    const pick = (/** @type {(field: FieldName) => unknown} */ valueOf, of = refused) =>
      Object.fromEntries(of.map((field) => [field, valueOf(field)]));
    this.configure({ ...config, ...pick((field) => kept[field]) });
    this.#refuse(pick(() => message), pick((field) => formatField(field, sent), typed));
  }

  /**
   * @param {Record<string, unknown>} newErrors
   * @param {Record<string, unknown>} newDrafts
   */
  #refuse(newErrors, newDrafts) {
    const { errors, drafts } = this.#slices.run.settings;
    this.#slices.patchRunPart("settings", {
      errors: { ...errors, ...newErrors },
      drafts: { ...drafts, ...newDrafts },
    });
  }
}
