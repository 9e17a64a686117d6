// What the dialogs put into the text: tables, figures, links and footnotes, each by the smallest change.
import { syntaxTree } from "@codemirror/language";
import * as Y from "yjs";
import { escape } from "../../static/js/paste-cleaner.js";
import { ySyncFacet } from "y-codemirror.next";
import { pieceAt } from "./blocks.js";
import { linkAt } from "./commands.js";
import { readFigure, writeFigure } from "./figures.js";
import { plainly } from "./inline.js";
import { footnotes, page } from "./settings.js";
import { joinTables, readTable, smallestChange, writeTable } from "./tables.js";

const NEW_TABLE = { align: ["", "", ""], rows: [["", "", ""], ["", "", ""], ["", "", ""]], caption: "" };

function put(view, from, to, text, userEvent = "input.piece") {
  const before = view.state.sliceDoc(from, to);
  if (before === text) return;
  const change = smallestChange(before, text);
  view.dispatch({ changes: { from: from + change.from, to: from + change.to, insert: change.insert }, userEvent });
}

/** A block of its own behind the one the cursor is in. */
function putBlock(view, source) {
  const { state } = view;
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  let at = line.to;
  let node = syntaxTree(state).resolveInner(head, -1);
  while (node.parent && node.parent.name !== "Document") node = node.parent;
  if (node.name !== "Document" && line.text.trim()) at = Math.max(node.to, line.to);
  const before = state.sliceDoc(0, at).trim() ? (/\n\n$/.test(state.sliceDoc(Math.max(0, at - 2), at)) ? "" : line.text.trim() || !/\n$/.test(state.sliceDoc(Math.max(0, at - 1), at)) ? "\n\n" : "\n") : "";
  const rest = state.sliceDoc(at, at + 2);
  const after = !rest.trim() && at + rest.length >= state.doc.length ? "\n" : /^\n\n/.test(rest) ? "" : /^\n/.test(rest) ? "\n" : "\n\n";
  view.dispatch({ changes: { from: at, insert: before + source + after }, selection: { anchor: at + before.length + source.length }, scrollIntoView: true, userEvent: "input.piece" });
}

/** A place that stays with its words while others type. */
const pin = (view, at) => {
  const sync = view.state.facet(ySyncFacet);
  const pinned = sync.toYPos(at);
  return () => Y.createAbsolutePositionFromRelativePosition(pinned, sync.ytext.doc)?.index ?? null;
};

export async function editTable(view, dialog, piece, tell) {
  const words = view.state.facet(page).words;
  const before = piece ? piece.table : NEW_TABLE;
  const place = piece ? pin(view, piece.from) : null;
  const mine = await dialog.open(before, view.state.field(footnotes), !piece);
  view.focus();
  if (mine === null) return;
  if (!piece) {
    if (mine !== "remove") putBlock(view, writeTable(mine));
    return;
  }
  const now = place() === null ? null : pieceAt(view.state, place());
  if (mine === "remove") {
    if (now?.kind === "table") view.dispatch({ changes: { from: now.from, to: now.to }, userEvent: "delete" });
  } else if (now?.kind !== "table") {
    putBlock(view, writeTable(mine)); // somebody took it out meanwhile
  } else {
    const joined = now.source === piece.source ? mine : joinTables(before, mine, readTable(now.source));
    if (joined) put(view, now.from, now.to, writeTable(joined));
    else {
      view.dispatch({ changes: { from: now.to, insert: `\n\n${writeTable(mine)}` }, userEvent: "input.piece" });
      tell(words.tableTwice);
    }
  }
}

export async function editFigure(view, dialog, piece) {
  const place = piece ? pin(view, piece.from) : null;
  const given = piece ? piece.figure : { name: view.state.facet(page).files[0] ?? "", alt: "", caption: "", width: 100 };
  const made = await dialog.open({ ...given, width: given.width ?? 100 }, !piece);
  view.focus();
  if (made === null || (made !== "remove" && !made.name)) return;
  const source = made === "remove" ? "" : writeFigure({ ...made, width: Number(made.width) });
  const now = place === null || place() === null ? null : pieceAt(view.state, place());
  if (now?.kind === "figure" && readFigure(now.source)) put(view, now.from, now.to, source, made === "remove" ? "delete" : "input.piece");
  else if (source) putBlock(view, source);
}

