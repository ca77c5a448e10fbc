// Which modules of the page may know which.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../web/js/", import.meta.url));

/** What the modules of a folder may import of others; a file outside the folders wires all of them. */
const MAY_IMPORT = {
  words: [],
  state: ["words/message.js"],
  files: ["state", "words"],
  storage: ["state", "words"],
  transport: ["state", "words"],
  view: ["files", "state", "words"],
};

/** @type {Map<string, string[]>} by path below web/js */
const imports = new Map(
  readdirSync(ROOT, { recursive: true })
    .filter((path) => path.endsWith(".js"))
    .map((path) => [path, importsOf(path)]),
);

function importsOf(path) {
  const code = readFileSync(join(ROOT, path), "utf8").replace(/\/\*[^]*?\*\//g, "");
  const found = code.matchAll(/^(?:import|export)\b[^"';]*?from "(\.[^"]*)";|^import "(\.[^"]*)";|\bimport\("(\.[^"]*)"\)|new URL\("(\.[^"]*\.js)", import\.meta\.url\)/gm);
  return [...found].map((match) => relative(ROOT, join(ROOT, dirname(path), match.slice(1).find(Boolean))));
}

test("imports lead to modules that exist, and all of them are read", () => {
  assert.ok(imports.get("main.js").includes("state/store.js"));
  for (const [path, targets] of imports) {
    for (const target of targets) assert.ok(imports.has(target), `${path} imports ${target}`);
  }
});

test("every folder imports only what it may know", () => {
  for (const [path, targets] of imports) {
    if (!path.includes("/")) continue;
    const folder = path.split("/")[0];
    for (const target of targets) {
      const isOwn = target.startsWith(`${folder}/`);
      const may = MAY_IMPORT[folder].some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
      assert.ok(isOwn || may, `${path} imports ${target}`);
    }
  }
});

test("no module imports itself on the way", () => {
  const done = new Set();
  const visit = (path, way) => {
    assert.ok(!way.includes(path), [...way, path].join(" -> "));
    if (done.has(path)) return;
    for (const target of imports.get(path)) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
});

test("every module is part of the page", () => {
  const page = readFileSync(join(ROOT, "../index.html"), "utf8");
  const waiting = [...page.matchAll(/src="js\/([^"]*)"/g)].map(([, path]) => path);
  assert.ok(waiting.includes("main.js"));
  const reached = new Set();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...imports.get(path));
  }
  for (const path of imports.keys()) assert.ok(reached.has(path), path);
});
