// Tables and figures of the text as wholes: found in the tree, shown by a widget in place of their lines.
import { syntaxTree } from "@codemirror/language";
import { StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { readFigure } from "./figures.js";
import { footnotes, page } from "./settings.js";
import { readTable } from "./tables.js";
import { FigurePiece, TablePiece } from "./widgets.js";

const CAPTION = /^: /;
const none = [];

/** @typedef {{kind: "table" | "figure", from: number, to: number, source: string, number: number}} Piece */

/** @returns {Piece[]} */
function findPieces(state) {
  const found = [];
  const notes = state.field(footnotes);
  const counts = { table: 0, figure: 0 };
  syntaxTree(state).iterate({
    enter(node) {
      if (node.name === "Document") return true;
      const piece = node.name === "Table" ? tableAt(state, node) : node.name === "Paragraph" ? figureAt(state, node) : null;
      if (piece) {
        const hasCaption = (piece.table ?? piece.figure).caption !== "";
        if (hasCaption) counts[piece.kind] += 1;
        found.push({ ...piece, number: hasCaption ? counts[piece.kind] : 0, notes });
      }
      return false;
    },
  });
  return found;
}

function tableAt(state, node) {
  if (state.doc.lineAt(node.from).from !== node.from) return null;
  const next = node.node.nextSibling;
  const isCaptioned = next?.name === "Paragraph" && CAPTION.test(state.sliceDoc(next.from, next.from + 2));
  const to = isCaptioned ? next.to : node.to;
  const source = state.sliceDoc(node.from, to);
  return { kind: "table", from: node.from, to, source, table: readTable(source) };
}

function figureAt(state, node) {
  if (state.sliceDoc(node.from, node.from + 2) !== "![" || node.to - node.from > 3000) return null;
  const source = state.sliceDoc(node.from, node.to);
  const figure = readFigure(source);
  return figure && { kind: "figure", from: node.from, to: node.to, source, figure };
}

/** How a piece is shown: chosen as a whole, holding what was found, or neither. */
function lookOf({ main }, piece) {
  if (main.empty || main.from > piece.to || main.to < piece.from) return "";
  if (main.from <= piece.from && main.to >= piece.to) return "is-chosen";
  return main.from >= piece.from && main.to <= piece.to ? "is-found" : "";
}

function decorate(state, found) {
  const given = state.facet(page);
  const shown = found.map((piece) => {
    const Widget = piece.kind === "table" ? TablePiece : FigurePiece;
    return Decoration.replace({ widget: new Widget(piece, lookOf(state.selection, piece), given), block: true }).range(piece.from, piece.to);
  });
  return Decoration.set(shown);
}

const make = (state, found) => ({ tree: syntaxTree(state), found, decorations: decorate(state, found) });

const field = StateField.define({
  create: (state) => make(state, findPieces(state)),
  update(value, tr) {
    if (tr.docChanged || syntaxTree(tr.state) !== value.tree) return make(tr.state, findPieces(tr.state));
    if (!tr.selection || value.found.every((piece) => lookOf(tr.startState.selection, piece) === lookOf(tr.state.selection, piece))) return value;
    return make(tr.state, value.found);
  },
  provide: (from) => [EditorView.decorations.from(from, (value) => value.decorations), EditorView.atomicRanges.of((view) => view.state.field(from).decorations)],
});

/** The tables and figures of the text, as far as it has been read. @returns {Piece[]} */
export const pieces = (state) => state.field(field, false)?.found ?? none;

/** The table or figure that lies there. @returns {Piece | undefined} */
export const pieceAt = (state, from, to = from) => pieces(state).find((piece) => piece.from <= to && piece.to >= from);

/** The table or figure that is chosen as a whole. @returns {Piece | undefined} */
export const chosenPiece = (state) => pieces(state).find((piece) => lookOf(state.selection, piece) === "is-chosen" && state.selection.main.to === piece.to);

export const blocks = field;
