// Comments in the margin: their passages move with the text while one types, and each stands beside its own.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { ySyncAnnotation } from "y-codemirror.next";

const GAP = 18; // pixels between two comments
const OFTEN = 60_000; // milliseconds between two looks at what was said on other pages
const setPassages = StateEffect.define();
const chooseThread = StateEffect.define();

const mark = (number, isDone, isChosen) => Decoration.mark({ tagName: "mark", class: `${isDone ? "is-done" : ""}${isChosen ? " is-active" : ""}`.trim(), attributes: { "data-thread-mark": String(number) }, number, isDone });

/** Passages of threads as marks; they are mapped through every change. */
export const passages = StateField.define({
  create: () => ({ marks: Decoration.none, chosen: null }),
  update(value, tr) {
    let { marks, chosen } = value;
    if (tr.docChanged) marks = marks.map(tr.changes);
    for (const effect of tr.effects) {
      if (effect.is(setPassages)) marks = Decoration.set(effect.value.map(({ from, to, number, isDone }) => mark(number, isDone, number === chosen).range(from, to)), true);
      if (effect.is(chooseThread)) {
        chosen = effect.value;
        const all = [];
        for (const at = marks.iter(); at.value; at.next()) all.push(mark(at.value.spec.number, at.value.spec.isDone, at.value.spec.number === chosen).range(at.from, at.to));
        marks = Decoration.set(all, true);
      }
    }
    return marks === value.marks && chosen === value.chosen ? value : { marks, chosen };
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.marks),
});

/** @returns {Map<number, {from: number, to: number}>} */
export function places(state) {
  const found = new Map();
  const { marks } = state.field(passages);
  for (const at = marks.iter(); at.value; at.next()) if (at.to > at.from) found.set(at.value.spec.number, { from: at.from, to: at.to });
  return found;
}

