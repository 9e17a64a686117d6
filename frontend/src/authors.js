// Who wrote which words, as coloured lines below them, while one asks for it. Words typed meanwhile have no line.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { unitsAt } from "./comments.js";
import { element } from "./widgets.js";

const OTHERS = 7; // the grey of all who wrote least, when there are more people than colours
const show = StateEffect.define();

export const authorMarks = StateField.define({
  create: () => Decoration.none,
  update(marks, tr) {
    let now = tr.docChanged ? marks.map(tr.changes) : marks;
    for (const effect of tr.effects) if (effect.is(show)) now = effect.value;
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param {{people: string[], runs: [number, number][]}} answer lengths in code points of exactly this text */
export function authorRanges(text, { runs }) {
  const ranges = [];
  let at = 0;
  for (const [author, length] of runs) {
    const to = at + unitsAt(text.slice(at), length);
    if (to > at) ranges.push(Decoration.mark({ class: `ed-by ed-c${Math.min(author, OTHERS)}` }).range(at, to));
    at = to;
  }
  return ranges;
}

export function showAuthors(view, legend, answer) {
  view.dispatch({ effects: show.of(Decoration.set(authorRanges(view.state.doc.toString(), answer))) });
  legend.replaceChildren(...answer.people.map((name, at) => element("li", `ed-by ed-c${Math.min(at, OTHERS)}`, name)));
  legend.hidden = false;
}

export function hideAuthors(view, legend) {
  view.dispatch({ effects: show.of(Decoration.none) });
  legend.hidden = true;
}
