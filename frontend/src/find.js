// Find and replace in what is seen: signs of Markdown are neither found nor replaced, and do not come between words. The panel lies
// over the text and moves nothing.
import { syntaxTree } from "@codemirror/language";
import { SearchQuery, closeSearchPanel, findNext, findPrevious, getSearchQuery, openSearchPanel, search, searchKeymap, searchPanelOpen, setSearchQuery } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, panels, runScopeHandlers } from "@codemirror/view";
import { escape } from "../../static/js/paste-cleaner.js";
import { plainly } from "./inline.js";
import { inlineSigns, lineStart } from "./signs.js";
import { fill } from "./state-line.js";
import { element } from "./widgets.js";

const MOST = 1000; // matches that are counted
const REST = 150; // milliseconds without a change before they are counted again
const LONGEST = 200; // characters of a selection that are taken for what is looked for
const ALIKE = { " ": "[ \u00a0\u202f]", '"': '["„“”»«]', "'": "['‚‘’]" };

/** A search as a pattern of the source: a letter may have a backslash before it, and signs of looks may stand between two. */
export const pattern = (words) => [...words.normalize("NFC")].map((sign) => ALIKE[sign] ?? (/[\p{L}\p{N}\s]/u.test(sign) ? sign : `\\\\?${sign.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`)).join("(?:\\*{1,3}|~~)?");

/** Whether a match can be seen where it begins and ends. */
export function isSeen(match, state, from, to) {
  const line = state.doc.lineAt(from);
  const start = lineStart(state, line);
  if (from < start.to) return false;
  if (start.kind === "table" && (/(?<!\\)\|/.test(match) || /^[\s|:-]+$/.test(line.text))) return false;
  for (let node = syntaxTree(state).resolveInner(from, 1); node; node = node.parent) {
    if (node.name === "URL" || node.name === "LinkLabel" || node.name === "LinkTitle") return false;
    if (node.name === "ImageAttributes") return isCaption(state.sliceDoc(node.from, node.to), from - node.from, to - node.from);
  }
  return !inlineSigns(state, from, to).some((sign) => (from >= sign.from && from < sign.to) || (to > sign.from && to <= sign.to));
}

function isCaption(braces, from, to) {
  const found = /caption="((?:[^"\\]|\\.)*)"/.exec(braces);
  const start = found ? found.index + 'caption="'.length : 0;
  return found !== null && from >= start && to <= start + found[1].length;
}

