import assert from "node:assert/strict";
import { test } from "node:test";
import * as verbs from "../src/commands.js";
import { cursorKeys, replaceSelection, unsign } from "../src/cursor.js";
import { after, type } from "./hands.mjs";

const key = (name) => cursorKeys.find((binding) => binding.key === name).run;
const bold = verbs.inline("strong");
const italic = verbs.inline("emphasis");

const erase = (view) => view.dispatch({ changes: { from: view.state.selection.main.from, to: view.state.selection.main.to }, userEvent: "delete.selection" });

const CASES = [
  ["Enter ends a paragraph", "Eins|", [verbs.enter, type("Zwei")], "Eins\n\nZwei|"],
  ["Enter in the middle makes two paragraphs", "Eins |zwei", [verbs.enter], "Eins\n\n|zwei"],
  ["Enter behind a heading begins a paragraph", "## Kopf|\n\nText", [verbs.enter, type("x")], "## Kopf\n\nx|\n\nText"],
  ["Enter goes on with a list", "- eins|", [verbs.enter], "- eins\n- |"],
  ["Enter counts on", "9. eins|", [verbs.enter], "9. eins\n10. |"],
  ["Enter goes on with tasks", "- [x] eins|", [verbs.enter], "- [x] eins\n- [ ] |"],
  ["Enter goes on at the depth of an item", "- eins\n  - zwei|", [verbs.enter], "- eins\n  - zwei\n  - |"],
  ["Enter in an empty item leaves the list", "- eins\n- |", [verbs.enter, type("x")], "- eins\n\nx|"],
  ["Enter in an empty inner item goes one level up", "- eins\n  - |", [verbs.enter], "- eins\n- |"],
  ["Enter in a quote makes a paragraph of it", "> eins|", [verbs.enter], "> eins\n>\n> |"],
  ["Enter in an empty line of a quote leaves it", "> eins\n>\n> |", [verbs.enter, type("x")], "> eins\n>\n\nx|"],
  ["Shift and Enter break the line", "Eins|zwei", [verbs.lineBreak], "Eins\\\n|zwei"],
  ["bold for the word of the cursor", "ein wich|tiges Wort", [bold], "ein **wich|tiges** Wort"],
  ["bold for the selected words, not their blanks", "ein| wichtiges |Wort", [bold], "ein **|wichtiges|** Wort"],
  ["bold again takes it away", "ein **wich|tiges** Wort", [bold], "ein wich|tiges Wort"],
  ["bold and italic together", "ein |Wort|", [bold, italic], "ein ***|Wort|***"],
  ["bold over two paragraphs leaves their signs alone", "|- eins\n\n## zwei|", [bold], "- **|eins**\n\n## **zwei|**"],
  ["bold before typing", "Das ist |", [bold, type("neu")], "Das ist **neu|**"],
  ["bold at the end of bold words goes on without", "**neu|**", [bold, type("x")], "**neu**x|"],
  ["bold again on a word within bold words takes it from that word alone", "**eins |zwei| drei**", [bold], "**eins** |zwei| **drei**"],
  ["bold over partly bold words makes all of them bold", "|eins **zwei| drei**", [bold], "**|eins zwei| drei**"],
  ["bold again over two paragraphs takes it away", "|- eins\n\n## zwei|", [bold, bold], "- |eins\n\n## zwei|"],
  ["bold at the edge of a word is for what comes", "Wort|", [bold, type("mehr")], "Wort**mehr|**"],
  ["bold pressed twice is nothing", "Das |", [bold, bold, type("x")], "Das x|"],
  ["bold and italic before typing", "Das |", [bold, italic, type("x")], "Das ***x|***"],
  ["a blank typed at the end of bold words stands outside, and they go on", "**fett|**", [type(" ")], "**fett** |"],
  ["and the next word is bold again", "**fett|**", [type(" "), type("n"), type("e")], "**fett ne|**"],
  ["unless bold was pressed", "**fett|**", [type(" "), bold, type("n")], "**fett** n|"],
  ["a blank typed at the start of bold words stands outside", "a **|fett**", [type(" ")], "a  |**fett**"],
  ["deleting the last word leaves no blank inside", "**a b|**", [key("Backspace")], "**a** |"],
  ["deleting the blank behind a bold sign keeps it readable", "**Ja:** |so", [key("Backspace")], "**Ja**:|so"],
  ["punctuation beside a word is not bold with it", "Bürger|:innen|", [bold], "Bürger|:**innen|**"],
  ["and loses it again", "Bürger|:innen|", [bold, bold], "Bürger|:innen|"],
  ["Enter within bold words makes two bold pieces", "ein **fe|tt** e", [verbs.enter], "ein **fe**\n\n|**tt** e"],
  ["italic within a link stays in it", "[|eins| zwei](u)", [italic], "[*|eins|* zwei](u)"],
  ["bold over the end of a link", "[eins |zwei](u) drei| vier", [bold], "[eins **|zwei**](u) **drei|** vier"],
  ["a paragraph of two lines becomes one heading", "Ein Satz\nin zwei Zei|len", [verbs.heading(2)], "## Ein Satz in zwei Zei|len"],
  ["and one item", "Ein Satz\nin zwei Zei|len", [verbs.list(false)], "- Ein Satz\nin zwei Zei|len"],
  ["and one quote", "Ein Satz\nin zwei Zei|len", [verbs.quote], "> Ein Satz\n> in zwei Zei|len"],
  ["Enter in the second line of an item makes the next", "- Ein Satz\n  in zwei| Zeilen", [verbs.enter, type("x")], "- Ein Satz\n  in zwei\n- x| Zeilen"],
  ["a line end that reads as a blank goes like one", "> eins\n> |zwei", [key("Backspace")], "> eins|zwei"],
  ["a line behind a meant line end becomes a heading alone", "eins\\\nzw|ei", [verbs.heading(2)], "eins\n\n## zw|ei"],
  ["a footnote goes with its last mention", "Satz|[^1]|. Mehr[^2].\n\n[^1]: Eins.\n[^2]: Zwei.\n", [erase], "Satz|. Mehr[^2].\n\n[^2]: Zwei.\n"],
  ["not with another", "Satz|[^1]|. Mehr[^1].\n\n[^1]: Eins.\n", [erase], "Satz|. Mehr[^1].\n\n[^1]: Eins.\n"],
  ["a long footnote goes whole", "Satz[^2]|[^1]|.\n\n[^1]: Eins.\n\n    Noch eins.\n\n[^2]: Zwei.\n", [erase], "Satz[^2]|.\n\n[^2]: Zwei.\n"],
  ["gender stars stay stars", "Bürger|", [..."*innen und Bürger*innen"].map(type), "Bürger\\*innen und Bürger\\*innen|"],
  ["a backslash stays one", "|", [..."a\\*"].map(type), "a\\\\\\*|"],
  ["what would be a link stays words", "|", [..."[a](b)"].map(type), "[a]\\(b)|"],
  ["an underscore within a word needs nothing", "|", [..."a_b"].map(type), "a_b|"],
  ["two stars around words make them bold, for who is used to it", "Das |", [..."**so**"].map(type), "Das **so**|"],
  ["a star and a blank begin a list", "|", [..."* a"].map(type), "- a|"],
  ["one and a point begin a numbered list", "|", [..."1. a"].map(type), "1. a|"],
  ["a date does not", "|", [..."3. Oktober"].map(type), "3\\. Oktober|"],
  ["a number that goes on with a list does", "1. a\n\n|", [..."2. b"].map(type), "1. a\n\n2. b|"],
  ["blanks before a paragraph are not taken", "|", [..."    a"].map(type), "a|"],
  ["in code all signs are signs", "```\n|\n```", [type("*")], "```\n*|\n```"],
  ["a paragraph becomes a heading", "Te|xt", [verbs.heading(2)], "## Te|xt"],
  ["a heading becomes another", "## Te|xt", [verbs.heading(3)], "### Te|xt"],
  ["and a paragraph again", "### Te|xt", [verbs.heading(0)], "Te|xt"],
  ["a heading stands apart from a list", "Te|xt\n- unten", [verbs.heading(2)], "## Te|xt\n\n- unten"],
  ["a list of one paragraph", "Te|xt", [verbs.list(false)], "- Te|xt"],
  ["a list of several paragraphs has no empty lines", "|eins\n\nzwei|", [verbs.list(true)], "1. |eins\n2. zwei|"],
  ["a list becomes a numbered one", "- ei|ns", [verbs.list(true)], "1. ei|ns"],
  ["a list becomes paragraphs", "|- eins\n- zwei|", [verbs.list(false)], "|eins\n\nzwei|"],
  ["a quote", "Te|xt", [verbs.quote], "> Te|xt"],
  ["and no quote", "> Te|xt", [verbs.quote], "Te|xt"],
  ["deeper", "- eins\n- zw|ei", [verbs.indent(1)], "- eins\n  - zw|ei"],
  ["deeper below a number", "1. eins\n2. zw|ei", [verbs.indent(1)], "1. eins\n   1. zw|ei"],
  ["the first item cannot go deeper", "- ei|ns", [verbs.indent(1)], "- ei|ns"],
  ["higher", "- eins\n  - zw|ei", [verbs.indent(-1)], "- eins\n- zw|ei"],
  ["Backspace makes text of a heading", "## |Kopf", [unsign], "|Kopf"],
  ["Backspace makes text of an item, apart from the one above", "- eins\n- |zwei", [unsign], "- eins\n\n|zwei"],
  ["Backspace behind hidden signs takes the letter before them", "**fett**|", [key("Backspace")], "**fet|**"],
  ["the last letter takes the signs along", "a **b**| c", [key("Backspace")], "a | c"],
  ["an emoji goes as one", "**a👩‍👩‍👧|**", [key("Backspace")], "**a|**"],
  ["Delete before hidden signs takes the letter behind them", "|**fett**", [key("Delete")], "**|ett**"],
  ["deleting across the start of bold words keeps them bold", "a| b **c|d** e", [key("Backspace")], "a|**d** e"],
  ["deleting a link with its words takes all of it", "a |[b](https://c.example)| d", [key("Backspace")], "a | d"],
  ["typing over the start of bold words keeps the rest bold", "a| b **c|d** e", [(view) => replaceSelection(view, "X", "input.type")], "aX|**d** e"],
  ["typing over a whole link takes it away", "a |[b](https://c.example)| d", [(view) => replaceSelection(view, "X", "input.type")], "a X| d"],
  ["words typed right below others become a paragraph", "Eins\n|", [type("x")], "Eins\n\nx|"],
  ["words typed between two blocks stay apart from both", "Eins\n\n|\nZwei", [type("x")], "Eins\n\nx|\n\nZwei"],
];

for (const [what, before, deeds, result] of CASES) test(what, () => assert.equal(after(before, ...deeds), result));

test("the toolbar knows where one stands", async () => {
  const { text } = await import("./hands.mjs");
  assert.deepEqual(verbs.standing(text("1. **a|b**").state), { level: 0, strong: true, emphasis: false, strike: false, link: false, list: false, numbers: true, quote: false });
  assert.equal(verbs.standing(text("### a|").state).level, 3);
});
