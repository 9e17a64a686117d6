// Pasting: formatted text becomes clean Markdown by the same rules as in the form.
import { EditorView } from "@codemirror/view";
import { syntaxTree } from "@codemirror/language";
import { escape, parseHtml, toMarkdown } from "../../static/js/paste-cleaner.js";
import { fillClipboard } from "./copy.js";
import { replaceSelection } from "./cursor.js";
import { readFigure } from "./figures.js";
import { footnotes } from "./settings.js";

const LARGEST = 5_000_000; // characters of HTML; more is pasted as plain text

const inCode = (state) => {
  for (let node = syntaxTree(state).resolveInner(state.selection.main.head, -1); node; node = node.parent) if (/Code/.test(node.name)) return true;
  return false;
};

const MARKED = /^#{1,6} \S|\*\*[^\s*]|\]\(\S|^\|.*\|$/m; // somebody's Markdown, not their gender stars
const BEGINS = /^\s*(?:[-*•–] |\d{1,9}[.)] |> )/;
const WRAPPED = 60; // characters: a line as long as this was broken to fit, a shorter one was meant to end

/** Plain text as a text of paragraphs: signs are words, lines that were only wrapped are joined, others stay lines. */
export function plainParagraphs(text) {
  const clean = text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");
  if (MARKED.test(clean)) return clean;
  return clean.split("\n").reduce((made, line, at, lines) => {
    const words = escape(BEGINS.test(line) ? line.replace(/^(\s*)[*•–] /, "$1- ") : line.trimStart());
    const above = lines[at - 1] ?? "";
    if (at === 0) return words;
    if (!line || !above || BEGINS.test(line)) return `${made}\n${words}`;
    return made + (above.length >= WRAPPED ? " " : "\\\n") + words;
  }, "");
}

export const paste = EditorView.domEventHandlers({
  paste(event, view) {
    if (view.state.readOnly) return false;
    const html = event.clipboardData?.getData("text/html") ?? "";
    const own = event.clipboardData?.getData("application/x-workspace") ?? "";
    let text = own;
    if (!text && html && html.length <= LARGEST && !inCode(view.state)) {
      try {
        text = toMarkdown(parseHtml(html), new Set(view.state.field(footnotes).keys()));
      } catch {
        text = ""; // too deep or too odd: the plain text
      }
    }
    if (!text) text = plainParagraphs(event.clipboardData?.getData("text/plain") ?? "");
    if (!text) return false;
    event.preventDefault();
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.from);
    const isBlock = /\n/.test(text) || readFigure(text) !== null || /^(?:#{1,6} |[-*] |\d+\. |> |\|)/.test(text);
    const item = /^(\s*)(?:[-*+]|\d{1,9}[.)])[ \t]+/.exec(line.text);
    const joins = item && /^(?:- |\d+\. )/.test(text); // items among items
    if (joins) text = text.replace(/\n(?=.)/g, `\n${item[1]}`);
    const isEmptyItem = joins && main.empty && line.length === item[0].length;
    const from = isEmptyItem ? line.from + item[1].length : main.from;
    const before = isBlock && !isEmptyItem && view.state.sliceDoc(line.from, main.from).trim() ? (joins ? `\n${item[1]}` : "\n\n") : "";
    const rest = view.state.sliceDoc(main.to, view.state.doc.lineAt(main.to).to).trim();
    const insert = before + text + (isBlock && rest ? (joins ? `\n${item[0]}` : "\n\n") : "");
    if (isBlock) view.dispatch({ changes: { from, to: main.to, insert }, selection: { anchor: from + insert.length }, scrollIntoView: true, userEvent: "input.paste" });
    else replaceSelection(view, insert, "input.paste");
    return true;
  },
  copy: (event, view) => toClipboard(event, view, false),
  cut: (event, view) => toClipboard(event, view, true),
});

function toClipboard(event, view, isCut) {
  const { main } = view.state.selection;
  if (main.empty || !event.clipboardData) return false;
  event.preventDefault();
  fillClipboard(event.clipboardData, view.state, main);
  if (isCut && !view.state.readOnly) replaceSelection(view, "", "delete.cut");
  return true;
}