export async function editLink(view, dialog) {
  const { main } = view.state.selection;
  const link = linkAt(view.state);
  const word = !link && main.empty ? view.state.wordAt(main.head) : null;
  const range = link ?? word ?? main;
  const text = link ? link.text : view.state.sliceDoc(range.from, range.to);
  const place = pin(view, range.from);
  const before = view.state.sliceDoc(range.from, range.to);
  const plain = plainly(text);
  const made = await dialog.open({ text: plain, address: link?.address ?? (/^https?:\/\//.test(text) ? text : "") }, !link);
  view.focus();
  if (made === null) return;
  const from = place() ?? view.state.selection.main.head;
  const to = view.state.sliceDoc(from, from + before.length) === before ? from + before.length : from;
  const address = completed(made.address ?? "");
  const shown = made.text === plain && text ? text : escape(made.text || address).replace(/(?<!\\)[[\]]/g, "\\$&");
  const source = made === "remove" || !address ? text : `[${shown}](${/[\s()<>]/.test(address) ? `<${address.replace(/[<>\s]/g, encodeURIComponent)}>` : address})`;
  view.dispatch({ changes: { from, to, insert: source }, selection: { anchor: from + source.length }, userEvent: "input.format", scrollIntoView: true });
}

/** "stadt.example" becomes an address, "name@stadt.example" one of mail. */
export function completed(address) {
  if (!address || /^(?:https?:|mailto:|tel:|\/|#)/i.test(address)) return address;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(address)) return `mailto:${address}`;
  return /^[^\s/]+\.[^\s/]{2,}/.test(address) ? `https://${address}` : address;
}

/** Where the text of a footnote stands; isLong: more than the one paragraph that the dialog can hold. */
function noteAt(state, label) {
  for (let number = state.doc.lines; number >= 1; number -= 1) {
    const line = state.doc.line(number);
    const sign = `[^${label}]:`;
    if (!line.text.startsWith(sign)) continue;
    const next = number < state.doc.lines ? state.doc.line(number + 1).text : "";
    const later = number + 1 < state.doc.lines ? state.doc.line(number + 2).text : "";
    const from = line.from + sign.length + (/^[ \t]*/.exec(line.text.slice(sign.length))[0].length);
    return { from, to: line.to, isLong: Boolean(next.trim() && !next.startsWith("[^")) || /^ {4}/.test(later) };
  }
  return null;
}

export async function editNote(view, dialog, label) {
  const note = noteAt(view.state, label);
  if (!note) return;
  if (note.isLong || view.state.readOnly) {
    view.dispatch({ selection: { anchor: note.from }, scrollIntoView: true });
    view.focus();
    return;
  }
  const made = await dialog.open({ text: view.state.sliceDoc(note.from, note.to) }, false, view.state.field(footnotes));
  view.focus();
  const now = noteAt(view.state, label);
  if (made === null || !now) return;
  if (made !== "remove") {
    put(view, now.from, now.to, made.text.replace(/\s*\n\s*/g, " "));
    return;
  }
  const text = view.state.doc.toString();
  const sign = `[^${label}]`;
  const changes = [];
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + sign.length)) {
    const line = view.state.doc.lineAt(at);
    if (line.from === at && text[at + sign.length] === ":") changes.push({ from: Math.max(0, line.from - (text[line.from - 2] === "\n" ? 1 : 0)), to: Math.min(text.length, line.to + (line.from > 0 ? 0 : 1)) });
    else changes.push({ from: at, to: at + sign.length });
  }
  view.dispatch({ changes, userEvent: "delete" });
}

export async function addNote(view, dialog) {
  const place = pin(view, view.state.selection.main.to);
  const made = await dialog.open({ text: "" });
  view.focus();
  if (made === null || made === "remove" || !made.text) return;
  const { state } = view;
  const text = state.doc.toString();
  let number = 1;
  while (text.includes(`[^${number}]`)) number += 1;
  const at = place() ?? state.selection.main.to;
  const end = text.replace(/\s+$/, "").length;
  const lastLine = state.doc.lineAt(end).text;
  const gap = lastLine.startsWith("[^") ? "\n" : "\n\n";
  const sign = `[^${number}]`;
  const note = `${gap}${sign}: ${made.text.replace(/\s*\n\s*/g, " ")}`;
  const changes = end <= at ? [{ from: at, insert: sign }, { from: Math.max(at, end), insert: note }] : [{ from: at, insert: sign }, { from: end, insert: note }];
  view.dispatch({ changes, selection: { anchor: at + sign.length }, userEvent: "input.piece", scrollIntoView: true });
}
