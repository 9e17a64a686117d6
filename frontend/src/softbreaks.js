// A line end within a paragraph is a blank on the page, and so it is here: the text may come from a form, or from a file with
// lines of one length. Nothing is changed; what begins the second line is hidden with it.
import { syntaxTree } from "@codemirror/language";
import { StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { element } from "./widgets.js";

class Blank extends WidgetType {
  eq() {
    return true;
  }

  toDOM() {
    return element("span", "", " ");
  }

  ignoreEvent() {
    return false;
  }
}

const blank = Decoration.replace({ widget: new Blank() });

/** The line ends of one paragraph that read as blanks, each with what begins the next line. */
function breaksOf(state, from, to) {
  const found = [];
  for (let line = state.doc.lineAt(from); line.to < to; ) {
    const next = state.doc.line(line.number + 1);
    const [lead] = /^[ \t>]*/.exec(next.text);
    const isMeant = /(?:\\| {2})$/.test(line.text) || /\[!HINWEIS\][ \t]*$/i.test(line.text) || /^:[ \t]/.test(next.text.slice(lead.length));
    if (!isMeant && next.from + lead.length <= to) found.push(blank.range(line.to, next.from + lead.length));
    line = next;
  }
  return found;
}

function read(state, from = 0, to = state.doc.length) {
  const found = [];
  syntaxTree(state).iterate({
    from,
    to,
    enter(node) {
      if (/^(?:Table|FencedCode|CodeBlock)$/.test(node.name)) return false;
      if (node.name !== "Paragraph") return !/Heading/.test(node.name);
      found.push(...breaksOf(state, node.from, node.to));
      return false;
    },
  });
  return found;
}

/** The blocks around a place in the text: what a change there may make anew. */
function blocksAround(state, from, to) {
  let [start, end] = [state.doc.lineAt(from).from, state.doc.lineAt(to).to];
  for (let node = syntaxTree(state).topNode.childBefore(start + 1); node && node.to >= from - 1; node = node.prevSibling) start = Math.min(start, node.from);
  for (let node = syntaxTree(state).topNode.childAfter(end - 1); node && node.from <= to + 1; node = node.nextSibling) end = Math.max(end, node.to);
  return [start, end];
}

export const softBreaks = StateField.define({
  create: (state) => ({ tree: syntaxTree(state), set: Decoration.set(read(state)) }),
  update(value, tr) {
    const tree = syntaxTree(tr.state);
    if (tree === value.tree) return value;
    let set = value.set.map(tr.changes);
    const anew = (from, to) => {
      const [start, end] = blocksAround(tr.state, from, to);
      const add = read(tr.state, start, end).filter((one) => one.from >= start && one.to <= end);
      set = set.update({ filterFrom: start, filterTo: end, filter: () => false, add, sort: true });
    };
    tr.changes.iterChangedRanges((_fromA, _toA, from, to) => anew(from, to));
    if (!tr.docChanged && tree.length > value.tree.length) anew(value.tree.length, tree.length); // more of it has been read
    return { tree, set };
  },
  provide: (field) => [EditorView.decorations.from(field, ({ set }) => set), EditorView.atomicRanges.of((view) => view.state.field(field).set)],
});

/** The line end that reads as a blank right before or behind a place, or null. */
export function blankAt(state, at, isForward) {
  let found = null;
  state.field(softBreaks, false)?.set.between(at, at, (from, to) => {
    if ((isForward ? from : to) === at) found = { from, to };
  });
  return found;
}

/** The lines of the paragraph that a line belongs to, as far as it reads as one: first and last. */
export function paragraphLines(state, line) {
  let [first, last] = [line, line];
  for (let soft; (soft = blankBefore(state, first)); ) first = state.doc.lineAt(soft.from);
  for (let soft; (soft = blankAt(state, last.to, true)); ) last = state.doc.lineAt(soft.to);
  return [first, last];
}

function blankBefore(state, line) {
  const soft = line.from > 0 ? blankAt(state, line.from - 1, true) : null;
  return soft && soft.to > soft.from ? soft : null;
}
