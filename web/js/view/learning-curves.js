// Loss and accuracy over the steps of the run's history, with a mark at the step that is shown.

/** @import { Frame } from "../../types/state" */
/** @import { Page } from "./page.js" */

import { observe } from "../state/observe.js";
import { currentRun } from "../state/runs.js";
import { formatCount, formatLoss, formatPercent } from "../words/numbers.js";
import { word, wordFor } from "../words/word.js";
import { withScreen } from "./animation-frame.js";
import { create, createSvg, find, setText } from "./elements.js";

/** The size of a chart in its own units; style sheets stretch it. */
const WIDTH = 200;
const HEIGHT = 100;

/**
 * @typedef {object} Curve
 * @property {"loss" | "accuracy"} name
 * @property {(value: number | null) => string} format
 * @property {(values: readonly number[]) => number} top the value at the upper edge
 */

/** @type {readonly Curve[]} */
const CURVES = Object.freeze([
  { name: "loss", format: formatLoss, top: (values) => Math.max(...values, Number.MIN_VALUE) },
  { name: "accuracy", format: formatPercent, top: () => 1 },
]);

/**
 * @param {HTMLElement} root
 * @param {Page} page
 */
export function buildLearningCurves(root, { store }) {
  const empty = find(root, "[data-part=empty]", HTMLElement);
  const charts = CURVES.map(createChart);
  root.append(...charts.map(({ figure }) => figure));
  observe(
    store,
    (state) => {
      const { history, map } = currentRun(state);
      return [history.snapshots, map.frame];
    },
    withScreen(([, shown]) => {
      const { history } = currentRun(store.state);
      empty.hidden = history.snapshots.length >= 2;
      for (const { draw } of charts) draw(history.snapshots, /** @type {Frame | null} */ (shown));
    }),
  );
}

/** @param {Curve} curve */
function createChart({ name, format, top }) {
  const line = createSvg("polyline", { class: "curve-line" });
  const mark = createSvg("line", { class: "curve-mark", y1: "0", y2: String(HEIGHT) });
  const dot = create("span", { class: "curve-dot" });
  const chart = createSvg("svg", { class: "curve-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" }, mark, line);
  const scale = create("span", { class: "curve-scale", "aria-hidden": "true" });
  const steps = create("span", { class: "curve-steps", "aria-hidden": "true" });
  const plot = create("div", { class: "curve-plot" }, chart, dot);
  const figure = create("figure", { class: "curve", "data-curve": name }, create("figcaption", {}, wordFor(`label.${name}`), scale), plot, steps);

  /**
   * @param {readonly Frame[]} snapshots
   * @param {Frame | null} shown
   */
  const draw = (snapshots, shown) => {
    const points = snapshots.flatMap(({ step, [name]: value }) => (value === null || !Number.isFinite(value) ? [] : [{ step, value }]));
    const [first, last] = [points[0], points.at(-1)];
    figure.hidden = first === undefined || last === undefined || points.length < 2;
    if (first === undefined || last === undefined || figure.hidden) return;
    const limit = top(points.map(({ value }) => value));
    const xOf = (/** @type {number} */ step) => (step - first.step) / (last.step - first.step);
    const yOf = (/** @type {number} */ value) => 1 - Math.min(1, value / limit);
    line.setAttribute("points", points.map(({ step, value }) => `${(WIDTH * xOf(step)).toFixed(2)},${(HEIGHT * yOf(value)).toFixed(2)}`).join(" "));
    const value = shown?.[name] ?? null;
    dot.hidden = value === null;
    if (shown !== null && value !== null) {
      const x = Math.min(1, Math.max(0, xOf(shown.step)));
      for (const end of ["x1", "x2"]) mark.setAttribute(end, String(WIDTH * x));
      dot.style.left = `${100 * x}%`;
      dot.style.top = `${100 * yOf(value)}%`;
    }
    const range = word("curve.steps", { from: first.step, to: last.step });
    setText(scale, word("curve.range", { low: formatCount(0), high: format(limit) }));
    setText(steps, range);
    chart.setAttribute("aria-label", word("curve.summary", { name: wordFor(`label.${name}`), first: format(first.value), last: format(last.value), steps: range }));
  };
  return { figure, draw };
}
