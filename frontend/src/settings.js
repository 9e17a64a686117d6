// What the writer has chosen, and what the page hands over: facets and fields that the other parts read.
import { Facet, StateEffect, StateField } from "@codemirror/state";

/** The page's words and addresses. @type {Facet<object, object>} */
export const page = Facet.define({ combine: (given) => given[0] ?? { words: {} } });

export const showSigns = StateEffect.define();

/** Whether the signs of Markdown show in the piece the cursor is in; else they never show. */
export const signsShown = StateField.define({
  create: () => false,
  update: (value, tr) => tr.effects.reduce((now, effect) => (effect.is(showSigns) ? effect.value : now), value),
});

const NOTE = /\[\^([^\s[\]^]{1,100})\](:?)/g;
const looksLikeNote = (text) => /[[\]^:]/.test(text);

/** Labels of footnotes: number by first mention, and where the note's text begins. Read from the whole text, only when it may have changed. */
export const footnotes = StateField.define({
  create: (state) => readNotes(state.doc.toString()),
  update(value, tr) {
    if (!tr.docChanged) return value;
    let isTouched = false;
    tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
      isTouched ||= looksLikeNote(tr.startState.doc.sliceString(Math.max(0, from - 1), to + 1)) || looksLikeNote(inserted.toString());
    });
    return isTouched ? readNotes(tr.newDoc.toString()) : value;
  },
});

/** @returns {Map<string, number>} label → number shown; only labels that have a text */
export function readNotes(text) {
  const defined = new Set();
  const mentioned = [];
  for (const found of text.matchAll(NOTE)) {
    const isLineStart = found.index === 0 || /\n[> \t]*$/.test(text.slice(Math.max(0, found.index - 12), found.index));
    if (found[2] && isLineStart) defined.add(found[1]);
    else mentioned.push(found[1]);
  }
  const numbers = new Map();
  for (const label of [...mentioned, ...defined]) if (defined.has(label) && !numbers.has(label)) numbers.set(label, numbers.size + 1);
  return numbers;
}
