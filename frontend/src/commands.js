// The verbs of the toolbar and of the keyboard: each puts the signs of Markdown where they belong, or takes them away.
import { syntaxTree } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";
import { lookAt, nextLook, setNextLook } from "./keeping.js";
import { LOOKS, area, rewrite, units } from "./looks.js";
import { lineStart } from "./signs.js";
import { paragraphLines } from "./softbreaks.js";

function around(state, name, from, to) {
  for (const side of [1, -1]) {
    for (let node = syntaxTree(state).resolveInner(from, side); node; node = node.parent) {
      if (node.name === name && node.from <= from && node.to >= to) return node;
    }
  }
  return null;
}

const edit = (view, spec) => {
  if (view.state.readOnly) return true;
  const changes = view.state.changes(spec.changes ?? []);
  const selection = spec.selection ?? view.state.selection.map(changes, 1);
  view.dispatch({ scrollIntoView: true, userEvent: "input.format", ...spec, changes, selection });
  view.focus();
  return true;
};

/**
 * Bold, italic and the like: for the selected words or the word the cursor stands in; again takes it away. Where no word is meant,
 * what is typed next gets it.
 */
export const inline = (kind) => (view) => {
  const { state } = view;
  const { bit } = LOOKS[kind];
  const { main } = state.selection;
  if (state.readOnly) return true;
  const range = main.empty ? wordAround(state, main.head) : main;
  const stretch = area(state, range?.from ?? main.head, range?.to ?? main.head);
  const found = stretch && units(state, stretch);
  if (!range) return edit(view, { effects: setNextLook.of(lookAt(state, found, main.head).look ^ bit) });
  const isMeant = (unit) => unit.kind === "char" && unit.from < range.to && unit.to > range.from;
  const meant = found?.filter(isMeant) ?? [];
  if (meant.length === 0) return true;
  const words = meant.filter((unit) => /[\p{L}\p{N}]/u.test(unit.text));
  const isOff = (words.length ? words : meant).every((unit) => unit.look & bit);
  const inRange = (unit) => unit.from < range.to && unit.to > range.from && unit.kind !== "break" && unit.kind !== "raw";
  const next = found.map((unit) => (inRange(unit) ? { ...unit, look: isOff ? unit.look & ~bit : unit.look | bit } : unit));
  const made = rewrite(state, stretch, next);
  if (!made) return true;
  const changes = state.changes(made.changes);
  const [first, last] = [found.findIndex(isMeant), found.findLastIndex(isMeant)];
  const [from, to] = [made.starts[first], made.ends[last]];
  const selection = main.empty ? EditorSelection.cursor(made.starts[found.findIndex((unit) => unit.to > main.head)] ?? to) : EditorSelection.range(...(main.anchor <= main.head ? [from, to] : [to, from]));
  return edit(view, { changes, selection });
};

/** The word a cursor stands inside of, not at its edge. */
function wordAround(state, at) {
  const word = state.wordAt(at);
  return word && word.from < at && word.to > at ? word : null;
}

function selectedLines(state) {
  const { main } = state.selection;
  const lines = [];
  for (let at = main.from; at <= main.to; ) {
    const [line, last] = paragraphLines(state, state.doc.lineAt(at));
    if (line.text.trim() || main.empty) lines.push(line);
    at = last.to + 1;
  }
  return lines;
}

const innermost = (start) => start.parts.filter((part) => part.kind !== "quote" && part.kind !== "note");
const bare = (start, line) => {
  const own = innermost(start);
  return own.length ? { from: own[0].from, to: own.at(-1).to } : { from: start.parts.at(-1)?.to ?? line.from, to: start.to };
};

/** A paragraph becomes a heading of this level; 0 makes a paragraph of a heading. */
export const heading = (level) => (view) => {
  const { state } = view;
  const changes = [];
  for (const line of selectedLines(state)) {
    const start = lineStart(state, line);
    if (start.kind === "code" || start.kind === "table") continue;
    if (start.isUnderlined) changes.push({ from: line.to, to: start.node.to });
    const place = bare(start, line);
    if (level) changes.push(...separate(state, line), ...onOneLine(state, line));
    changes.push({ ...place, insert: level ? `${"#".repeat(level)} ` : "" });
  }
  return edit(view, { changes });
};

/** Line ends within a paragraph as the blanks they read as. */
function onOneLine(state, line) {
  const found = [];
  const [, last] = paragraphLines(state, line);
  for (let number = line.number; number < last.number; number += 1) {
    const next = state.doc.line(number + 1);
    found.push({ from: state.doc.line(number).to, to: next.from + /^[ \t>]*/.exec(next.text)[0].length, insert: " " });
  }
  return found;
}

