// The text as it will read: headings, lists, quotes, bold and links look like on the page, their signs are hidden, or show in
// the piece the cursor is in. Only decorations: the text itself is never touched. Tables and figures: blocks.js.
import { syntaxTree } from "@codemirror/language";
import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import { pieces } from "./blocks.js";
import { footnotes, page, signsShown } from "./settings.js";
import { inlineSigns, isGap, lineStart } from "./signs.js";
import { paragraphLines } from "./softbreaks.js";
import { Bullet, Checkbox, Label, NoteNumber, NoteReference, Picture, Rule } from "./widgets.js";

const MARKS = { StrongEmphasis: ["strong", ""], Emphasis: ["em", ""], InlineCode: ["code", ""], Strikethrough: ["s", ""], Link: ["span", "ed-link"], Autolink: ["span", "ed-link"] };
const marks = Object.fromEntries(Object.entries(MARKS).map(([name, [tagName, className]]) => [name, Decoration.mark(className ? { tagName, class: className } : { tagName })]));
const sign = Decoration.mark({ class: "ed-sign" });
const hidden = Decoration.replace({});
const line = (names) => Decoration.line({ class: names });
const widget = (shown) => Decoration.replace({ widget: shown });

export const preview = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.make(view);
    }

    make(view) {
      const made = new Maker(view);
      this.decorations = made.decorations;
      this.atoms = made.atoms;
    }

    update(update) {
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state);
      const isSet = update.startState.field(signsShown) !== update.state.field(signsShown);
      if (!update.docChanged && !update.viewportChanged && !isParsed && !isSet && !(update.selectionSet && update.state.field(signsShown))) return;
      if (update.view.composing) {
        this.decorations = this.decorations.map(update.changes);
        this.atoms = this.atoms.map(update.changes);
      } else this.make(update.view);
    }
  },
  {
    decorations: (plugin) => plugin.decorations,
    provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.atoms ?? Decoration.none),
  },
);

class Maker {
  constructor(view) {
    this.view = view;
    this.state = view.state;
    this.notes = view.state.field(footnotes);
    this.isShowing = view.state.field(signsShown) && view.state.selection.ranges;
    this.found = [];
    this.hiddenOnes = [];
    for (const { from, to } of view.visibleRanges) this.lines(from, to);
    for (const { from, to } of view.visibleRanges) this.inline(from, to);
    this.decorations = Decoration.set(this.found, true);
    const atoms = new RangeSetBuilder();
    let end = -1;
    for (const range of this.hiddenOnes.sort((a, b) => a.from - b.from || a.to - b.to)) {
      if (range.from < end) continue;
      atoms.add(range.from, range.to, hidden);
      end = range.to;
    }
    this.atoms = atoms.finish();
  }

  touches(from, to) {
    return this.isShowing && this.isShowing.some((range) => range.from <= to && range.to >= from);
  }

  hide(from, to, shown = null) {
    if (to <= from) return;
    this.found.push((shown ? widget(shown) : hidden).range(from, to));
    this.hiddenOnes.push({ from, to });
  }

  inBlock(from, to) {
    return pieces(this.state).some((piece) => piece.from < to && piece.to > from);
  }

  lines(from, to) {
    const { doc } = this.state;
    for (let at = doc.lineAt(from).from; at <= to; ) {
      const one = doc.lineAt(at);
      if (!this.inBlock(one.from, one.to + 1)) this.line(one);
      at = one.to + 1;
    }
  }

  line(one) {
    const start = lineStart(this.state, one);
    const names = [];
    const isBlank = start.kind !== "code" && !one.text.replace(/[>\s]/g, "");
    if (isBlank && isGap(this.state, one.number)) this.gap(one, names);
    if (start.kind === "heading") names.push("ed-h", `ed-h${Math.max(2, start.level)}`);
    if (start.kind === "code") names.push("ed-code");
    if (start.kind === "table") names.push("ed-raw");
    if (start.kind === "term") names.push("ed-dd");
    if (start.kind === "note") this.note(one, names);
    if (start.quotes) this.quote(start, one, names);
    if (start.items) names.push("ed-li", `ed-li-${Math.min(6, start.items)}`);
    if ((start.kind === "item" || start.kind === "task") && this.hasItemAbove(one)) names.push("ed-li--next");
    if (this.isTerm(one, start)) names.push("ed-dt");
    if (names.length) this.found.push(line(names.join(" ")).range(one.from));
    this.start(one, start);
  }

