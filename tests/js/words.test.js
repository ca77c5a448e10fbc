// What a person reads, by key.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { EN } from "../../web/js/words/en.js";
import { message } from "../../web/js/words/message.js";
import { isWordKey, textOf, word } from "../../web/js/words/word.js";

test("a word is a text, or made from values", () => {
  assert.equal(word("status.training"), "Training");
  assert.equal(word("history.step", { step: 12_345 }), "step 12,345");
});

test("counts agree with their nouns", () => {
  assert.equal(word("data.count", { count: 0 }), "No points yet");
  assert.equal(word("data.count", { count: 1 }), "1 point");
  assert.equal(word("data.count", { count: 20_000 }), "20,000 points");
});

test("a network is told by what matters of it", () => {
  const said = (/** @type {{ layers: number[], dropout: number }} */ trained) =>
    word("notice.newNetwork", { ...trained, activation: "tanh" });
  assert.match(said({ layers: [10, 5], dropout: 0 }), /\(10-5, Tanh\)/);
  assert.match(said({ layers: [], dropout: 0.5 }), /\(no hidden layers, Tanh, dropout 0.5\)/);
});

test("a message is said later as it would have been at once", () => {
  const kept = JSON.parse(JSON.stringify(message("history.step", { step: 7 })));
  assert.equal(textOf(kept), word("history.step", { step: 7 }));
  assert.equal(textOf(message("status.paused")), "Paused");
});

test("only keys of the table are keys", () => {
  assert.ok(isWordKey("tip.loss"));
  assert.ok(!isWordKey("tip.nothing"));
  assert.ok(!isWordKey("toString"));
});

test("texts are sentence case without stray blanks", () => {
  for (const [key, text] of Object.entries(EN)) {
    if (typeof text !== "string") continue;
    assert.equal(text, text.trim(), key);
    assert.ok(text.length > 0, key);
    assert.doesNotMatch(text, / {2}/, key);
  }
});

test("no module but the words has sentences", () => {
  const folder = fileURLToPath(new URL("../../web/js/", import.meta.url));
  const isElsewhere = (path) => /^(view|state|storage|transport|files)/.test(path) && path.endsWith(".js");
  const found = readdirSync(folder, { recursive: true }).filter(isElsewhere).flatMap((path) => {
    const code = readFileSync(join(folder, path), "utf8")
      .replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "")
      // Errors are for developers, and so are reasons in brackets, which begin with a small letter.
      .replace(/(new \w*Error|throw \w+)\([^\n]*/g, "");
    const texts = [...code.matchAll(/"([^"\n]*)"|`([^`]*)`/g)].map((match) => match[1] ?? match[2]);
    return texts.filter((text) => /^[A-Z][a-z]+ [a-z]{2,}/.test(text)).map((text) => `${path}: ${text}`);
  });
  assert.deepEqual(found, []);
});
