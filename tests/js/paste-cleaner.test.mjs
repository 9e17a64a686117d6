// What people paste from Word, LibreOffice, a browser and our own pages becomes Markdown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const source = readFileSync(new URL("../../static/js/paste-cleaner.js", import.meta.url), "utf-8");
const { toMarkdown } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

// The tiny tree: what the cleaner asks of a node, and no more.
const textNode = (value) => ({ nodeType: 3, nodeName: "#text", nodeValue: value, childNodes: [] });
const comment = (value) => ({ nodeType: 8, nodeName: "#comment", nodeValue: value, childNodes: [] });
const el = (tag, attributes, ...children) => ({
  nodeType: 1,
  nodeName: tag.toUpperCase(),
  nodeValue: null,
  childNodes: children.map((child) => (typeof child === "string" ? textNode(child) : child)),
  getAttribute: (name) => attributes[name] ?? null,
});
const body = (...children) => el("body", {}, ...children);
const markdown = (...children) => toMarkdown(body(...children));
const p = (...children) => el("p", { class: "MsoNormal" }, ...children);

test("paragraphs are apart, blanks of the source are folded", () => {
  assert.equal(markdown(p("Wer\n   fragt,"), "\n", p(" antwortet. ")), "Wer fragt,\n\nantwortet.");
});

test("headings begin at the second level, their order stays", () => {
  assert.equal(markdown(el("h1", {}, "Anlass"), el("h2", {}, "Lage"), p("Text")), "## Anlass\n\n### Lage\n\nText");
  assert.equal(markdown(el("h2", {}, "Lage"), el("h3", {}, "Ort")), "## Lage\n\n### Ort");
  assert.equal(markdown(el("p", { style: "mso-outline-level: 3" }, "Ort")), "### Ort");
  assert.equal(markdown(el("p", { class: "MsoTitle" }, el("b", {}, "Titel"))), "## Titel");
});

test("bold and italic from tags and from styles", () => {
  assert.equal(
    markdown(p("Das ist ", el("b", {}, "fest "), "und ", el("span", { style: "font-style:italic" }, "schräg"), ".")),
    "Das ist **fest** und *schräg*.",
  );
  assert.equal(markdown(p(el("strong", {}, el("em", {}, "beides")))), "***beides***");
  assert.equal(markdown(p(el("del", {}, "weg"))), "~~weg~~");
});

test("one stretch of bold cut into spans stays one", () => {
  assert.equal(markdown(p(el("b", {}, "Acht "), el("b", {}, el("span", {}, "Wochen")))), "**Acht Wochen**");
});

test("what Google Docs wraps in a light <b> is not bold", () => {
  assert.equal(markdown(el("b", { style: "font-weight:normal" }, el("p", {}, "Text"), el("p", {}, "Mehr"))), "Text\n\nMehr");
});

test("lists, nested ones inside their item", () => {
  const list = el("ul", {}, el("li", {}, "Rahmen"), "\n", el("li", {}, el("p", {}, "Frist"), el("ol", { start: "3" }, el("li", {}, "acht"), el("li", {}, "neun"))));
  assert.equal(markdown(list, p("Danach")), "- Rahmen\n- Frist\n  3. acht\n  4. neun\n\nDanach");
  assert.equal(markdown(el("ul", {}, el("li", {}, "a"), el("ul", {}, el("li", {}, "b")))), "- a\n  - b");
});

const wordItem = (level, mark, ...words) =>
  el("p", { class: "MsoListParagraph", style: `margin-left:36pt;mso-list:l0 level${level} lfo1` },
    comment("[if !supportLists]"), el("span", { style: "mso-list:Ignore" }, mark, el("span", {}, "\u00a0\u00a0 ")), comment("[endif]"), ...words);

test("Word's lists are paragraphs with a mark of their own", () => {
  assert.equal(
    markdown(wordItem(1, "·", "Früh"), wordItem(2, "o", "vor dem Entwurf"), wordItem(1, "·", el("b", {}, "Offen"))),
    "- Früh\n    - vor dem Entwurf\n- **Offen**",
  );
  assert.equal(markdown(wordItem(1, "1.", "Blatt"), wordItem(1, "2.", "Antwort"), p("Ende")), "1. Blatt\n2. Antwort\n\nEnde");
});

test("tables with joined cells keep their columns", () => {
  const row = (...cells) => el("tr", {}, ...cells);
  const td = (text, attributes = {}) => el("td", attributes, el("p", {}, text));
  assert.equal(
    markdown(el("table", {}, el("tbody", {}, row(td("Art"), td("Std.")), row(td("Rat | Kreis"), td("180")), row(td("alle", { colspan: "2" }))))),
    "| Art | Std. |\n| --- | --- |\n| Rat \\| Kreis | 180 |\n| alle |  |",
  );
  assert.equal(
    markdown(el("table", {}, row(td("a", { rowspan: "2" }), td("b")), row(td("c")))),
    "| a | b |\n| --- | --- |\n|  | c |",
  );
  assert.equal(markdown(el("table", {}, row(td("nur ein Kasten")))), "nur ein Kasten");
});

