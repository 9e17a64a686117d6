// Moving and deleting as in a text without signs: what is hidden is no step, and is not cut in half.
import { syntaxTree } from "@codemirror/language";
import { EditorSelection, EditorState, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { ySyncAnnotation } from "y-codemirror.next";
import { chosenPiece, pieceAt, pieces } from "./blocks.js";
import { keeping } from "./keeping.js";
import { notesGo } from "./notes.js";
import { signsShown } from "./settings.js";
import { inlineSigns, isGap, lineStart } from "./signs.js";
import { blankAt } from "./softbreaks.js";
import { literalSigns } from "./typing.js";

const isHiding = (state) => !state.field(signsShown);

/** Where a cursor at the start of a line really stands: behind what begins it. */
function settled(state, at) {
  const line = state.doc.lineAt(at);
  if (pieceAt(state, at)) return at;
  const start = lineStart(state, line);
  return start.kind !== "code" && start.kind !== "table" && start.kind !== "rule" && at < start.to ? start.to : at;
}

/** A cursor never stands before the hidden signs of its line. */
export const behindSigns = EditorState.transactionFilter.of((tr) => {
  if (!tr.selection || tr.docChanged || !isHiding(tr.startState)) return tr;
  const { main } = tr.selection;
  if (!main.empty || tr.selection.ranges.length > 1) return tr;
  const at = settled(tr.startState, main.head);
  return at === main.head ? tr : [tr, { selection: EditorSelection.cursor(at), sequential: true }];
});

/** What stands between two places of a line and is seen. */
function isSeen(state, from, to) {
  if (to - from > 200) return true;
  let rest = to - from;
  for (const sign of inlineSigns(state, from, to)) rest -= Math.max(0, Math.min(to, sign.to) - Math.max(from, sign.from));
  return rest > 0;
}

const step = (isForward) => (view) => {
  const { state } = view;
  const { main } = state.selection;
  if (!main.empty || state.selection.ranges.length > 1 || !isHiding(state)) return false;
  const piece = isForward ? pieces(state).find((one) => one.from >= main.head && isNext(state, main.head, one.from)) : pieces(state).find((one) => one.to <= main.head && isNext(state, one.to, startOf(state, main.head)));
  if (piece) return choose(view, piece);
  const line = state.doc.lineAt(main.head);
  if (!isForward && main.head === lineStart(state, line).to && main.head > line.from) {
    return go(view, EditorSelection.cursor(endAbove(state, line)));
  }
  let range = view.moveByChar(main, isForward);
  for (let tries = 0; tries < 4 && range.head !== main.head && sameLine(state, range.head, main.head); tries += 1) {
    if (isSeen(state, Math.min(range.head, main.head), Math.max(range.head, main.head))) break;
    const next = view.moveByChar(range, isForward);
    if (next.head === range.head) break;
    range = next;
  }
  return go(view, range);
};

const sameLine = (state, a, b) => state.doc.lineAt(a).number === state.doc.lineAt(b).number;

function startOf(state, at) {
  const line = state.doc.lineAt(at);
  return at === lineStart(state, line).to ? line.from : at;
}

/** Whether nothing but an empty line lies between two places. */
const isNext = (state, from, to) => to - from <= 2 && !state.sliceDoc(from, to).trim();

function endAbove(state, line) {
  let number = line.number - 1;
  if (number >= 1 && isGap(state, number)) number -= 1;
  return number >= 1 ? state.doc.line(number).to : line.from;
}

function go(view, range) {
  view.dispatch({ selection: EditorSelection.cursor(range.head, range.assoc), scrollIntoView: true, userEvent: "select" });
  return true;
}

export function choose(view, piece) {
  view.dispatch({ selection: EditorSelection.range(piece.from, piece.to), scrollIntoView: true, userEvent: "select" });
  return true;
}

/** Up and down stop at a table or figure and choose it. */
const vertical = (isForward) => (view) => {
  const { state } = view;
  const { main } = state.selection;
  const chosen = chosenPiece(state);
  if (chosen) {
    const at = isForward ? Math.min(state.doc.length, chosen.to + 1) : Math.max(0, chosen.from - 1);
    const range = view.moveVertically(EditorSelection.cursor(at), isForward);
    const line = state.doc.lineAt(at);
    const beside = isForward ? belowGap(state, line) : aboveGap(state, line);
    return go(view, range.head === at ? range : EditorSelection.cursor(beside));
  }
  if (!main.empty) return false;
  const next = view.moveVertically(main, isForward);
  const piece = pieces(state).find((one) => (isForward ? one.from > main.head && one.from <= next.head : one.to < main.head && one.to >= next.head));
  return piece ? choose(view, piece) : false;
};

const belowGap = (state, line) => (isGap(state, line.number) && line.number < state.doc.lines ? state.doc.line(line.number + 1).from : line.from);
const aboveGap = (state, line) => (isGap(state, line.number) && line.number > 1 ? state.doc.line(line.number - 1).to : line.to);

// Deleting

/**
 * Ranges to delete so that no pair of signs is cut in half: a pair whose words all go, goes too; else both its signs stay.
 */
export function keepPairs(state, from, to) {
  const kept = [];
  const first = state.doc.lineAt(from).from;
  const last = state.doc.lineAt(to).to;
  let [start, end] = [from, to];
  for (const sign of inlineSigns(state, first, last)) {
    if (sign.side === 0) continue;
    const isIn = sign.from < to && sign.to > from;
    const isWhole = sign.start >= from && sign.end <= to;
    if (isIn && !isWhole) kept.push(sign);
  }
  for (const [opening, closing] of pairs(state, first, last)) {
    if (opening.to >= from && closing.from <= to && !(opening.from >= from && closing.to <= to) && opening.to < closing.from) {
      start = Math.min(start, opening.from);
      end = Math.max(end, closing.to);
      for (const sign of [opening, closing]) remove(kept, sign);
    }
  }
  const ranges = [];
  let at = start;
  for (const sign of kept.sort((a, b) => a.from - b.from)) {
    if (sign.from > at) ranges.push({ from: at, to: sign.from });
    at = Math.max(at, sign.to);
  }
  if (end > at) ranges.push({ from: at, to: end });
  return ranges;
}

const remove = (list, sign) => {
  const at = list.findIndex((one) => one.from === sign.from);
  if (at >= 0) list.splice(at, 1);
};

function pairs(state, from, to) {
  const signs = inlineSigns(state, from, to);
  return signs
    .filter((sign) => sign.side === -1)
    .map((opening) => [opening, signs.find((one) => one.side === 1 && one.start === opening.start && one.end === opening.end)])
    .filter(([, closing]) => closing);
}

function deleteRanges(view, ranges, at, userEvent = "delete") {
  if (view.state.readOnly || ranges.length === 0) return ranges.length > 0;
  const changes = view.state.changes(ranges);
  view.dispatch({ changes, selection: { anchor: changes.mapPos(at, -1) }, scrollIntoView: true, userEvent });
  return true;
}

/** The selected words replaced by others; the signs of what is only partly selected stay. */
export function replaceSelection(view, text, userEvent) {
  const { state } = view;
  const { main } = state.selection;
  const ranges = !main.empty && isHiding(state) && !chosenPiece(state) ? keepPairs(state, main.from, main.to) : [{ from: main.from, to: main.to }];
  const from = ranges[0]?.from ?? main.from;
  const changes = state.changes([...ranges, { from, insert: text }]);
  view.dispatch({ changes, selection: { anchor: changes.mapPos(from, -1) + text.length }, scrollIntoView: true, userEvent });
}

const overwrite = EditorView.inputHandler.of((view, from, to, text) => {
  const { main } = view.state.selection;
  if (main.empty || from !== main.from || to !== main.to || view.state.readOnly || !isHiding(view.state) || !text) return false;
  if (keepPairs(view.state, from, to).length === 1 && keepPairs(view.state, from, to)[0].to === to) return false;
  replaceSelection(view, text, "input.type");
  return true;
});

/** Backspace and Delete: over hidden signs to the character behind them; at the start of a line its sign goes first. */
const erase = (isForward) => (view) => {
  const { state } = view;
  const { main } = state.selection;
  if (state.selection.ranges.length > 1) return false;
  if (!main.empty) {
    if (chosenPiece(state)) return deleteRanges(view, [{ from: main.from, to: main.to }], main.from);
    return isHiding(state) ? deleteRanges(view, keepPairs(state, main.from, main.to), main.from) : false;
  }
  const soft = blankAt(state, main.head, isForward);
  if (soft) return deleteRanges(view, [soft], soft.from, isForward ? "delete.forward" : "delete.backward");
  if (!isForward && unsign(view)) return true;
  const beside = pieces(state).find((one) => (isForward ? one.from >= main.head && isNext(state, main.head, one.from) : one.to <= main.head && isNext(state, one.to, startOf(state, main.head))));
  if (beside) return choose(view, beside);
  if (!isHiding(state)) return false;
  const line = state.doc.lineAt(main.head);
  const signs = inlineSigns(state, line.from, line.to);
  let at = main.head;
  for (let sign; (sign = signs.find((one) => (isForward ? one.from === at : one.to === at) && one.side !== 0)); ) at = isForward ? sign.to : sign.from;
  return eraseOne(view, at, isForward, signs);
};

function eraseOne(view, at, isForward, signs) {
  const { state } = view;
  if (signs.length === 0) return false; // plain words: the editor's own way
  const line = state.doc.lineAt(at);
  if (isForward ? at === line.to : at === line.from) return false;
  const text = isForward ? state.sliceDoc(at, Math.min(line.to, at + 40)) : state.sliceDoc(Math.max(line.from, at - 40), at);
  const letters = [...new Intl.Segmenter("de", { granularity: "grapheme" }).segment(text)];
  const length = (isForward ? letters[0] : letters.at(-1)).segment.length;
  const range = isForward ? { from: at, to: at + length } : { from: at - length, to: at };
  const escape = signs.find((one) => one.side === 0 && one.to === range.from);
  if (escape) range.from = escape.from;
  return deleteRanges(view, keepPairs(state, range.from, range.to), range.from, isForward ? "delete.forward" : "delete.backward");
}

/** Backspace at the start of a heading, item or quote makes plain text of it. */
export function unsign(view) {
  const { state } = view;
  const { main } = state.selection;
  const line = state.doc.lineAt(main.head);
  const start = lineStart(state, line);
  const sign = start.parts.at(-1);
  if (!main.empty || main.head !== start.to || !sign) return false;
  if (sign.kind === "note") return true;
  const from = sign.kind === "item" ? line.from + (start.parts.length > 1 ? start.parts.at(-2).to - line.from : 0) : sign.from;
  const changes = [{ from, to: sign.to }];
  // what was an item becomes a paragraph of its own, not the last words of the one above
  const above = line.number > 1 ? state.doc.line(line.number - 1) : null;
  if (sign.kind === "item" && above?.text.trim() && start.items === 1) changes[0].insert = "\n";
  if (start.items > 1 && sign.kind === "item") return false;
  view.dispatch({ changes, scrollIntoView: true, userEvent: "delete" });
  return true;
}

/** Typing into an empty line makes a paragraph of its own of it, whatever stands right above or below. */
export const ownParagraph = EditorState.transactionFilter.of((tr) => {
  if (!tr.docChanged || tr.annotation(ySyncAnnotation) || !tr.isUserEvent("input") || !tr.annotation(Transaction.userEvent)) return tr;
  const { doc } = tr.startState;
  let padded = null;
  let count = 0;
  tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    count += 1;
    const text = inserted.toString();
    const line = doc.lineAt(from);
    if (from !== to || line.length > 0 || !text || /^\s*$/.test(text) || inCode(tr.startState, from)) return;
    const above = line.number > 1 ? doc.line(line.number - 1).text : "";
    const below = line.number < doc.lines ? doc.line(line.number + 1).text : "";
    const before = above.trim() && !above.endsWith("\\") ? "\n" : "";
    const after = below.trim() ? "\n" : "";
    if (before || after) padded = { from, insert: before + text + after, cursor: from + before.length + text.length };
  }, true);
  if (!padded || count !== 1) return tr;
  return { changes: { from: padded.from, insert: padded.insert }, selection: { anchor: padded.cursor }, scrollIntoView: true, userEvent: tr.annotation(Transaction.userEvent) };
});

function inCode(state, at) {
  for (let node = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) if (node.name === "FencedCode" || node.name === "Table") return true;
  return false;
}

export const cursorKeys = [
  { key: "ArrowLeft", run: step(false) },
  { key: "ArrowRight", run: step(true) },
  { key: "ArrowUp", run: vertical(false) },
  { key: "ArrowDown", run: vertical(true) },
  { key: "Backspace", run: erase(false) },
  { key: "Delete", run: erase(true) },
];

export const cursor = [notesGo, keeping, literalSigns, behindSigns, ownParagraph, overwrite, EditorView.clickAddsSelectionRange.of(() => false)];
