// The editor of one text: CodeMirror with everything that makes it look and behave like the page.
import { cursorDocEnd, cursorDocStart, defaultKeymap } from "@codemirror/commands";
import { Compartment, EditorState, Prec, Transaction } from "@codemirror/state";
import { EditorView, drawSelection, dropCursor, keymap, placeholder } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import * as Y from "yjs";
import { authorMarks } from "./authors.js";
import { blocks, chosenPiece, pieceAt } from "./blocks.js";
import * as verbs from "./commands.js";
import { passages } from "./comments.js";
import { choose, cursor, cursorKeys } from "./cursor.js";
import { wholeCharacters } from "./filter.js";
import { find, findKeys } from "./find.js";
import { markdown } from "./markdown.js";
import { paste } from "./paste.js";
import { carets } from "./presence.js";
import { preview } from "./preview.js";
import { footnotes, page, showSigns, signsShown } from "./settings.js";
import { softBreaks } from "./softbreaks.js";
import { germanSigns } from "./typing.js";

const KEPT = /^(?:Arrow|Home|End|Page|Backspace|Delete|Mod-a|Mod-Home|Mod-End|Mod-ArrowLeft|Mod-ArrowRight|Mod-Backspace|Mod-Delete|Alt-|Shift-)/;
/** What undo takes back alone; typing and erasing go together as far as they are one go. */
const STEPS = new Set(["input.paste", "input.drop", "input.piece", "input.format", "input.indent", "input.rule", "input.task", "input.replace", "input.replace.all", "delete", "delete.cut"]);

/**
 * @param {{parent: Element, session: object, given: object, nonce: string, isGerman: () => boolean, isShowingSigns: boolean, maxBytes: number,
 *     onTooLarge: () => void, deeds: Record<string, (view: EditorView) => boolean>, onUpdate: (update: object) => void}} given
 */
export function openEditor({ parent, session, given, nonce, isGerman, isShowingSigns, maxBytes, onTooLarge, deeds, onUpdate }) {
  const writing = new Compartment();
  const undoManager = new Y.UndoManager(session.text, { captureTimeout: 600 });
  const state = EditorState.create({
    doc: session.text.toString(),
    extensions: [
      page.of({ ...given, openPiece: (view, frame) => openAt(view, frame, deeds) }),
      signsShown.init(() => isShowingSigns),
      footnotes,
      markdown(),
      blocks,
      softBreaks,
      passages,
      authorMarks,
      preview,
      cursor,
      wholeCharacters,
      notTooLarge(maxBytes, onTooLarge),
      Prec.high(keymap.of([...keys(deeds), ...cursorKeys])),
      keymap.of([...yUndoManagerKeymap, ...findKeys, ...defaultKeymap.filter((binding) => KEPT.test(binding.key ?? binding.mac ?? "")), { key: "Mod-Home", run: cursorDocStart }, { key: "Mod-End", run: cursorDocEnd }]),
      germanSigns(isGerman),
      paste,
      pieceClicks(deeds),
      find(given.words, given.findPlace),
      EditorView.lineWrapping,
      drawSelection(),
      dropCursor(),
      placeholder(given.words.placeholder),
      EditorView.cspNonce.of(nonce),
      EditorView.contentAttributes.of({ "aria-label": given.words.text, "aria-describedby": "live-keys", lang: "de", spellcheck: "true", autocapitalize: "sentences", autocorrect: "on" }),
      writing.of(canWrite(false)),
      yCollab(session.text, null, { undoManager }),
      carets(session),
      EditorView.updateListener.of(onUpdate),
    ],
  });
  const view = new EditorView({
    parent,
    state,
    dispatchTransactions(transactions, own) {
      const isStep = transactions.some((tr) => tr.docChanged && STEPS.has(tr.annotation(Transaction.userEvent)));
      if (isStep) undoManager.stopCapturing();
      own.update(transactions);
      if (isStep) undoManager.stopCapturing();
    },
  });
  return {
    view,
    undo: () => undoManager.undo(),
    redo: () => undoManager.redo(),
    setWriting: (may) => view.dispatch({ effects: writing.reconfigure(canWrite(may)) }),
    setSigns: (isOn) => view.dispatch({ effects: showSigns.of(isOn) }),
    close: () => view.destroy(),
  };
}

const canWrite = (may) => [EditorState.readOnly.of(!may), EditorView.editable.of(may)];

function keys(deeds) {
  const deed = (name) => (view) => deeds[name](view);
  // Alt with a digit as in German Word: with Ctrl it is AltGr on Windows, and types "²"
  const headings = [0, 2, 3, 4].flatMap((level, at) => [`Alt-${at}`, `Mod-Alt-${at}`].map((key) => ({ key, run: verbs.heading(level) })));
  return [
    { key: "Mod-b", run: verbs.inline("strong") },
    { key: "Mod-i", run: verbs.inline("emphasis") },
    { key: "Mod-Shift-x", run: verbs.inline("strike") },
    { key: "Mod-Shift-8", run: verbs.list(false) },
    { key: "Mod-Shift-7", run: verbs.list(true) },
    { key: "Mod-Shift-9", run: verbs.quote },
    ...headings,
    { key: "Enter", run: (view) => openChosen(view, deeds) || verbs.enter(view) },
    { key: "Shift-Enter", run: verbs.lineBreak },
    { key: "Tab", run: verbs.indent(1) },
    { key: "Shift-Tab", run: verbs.indent(-1) },
    { key: "Mod-k", run: deed("link") },
    { key: "Mod-Alt-f", run: deed("footnote") },
    { key: "Alt-k", run: deed("comment") },
    { key: "Mod-Alt-m", run: deed("comment") },
    { key: "Mod-s", run: deed("save") },
    { key: "Mod-h", run: deed("find") },
    { key: "Alt-F10", run: deed("toolbar") },
  ];
}

function openChosen(view, deeds) {
  const piece = chosenPiece(view.state);
  if (!piece) return false;
  deeds.piece(view, piece);
  return true;
}

const pieceClicks = (deeds) =>
  EditorView.domEventHandlers({
    mousedown(event, view) {
      const frame = event.target.closest?.(".ed-piece");
      if (!frame || event.target.closest("button")) return false;
      const piece = pieceAt(view.state, view.posAtDOM(frame));
      if (!piece) return false;
      event.preventDefault();
      choose(view, piece);
      view.focus();
      return true;
    },
    dblclick: (event, view) => openAt(view, event.target.closest?.(".ed-piece"), deeds),
    click: (event, view) => openNote(event, view, deeds),
  });

function openAt(view, frame, deeds) {
  const piece = frame && pieceAt(view.state, view.posAtDOM(frame));
  if (!piece) return false;
  deeds.piece(view, piece);
  return true;
}

function openNote(event, view, deeds) {
  const label = event.target.closest?.("[data-note]")?.dataset.note;
  if (!label) return false;
  deeds.note(view, label);
  return true;
}

/** What would make the text larger than a paper may be does not get in. */
const notTooLarge = (maxBytes, tell) =>
  EditorState.changeFilter.of((tr) => {
    const { length } = tr.newDoc;
    if (!tr.isUserEvent("input") || length * 3 < maxBytes || length <= tr.startState.doc.length) return true;
    if (length < maxBytes && new TextEncoder().encode(tr.newDoc.toString()).length < maxBytes) return true;
    tell();
    return false;
  });
