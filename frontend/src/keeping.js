// What is typed looks as one expects it to: words go on in the look they stand in, or in the one that was just pressed; what is
// taken away leaves no lone signs behind. A change that would is put right before it happens (looks.js).
import { syntaxTree } from "@codemirror/language";
import { EditorState, StateEffect, StateField, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { ySyncAnnotation } from "y-codemirror.next";
import { area, isAlready, rewrite, units } from "./looks.js";
import { signsShown } from "./settings.js";
import { lineStart } from "./signs.js";

const LARGEST = 2000; // characters that come in at once; more brings signs of its own
const OWN_WAY = /^input\.(?:format|piece|indent|task)/;
const COMPOSING = "input.type.compose";
const SETTLED = 30; // milliseconds after a composition until the editor has read it from the page
const SIGNS = /[*_~`[\]\\]/;

export const setNextLook = StateEffect.define();

/** The look of what is typed next where that is not the one of the words before; null where it is. */
export const nextLook = StateField.define({
  create: () => null,
  update(value, tr) {
    for (const effect of tr.effects) if (effect.is(setNextLook)) return effect.value;
    if (tr.annotation(ySyncAnnotation) || tr.isUserEvent(COMPOSING)) return value;
    return tr.docChanged || tr.selection ? null : value;
  },
});

/** The unit before a place, and the one behind it. */
function around(list, at) {
  let before = -1;
  while (before + 1 < list.length && list[before + 1].to <= at) before += 1;
  return [list[before], list[before + 1]];
}

/** The look that words typed at a place get. @param {object[] | null} list units around it @returns {{look: number, link: string}} */
export function lookAt(state, list, at) {
  const next = state.field(nextLook, false);
  const [before, after] = around(list ?? [], at);
  const own = before && before.kind !== "break" ? before : isAtStart(state, at) && after?.kind === "char" ? after : null;
  return { look: next ?? own?.look ?? 0, link: own?.link && own.link === after?.link ? own.link : "" };
}

const isAtStart = (state, at) => at <= lineStart(state, state.doc.lineAt(at)).to;

function asUnits(text, { look, link }) {
  if (text === "\\\n") return [{ text, look, link, kind: "blank", from: -1, to: -1 }];
  const isPlain = !SIGNS.test(text.replace(/\\[*_~`[\]\\(]/g, ""));
  return (text.match(/\\[*_~`[\]\\(]|[\s\S]/gu) ?? []).map((sign) => ({
    text: sign, look: isPlain ? look : 0, link, kind: text.includes("\n") ? "break" : /^\s$/.test(sign) ? "blank" : "char", from: -1, to: -1,
  }));
}

/** Units after a group of changes: what goes is left out, what comes has the look of its place. @returns {{list: object[], last: number}} */
function changed(state, list, changes) {
  const goes = (unit) => changes.some((change) => change.to > change.from && change.from <= unit.from && change.to >= unit.to);
  const next = [];
  let last = -1;
  let done = 0;
  const come = (until) => {
    for (; done < changes.length && changes[done].from <= until; done += 1) {
      const { from, to, insert } = changes[done];
      if (!insert) continue;
      const replaced = list.find((unit) => unit.from >= from && unit.to <= to && unit.kind !== "break");
      const look = replaced && state.field(nextLook, false) === null ? { look: replaced.look, link: "" } : lookAt(state, list.filter((unit) => !goes(unit)), from);
      next.push(...asUnits(insert, look));
      last = next.length - 1;
    }
  };
  for (const unit of list) {
    come(unit.from);
    if (!goes(unit)) next.push({ ...unit });
  }
  come(Infinity);
  return { list: next, last };
}

function inSource(state, at) {
  for (let node = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) if (/^(?:FencedCode|CodeBlock|InlineCode|Table|URL|Image|LinkTitle|ImageAttributes)$/.test(node.name)) return true;
  return false;
}

/** The end of the last word before a place in its line. */
function behindWord(state, at) {
  const line = state.doc.lineAt(at);
  return at - /\s*$/.exec(line.text.slice(0, at - line.from))[0].length;
}

/** Changes that touch one stretch belong together. */
function grouped(state, tr) {
  const found = [];
  const isGoingOn = state.field(nextLook, false) !== null;
  let isLarge = false;
  tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    const place = inserted.length > LARGEST || isLarge ? null : area(state, isGoingOn ? behindWord(state, from) : from, to);
    if (!place) {
      isLarge = true;
      return;
    }
    const last = found.at(-1);
    const change = { from, to, insert: inserted.toString() };
    if (last && last.to >= place.from) {
      const before = last.changes.at(-1);
      if (before.to === from) Object.assign(before, { to, insert: before.insert + change.insert });
      else last.changes.push(change);
      last.to = Math.max(last.to, place.to);
    } else found.push({ ...place, changes: [change] });
  }, true);
  return isLarge ? null : found;
}

/** @returns {{changes: object[], cursor: number, isSame: boolean, next: number | null, text: string, from: number, to: number}} */
function righted(tr, group) {
  const state = tr.startState;
  const asItIs = { changes: group.changes, isSame: true, next: null };
  const list = inSource(state, group.changes[0].from) ? null : units(state, group);
  if (!list) return asItIs;
  const isPlain = list.every((unit) => !unit.look && !unit.link) && state.field(nextLook, false) === null;
  const { list: next, last } = changed(state, list, group.changes);
  const before = last >= 0 ? last : next.findLastIndex((unit) => unit.to >= 0 && unit.to <= group.changes[0].from);
  const blank = next[before]?.kind === "blank" && next[before].look ? next[before].look : null;
  const [from, to] = [tr.changes.mapPos(group.from, -1), tr.changes.mapPos(group.to, 1)];
  const natural = tr.newDoc.sliceString(from, to);
  if (isPlain || isAlready(natural, next, tr.newDoc.sliceString(Math.max(0, from - 1), from), tr.newDoc.sliceString(to, to + 1))) return { ...asItIs, next: blank };
  const made = rewrite(state, group, next);
  if (!made || made.text === natural) return { ...asItIs, next: blank };
  return { text: made.text, from, to, changes: made.changes, cursor: before >= 0 ? made.ends[before] : group.from, isSame: false, next: blank };
}

const keepLooks = EditorState.transactionFilter.of((tr) => {
  const state = tr.startState;
  if (!tr.docChanged || tr.annotation(ySyncAnnotation) || state.field(signsShown)) return tr;
  const event = tr.annotation(Transaction.userEvent) ?? "";
  if (!/^(?:input|delete)/.test(event) || tr.isUserEvent(COMPOSING) || OWN_WAY.test(event)) return tr;
  const found = grouped(state, tr);
  if (!found) return tr;
  const made = found.map((group) => righted(tr, group));
  const next = made.length === 1 && made[0].next !== null ? [setNextLook.of(made[0].next)] : [];
  if (made.every((one) => one.isSame)) return next.length ? [tr, { effects: next }] : tr;
  const shift = made.slice(0, -1).flatMap((one) => one.changes).reduce((sum, change) => sum + (change.insert?.length ?? 0) - (change.to - change.from), 0);
  return {
    changes: made.flatMap((one) => one.changes), selection: made.at(-1).isSame ? undefined : { anchor: made.at(-1).cursor + shift },
    effects: [...tr.effects, ...next], scrollIntoView: tr.scrollIntoView, userEvent: event,
  };
});

/** What a composition (a phone's keyboard, a dead key) has changed since it began: it must not be meddled with before it ends. */
const composition = StateField.define({
  create: () => null,
  update(value, tr) {
    if (!tr.docChanged) return value;
    if (!tr.isUserEvent(COMPOSING)) return null;
    return value ? { start: value.start, changes: value.changes.compose(tr.changes) } : { start: tr.startState, changes: tr.changes };
  },
});

function afterComposition(view) {
  const done = view.state.field(composition, false);
  if (!done || view.composing || view.state.field(signsShown)) return;
  const tr = { startState: done.start, changes: done.changes, newDoc: view.state.doc };
  const found = grouped(done.start, tr);
  const made = found?.length === 1 ? righted(tr, found[0]) : null;
  if (!made || made.isSame) return;
  const { head } = view.state.selection.main;
  const isAtEnd = head >= made.from && head <= made.to;
  view.dispatch({
    changes: { from: made.from, to: made.to, insert: made.text }, selection: isAtEnd ? { anchor: made.cursor } : undefined,
    effects: made.next === null ? [] : setNextLook.of(made.next), userEvent: "input.format",
  });
}

export const keeping = [
  nextLook, composition, keepLooks,
  EditorView.domEventHandlers({
    compositionend(_event, view) {
      setTimeout(() => afterComposition(view), SETTLED);
    },
  }),
];
