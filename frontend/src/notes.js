// A footnote whose last mention is deleted goes with it, as in Word, and comes back with it. What is cut is pasted again: its note stays.
import { EditorState } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";

const MENTION = /\[\^([^\s[\]^]{1,100})\](?!:)/g;

/** The lines of a footnote's text. @returns {{from: number, to: number} | null} */
export function noteLines(text, label) {
  const sign = `[^${label}]:`;
  let from = text.startsWith(sign) ? 0 : text.indexOf(`\n${sign}`) + 1;
  if (from === 0 && !text.startsWith(sign)) return null;
  const rest = /\n(?=\[\^[^\]]*\]:)|\n[ \t]*\n(?! {4})|\n*$/.exec(text.slice(from));
  let to = from + rest.index;
  if (text.startsWith("\n\n", to)) to += 2;
  else if (text[from - 1] === "\n" && (to >= text.length - 1 || text.startsWith("\n[^", to))) from -= 1;
  return { from, to };
}

export const notesGo = EditorState.transactionFilter.of((tr) => {
  if (!tr.docChanged || tr.annotation(ySyncAnnotation) || !tr.isUserEvent("delete") || tr.isUserEvent("delete.cut")) return tr;
  const labels = new Set();
  tr.changes.iterChanges((from, to) => {
    for (const [, label] of tr.startState.sliceDoc(from, to).matchAll(MENTION)) labels.add(label);
  });
  if (labels.size === 0) return tr;
  const text = tr.newDoc.toString();
  const gone = [...labels].filter((label) => text.split(`[^${label}]`).length === 2).map((label) => noteLines(text, label)).filter(Boolean);
  return gone.length ? [tr, { changes: gone, sequential: true }] : tr;
});
