// What stands in the text in place of signs.
import { WidgetType } from "@codemirror/view";
import { readFigure } from "./figures.js";
import { inlineNodes } from "./inline.js";

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** A widget that is the same as another when what it was made of is the same. */
class Sign extends WidgetType {
  constructor(...made) {
    super();
    this.made = made;
  }

  eq(other) {
    return this.made.every((value, at) => value === other.made[at]);
  }

  ignoreEvent() {
    return false;
  }
}

export class Bullet extends Sign {
  toDOM() {
    return element("span", "ed-bullet", this.made[0]);
  }
}

export class Rule extends Sign {
  toDOM() {
    return element("span", "ed-rule");
  }
}

export class Label extends Sign {
  toDOM() {
    return element("span", "ed-label", this.made[0]);
  }
}

export class NoteNumber extends Sign {
  toDOM() {
    return element("span", "ed-note__no", `${this.made[0]}.`);
  }
}

export class NoteReference extends Sign {
  toDOM() {
    const [number, label] = this.made;
    const sup = element("sup", "ed-ref", String(number));
    sup.dataset.note = label;
    return sup;
  }
}

export class Checkbox extends Sign {
  toDOM(view) {
    const [isDone, at, label] = this.made;
    const box = element("input", "ed-box");
    Object.assign(box, { type: "checkbox", checked: isDone, tabIndex: -1, ariaLabel: label });
    box.addEventListener("mousedown", (event) => {
      event.preventDefault();
      if (!view.state.readOnly) view.dispatch({ changes: { from: at, to: at + 1, insert: isDone ? " " : "x" }, userEvent: "input.task" });
    });
    return box;
  }

  ignoreEvent() {
    return true;
  }
}

export class Picture extends WidgetType {
  constructor(source, page) {
    super();
    Object.assign(this, { source, page });
  }

  eq(other) {
    return other.source === this.source;
  }

  toDOM() {
    return picture(this.source, this.page, "ed-picture");
  }
}

/** The picture of an image's source, or words where it is not there. */
export function picture(source, page, className = "") {
  const figure = readFigure(source);
  if (!figure || !page.files.includes(figure.name)) return element("span", "missing", `${page.words.missing} ${figure?.name ?? source}`);
  const image = element("img", className);
  Object.assign(image, { src: page.fileAddress.replace("NAME", encodeURIComponent(figure.name)), alt: figure.alt, draggable: false });
  return image;
}

/** A block of the text shown as a whole: a button edits it; press and arrow keys choose it. */
class Piece extends WidgetType {
  constructor(piece, look, page) {
    super();
    Object.assign(this, { piece, look, page });
  }

  eq(other) {
    return other.piece.source === this.piece.source && other.piece.number === this.piece.number && other.look === this.look && other.piece.notes === this.piece.notes;
  }

  frame(view, content, label) {
    const frame = element("div", `ed-piece ${this.look}`.trim());
    const button = element("button", "ed-piece__edit", this.page.words.edit);
    button.type = "button";
    button.ariaLabel = label;
    button.addEventListener("click", () => this.page.openPiece(view, frame));
    button.hidden = this.page.isReadOnly?.() ?? false;
    frame.append(content, button);
    return frame;
  }

  caption(tag, word, words) {
    const caption = element(tag);
    caption.append(element("b", "", `${word} ${this.piece.number}. `), words);
    return caption;
  }

  ignoreEvent(event) {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }
}

export class TablePiece extends Piece {
  get estimatedHeight() {
    return 48 + this.piece.table.rows.length * 42;
  }

  toDOM(view) {
    const { table, notes } = this.piece;
    const number = (label) => String(notes.get(label) ?? label);
    const shown = element("table");
    if (table.caption) shown.append(this.caption("caption", this.page.words.table, inlineNodes(table.caption, number)));
    table.rows.forEach((cells, y) => {
      const row = element("tr");
      cells.forEach((cell, x) => {
        const made = element(y === 0 ? "th" : "td", { right: "num", center: "center" }[table.align[x]] ?? "");
        if (y === 0) made.scope = "col";
        made.append(inlineNodes(cell, number));
        row.append(made);
      });
      if (y < 2) shown.append(element(y === 0 ? "thead" : "tbody"));
      shown.lastElementChild.append(row);
    });
    const box = element("div", "tablebox");
    box.tabIndex = 0; // wide ones scroll in it
    box.setAttribute("role", "region");
    box.ariaLabel = table.caption ? `${this.page.words.table} ${this.piece.number}` : this.page.words.table;
    box.append(shown);
    return this.frame(view, box, this.page.words.editTable);
  }
}

export class FigurePiece extends Piece {
  get estimatedHeight() {
    return 320;
  }

  toDOM(view) {
    const { figure, source } = this.piece;
    const shown = element("figure", figure.width ? `w-${Math.round(figure.width / 10) * 10}` : "");
    const image = picture(source, this.page);
    image.addEventListener("load", () => view.requestMeasure());
    shown.append(image);
    if (figure.caption) shown.append(this.caption("figcaption", this.page.words.figure, figure.caption));
    return this.frame(view, shown, this.page.words.editPicture);
  }
}
