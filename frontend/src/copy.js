// What is copied goes out as Word and mail expect it: formatted, and as plain words without signs. Our own editor gets the source.
import { readFigure } from "./figures.js";
import { inlineNodes } from "./inline.js";
import { sourceOf } from "./looks.js";
import { parser } from "./markdown.js";
import { footnotes } from "./settings.js";
import { lineStart } from "./signs.js";
import { readTable } from "./tables.js";
import { element } from "./widgets.js";

/** The source of what is selected: whole signs, and of several paragraphs also what the first one is. */
export function selectedSource(state, { from, to }) {
  const line = state.doc.lineAt(from);
  const isLong = to > line.to;
  const start = isLong && from <= lineStart(state, line).to ? line.from : from;
  return sourceOf(state, start, to) ?? state.sliceDoc(start, to);
}

/** @returns {DocumentFragment} the source as elements that other programs understand */
export function asElements(source, numbers) {
  const number = (label) => `[${numbers.get(label) ?? label}]`;
  const words = (text) => inlineNodes(text.replace(/\n[ \t]*(?:>[ \t]?)*/g, "\n"), number, true);
  const made = document.createDocumentFragment();
  const put = (into, tag, ...children) => {
    const one = element(tag);
    one.append(...children);
    into.append(one);
    return one;
  };
  const slice = (node) => source.slice(node.from, node.to);
  const blocks = (node, into) => {
    for (let child = node.firstChild; child; child = child.nextSibling) block(child, into);
  };
  const block = (node, into) => {
    const heading = /^(?:ATX|Setext)Heading(\d)$/.exec(node.name);
    if (heading) put(into, `h${heading[1]}`, words(slice(node).replace(/^#+[ \t]*|[ \t]+#+[ \t]*$|\n[=-]+$/g, "")));
    else if (node.name === "Paragraph") paragraph(slice(node), into);
    else if (node.name === "Task") put(into, "p", words(slice(node).replace(/^\[[ x]\][ \t]*/i, "")));
    else if (node.name === "BulletList") blocks(node, put(into, "ul"));
    else if (node.name === "OrderedList") {
      const list = put(into, "ol");
      const first = Number.parseInt(slice(node), 10);
      if (first > 1) list.start = first;
      blocks(node, list);
    } else if (node.name === "ListItem") blocks(node, put(into, "li"));
    else if (node.name === "Blockquote") blocks(node, put(into, "blockquote"));
    else if (node.name === "FootnoteDefinition") {
      const label = /^\[\^([^\]]+)\]:\s*/.exec(slice(node));
      put(into, "p", `${number(label[1])} `, words(slice(node).slice(label[0].length)));
    } else if (node.name === "Table") table(slice(node), into);
    else if (node.name === "FencedCode" || node.name === "CodeBlock") put(into, "pre", slice(node).replace(/^[`~]{3,}.*\n|\n[`~]{3,}$/g, ""));
    else if (node.name === "HorizontalRule") put(into, "hr");
  };
  const paragraph = (text, into) => {
    const figure = readFigure(text);
    if (figure) put(into, "p", put(document.createDocumentFragment(), "em", figure.caption || figure.alt));
    else put(into, "p", words(text.replace(/^: /, "").replace(/^\[!HINWEIS\][ \t]*\n?[ \t>]*/i, "")));
  };
  const table = (text, into) => {
    const body = put(put(into, "table"), "tbody");
    readTable(text).rows.forEach((cells, y) => {
      const row = put(body, "tr");
      for (const cell of cells) put(row, y === 0 ? "th" : "td", words(cell));
    });
  };
  blocks(parser.parse(source).topNode, made);
  return made;
}

/** Elements as plain words: what a mail without formatting shows. */
export function asWords(node) {
  if (node.nodeType === 3) return node.nodeValue.replace(/\s*\n\s*/g, " ");
  const inner = () => [...node.childNodes].map(asWords).join("");
  const name = node.nodeName;
  if (name === "BR") return "\n";
  if (/^(?:P|H\d|PRE)$/.test(name)) return `${inner()}\n\n`;
  if (name === "LI") {
    const { parentNode: list } = node;
    const sign = list.nodeName === "OL" ? `${[...list.children].indexOf(node) + (list.start || 1)}. ` : "• ";
    return sign + inner().trim().replace(/\n+/g, "\n    ") + "\n";
  }
  if (name === "UL" || name === "OL" || name === "TABLE") return `${inner()}\n`;
  if (name === "TR") return `${[...node.children].map((cell) => asWords(cell)).join("\t")}\n`;
  return inner();
}

/** Put a selection into the clipboard. */
export function fillClipboard(clipboard, state, range) {
  const source = selectedSource(state, range);
  const made = element("div");
  made.append(asElements(source, state.field(footnotes)));
  const [only] = made.children;
  if (made.children.length === 1 && only.nodeName === "P") only.replaceWith(...only.childNodes); // words of one paragraph go into another
  clipboard.setData("application/x-workspace", source);
  clipboard.setData("text/html", made.innerHTML);
  clipboard.setData("text/plain", asWords(made).replace(/\n{3,}/g, "\n\n").trim());
}
