// Everything a person can do, by id: buttons, keys and the list of shortcuts are made of it.
// The words for a command are `command.<id>` in js/words/en.js.

/** @import { State } from "../../types/state" */
/** @import { Store } from "./store.js" */

import { MAX_CLASSES } from "./points.js";
import { currentRun } from "./runs.js";

/**
 * @typedef {object} Shortcut
 * @property {string} key as KeyboardEvent.key says it, letters in lower case
 * @property {boolean} [ctrl] with Ctrl or Command
 * @property {boolean} [shift] with Shift, which tells only keys with Ctrl apart
 * @property {boolean} [repeats] whether it repeats while it is held down
 * @property {number} [argument] for `run`
 * @property {boolean} [inTextFields] whether it acts from within a text field too
 * @property {boolean} [isListedOnly] whether the browser turns the keys into an event of its own
 */

/**
 * @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "repeat">
 *   & Partial<Pick<KeyboardEvent, "code" | "getModifierState">>} KeyPress
 */

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {readonly Shortcut[]} [keys]
 * @property {(state: State) => boolean} [isEnabled] always, unless told
 * @property {(argument: number) => void} run
 */

export class Commands {
  /** @type {Map<string, Command>} */
  #commands = new Map();

  /** @param {Store} store */
  constructor(store) {
    this.add(...storeCommands(store));
  }

  /** All of them, in the order to list them in.
   * @returns {readonly Command[]} */
  get list() {
    return [...this.#commands.values()];
  }

  /** @param {...Command} commands such as those that need a dialog of the page */
  add(...commands) {
    for (const command of commands) {
      if (this.#commands.has(command.id)) throw new Error(`there are two commands ${command.id}`);
      this.#commands.set(command.id, command);
    }
  }

  /**
   * @param {string} id
   * @returns {Command}
   */
  get(id) {
    const command = this.#commands.get(id);
    if (command === undefined) throw new Error(`there is no command ${id}`);
    return command;
  }

  /**
   * @param {string} id
   * @param {number} [argument]
   */
  run(id, argument = 0) {
    this.get(id).run(argument);
  }

  /**
   * @param {KeyPress} press
   * @returns {{ command: Command, shortcut: Shortcut } | null} what the keys mean
   */
  find(press) {
    if (press.altKey || press.getModifierState?.("AltGraph")) return null;
    const found = this.#findKey(press.key.toLowerCase(), press) ?? this.#findKey(keyByPlace(press), press);
    if (found === null) return null;
    const { repeats = false, ctrl = false } = found.shortcut;
    return press.repeat && !repeats && !ctrl ? null : found;
  }

  /**
   * @param {string | null} key
   * @param {KeyPress} press with the keys that are held
   */
  #findKey(key, { ctrlKey, metaKey, shiftKey }) {
    for (const command of this.#commands.values()) {
      for (const shortcut of command.keys ?? []) {
        const { ctrl = false, shift = false, isListedOnly = false } = shortcut;
        if (isListedOnly || shortcut.key !== key || ctrl !== (ctrlKey || metaKey) || (ctrl && shift !== shiftKey)) continue;
        return { command, shortcut };
      }
    }
    return null;
  }
}

/**
 * The digit or Latin letter that a key has on other keyboards, where this one has none there: Czech and
 * French ones have digits with Shift only, Greek and Russian ones have other letters.
 * @param {KeyPress} press
 * @returns {string | null} null if it is no such key
 */
function keyByPlace({ key, code = "", shiftKey }) {
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  if (digit !== undefined) return shiftKey ? null : digit;
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  const isLatin = /^[\0-\x7f]/.test(key);
  return letter === undefined || isLatin ? null : letter.toLowerCase();
}

/**
 * The commands that need nothing but the state.
 * @param {Store} store
 * @returns {readonly Command[]}
 */
function storeCommands(store) {
  const ofClass = (/** @type {number} */ label) => ({ key: String(label + 1), argument: label, repeats: true });
  return [
    { id: "train", keys: [{ key: " " }, { key: "k" }], run: () => store.toggle() },
    { id: "stepOnce", keys: [{ key: "s", repeats: true }], run: () => store.stepOnce() },
    { id: "reset", keys: [{ key: "r" }], run: () => store.resetModel() },
    { id: "restart", keys: [{ key: "t" }], run: () => store.restartModel() },
    {
      id: "drawClass",
      keys: Array.from({ length: MAX_CLASSES }, (_, label) => ofClass(label)),
      run: (label) => store.setLayout({ tool: "draw", selectedClass: label }),
    },
    {
      id: "eraser",
      keys: [{ key: "e" }],
      run: () => store.setLayout({ tool: store.state.workspace.tool === "erase" ? "draw" : "erase" }),
    },
    {
      id: "undo",
      keys: [{ key: "z", ctrl: true }],
      isEnabled: ({ document }) => document.canUndo,
      run: () => store.undo(),
    },
    {
      id: "redo",
      keys: [{ key: "z", ctrl: true, shift: true }, { key: "y", ctrl: true }],
      isEnabled: ({ document }) => document.canRedo,
      run: () => store.redo(),
    },
    { id: "clear", isEnabled: ({ document }) => document.points.length > 0, run: () => store.clear() },
    {
      id: "togglePresentation",
      keys: [{ key: "p" }],
      run: () => store.setPresenting(!store.state.workspace.presenting),
    },
    {
      id: "togglePlainMap",
      keys: [{ key: "m" }],
      run: () => store.setPreferences({ plainMap: !store.state.preferences.plainMap }),
    },
    { id: "goLive", isEnabled: (state) => !currentRun(state).map.live, run: () => store.goLive() },
    { id: "resetAdvanced", run: () => store.resetAdvanced() },
    { id: "storeHere", run: () => store.storeHere() },
    {
      id: "toggleHowTo",
      run: () => store.setLayout({ howToOpen: !store.state.workspace.howToOpen }),
    },
    {
      id: "toggleDock",
      keys: [{ key: "d" }],
      run: () => store.setLayout({ dockOpen: !store.state.workspace.dockOpen }),
    },
  ];
}
