// What a map looks like: colours that claim no more than the network says, points that stand out, and a
// line where the winning class changes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { DEFAULT_PREFERENCES, PREFERENCES } from "../../web/js/state/choices.js";
import { classBoundary } from "../../web/js/view/class-boundary.js";
import { CONTOUR, RING_COLOR } from "../../web/js/view/markers.js";
import { PALETTES, rgbOf } from "../../web/js/view/palettes.js";
import { contrast, difference, over } from "./color-difference.js";
import { connectedStore, openDocument } from "./view-support.js";

const { buildPage } = await import("../../web/js/view/page.js");

const TOKENS = readFileSync(new URL("../../web/css/tokens.css", import.meta.url), "utf8");

/** A property of tokens.css in the light and the dark theme. */
function themes(name) {
  const [, light, dark] = TOKENS.match(new RegExp(`--${name}: light-dark\\((rgb\\([^)]*\\)|#\\w+), (rgb\\([^)]*\\)|#\\w+)\\)`));
  return [light, dark].map((css) => {
    if (css.startsWith("#")) return { color: rgbOf(css), opacity: 1 };
    const [red, green, blue, opacity] = css.match(/[\d.]+/g).map(Number);
    return { color: [red, green, blue], opacity };
  });
}

const CANVAS = themes("canvas").map(({ color }) => color);

/** Every blend of two classes, a twentieth apart, with the classes that are in it. */
function* blends(colors) {
  for (let a = 0; a < colors.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      for (let share = 0; share <= 20; share += 1) yield { of: [a, b], share: share / 20, color: over(colors[a], share / 20, colors[b]) };
    }
  }
}

/** How near a blend of two classes comes to what stands for a third one: its points, its button. */
function nearestToThird(colors, canvas, strength) {
  let nearest = Infinity;
  for (const { of, color } of blends(colors)) {
    const shown = over(color, strength, canvas);
    colors.forEach((third, label) => {
      if (!of.includes(label)) nearest = Math.min(nearest, difference(shown, third));
    });
  }
  return nearest;
}

test("no blend of two classes passes for a third one over either theme", () => {
  for (const palette of Object.values(PALETTES)) {
    const colors = palette.map(rgbOf);
    for (const canvas of CANVAS) {
      assert.ok(nearestToThird(colors, canvas, 1) < 2, "the plain blend is taken for a class");
      const nearest = nearestToThird(colors, canvas, DEFAULT_PREFERENCES.mapStrength / 100);
      assert.ok(nearest > 4, `${nearest}`);
    }
  }
});

test("a marker has 3:1 against every map, in its ring or in the contour around it", () => {
  const ring = rgbOf(RING_COLOR);
  const strengths = PREFERENCES.mapStrength.values.filter((percents) => percents % 5 === 0);
  assert.ok(strengths.includes(100));
  for (const palette of Object.values(PALETTES)) {
    const maps = [...blends(palette.map(rgbOf))].map(({ color }) => color);
    for (const canvas of CANVAS) {
      for (const strength of [0, ...strengths]) {
        for (const map of maps) {
          const shown = over(map, strength / 100, canvas);
          const contour = over(rgbOf(CONTOUR.color), CONTOUR.opacity, shown);
          const most = Math.max(contrast(ring, shown), contrast(contour, shown));
          assert.ok(most >= 3, `${most} on ${shown} at ${strength}%`);
          // And between the two, wherever they are.
          assert.ok(contrast(ring, contour) >= 3, `${contour}`);
        }
      }
    }
  }
});

test("the boundary has 3:1 against the blend it lies on", () => {
  const lines = themes("boundary");
  for (const palette of Object.values(PALETTES)) {
    CANVAS.forEach((canvas, theme) => {
      for (const { share, color } of blends(palette.map(rgbOf))) {
        if (share !== 0.5) continue;
        const shown = over(color, DEFAULT_PREFERENCES.mapStrength / 100, canvas);
        const { color: line, opacity } = lines[theme];
        const found = contrast(over(line, opacity, shown), shown);
        assert.ok(found >= 3, `${found} on ${shown}`);
      }
    });
  }
});

