import assert from "node:assert/strict";
import { test } from "node:test";
import { findPassage, pointsAt, unitsAt } from "../src/comments.js";
import { readFigure, writeFigure } from "../src/figures.js";
import { counted } from "../src/count.js";
import { cleaned, wholeChange } from "../src/filter.js";
import { pattern } from "../src/find.js";
import { countWords, headingAt, headings } from "../src/outline.js";
import { plainParagraphs } from "../src/paste.js";
import { completed } from "../src/pieces.js";
import * as wire from "../src/protocol.js";
import { readNotes } from "../src/settings.js";
import { joinTables, readTable, smallestChange, writeTable } from "../src/tables.js";
import { typographic } from "../src/typography.js";

const TABLE = "| Art | Std. |\n| --- | ---: |\n| a \\| b | 40 |\n| c |  |\n\n: Arbeitszeit";

test("a table is read and written as it was", () => {
  const table = readTable(TABLE);
  assert.deepEqual(table, { align: ["", "right"], rows: [["Art", "Std."], ["a | b", "40"], ["c", ""]], caption: "Arbeitszeit" });
  assert.equal(writeTable(table), TABLE);
});

test("cells that are missing are empty, cells too many are left out, as on the page", () => {
  assert.deepEqual(readTable("a|b\n-|-\n1\n1|2|3").rows, [["a", "b"], ["1", ""], ["1", "2"]]);
});

test("two who changed one table get both changes, unless one changed its shape", () => {
  const before = readTable("| a | b |\n|---|---|\n| 1 | 2 |");
  const mine = structuredClone(before);
  const theirs = structuredClone(before);
  mine.rows[1][0] = "eins";
  theirs.rows[1][1] = "zwei";
  assert.deepEqual(joinTables(before, mine, theirs).rows[1], ["eins", "zwei"]);
  theirs.rows.push(["3", "4"]);
  assert.equal(joinTables(before, mine, theirs), null);
});

test("a change is as small as it can be", () => {
  assert.deepEqual(smallestChange("abcd", "abXd"), { from: 2, to: 3, insert: "X" });
  assert.deepEqual(smallestChange("aa", "aaa"), { from: 2, to: 2, insert: "a" });
});

test("a figure is read in both ways of writing and written in one", () => {
  const figure = { name: "ab lauf.png", alt: "Vier [Schritte]", caption: 'Der "Ablauf"', width: 60 };
  assert.deepEqual(readFigure(writeFigure(figure)), figure);
  assert.deepEqual(readFigure('![Bild](a.png "Unterschrift")'), { name: "a.png", alt: "Bild", caption: "Unterschrift", width: null });
  assert.equal(readFigure("![Bild](a.png) und Text"), null);
});

const RULES = [
  ["Er sagt ", '"', "Er sagt „"], ["Er sagt „ja", '"', "Er sagt „ja“"], ["", '"', "„"], ["(", '"', "(„"], ["**", '"', "**„"], ["**„ja**", '"', "**„ja**“"],
  ["Er geht", "'", "Er geht’"], ["er sagt „", "'", "er sagt „‚"], ["„‚so", "'", "„‚so‘"],
  ["Wort -", " ", "Wort – "], ["Wort --", " ", "Wort – "], ["Wort..", ".", "Wort…"], ["§", " ", "§\u00a0"], ["siehe Nr.", " ", "siehe Nr.\u00a0"],
  ["z.", "B", "z.\u00a0B"], ["so z. ", "B", "so z.\u00a0B"], ["u.", "a", "u.\u00a0a"],
];
for (const [before, typed, result] of RULES) {
  test(`${JSON.stringify(before)} and ${typed} make ${JSON.stringify(result)}`, () => {
    const rule = typographic(before, typed);
    const whole = before + typed;
    assert.equal(whole.slice(0, whole.length - rule.drop) + rule.insert, result);
  });
}
const NO_RULES = [["-", " "], ["- -", " "], ["| --", " "], ["2020-", " "], ["Satz. ", "B"], ["Haus.", "B"], ["Wort.", "."], ["Das", " "]];
for (const [before, typed] of NO_RULES) test(`${JSON.stringify(before)} and ${JSON.stringify(typed)} stay`, () => assert.equal(typographic(before, typed), null));

test("what may not stand in a paper is taken out", () => {
  assert.equal(cleaned("a\u0000\ufeffb\r\nc\u2028d\ue000\ud83d"), "ab\nc\nd");
  assert.equal(cleaned("Fu\u0308r 🌳\u00a0–\u00ad"), "Für 🌳\u00a0–\u00ad");
});

