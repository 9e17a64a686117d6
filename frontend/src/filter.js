// What may never get into a paper's text: half a surrogate pair (Yjs and the server would then disagree about the text), and
// the characters that workspace/text/normal.py takes out. Positions are UTF-16 units here.
import { EditorState, Transaction } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";

const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;
const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const UNWANTED = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff\u{f0000}-\u{10ffff}]/gu;
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;

/** Text as it may stand in a paper: NFC, lines end with LF, nothing invisible that nobody typed. */
export const cleaned = (text) => text.replace(LINE_ENDS, "\n").replace(LONE, "").replace(UNWANTED, "").normalize("NFC");

/**
 * A change as the document may take it: clean, and never between the halves of a pair.
 *
 * @param {(position: number) => number} unit the UTF-16 unit at a position of the text before, 0 outside it
 */
export function wholeChange({ from, to, insert }, unit) {
  if (isLow(unit(from)) && isHigh(unit(from - 1))) {
    from -= 1;
    if (to === from + 1) to = from + 2; // nothing is cut off by typing into a pair: it goes
  }
  if (isLow(unit(to)) && isHigh(unit(to - 1))) to += 1;
  return { from, to, insert: cleaned(insert) };
}

export const wholeCharacters = EditorState.transactionFilter.of((tr) => {
  if (!tr.docChanged || tr.annotation(ySyncAnnotation)) return tr;
  const doc = tr.startState.doc;
  const unit = (at) => (at < 0 || at >= doc.length ? 0 : doc.sliceString(at, at + 1).charCodeAt(0) || 0);
  const changes = [];
  let isDifferent = false;
  tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    const change = { from, to, insert: inserted.toString() };
    const whole = wholeChange(change, unit);
    isDifferent ||= whole.from !== from || whole.to !== to || whole.insert !== change.insert;
    changes.push(whole);
  }, true);
  if (!isDifferent) return tr;
  const [only] = changes;
  const selection = changes.length === 1 ? { anchor: only.from + only.insert.length } : undefined;
  return { changes, selection, effects: tr.effects, scrollIntoView: tr.scrollIntoView, userEvent: tr.annotation(Transaction.userEvent) };
});
