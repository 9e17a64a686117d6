// Input rules: the typed character is put in first, then its German form as a change of its own, so that undo takes back the form alone.
import { syntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { escape } from "../../static/js/paste-cleaner.js";
import { units } from "./looks.js";
import { signsShown } from "./settings.js";
import { lineStart } from "./signs.js";
import { typographic } from "./typography.js";

/** @param {() => boolean} isOn whether the writer wants the rules */
export const germanSigns = (isOn) =>
  EditorView.inputHandler.of((view, from, to, text, insert) => {
    if (!isOn() || text.length !== 1 || from !== to || view.composing || view.state.readOnly) return false;
    const line = view.state.doc.lineAt(from);
    const before = view.state.sliceDoc(line.from, from);
    const rule = typographic(before, text);
    if (!rule || inSource(view.state, from)) return false;
    view.dispatch(insert());
    const { head } = view.state.selection.main;
    // signs may stand between what is seen side by side
    const shown = units(view.state, { from: lineStart(view.state, view.state.doc.lineAt(head)).to, to: head }) ?? [];
    const first = shown.at(-rule.drop)?.from ?? head - rule.drop;
    view.dispatch({ changes: { from: first, to: head, insert: rule.insert }, selection: { anchor: first + rule.insert.length }, userEvent: "input.rule", scrollIntoView: true });
    return true;
  });

/** Code, addresses and braces stay as they are typed. */
function inSource(state, at) {
  for (let node = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) if (/Code|URL|ImageAttributes|LinkTitle/.test(node.name)) return true;
  return false;
}

// Signs of Markdown that somebody types mean themselves: "Bürger*innen" keeps its star. What Word too makes a list of becomes one.

const BOLD = /(?:^|[^\\*\p{L}\p{N}])(\\\*\\\*([^\s*](?:[^*]*[^\s*\\])?)\\\*)$/u;

/**
 * What a typed character is written as.
 *
 * @param {string} before the text of the line before it, without what begins the line
 * @param {{isItem: boolean}} line whether the line is an item already
 * @returns {{drop: number, insert: string} | null} how many characters before it go, and what comes; null as typed
 */
export function literal(before, typed, { isItem }) {
  if (typed === " ") {
    if (/^(?:\*+|~~|\[)*$/.test(before)) return isItem ? null : { drop: 0, insert: "" }; // the page shows no blank there, and four would be code
    if (isItem) return null;
    if (before === "\\*") return { drop: 2, insert: "- " };
    return /^(?!1[.)]$)\d{1,9}[.)]$/.test(before) ? { drop: 1, insert: `\\${before.at(-1)} ` } : null;
  }
  const bold = typed === "*" && BOLD.exec(before);
  if (bold) return { drop: bold[1].length, insert: `**${bold[2]}**` };
  if (/[*`\\]/.test(typed) || (typed === "_" && !/[\p{L}\p{N}]$/u.test(before)) || (typed === "~" && before.endsWith("~")) || (/[([:]/.test(typed) && /(?<!\\)\]$/.test(before))) return { drop: 0, insert: `\\${typed}` };
  return null;
}

export const literalSigns = EditorState.transactionFilter.of((tr) => {
  const state = tr.startState;
  if (!tr.isUserEvent("input.type") || tr.isUserEvent("input.type.compose") || !tr.docChanged || state.field(signsShown)) return tr;
  const changes = [];
  tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => changes.push({ from, to, insert: inserted.toString() }), true);
  const [{ from, to, insert }] = changes;
  if (changes.length !== 1 || inSource(state, from)) return tr;
  const [, above, typed, below] = /^(\n*)([^\n]*)(\n*)$/.exec(insert) ?? [];
  if (!typed) return tr;
  const put = (at, words) => ({ changes: { from: at, to, insert: above + words + below }, selection: { anchor: at + above.length + words.length }, effects: tr.effects, scrollIntoView: true, userEvent: "input.type" });
  if (typed.length > 1) return escape(typed) === typed ? tr : put(from, escape(typed)); // dictated, or completed by the keyboard
  const line = state.doc.lineAt(from);
  const start = lineStart(state, line);
  if (start.kind === "code" || start.kind === "table" || from < start.to) return tr;
  const isBareNumber = typed === " " && from === line.to && /^\d{1,9}[.)]$/.test(line.text); // reads as an empty item as yet
  const found = isBareNumber
    ? followsNumber(state, line) ? null : literal(line.text, typed, { isItem: false })
    : literal(state.sliceDoc(start.to, from), typed, { isItem: start.kind === "item" || start.kind === "task" });
  if (!found) return tr;
  return put(from - found.drop, found.insert);
});

/** Whether the number a line begins with goes on with the list above. */
function followsNumber(state, line) {
  let above = line.number - 1;
  while (above >= 1 && !state.doc.line(above).text.trim()) above -= 1;
  const last = above >= 1 ? /^\s*(\d{1,9})[.)]\s/.exec(state.doc.line(above).text) : null;
  return last !== null && Number(last[1]) + 1 === Number.parseInt(line.text, 10);
}
