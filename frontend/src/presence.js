// Who else is here: carets in the text with names that show while they move, initials in the bar, and a sentence now and then.
import { StateEffect } from "@codemirror/state";
import { Decoration, ViewPlugin, WidgetType } from "@codemirror/view";
import * as Y from "yjs";
import { ySyncFacet } from "y-codemirror.next";
import { pieceAt } from "./blocks.js";
import { element } from "./widgets.js";

const moved = StateEffect.define();
const MOST_OFTEN = 10_000; // milliseconds between two sentences

class Caret extends WidgetType {
  constructor(user, moves) {
    super();
    Object.assign(this, { user, moves });
  }

  eq(other) {
    return other.user.id === this.user.id && other.moves === this.moves;
  }

  toDOM() {
    const caret = element("span", `ed-caret ed-c${this.user.colour}`);
    caret.ariaHidden = "true";
    caret.append(element("span", "ed-caret__name", this.user.name));
    return caret;
  }

  get estimatedHeight() {
    return -1;
  }

  ignoreEvent() {
    return true;
  }
}

/** Others with a cursor: [{client, user, from, to, head, moves}], positions in the text as it is now. */
class Others {
  constructor(awareness, doc) {
    Object.assign(this, { awareness, doc, known: new Map() });
  }

  read() {
    const found = [];
    for (const [client, state] of this.awareness.getStates()) {
      if (client === this.doc.clientID || !state.user) continue;
      const place = this.place(state.cursor);
      const last = this.known.get(client);
      const said = JSON.stringify(state.cursor);
      const moves = (last?.moves ?? 0) + (last && last.said === said ? 0 : 1);
      this.known.set(client, { said, moves });
      found.push({ client, user: state.user, moves, section: state.section ?? "", ...place });
    }
    return found;
  }

  place(cursor) {
    if (!cursor?.anchor || !cursor?.head) return { anchor: null, head: null };
    const at = (given) => Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(given), this.doc)?.index ?? null;
    return { anchor: at(cursor.anchor), head: at(cursor.head) };
  }
}

/** Names at carets that would be cut at the right edge: they stand to the left. */
function namesPastEdge(view) {
  const edge = view.scrollDOM.getBoundingClientRect().right;
  return [...view.contentDOM.querySelectorAll(".ed-caret__name:not(.is-left)")].filter((name) => name.getBoundingClientRect().right > edge);
}

/** Carets and selections of others, and our own sent to them. */
export function carets(session) {
  const { awareness, doc } = session;
  const plugin = ViewPlugin.fromClass(
    class {
      constructor(view) {
        this.view = view;
        this.others = new Others(awareness, doc);
        this.onChange = () => queueMicrotask(() => view.dispatch({ effects: moved.of(null) }));
        awareness.on("change", this.onChange);
        this.make(view.state);
      }

      update(update) {
        if (update.docChanged || update.transactions.some((tr) => tr.effects.some((effect) => effect.is(moved)))) this.make(update.state);
        if (update.selectionSet || update.focusChanged || update.docChanged) this.tell(update.view);
      }

      make(state) {
        const marks = [];
        for (const other of this.others.read()) {
          if (other.head === null || other.head > state.doc.length || other.anchor > state.doc.length) continue;
          const [from, to] = [Math.min(other.anchor, other.head), Math.max(other.anchor, other.head)];
          if (to > from) marks.push(Decoration.mark({ class: `ed-selected ed-c${other.user.colour}` }).range(from, to));
          if (!pieceAt(state, other.head)) marks.push(Decoration.widget({ widget: new Caret(other.user, other.moves), side: to === other.head ? 1 : -1 }).range(other.head));
        }
        this.decorations = Decoration.set(marks, true);
        if (marks.length) this.view.requestMeasure({ key: this, read: namesPastEdge, write: (found) => found.forEach((name) => name.classList.add("is-left")) });
      }

      tell(view) {
        if (!awareness.getLocalState() || view.state.readOnly) return;
        const sync = view.state.facet(ySyncFacet);
        const { anchor, head } = view.state.selection.main;
        const cursor = view.hasFocus ? { anchor: Y.relativePositionToJSON(sync.toYPos(anchor)), head: Y.relativePositionToJSON(sync.toYPos(head)) } : null;
        if (JSON.stringify(cursor) !== JSON.stringify(awareness.getLocalState().cursor)) awareness.setLocalStateField("cursor", cursor);
      }

      destroy() {
        awareness.off("change", this.onChange);
      }
    },
    { decorations: (value) => value.decorations },
  );
  return plugin;
}

/** The initials in the bar, the list behind them, and what is read out. */
export class WhoIsHere {
  /** @param {{row: Element, list: Element, live: Element, words: object, sectionAt: (position: number) => string, go: (position: number) => void}} given */
  constructor(session, given) {
    Object.assign(this, given, { others: new Others(session.awareness, session.doc), announced: new Map(), last: 0 });
    session.awareness.on("change", () => this.show());
    this.show();
  }

  people() {
    const found = new Map();
    for (const other of this.others.read()) {
      const section = other.head === null ? "" : this.sectionAt(other.head);
      if (!found.has(other.user.id) || section) found.set(other.user.id, { ...other, section });
    }
    return [...found.values()].sort((a, b) => a.user.name.localeCompare(b.user.name));
  }

  show() {
    const people = this.people();
    this.row.replaceChildren(...people.slice(0, 5).map(({ user }) => this.initials(user)));
    if (people.length > 5) this.row.append(element("span", "who", `+${people.length - 5}`));
    this.list.replaceChildren(...people.map((person) => this.person(person)));
    this.row.closest("[data-here]").hidden = people.length === 0;
    this.tell(people);
  }

  initials(user) {
    const sign = element("span", `who who--on ed-c${user.colour}`, user.initials);
    sign.title = user.name;
    return sign;
  }

  person({ user, section, head }) {
    const row = element("li");
    row.append(this.initials(user), element("span", "", user.name));
    if (section) {
      const link = element("button", "linkbtn small", this.words.edits.replace("{section}", section));
      link.type = "button";
      link.addEventListener("click", () => this.go(head));
      row.append(link);
    }
    return row;
  }

  /** At most one sentence every ten seconds, about who came, went or went on to another section. */
  tell(people) {
    clearTimeout(this.timer);
    const wait = this.last + MOST_OFTEN - Date.now();
    if (wait > 0) {
      this.timer = setTimeout(() => this.tell(this.people()), wait);
      return;
    }
    const now = new Map(people.map(({ user, section }) => [user.id, { name: user.name, section }]));
    const came = [...now].filter(([id]) => !this.announced.has(id)).map(([, one]) => one.name);
    const gone = [...this.announced].filter(([id]) => !now.has(id)).map(([, one]) => one.name);
    const went = [...now].filter(([id, one]) => one.section && this.announced.get(id) && this.announced.get(id).section !== one.section).map(([, one]) => `${one.name} ${this.words.edits.replace("{section}", one.section)}`);
    this.announced = now;
    const said = [came.length && this.words.came.replace("{names}", came.join(", ")), gone.length && this.words.gone.replace("{names}", gone.join(", ")), ...went].filter(Boolean).join(". ");
    if (!said) return;
    this.last = Date.now();
    if (!this.isQuiet) this.live.textContent = said;
  }
}