/** The posteriors of a network with these outputs, x and y from 0 to 1 from the top left corner. */
function mapOf(edge, outputs) {
  const classes = outputs.length;
  const planes = new Uint8Array(classes * edge * edge);
  for (let row = 0; row < edge; row += 1) {
    for (let column = 0; column < edge; column += 1) {
      const exps = outputs.map((output) => Math.exp(output(column / (edge - 1), row / (edge - 1))));
      const sum = exps.reduce((a, b) => a + b);
      exps.forEach((exp, k) => (planes[(k * edge + row) * edge + column] = Math.round((255 * exp) / sum)));
    }
  }
  return { width: edge, height: edge, classes, planes };
}

/** The ends of the segments of a boundary. */
function endsOf(segments) {
  return Array.from({ length: segments.length / 2 }, (_, i) => ({ x: segments[2 * i], y: segments[2 * i + 1] }));
}

test("the boundary lies where two classes are even, to a fraction of a sample", () => {
  for (const [edge, steepness, tolerance] of [[256, 200, 0.25], [256, 20, 0.25], [256, 0.5, 3], [64, 40, 0.25]]) {
    const radius = 0.31;
    const inside = (x, y) => steepness * (radius - Math.hypot(x - 0.5, y - 0.5));
    const ends = endsOf(classBoundary(mapOf(edge, [inside, () => 0])));
    assert.ok(ends.length > 100);
    for (const { x, y } of ends) {
      const error = Math.abs(Math.hypot(x - 0.5, y - 0.5) - radius) * edge;
      assert.ok(error < tolerance, `${error} samples at ${x}, ${y} of a ${edge} map with slope ${steepness}`);
    }
  }
});

test("a boundary has no gaps, up to the edges of the map", () => {
  const ends = endsOf(classBoundary(mapOf(256, [(x, y) => 30 * (x + 0.2 * y - 0.61), () => 0])));
  const times = new Map();
  for (const { x, y } of ends) times.set(`${x} ${y}`, (times.get(`${x} ${y}`) ?? 0) + 1);
  const open = [...times].filter(([, count]) => count === 1).map(([place]) => place.split(" ").map(Number)[1]);
  assert.deepEqual(open.sort((a, b) => a - b), [0, 1]);
});

test("three classes meet at a point, and where one wins everywhere there is no line", () => {
  const thirds = [0, 1, 2].map((k) => {
    const [cos, sin] = [Math.cos(2.1 * k), Math.sin(2.1 * k)];
    return (x, y) => 25 * (cos * (x - 0.5) + sin * (y - 0.5));
  });
  const ends = endsOf(classBoundary(mapOf(256, thirds)));
  const nearest = Math.min(...ends.map(({ x, y }) => Math.hypot(x - 0.5, y - 0.5)));
  assert.ok(nearest * 256 < 2, `${nearest}`);
  assert.equal(classBoundary(mapOf(256, [() => 0.1, () => 0])).length, 0);
});

test("the plain map is one key away, at full strength and without a line", async () => {
  const lines = [];
  const { document, press, settle } = openDocument();
  globalThis.Path2D = class {
    addPath() {}
    moveTo() {
      lines.push(this);
    }
    lineTo() {}
  };
  const store = connectedStore();
  buildPage(store, {});
  store.addPoint({ x: 0, y: 0 });
  store.server.frame({ generation: 0, step: 1, loss: 1, accuracy: 1, stepsPerSecond: 0, ...mapOf(16, [(x) => 9 * (x - 0.5), () => 0]) });
  const drawn = async () => {
    lines.length = 0;
    await settle();
    return lines.length > 0;
  };
  const strength = () => document.documentElement.style.getPropertyValue("--map-strength");
  assert.equal(await drawn(), true);
  assert.equal(strength(), "0.65");
  press("m");
  assert.equal(await drawn(), false);
  assert.equal(strength(), "1");
  press("m");
  assert.equal(await drawn(), true);
  assert.equal(strength(), "0.65");
});

test("the marks of the axes are drawn again in another theme", async () => {
  const { document, window, settle, change } = openDocument();
  let marks = 0;
  const context = new Proxy({}, { get: (_, name) => (name === "fillText" ? () => (marks += 1) : () => undefined), set: () => true });
  window.HTMLCanvasElement.prototype.getContext = () => context;
  buildPage(connectedStore(), {});
  await settle();
  assert.ok(marks > 0);
  marks = 0;
  await settle();
  assert.equal(marks, 0);
  change(document.querySelector("[data-preference=theme]"), "dark");
  await settle();
  assert.ok(marks > 0);
});
