// A text with its cursor, as the commands see it: "|" is the cursor, two of them a selection.
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorSelection, EditorState } from "@codemirror/state";
import { blocks } from "../src/blocks.js";
import { behindSigns, ownParagraph } from "../src/cursor.js";
import { wholeCharacters } from "../src/filter.js";
import { keeping } from "../src/keeping.js";
import { markdown } from "../src/markdown.js";
import { notesGo } from "../src/notes.js";
import { footnotes, page, signsShown } from "../src/settings.js";
import { softBreaks } from "../src/softbreaks.js";
import { literalSigns } from "../src/typing.js";

export function text(marked) {
  const parts = marked.split("|");
  const doc = parts.join("");
  const anchor = parts[0].length;
  const head = parts.length > 2 ? anchor + parts[1].length : anchor;
  const state = EditorState.create({
    doc,
    selection: EditorSelection.single(anchor, head),
    extensions: [page.of({ words: {}, files: [] }), signsShown, footnotes, markdown(), blocks, softBreaks, notesGo, keeping, literalSigns, behindSigns, ownParagraph, wholeCharacters],
  });
  ensureSyntaxTree(state, doc.length, 5000);
  return {
    state,
    hasFocus: true,
    composing: false,
    focus() {},
    dispatch(...specs) {
      this.state = this.state.update(...specs).state;
      ensureSyntaxTree(this.state, this.state.doc.length, 5000);
    },
  };
}

/** The text with its cursor, marked the same way. */
export function shown(view) {
  const { main } = view.state.selection;
  const whole = view.state.doc.toString();
  return main.empty ? `${whole.slice(0, main.head)}|${whole.slice(main.head)}` : `${whole.slice(0, main.from)}|${whole.slice(main.from, main.to)}|${whole.slice(main.to)}`;
}

export const after = (marked, ...deeds) => {
  const view = text(marked);
  for (const deed of deeds) deed(view);
  return shown(view);
};

export const type = (typed) => (view) => {
  const { main } = view.state.selection;
  view.dispatch({ changes: { from: main.from, to: main.to, insert: typed }, selection: { anchor: main.from + typed.length }, userEvent: "input.type" });
};