  gap(one, names) {
    names.push("ed-gap");
    const { doc } = this.state;
    const above = one.number > 1 ? doc.line(one.number - 1) : null;
    if (above && /^#{1,6}\s/.test(above.text)) names.push("ed-gap--heading");
    if (above && /^\[\^[^\]]+\]:/.test(above.text) && /^\[\^/.test(one.number < doc.lines ? doc.line(one.number + 1).text : "")) names.push("ed-gap--note");
    if (one.number < doc.lines) this.hiddenOnes.push({ from: one.from - 1, to: one.to + 1 });
  }

  start(one, start) {
    if (this.touches(one.from, one.to)) {
      if (start.to > start.from) this.found.push(sign.range(start.from, start.to));
      return;
    }
    const words = this.state.facet(page).words;
    if (start.kind === "rule") this.hide(one.from, one.to, new Rule());
    else if (start.kind === "guidance") this.hide(start.from, start.to, new Label(words.guidance));
    else if (start.kind === "item") this.hide(start.from, start.to, this.bullet(start));
    else if (start.kind === "task") {
      const marker = start.parts.find((part) => part.kind === "task");
      this.hide(start.from, start.to, new Checkbox(/x/i.test(one.text.slice(marker.from - one.from, marker.to - one.from)), marker.from + 1, words.done));
    } else if (start.kind === "note") {
      const label = /\[\^([^\]]+)\]/.exec(one.text)?.[1] ?? "";
      this.hide(start.from, start.to, new NoteNumber(this.notes.get(label) ?? label));
    } else if (start.kind !== "code" && start.kind !== "table") this.hide(start.from, start.to);
    if (start.kind === "heading" && !start.isUnderlined) {
      const tail = /[ \t]+#+[ \t]*$/.exec(one.text);
      if (tail && tail.index > start.to - one.from) this.hide(one.from + tail.index, one.to);
    }
    if (start.kind === "text" && /^\s*(=+|-+)\s*$/.test(one.text) && start.to === one.from) this.underline(one);
  }

  underline(one) {
    const node = syntaxTree(this.state).resolveInner(one.from + one.text.search(/\S/), 1);
    if (node.name === "HeaderMark") this.hide(one.from, one.to);
  }

  bullet(start) {
    const list = start.itemNode.parent;
    if (list.name !== "OrderedList") return new Bullet(["•", "◦", "▪"][Math.min(3, start.items) - 1] ?? "•");
    const first = list.firstChild;
    let number = Number.parseInt(this.state.sliceDoc(first.from, first.from + 10), 10) || 1;
    for (let item = start.itemNode.prevSibling; item; item = item.prevSibling) number += 1;
    return new Bullet(`${number}.`);
  }

  hasItemAbove(one) {
    return one.number > 1 && this.state.doc.line(one.number - 1).text.trim() !== "" && lineStart(this.state, this.state.doc.line(one.number - 1)).items > 0;
  }

  isTerm(one, start) {
    if (start.kind !== "text" || one.number === this.state.doc.lines) return false;
    return /^:[ \t]/.test(this.state.doc.line(one.number + 1).text) && one.text.trim() !== "";
  }

  note(one, names) {
    names.push("ed-note");
    const { doc } = this.state;
    let above = one.number - 1;
    while (above >= 1 && !doc.line(above).text.trim()) above -= 1;
    if (above < 1 || lineStart(this.state, doc.line(above)).kind !== "note") names.push("ed-note--first");
  }

  quote(start, one, names) {
    let quote = syntaxTree(this.state).resolveInner(one.from + Math.max(0, one.text.search(/\S/)), 1);
    while (quote && quote.name !== "Blockquote") quote = quote.parent;
    const first = quote ? this.state.doc.lineAt(quote.from) : one;
    if (!/^[>\s]*\[!HINWEIS\][ \t]*$/i.test(first.text)) {
      names.push("ed-quote");
      return;
    }
    names.push("ed-guide");
    if (first.number === one.number) names.push("ed-guide--first");
    if (this.state.doc.lineAt(quote.to).number === paragraphLines(this.state, one)[1].number) names.push("ed-guide--last");
  }

  inline(from, to) {
    const { state } = this;
    syntaxTree(state).iterate({
      from,
      to,
      enter: (node) => {
        if (node.name === "Table" || node.name === "FencedCode" || node.name === "CodeBlock") return false;
        if (node.name === "Image") return this.picture(node);
        if (node.name === "Link" && !node.node.getChild("URL") && !node.node.getChild("LinkLabel")) return true;
        if (marks[node.name] && node.to > node.from) this.found.push(marks[node.name].range(node.from, node.to));
        if (node.name === "FootnoteReference") this.reference(node);
        return true;
      },
    });
    for (const one of inlineSigns(state, from, to)) {
      if (this.inBlock(one.from, one.to)) continue;
      if (this.touches(one.start, one.end)) this.found.push(sign.range(one.from, one.to));
      else this.hide(one.from, one.to);
    }
  }

  reference(node) {
    const label = this.state.sliceDoc(node.from + 2, node.to - 1);
    const number = this.notes.get(label);
    if (number === undefined || this.touches(node.from, node.to) || this.inBlock(node.from, node.to)) return;
    this.hide(node.from, node.to, new NoteReference(number, label));
  }

  /** A picture among words; one that stands alone is a figure. */
  picture(node) {
    const next = node.node.nextSibling;
    const to = next && next.name === "ImageAttributes" && next.from === node.to ? next.to : node.to;
    if (!this.touches(node.from, to) && !this.inBlock(node.from, to)) {
      this.hide(node.from, to, new Picture(this.state.sliceDoc(node.from, to), this.state.facet(page)));
    }
    return false;
  }
}