test("links keep their address; what leads nowhere outside stays text", () => {
  assert.equal(markdown(p("Siehe ", el("a", { href: "https://stadt.example/a(1)" }, "Leitfaden"), ".")), "Siehe [Leitfaden](<https://stadt.example/a(1)>).");
  assert.equal(markdown(p(el("a", { href: "https://a.example/" }, "ein ", el("b", {}, "Wort")))), "[ein **Wort**](https://a.example/)");
  assert.equal(markdown(p(el("a", { href: "javascript:alert(1)" }, "Knopf"), el("a", { href: "file:///C:/x" }, "Datei"))), "KnopfDatei");
});

test("footnotes of Word", () => {
  const text = p("Mehr als doppelt.", el("a", { href: "#_ftn1", name: "_ftnref1" }, el("sup", {}, "[1]")));
  const notes = el("div", { style: "mso-element:footnote-list" }, el("hr", {}),
    el("div", { style: "mso-element:footnote", id: "ftn1" }, el("p", { class: "MsoFootnoteText" }, el("a", { href: "#_ftnref1" }, "[1]"), " Umfrage 2025.")));
  assert.equal(markdown(text, notes), "Mehr als doppelt.[^1]\n\n[^1]: Umfrage 2025.");
  assert.equal(toMarkdown(body(text, notes), new Set(["1", "2"])), "Mehr als doppelt.[^3]\n\n[^3]: Umfrage 2025.");
});

test("footnotes of LibreOffice", () => {
  assert.equal(
    markdown(
      p("Satz", el("a", { class: "sdfootnoteanc", name: "sdfootnote1anc", href: "#sdfootnote1sym" }, el("sup", {}, "1")), "."),
      el("div", { id: "sdfootnote1" }, el("p", {}, el("a", { href: "#sdfootnote1anc" }, "1"), " Quelle.")),
    ),
    "Satz[^1].\n\n[^1]: Quelle.",
  );
});

test("a link to a footnote that was not copied along stays its sign", () => {
  assert.equal(markdown(p("Satz", el("a", { href: "#_ftn4" }, "[4]"))), "Satz[4]");
});

test("signs that mean something in Markdown are text", () => {
  assert.equal(markdown(p("Bürger*innen und Einwohner*innen")), "Bürger\\*innen und Einwohner\\*innen");
  assert.equal(markdown(p("1. Januar")), "1\\. Januar");
  assert.equal(markdown(p("- kein Punkt")), "\\- kein Punkt");
  assert.equal(markdown(p("# kein Titel <b> [a](b) &amp; datei_name _x_")), "\\# kein Titel \\<b> \\[a](b) \\&amp; datei_name \\_x\\_");
});

test("line breaks, quotes, code, rules", () => {
  assert.equal(markdown(p("Zeile", el("br", {}), "noch eine")), "Zeile\\\nnoch eine");
  assert.equal(markdown(el("blockquote", {}, p("Zitat"), p("weiter"))), "> Zitat\n>\n> weiter");
  assert.equal(markdown(el("pre", {}, "a\n  b\n")), "```\na\n  b\n```");
  assert.equal(markdown(p("mit ", el("code", {}, "a`b"))), "mit `` a`b ``");
  assert.equal(markdown(p("a"), el("hr", {}), p("b")), "a\n\n---\n\nb");
});

test("scripts, styles, pictures, hidden text and tools of our own pages stay out", () => {
  assert.equal(
    markdown(
      el("style", {}, "p {}"), el("script", {}, "alert(1)"),
      p("Text", el("img", { src: "x" }), el("span", { style: "display: none" }, "weg"), el("a", { class: "para", href: "#p1" }, "¶")),
      el("details", { class: "tools" }, "Werkzeuge"), el("p", { class: "MsoNormal" }, el("o:p", {}, "\u00a0")),
    ),
    "Text",
  );
});

test("a protected blank between words stays, runs of them are one blank", () => {
  assert.equal(markdown(p("§\u00a01 und\u00a0 \u00a0mehr")), "§\u00a01 und mehr");
});

test("words without any block are a paragraph; nothing gives nothing", () => {
  assert.equal(markdown("nur ", el("i", {}, "Wörter")), "nur *Wörter*");
  assert.equal(markdown(p(" "), comment("StartFragment")), "");
});