/** An empty line around a block where words stand right above or below. */
function separate(state, line) {
  const found = [];
  const above = line.number > 1 ? state.doc.line(line.number - 1) : null;
  const [, last] = paragraphLines(state, line);
  const below = last.number < state.doc.lines ? state.doc.line(last.number + 1) : null;
  if (above?.text.endsWith("\\")) found.push({ from: above.to - 1, to: line.from, insert: "\n\n" });
  else if (above?.text.trim()) found.push({ from: line.from, insert: "\n" });
  if (below?.text.trim()) found.push({ from: last.to, insert: "\n" });
  return found;
}

/** Items of a list, numbered or not; lines that are such items already become paragraphs. */
export const list = (isNumbered) => (view) => {
  const { state } = view;
  const lines = selectedLines(state);
  const starts = lines.map((line) => lineStart(state, line));
  const isSuch = (start) => start.itemNode && (start.itemNode.parent.name === "OrderedList") === isNumbered;
  const isOff = starts.every(isSuch);
  const changes = [];
  lines.forEach((line, at) => {
    const start = starts[at];
    if (start.kind === "code" || start.kind === "table") return;
    const place = bare(start, line);
    changes.push({ ...place, insert: isOff ? "" : isNumbered ? `${at + 1}. ` : "- " });
    if (isOff && at > 0) changes.push({ from: line.from, insert: "\n" });
    // paragraphs that become items of one list stand without empty lines between them
    const above = line.number > 1 ? state.doc.line(line.number - 1) : null;
    if (!isOff && at > 0 && above && !above.text.trim() && !start.itemNode) changes.push({ from: above.from, to: line.from });
    if (!isOff && at === 0 && above?.text.trim() && !start.itemNode && !lineStart(state, above).items) changes.push({ from: line.from, insert: "\n" });
  });
  return edit(view, { changes: joined(changes) });
};

/** Changes that touch, made one, so that they may be given together. */
function joined(changes) {
  const found = [];
  for (const change of changes.map((one) => ({ to: one.from, insert: "", ...one })).sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = found.at(-1);
    if (last && change.from < last.to) last.to = Math.max(last.to, change.to);
    else found.push(change);
  }
  return found;
}

export const quote = (view) => {
  const { state } = view;
  const { main } = state.selection;
  const first = paragraphLines(state, state.doc.lineAt(main.from))[0].number;
  const last = paragraphLines(state, state.doc.lineAt(main.to))[1].number;
  const lines = Array.from({ length: last - first + 1 }, (_none, at) => state.doc.line(first + at));
  const isOff = lines.every((line) => /^\s*>/.test(line.text));
  const changes = lines.map((line) => (isOff ? { from: line.from, to: line.from + /^\s*> ?/.exec(line.text)[0].length } : { from: line.from, insert: line.text.trim() ? "> " : ">" }));
  if (!isOff && first > 1 && state.doc.line(first - 1).text.trim()) changes.unshift({ from: lines[0].from, insert: "\n" });
  return edit(view, { changes: joined(changes) });
};

/** Enter: a new paragraph, the next item, the next line of a quote; in an empty item or quote the end of it. */
export const enter = (view) => {
  const { state } = view;
  const { main } = state.selection;
  if (state.readOnly) return true;
  const here = state.doc.lineAt(main.from);
  const [line] = paragraphLines(state, here);
  const start = lineStart(state, line);
  if (start.kind === "code") return insertText(view, "\n");
  const last = start.parts.at(-1);
  const isEmpty = line.number === here.number && !line.text.slice(start.to - line.from).trim();
  if (last && isEmpty && main.empty && last.kind !== "note") return leave(view, line, start);
  if (main.from < start.to) return insertText(view, "\n\n");
  const quotes = line.text.slice(0, (start.parts.filter((part) => part.kind === "quote").at(-1)?.to ?? line.from) - line.from);
  const items = start.parts.filter((part) => part.kind === "item" || part.kind === "task");
  if (items.length) {
    const mark = line.text.slice(items[0].from - line.from, items[0].to - line.from);
    const number = /^(\d+)([.)])(\s*)/.exec(mark);
    const next = number ? `${Number(number[1]) + 1}${number[2]}${number[3] || " "}` : mark;
    const indent = line.text.slice(quotes.length, items[0].from - line.from);
    const task = items.some((part) => part.kind === "task") ? "[ ] " : "";
    return insertText(view, `\n${quotes}${indent}${next}${task}`);
  }
  if (quotes) return insertText(view, `\n${quotes.trimEnd()}\n${quotes}`);
  if (start.kind === "note") return insertText(view, "\n\n    ");
  const indent = start.items ? /^\s*/.exec(line.text)[0] : "";
  return insertText(view, `\n\n${indent}`);
};