/** An offset in code points as one in UTF-16 units. */
export function unitsAt(text, points) {
  let units = 0;
  for (let at = 0; at < points && units < text.length; at += 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

export const pointsAt = (text, units) => [...text.slice(0, units)].length;

/**
 * Where a passage of the server's text stands in ours, which may be some letters further.
 *
 * @returns {{from: number, to: number} | null} the nearest place with exactly these words
 */
export function findPassage(text, start, source) {
  if (!source) return null;
  const from = unitsAt(text, start);
  if (text.startsWith(source, from)) return { from, to: from + source.length };
  const after = text.indexOf(source, from);
  const before = text.lastIndexOf(source, from);
  const found = [after, before].filter((at) => at >= 0).sort((a, b) => Math.abs(a - from) - Math.abs(b - from))[0];
  return found === undefined ? null : { from: found, to: found + source.length };
}

export class Margin {
  /** @param {{view: EditorView, address: string, aside: Element, list: Element, sheet: HTMLDialogElement}} given */
  constructor(given) {
    Object.assign(this, given, { threads: new Map() });
    this.wide = matchMedia("(min-width: 78rem)");
    this.later = () => {
      this.asked ||= requestAnimationFrame(() => {
        this.asked = 0;
        this.place();
      });
    };
    this.life = new AbortController();
    const { signal } = this.life;
    this.wide.addEventListener("change", this.later, { signal });
    this.size = new ResizeObserver(this.later);
    this.size.observe(this.view.contentDOM);
    this.aside.addEventListener("click", (event) => {
      const item = event.target.closest(".comment");
      if (item) this.choose(Number(item.dataset.thread), { isFromText: false });
    }, { signal });
    for (const name of ["thread-changed", "toggle", "input"]) this.aside.addEventListener(name, this.later, { capture: true, signal });
    this.view.dom.addEventListener("click", (event) => {
      const found = event.target.closest?.("[data-thread-mark]");
      if (found) this.choose(Number(found.dataset.threadMark), { isFromText: true });
    });
  }

  /** Others who write here tell by their presence that they commented; from other pages it is seen now and then. */
  listen(awareness) {
    const known = new Map();
    const hear = () => {
      let isNew = false;
      for (const [client, { remarks = 0 }] of awareness.getStates()) {
        if (client === awareness.clientID) continue;
        isNew ||= remarks > (known.get(client) ?? 0);
        known.set(client, remarks);
      }
      if (isNew) this.load();
    };
    awareness.on("change", hear);
    this.life.signal.addEventListener("abort", () => awareness.off("change", hear));
    this.asking = setInterval(() => !document.hidden && this.load(), OFTEN);
  }

  /** The text is another one now: this margin no longer listens. */
  close() {
    clearInterval(this.asking);
    this.life.abort();
    this.size.disconnect();
  }

  async load() {
    let answer;
    try {
      const response = await fetch(this.address, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (!response.ok) return;
      answer = await response.json();
    } catch {
      return; // no connection: what is shown stays
    }
    if (this.life.signal.aborted) return;
    this.show(answer.threads);
    this.aside.dataset.revision = answer.revision;
  }

  /** Known passages keep their places, which followed every letter; new ones are looked for. */
  show(threads) {
    const { state } = this.view;
    const known = places(state);
    const text = state.doc.toString();
    const found = [];
    const items = [];
    for (const thread of threads) {
      const place = thread.start === null ? null : known.get(thread.number) ?? findPassage(text, thread.start, thread.source);
      if (place) found.push({ ...place, number: thread.number, isDone: thread.done });
      if (thread.start !== null) items.push({ ...thread, place });
    }
    const open = new Map([...this.list.children].map((item) => [item.dataset.thread, item]));
    this.threads = new Map();
    const shown = [];
    for (const thread of items.sort((a, b) => (a.place?.from ?? Infinity) - (b.place?.from ?? Infinity))) {
      const old = open.get(String(thread.number));
      const isWritten = old && [...old.querySelectorAll("textarea")].some((field) => field.value.trim());
      const item = isWritten || (old && old.dataset.html === thread.html) ? old : new DOMParser().parseFromString(`<ol>${thread.html}</ol>`, "text/html").querySelector("li");
      item.dataset.html = thread.html;
      item.classList.toggle("comment--away", !thread.place);
      this.threads.set(thread.number, item);
      shown.push(item);
    }
    this.list.replaceChildren(...shown);
    this.aside.hidden = shown.length === 0;
    this.view.dispatch({ effects: setPassages.of(found) });
    this.later();
  }

  choose(number, { isFromText }) {
    const item = this.threads.get(number);
    if (!item) return;
    if (this.view.state.field(passages).chosen !== number) this.view.dispatch({ effects: chooseThread.of(number) });
    for (const [other, one] of this.threads) one.classList.toggle("is-active", other === number);
    item.dispatchEvent(new CustomEvent("thread-wanted", { bubbles: true }));
    if (!this.wide.matches && isFromText) this.openSheet(item);
    else if (!isFromText) this.reveal(number);
    this.later();
  }

  reveal(number) {
    const place = places(this.view.state).get(number);
    if (!place) return;
    const { top, bottom } = this.view.lineBlockAt(place.from);
    const box = this.view.documentTop;
    if (box + top < 120 || box + bottom > innerHeight - 80) this.view.dispatch({ effects: EditorView.scrollIntoView(place.from, { y: "center" }) });
  }

  openSheet(item) {
    const home = item.nextElementSibling;
    this.sheet.querySelector("[data-thread-here]").replaceChildren(item);
    this.sheet.showModal();
    this.sheet.addEventListener("close", () => this.list.insertBefore(item, home), { once: true });
  }

  place() {
    const isPlaced = this.wide.matches && this.list.children.length > 0;
    this.aside.classList.toggle("is-placed", isPlaced);
    if (!isPlaced) return;
    const found = places(this.view.state);
    const zero = this.list.getBoundingClientRect().top;
    const chosen = this.view.state.field(passages).chosen;
    const rows = [];
    for (const [number, item] of this.threads) {
      const place = found.get(number);
      item.classList.toggle("comment--away", !place);
      if (place) rows.push({ item, number, wish: this.top(place.from) - zero, height: item.offsetHeight });
    }
    rows.sort((a, b) => a.wish - b.wish);
    for (const row of rows) row.y = row.wish;
    const fixed = Math.max(0, rows.findIndex((row) => row.number === chosen));
    for (let i = fixed + 1; i < rows.length; i += 1) rows[i].y = Math.max(rows[i].y, rows[i - 1].y + rows[i - 1].height + GAP);
    for (let i = fixed - 1; i >= 0; i -= 1) rows[i].y = Math.min(rows[i].y, rows[i + 1].y - rows[i].height - GAP);
    for (const { item, y } of rows) item.style.setProperty("--y", `${Math.round(y)}px`);
  }

  top(position) {
    const { from, to } = this.view.viewport;
    const seen = position >= from && position <= to ? this.view.coordsAtPos(position, 1) : null;
    return seen ? seen.top - 2 : this.view.documentTop + this.view.lineBlockAt(position).top;
  }

  update(update) {
    if (update.docChanged || update.geometryChanged || update.viewportChanged || update.transactions.some((tr) => tr.annotation(ySyncAnnotation))) this.later();
  }
}
