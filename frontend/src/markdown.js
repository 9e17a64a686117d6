// The Markdown of papers as CodeMirror reads it while one types: CommonMark without HTML, tables, strikethrough, tasks,
// footnotes, and what stands in braces behind an image. The server's reader (workspace/text/reader.py) has the last word.
import { Language, LanguageSupport, defineLanguageFacet, languageDataProp } from "@codemirror/language";
import { Strikethrough, Table, TaskList, parser as commonmark } from "@lezer/markdown";

const LABEL = "\\[\\^([^\\s\\[\\]^]{1,100})\\]";
const REFERENCE = new RegExp(LABEL, "y");
const DEFINITION = new RegExp(`^${LABEL}:[ \\t]*`);
const ATTRIBUTES = /\{[^{}\n]{0,2400}\}/y;
const NOTE_INDENT = 4;
const OPEN_BRACKET = 91;
const OPEN_BRACE = 123;
const CLOSE = /[)\]]/;

const Footnotes = {
  defineNodes: [
    { name: "FootnoteDefinition", block: true, composite: (_cx, line) => line.next < 0 || line.indent >= line.baseIndent + NOTE_INDENT },
    "FootnoteMark",
    "FootnoteReference",
  ],
  parseBlock: [
    {
      name: "FootnoteDefinition",
      before: "LinkReference",
      parse(cx, line) {
        const found = DEFINITION.exec(line.text.slice(line.pos));
        if (!found) return false;
        cx.startComposite("FootnoteDefinition", line.pos);
        const start = cx.lineStart + line.pos;
        cx.addElement(cx.elt("FootnoteMark", start, start + found[0].length));
        line.moveBase(line.pos + found[0].length);
        return null;
      },
      endLeaf: (_cx, line) => DEFINITION.test(line.text.slice(line.pos)),
    },
  ],
  parseInline: [
    {
      name: "FootnoteReference",
      before: "Link",
      parse(cx, next, pos) {
        if (next !== OPEN_BRACKET) return -1;
        REFERENCE.lastIndex = 0;
        const found = REFERENCE.exec(cx.slice(pos, Math.min(cx.end, pos + 110)));
        return found ? cx.addElement(cx.elt("FootnoteReference", pos, pos + found[0].length)) : -1;
      },
    },
  ],
};

const ImageAttributes = {
  defineNodes: ["ImageAttributes"],
  parseInline: [
    {
      name: "ImageAttributes",
      after: "Link",
      parse(cx, next, pos) {
        if (next !== OPEN_BRACE || pos === cx.offset || !CLOSE.test(cx.slice(pos - 1, pos))) return -1;
        ATTRIBUTES.lastIndex = 0;
        const found = ATTRIBUTES.exec(cx.slice(pos, cx.end));
        return found ? cx.addElement(cx.elt("ImageAttributes", pos, pos + found[0].length)) : -1;
      },
    },
  ],
};

const facet = defineLanguageFacet();

export const parser = commonmark.configure([
  Table,
  Strikethrough,
  TaskList,
  Footnotes,
  ImageAttributes,
  { remove: ["HTMLBlock", "HTMLTag"], props: [languageDataProp.add({ Document: facet })] },
]);

export const markdown = () => new LanguageSupport(new Language(facet, parser, [], "markdown"));
