// What runs before the page's modules: the sentence that is there if they fail.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { INDEX_HTML, openDocument } from "./view-support.js";

const EARLY = readFileSync(new URL("../../web/js/view/early.js", import.meta.url), "utf8");

/** A page in which nothing has run but this. */
function open({ readyState = "complete", knowsModules = true } = {}) {
  const { document, window } = openDocument();
  Object.defineProperty(document, "readyState", { value: readyState, configurable: true });
  const { HTMLElement, HTMLImageElement } = window;
  const HTMLScriptElement = knowsModules ? window.HTMLScriptElement : class {};
  runInNewContext(EARLY, { document, window, localStorage: undefined, HTMLElement, HTMLImageElement, HTMLScriptElement });
  const fail = (name) => document.body.appendChild(document.createElement(name)).dispatchEvent(new window.Event("error"));
  return { document, window, fail, saysSo: () => !document.querySelector(".start-failed").hidden };
}

test("a sentence says what to do", () => {
  const [sentence] = INDEX_HTML.match(/class="start-failed"[^]*?<\/p>/);
  assert.match(sentence, /<a href="">Reload the page<\/a>.*still stored/);
  assert.equal(open().saysSo(), false);
});

test("a script or a style that does not come is told; an image is not", () => {
  for (const [name, told] of [["script", true], ["link", true], ["img", false]]) {
    const page = open();
    page.fail(name);
    assert.equal(page.saysSo(), told, name);
  }
});

test("a program that breaks while it starts is told, and one that breaks later has started", () => {
  const page = open();
  page.document.body.dataset.ready = "true";
  page.window.dispatchEvent(new page.window.ErrorEvent("error", {}));
  assert.equal(page.saysSo(), false);
  delete page.document.body.dataset.ready;
  page.window.dispatchEvent(new page.window.ErrorEvent("error", {}));
  assert.equal(page.saysSo(), true);
});

test("what fails before the sentence has arrived is told when it has", () => {
  const page = open({ readyState: "loading" });
  page.fail("script");
  assert.equal(page.saysSo(), false);
  page.document.dispatchEvent(new page.window.Event("DOMContentLoaded"));
  assert.equal(page.saysSo(), true);
});

test("a browser without modules is told at once", () => {
  assert.equal(open({ knowsModules: false }).saysSo(), true);
});
