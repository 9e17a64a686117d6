// What the toolbar makes of the text and the selection.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

globalThis.HTMLElement = class {};
globalThis.customElements = { define() {} };
const source = readFileSync(new URL("../../static/js/editor-toolbar.js", import.meta.url), "utf-8");
const { around, beforeLines, footnote, heading, levelAt, link, picture, table } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const applied = (text, change) => text.slice(0, change.start) + change.text + text.slice(change.end);
const chosen = (change) => change.text.slice(...change.select);

test("signs stand around the words and not around blanks", () => {
  const change = around("acht Wochen ", 5, 12, "**");
  assert.equal(applied("acht Wochen ", change), "acht **Wochen** ");
  assert.equal(chosen(change), "Wochen");
});

test("the same button takes them away", () => {
  assert.equal(applied("acht **Wochen**", around("acht **Wochen**", 7, 13, "**")), "acht Wochen");
});

test("without a selection the caret stands between the signs", () => {
  const change = around("a ", 2, 2, "*");
  assert.equal(applied("a ", change), "a **");
  assert.deepEqual(change.select, [1, 1]);
});

test("lines become items and plain lines again; empty lines stay", () => {
  const text = "Vor\n\nRahmen\nFrist\n";
  const list = beforeLines(text, 5, 17, "list");
  assert.equal(applied(text, list), "Vor\n\n- Rahmen\n- Frist\n");
  const numbers = beforeLines("- a\n\n- b", 0, 8, "numbers");
  assert.equal(numbers.text, "1. a\n\n2. b");
  assert.equal(beforeLines("1. a\n2. b", 0, 9, "numbers").text, "a\nb");
  assert.equal(beforeLines("- a", 1, 1, "quote").text, "> - a");
});

test("a selection that ends at the beginning of a line does not take that line", () => {
  assert.equal(applied("a\nb\n", beforeLines("a\nb\n", 0, 2, "list")), "- a\nb\n");
});

test("headings are set, changed and taken away", () => {
  assert.equal(heading("Anlass", 0, 0, 2).text, "## Anlass");
  assert.equal(heading("## Anlass", 4, 4, 3).text, "### Anlass");
  assert.equal(heading("### Anlass", 4, 4, 0).text, "Anlass");
  assert.equal(levelAt("Text\n### Anlass", 8), 3);
  assert.equal(levelAt("Text", 2), 0);
});

test("a link gets its address chosen, or its words where the address was chosen", () => {
  assert.equal(chosen(link("Leitfaden", 0, 9, "Linktext")), "https://");
  const change = link("https://a.example", 0, 17, "Linktext");
  assert.equal(change.text, "[Linktext](https://a.example)");
  assert.equal(chosen(change), "Linktext");
});

test("tables and pictures stand as blocks of their own", () => {
  const change = table("Vor\nNach", 1, "Spalte");
  assert.match(applied("Vor\nNach", change), /^Vor\n\n\| Spalte 1 \| Spalte 2 \|\n\| --- \| --- \|\n(?:\|  \|  \|\n?){2}\n\nNach$/);
  assert.equal(chosen(change), "Spalte 1");
  assert.equal(applied("", picture("", 0, "a b.png", "Bild")), "![Bild](<a b.png>)\n");
});

test("a footnote gets the next number, its note stands at the end", () => {
  const text = "Satz[^2].\n\n[^2]: Quelle.\n";
  const [note, sign] = footnote(text, 4, "Text");
  assert.equal(applied(applied(text, note), sign), "Satz[^3][^2].\n\n[^2]: Quelle.\n\n[^3]: Text\n");
  const start = note.start + sign.text.length + sign.jump;
  assert.equal(applied(applied(text, note), sign).slice(start, start + sign.length), "Text");
});
