// Pasting: formatted text becomes clean Markdown by the same rules as in the form; copying takes the Markdown along as plain words.
import { EditorView } from "@codemirror/view";
import { syntaxTree } from "@codemirror/language";
import { parseHtml, toMarkdown } from "../../static/js/paste-cleaner.js";
import { replaceSelection } from "./cursor.js";
import { footnotes } from "./settings.js";

const LARGEST = 5_000_000; // characters of HTML; more is pasted as plain text

const inCode = (state) => {
  for (let node = syntaxTree(state).resolveInner(state.selection.main.head, -1); node; node = node.parent) if (/Code/.test(node.name)) return true;
  return false;
};

/** Plain text with line ends: what stands on lines of its own in a letter or mail are paragraphs here. */
export const plainParagraphs = (text) => text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");

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
    const isBlock = /\n/.test(text) || /^(?:#{1,6} |[-*] |\d+\. |> |\|)/.test(text);
    const before = isBlock && view.state.sliceDoc(line.from, main.from).trim() ? "\n\n" : "";
    const rest = view.state.sliceDoc(main.to, view.state.doc.lineAt(main.to).to).trim();
    const insert = before + text + (isBlock && rest ? "\n\n" : "");
    view.dispatch({ changes: { from: main.from, to: main.to, insert }, selection: { anchor: main.from + insert.length }, scrollIntoView: true, userEvent: "input.paste" });
    return true;
  },
  copy: (event, view) => toClipboard(event, view, false),
  cut: (event, view) => toClipboard(event, view, true),
});

function toClipboard(event, view, isCut) {
  const { main } = view.state.selection;
  if (main.empty || !event.clipboardData) return false;
  event.preventDefault();
  const text = view.state.sliceDoc(main.from, main.to);
  event.clipboardData.setData("application/x-workspace", text);
  event.clipboardData.setData("text/plain", text);
  if (isCut && !view.state.readOnly) replaceSelection(view, "", "delete.cut");
  return true;
}