/** What comes in place of a match, with no sign that would mean something else there. */
function replacement(state, { from }, words) {
  for (let node = syntaxTree(state).resolveInner(from, 1); node; node = node.parent) {
    if (node.name === "Table") return escape(words).replace(/\|/g, "\\|");
    if (node.name === "ImageAttributes") return words.replace(/["\\]/g, "\\$&");
    if (/Code/.test(node.name)) return words;
  }
  return escape(words);
}

const open = new WeakMap();

class FindPanel {
  constructor(view, words) {
    Object.assign(this, { view, words, top: true });
    this.field = this.input("find", words.find);
    this.with = this.input("replace", words.replaceWith);
    this.count = element("span", "livefind__count");
    this.count.setAttribute("role", "status");
    this.matchCase = this.check("case", words.matchCase);
    this.whole = this.check("word", words.byWord);
    this.more = this.button(words.replaceMore, () => this.showAll(!this.isAll), "livefind__more");
    const row = (...children) => {
      const made = element("div", "livefind__row");
      made.append(...children);
      return made;
    };
    this.dom = element("div", "livefind");
    this.dom.setAttribute("role", "search");
    this.dom.ariaLabel = words.findAndReplace;
    const close = this.button("×", () => closeSearchPanel(view), "livefind__close");
    close.ariaLabel = words.close;
    this.dom.append(
      row(this.field, this.count, this.button("‹", () => findPrevious(view), "livefind__step", words.previous), this.button("›", () => findNext(view), "livefind__step", words.next), close, this.more),
      row(this.with, this.button(words.replace, () => this.replaceOne()), this.button(words.replaceAll, () => this.replaceAll()), this.matchCase.parentElement, this.whole.parentElement),
    );
    this.dom.addEventListener("keydown", (event) => this.key(event));
    this.showAll(false);
  }

  input(name, label) {
    const made = element("input", "livefind__field");
    Object.assign(made, { name, type: "text", placeholder: label, ariaLabel: label, autocomplete: "off", spellcheck: false });
    made.addEventListener("input", () => name === "find" && this.look());
    return made;
  }

  check(name, label) {
    const box = element("label");
    const made = element("input");
    Object.assign(made, { type: "checkbox", name });
    made.addEventListener("change", () => this.look());
    box.append(made, label);
    return made;
  }

  button(label, press, className = "", spoken = "") {
    const made = element("button", `btn btn--small ${className}`.trim(), label);
    made.type = "button";
    if (spoken) Object.assign(made, { ariaLabel: spoken, title: spoken });
    made.addEventListener("click", press);
    return made;
  }

  /** On a phone what replaces is folded away at first. */
  showAll(isAll) {
    this.isAll = isAll;
    this.dom.classList.toggle("is-all", isAll);
    this.more.ariaExpanded = String(isAll);
  }

  mount() {
    open.set(this.view, this);
    this.field.focus({ preventScroll: true });
    queueMicrotask(() => this.begin());
  }

  /** Look for what is selected, else for what was looked for last. */
  begin() {
    const { state } = this.view;
    const { main } = state.selection;
    this.origin = main.from;
    const chosen = main.empty || main.to - main.from > LONGEST ? "" : state.sliceDoc(main.from, main.to);
    if (chosen && !chosen.includes("\n")) this.field.value = plainly(chosen);
    this.field.focus({ preventScroll: true });
    this.field.select();
    this.look({ isMoving: false });
  }

  look({ isMoving = true } = {}) {
    const query = new SearchQuery({ search: pattern(this.field.value), regexp: true, literal: true, caseSensitive: this.matchCase.checked, wholeWord: this.whole.checked, test: isSeen });
    this.view.dispatch({ effects: setSearchQuery.of(query) });
    if (isMoving && query.valid) {
      const { state } = this.view;
      const first = [query.getCursor(state, this.origin).next(), query.getCursor(state, 0).next()].find((one) => !one.done)?.value;
      if (first) this.view.dispatch({ selection: { anchor: first.from, head: first.to }, effects: EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: 60 }), userEvent: "select.search" });
    }
    this.tally();
  }

  /** "3 von 12". */
  tally() {
    clearTimeout(this.counting);
    const { state } = this.view;
    const query = getSearchQuery(state);
    if (!this.field.value || !query.valid) {
      this.say("");
      return;
    }
    const { main } = state.selection;
    let [all, at] = [0, 0];
    const cursor = query.getCursor(state);
    for (let one = cursor.next(); !one.done && all < MOST; one = cursor.next()) {
      all += 1;
      if (one.value.from === main.from && one.value.to === main.to) at = all;
    }
    const n = all >= MOST ? `${MOST}+` : String(all);
    this.say(all === 0 ? this.words.foundNone : at ? fill(this.words.foundAt, { at, n }) : fill(this.words.foundMany, { n }));
  }

  say(words) {
    if (this.count.textContent !== words) this.count.textContent = words;
  }

  update(update) {
    if (!update.docChanged && !update.selectionSet) return;
    if (update.docChanged) this.origin = update.changes.mapPos(this.origin ?? 0);
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.tally(), REST);
  }

  replaceOne() {
    const { state } = this.view;
    const { main } = state.selection;
    const query = getSearchQuery(state);
    const found = query.valid && !state.readOnly && !main.empty ? query.getCursor(state, main.from, main.to).next() : { done: true };
    if (!found.done && found.value.from === main.from && found.value.to === main.to) this.view.dispatch({ changes: { from: main.from, to: main.to, insert: replacement(state, main, this.with.value) }, userEvent: "input.replace" });
    findNext(this.view);
  }

  replaceAll() {
    const { state } = this.view;
    const query = getSearchQuery(state);
    if (!query.valid || state.readOnly) return;
    const changes = [];
    const cursor = query.getCursor(state);
    for (let one = cursor.next(); !one.done; one = cursor.next()) changes.push({ ...one.value, insert: replacement(state, one.value, this.with.value) });
    if (changes.length) this.view.dispatch({ changes: changes.map(({ from, to, insert }) => ({ from, to, insert })), userEvent: "input.replace.all" });
    clearTimeout(this.counting);
    this.say(fill(this.words.replacedMany, { n: changes.length }));
  }

  key(event) {
    if (runScopeHandlers(this.view, event, "search-panel")) event.preventDefault();
    else if (event.key === "Enter" && event.target === this.field) {
      event.preventDefault();
      (event.shiftKey ? findPrevious : findNext)(this.view);
    } else if (event.key === "Enter" && event.target === this.with) {
      event.preventDefault();
      this.replaceOne();
    }
  }

  destroy() {
    clearTimeout(this.counting);
    open.delete(this.view);
  }
}

/** @param {Element} place where the panel is put */
export const find = (words, place) => [
  EditorState.phrases.of({ "current match": words.currentMatch, "on line": words.onLine }), // read out with each step
  search({ top: true, createPanel: (view) => new FindPanel(view, words), scrollToMatch: (range) => EditorView.scrollIntoView(range, { y: "nearest", yMargin: 60 }) }),
  panels({ topContainer: place }),
  EditorView.scrollMargins.of((view) => ({ top: 130 + (open.get(view)?.dom.offsetHeight ?? 0), bottom: 90 })),
];

export function openFind(view) {
  if (open.has(view)) open.get(view).begin();
  else openSearchPanel(view);
  return true;
}

export const findKeys = [{ key: "Mod-f", run: openFind, scope: "editor search-panel" }, ...searchKeymap.filter((binding) => /^(?:F3|Mod-g|Escape)$/.test(binding.key ?? ""))];

export const toggleFind = (view) => (searchPanelOpen(view.state) ? closeSearchPanel(view) : openFind(view));
