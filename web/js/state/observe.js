// Drawing what changed: calls a function whenever what it depends on differs.

/** @import { State, Topic } from "../../types/state" */
/** @import { Store } from "./store.js" */

/** @type {readonly Topic[]} */
const ALL = ["document", "runs", "connection", "preferences", "workspace"];

/**
 * Calls `draw` now, and after every turn of the event loop in which what `select` picks has become
 * another: another value, or a list with another element.
 * @template T
 * @param {Pick<Store, "state" | "subscribe">} store
 * @param {(state: State) => T} select cheap; gives parts of the state, or a list of them
 * @param {(selected: T) => void} draw
 * @returns {() => void} ends it
 */
export function observe(store, select, draw) {
  let selected = select(store.state);
  draw(selected);
  return store.subscribe(ALL, () => {
    const next = select(store.state);
    if (isSame(selected, next)) return;
    selected = next;
    draw(next);
  });
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
function isSame(a, b) {
  if (Object.is(a, b)) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
