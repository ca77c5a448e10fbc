// Explanations: when they appear, that they stay while they are read, and how they go.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openDocument } from "./view-support.js";

const { Tooltips } = await import("../../web/js/view/tooltips.js");

/** A term, and a field with its label, on a clock of the test. */
function open(t) {
  const browser = openDocument("<button class='term' data-term='loss'></button><p class='field'><input></p>");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { document, window } = browser;
  const tooltips = new Tooltips();
  tooltips.explainTerms(document);
  const field = document.querySelector("input");
  field.before(tooltips.createLabel("dropout", field));
  const tooltip = document.querySelector(".tooltip");
  const send = (element, type, options = {}) => element.dispatchEvent(new window.PointerEvent(type, { bubbles: true, pointerType: "mouse", ...options }));
  const press = (key) => document.body.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true }));
  return { document, tooltip, field, term: document.querySelector("[data-term]"), send, press, pass: (time) => t.mock.timers.tick(time) };
}

test("the mouse can move onto an explanation, which stays until it leaves", (t) => {
  const { term, tooltip, send, pass } = open(t);
  send(term, "pointerenter");
  assert.equal(tooltip.hidden, true);
  pass(500);
  assert.equal(tooltip.hidden, false);
  assert.match(tooltip.textContent, /cross-entropy/);
  send(term, "pointerleave");
  send(tooltip, "pointerenter");
  pass(60_000);
  assert.equal(tooltip.hidden, false);
  send(tooltip, "pointerleave");
  pass(500);
  assert.equal(tooltip.hidden, true);
});

test("Escape puts an explanation away without moving the mouse", (t) => {
  const { term, tooltip, send, press, pass } = open(t);
  send(term, "pointerenter");
  pass(500);
  press("Escape");
  assert.equal(tooltip.hidden, true);
});

test("scrolling does not take an explanation away", (t) => {
  const { document, term, tooltip, send, pass } = open(t);
  send(term, "pointerenter");
  pass(500);
  document.dispatchEvent(new document.defaultView.Event("scroll"));
  assert.equal(tooltip.hidden, false);
});

test("a field is explained at its label for the mouse, by its help mark for a finger, and to screen readers", (t) => {
  const { document, field, tooltip, send, pass } = open(t);
  const label = document.querySelector("label");
  assert.equal(label.htmlFor, field.id);
  assert.equal(label.textContent, "Dropout");
  assert.match(document.getElementById(field.getAttribute("aria-describedby")).textContent, /left out at random/);
  send(label, "pointerenter");
  pass(500);
  assert.match(tooltip.textContent, /left out at random/);
  send(label, "pointerleave");
  pass(500);
  assert.equal(tooltip.hidden, true);
  const mark = document.querySelector(".help-mark");
  send(mark, "pointerdown", { pointerType: "touch" });
  mark.click();
  assert.equal(tooltip.hidden, false);
  send(document.body, "pointerdown", { pointerType: "touch" });
  assert.equal(tooltip.hidden, true);
});