test("a change never cuts a surrogate pair", () => {
  const unit = (text) => (at) => (at < 0 || at >= text.length ? 0 : text.charCodeAt(at));
  assert.deepEqual(wholeChange({ from: 2, to: 3, insert: "" }, unit("a🌳b")), { from: 1, to: 3, insert: "" });
  assert.deepEqual(wholeChange({ from: 0, to: 2, insert: "x" }, unit("a🌳b")), { from: 0, to: 3, insert: "x" });
  assert.deepEqual(wholeChange({ from: 1, to: 3, insert: "" }, unit("a🌳b")), { from: 1, to: 3, insert: "" });
});

test("headings are numbered like the page, code is no heading", () => {
  const found = headings("Text\n\n## Eins\n\n```\n## nein\n```\n\n### *Zwei*[^1]\n\n## Drei ##\n");
  assert.deepEqual(found.map(({ number, title }) => [number, title]), [["1", "Eins"], ["1.1", "Zwei"], ["2", "Drei"]]);
  assert.equal(headingAt(found, 3), null);
  assert.equal(headingAt(found, found[1].from + 2).title, "Zwei");
});

test("words are counted as in the form", () => assert.equal(countWords("Für § 4 BauGB: 1.200 Euro-Beträge."), 5));

test("footnotes are numbered by first mention", () => {
  assert.deepEqual([...readNotes("a[^x] b[^y] c[^x] d[^nie]\n\n[^y]: Y\n\n[^x]: X\n\n[^z]: Z\n")], [["x", 1], ["y", 2], ["z", 3]]);
});

test("a passage is found where it moved, and nowhere when its words are gone", () => {
  assert.deepEqual(findPassage("🌳 der Satz", 2, "der Satz"), { from: 3, to: 11 });
  assert.deepEqual(findPassage("neu: der Satz, der Satz", 12, "der Satz"), { from: 15, to: 23 });
  assert.equal(findPassage("anderes", 0, "der Satz"), null);
  assert.equal(unitsAt("🌳ab", 2), 3);
  assert.equal(pointsAt("🌳ab", 3), 2);
});

test("addresses are completed", () => {
  assert.equal(completed("stadt.example/satzung"), "https://stadt.example/satzung");
  assert.equal(completed("jana@stadt.example"), "mailto:jana@stadt.example");
  assert.equal(completed("https://a.example"), "https://a.example");
});

test("plain text is pasted without its edges", () => assert.equal(plainParagraphs("\r\na  \r\n\r\n\r\n\r\nb\r\n"), "a\n\nb"));

test("messages are read as they were written, the server's too", () => {
  const content = Uint8Array.of(1, 2, 3);
  assert.deepEqual(wire.read(wire.sync(wire.UPDATE, content)), { kind: wire.SYNC, sync: wire.UPDATE, content });
  assert.deepEqual(wire.read(wire.presence(content)), { kind: wire.PRESENCE, content });
  assert.deepEqual(wire.read(Uint8Array.of(100, 172, 2, 5)), { kind: wire.STORED, count: 300, at: 5 });
  assert.deepEqual(wire.read(Uint8Array.of(101, 2, 0x7b, 0x7d)), { kind: wire.STATE, facts: {} });
  assert.deepEqual(wire.read(Uint8Array.of(77)), { kind: -1 });
});

test("pauses grow, are scattered and end", () => {
  const pauses = [1, 2, 5, 20].map((tries) => wire.pause(tries, () => 1));
  assert.deepEqual(pauses, [1000, 2000, 16000, 30000]);
  assert.equal(wire.pause(1, () => 0), 500);
});

test("stars of words stay in the contents, signs do not", () => {
  assert.equal(headings("## Bürger\\*innen **fragen** [oft](https://a.example)[^1]\n")[0].title, "Bürger*innen fragen oft");
});

test("what is counted is what is seen", () => {
  assert.equal(counted("## Kopf\n\n- ein **fettes** Wort[^1]\n\n> Zitat\n\n| a | b |\n| --- | --- |\n| c | d |\n\n[^1]: Note.\n"), "Kopf\nein fettes Wort\nZitat\na  b\nc  d\nNote.");
  assert.equal(counted("Bürger\\*innen ![Bild](a.png){width=50%} [Link](https://a.example)"), "Bürger*innen  Link");
});

test("a search finds words across signs, with blanks and quotes of any kind", () => {
  const finds = (words, text) => new RegExp(pattern(words), "iu").test(text);
  assert.ok(finds("die ämter", "Die **Ämter**"));
  assert.ok(finds("Bürger*innen", "Bürger\\*innen"));
  assert.ok(finds('z. B. "so"', "z.\u00a0B. „so“"));
  assert.ok(!finds("a.c", "abc"));
});