function leave(view, line, start) {
  const items = start.parts.filter((part) => part.kind === "item");
  if (items.length && start.items > 1) return indent(-1)(view);
  const from = line.from;
  const above = line.number > 1 ? view.state.doc.line(line.number - 1) : null;
  const below = line.number < view.state.doc.lines ? view.state.doc.line(line.number + 1) : null;
  const insert = above?.text.trim() ? "\n" : "";
  const after = below?.text.trim() ? "\n" : "";
  return edit(view, { changes: { from, to: line.to, insert: insert + after }, selection: { anchor: from + insert.length }, userEvent: "input" });
}

function insertText(view, text) {
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(view.state.doc.lineAt(main.from).from, main.from);
  const from = main.from - /[ \t]*$/.exec(before)[0].length;
  const isKept = from < lineStart(view.state, view.state.doc.lineAt(main.from)).to;
  return edit(view, { changes: { from: isKept ? main.from : from, to: main.to, insert: text }, selection: { anchor: (isKept ? main.from : from) + text.length }, userEvent: "input" });
}

/** A new line within the paragraph. */
export const lineBreak = (view) => {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.from);
  const start = lineStart(state, line);
  if (start.kind === "code" || start.kind === "heading") return enter(view);
  const indent = " ".repeat(start.itemNode ? start.to - line.from : 0);
  const quotes = start.parts.filter((part) => part.kind === "quote").length;
  return edit(view, { changes: { from: state.selection.main.from, to: state.selection.main.to, insert: `\\\n${quotes ? "> ".repeat(quotes) : indent}` }, selection: { anchor: state.selection.main.from + 2 + (quotes ? 2 * quotes : indent.length) }, userEvent: "input" });
};

/** Items one level deeper (1) or higher (-1); false outside lists, so that Tab goes on to the next control. */
export const indent = (by) => (view) => {
  const { state } = view;
  const lines = selectedLines(state);
  const starts = lines.map((line) => lineStart(state, line));
  if (!starts.length || !starts.every((start) => start.items > 0)) return false;
  const changes = [];
  lines.forEach((line, at) => {
    const width = /^\s*/.exec(line.text)[0].length;
    if (by > 0) {
      const item = starts[at].itemNode;
      const above = item?.prevSibling;
      if (item && !above) return;
      const mark = above?.getChild("ListMark");
      changes.push({ from: line.from, insert: " ".repeat(mark ? mark.to - mark.from + 1 : 2) });
      const own = item?.getChild("ListMark");
      if (own && item.parent.name === "OrderedList" && !above.getChild("OrderedList")) changes.push({ from: own.from, to: own.to - 1, insert: "1" });
    } else if (width > 0) {
      const outer = starts[at].itemNode?.parent.parent;
      const column = outer?.name === "ListItem" ? outer.from - state.doc.lineAt(outer.from).from : 0;
      changes.push({ from: line.from + column, to: line.from + width });
    }
  });
  if (changes.length) edit(view, { changes, userEvent: "input.indent" });
  return true;
};

/** What the cursor stands in, for the toolbar. */
export function standing(state) {
  const { main } = state.selection;
  const start = lineStart(state, state.doc.lineAt(main.head));
  const next = state.field(nextLook, false);
  const is = (name) => around(state, name, main.from, main.to) !== null;
  const looks = (kind) => (next === null ? is(LOOKS[kind].node) : Boolean(next & LOOKS[kind].bit));
  const listName = start.itemNode?.parent.name;
  return {
    level: start.kind === "heading" ? Math.max(2, Math.min(4, start.level)) : 0,
    strong: looks("strong"), emphasis: looks("emphasis"), strike: looks("strike"), link: is("Link"),
    list: listName === "BulletList", numbers: listName === "OrderedList", quote: start.quotes > 0,
  };
}

/** The link the cursor is in, or null. */
export function linkAt(state) {
  const { main } = state.selection;
  const node = around(state, "Link", main.from, main.to);
  const url = node?.getChild("URL");
  if (!url) return null;
  const marks = node.getChildren("LinkMark");
  return { from: node.from, to: node.to, text: state.sliceDoc(marks[0].to, marks[1].from), address: state.sliceDoc(url.from, url.to).replace(/^<|>$/g, "") };
}
