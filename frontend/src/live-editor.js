// <live-editor>: the edit page where scripts run. It joins the parts and words what happens; without it, and where sockets are
// blocked, the form of the same page does the work.
import { EditorView } from "@codemirror/view";
import * as verbs from "./commands.js";
import { Margin } from "./comments.js";
import { lengthSaid } from "./count.js";
import { FieldsDialog, FigureDialog, TableDialog } from "./dialogs.js";
import { openEditor } from "./editor.js";
import { toggleFind } from "./find.js";
import { Notices, button } from "./notices.js";
import { Outline, headingAt } from "./outline.js";
import { addNote, editFigure, editLink, editNote, editTable } from "./pieces.js";
import { WhoIsHere } from "./presence.js";
import { Session } from "./session.js";
import { Sitting } from "./sitting.js";
import { StateLine, fill } from "./state-line.js";
import { Toolbar } from "./toolbar.js";

const REST = 400; // milliseconds without typing before words and headings are counted
const CHOICES = { signs: false, german: true, quiet: false };

class LiveEditor extends HTMLElement {
  connectedCallback() {
    this.given = JSON.parse(this.dataset.page);
    this.words = this.given.words;
    this.form = document.getElementById("edit");
    this.find = (name) => document.querySelector(`[data-live-${name}]`);
    if (!("WebSocket" in window)) return;
    this.choices = Object.fromEntries(Object.entries(CHOICES).map(([name, usual]) => [name, read(name, usual)]));
    this.dialogs = {
      table: new TableDialog(this.dialog("table"), this.words),
      figure: new FigureDialog(this.dialog("figure"), {
        address: (name) => this.given.addresses.file.replace("NAME", encodeURIComponent(name)), upload: this.given.addresses.files, token: this.given.token,
        failed: this.words.uploadFailed, onNew: (name) => this.given.files.push(name),
      }),
      link: new FieldsDialog(this.dialog("link")),
      note: new FieldsDialog(this.dialog("note")),
      save: new FieldsDialog(this.dialog("save")),
    };
    document.documentElement.dataset.live = "on";
    this.session = null;
    this.form.hidden = true;
    this.hidden = false;
    addEventListener("beforeunload", (event) => this.session?.isUnsent && !this.isLeaving && event.preventDefault());
    document.addEventListener("words-dropped", () => this.dropped());
    document.addEventListener("sheet-sent", (event) => this.commented(event));
    document.addEventListener("thread-sent", () => this.remarked());
    this.find("quiet").addEventListener("click", () => this.choose("quiet"));
    this.find("save").addEventListener("click", (event) => this.isLive && (event.preventDefault(), this.sitting.save()));
    this.line = new StateLine({ line: this.find("state"), live: this.find("said"), words: this.words.states, timezone: this.given.timezone });
    this.notices = new Notices({ box: this.querySelector("[data-notices]"), words: this.words, signIn: this.given.addresses.signIn, file: `${this.given.paper}.md` });
    this.sitting = new Sitting({
      session: () => this.session, view: () => this.editor?.view, given: this.given, words: this.words, notices: this.notices, dialog: this.dialogs.save,
      time: (milliseconds) => this.line.time(milliseconds), legend: this.querySelector("[data-authors]"), button: this.querySelector("[data-deed=authors]"), onLeave: () => (this.isLeaving = true),
    });
    this.start();
    this.toolbarOnPhone();
  }

  get isLive() {
    return document.documentElement.dataset.live === "on";
  }

  dialog(name) {
    return document.querySelector(`dialog[data-dialog=${name}]`);
  }

  // The session

  start() {
    const { given } = this;
    this.session = new Session({
      member: given.member, paper: given.paper, ticketAddress: given.addresses.ticket, rescueAddress: given.addresses.rescue,
      token: given.token, longestOffline: given.longestOffline * 1000, base: given.head,
    });
    this.session.addEventListener("change", ({ detail }) => this.changed(detail));
    this.session.addEventListener("ready", () => this.open());
    this.session.addEventListener("facts", ({ detail }) => this.facts(detail));
    this.session.addEventListener("rescue", ({ detail }) => this.notices.rescued(detail));
    this.session.start();
  }

  changed(how) {
    this.line.show(how, { isOpen: Boolean(this.editor), isReading: this.mayWrite === false });
    if (how.name === "blocked" || how.name === "crowded") this.toForm(how.name);
    else if (how.name === "restart") this.restart();
    else if (["signIn", "withdrawn", "unknown", "refused"].includes(how.name)) this.ended(how);
  }

  facts({ may_write: mayWrite, head }) {
    this.mayWrite = mayWrite;
    this.editor?.setWriting(mayWrite);
    this.toggleAttribute("data-read-only", !mayWrite);
    if (!mayWrite) {
      const how = { name: "withdrawn", isUnsent: this.session.isUnsent };
      this.line.show(how, { isOpen: true, isReading: true });
      this.notices.ended(how, this.session.text.toString(), []);
    }
    if (head > this.given.head) {
      this.given.head = head;
      this.session.base = head;
      this.margin?.load();
    }
  }

  // The editor

  open() {
    this.page = this.querySelector("[data-page-text]");
    this.page.replaceChildren();
    const deeds = this.deeds();
    this.editor = openEditor({
      parent: this.page,
      session: this.session,
      given: { words: this.words, files: this.given.files, fileAddress: this.given.addresses.file, findPlace: this.querySelector("[data-find]"), isReadOnly: () => this.mayWrite === false },
      nonce: this.dataset.styleNonce,
      isGerman: () => this.choices.german,
      isShowingSigns: this.choices.signs,
      maxBytes: this.given.maxBytes,
      onTooLarge: () => this.notices.say("large", this.words.tooLarge),
      deeds,
      onUpdate: (update) => this.updated(update),
    });
    const { view } = this.editor;
    this.session.awareness.setLocalState({ cursor: null, section: "" });
    this.editor.setWriting(this.mayWrite !== false);
    this.outline ??= new Outline({ list: this.querySelector("[data-outline]"), go: (at) => this.go(at) });
    this.toolbar ??= new Toolbar({ root: this.querySelector("[data-toolbar] [role=toolbar]"), view, deeds: Object.fromEntries(Object.entries(deeds).map(([name, deed]) => [name, () => deed(this.editor.view)])) });
    this.toolbar.view = view;
    this.whoIsHere = new WhoIsHere(this.session, {
      row: this.find("row"), list: this.find("people"), live: this.find("said"), words: this.words.here,
      sectionAt: (at) => this.sectionAt(at), go: (at) => this.go(at),
    });
    this.whoIsHere.isQuiet = this.choices.quiet;
    this.margin = new Margin({ view, address: this.given.addresses.threads, aside: this.querySelector("[data-margin]"), list: this.querySelector("[data-margin] > ol"), sheet: this.dialog("thread") });
    this.margin.listen(this.session.awareness);
    this.margin.load();
    this.counted();
    this.toolbar.show(view.state);
    this.switches();
    if (!this.isOpened) addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.isOpened = true;
    this.querySelector("[data-loading]")?.remove();
    if (this.mayWrite !== false && matchMedia("(pointer: fine)").matches) view.focus();
  }

  updated(update) {
    this.margin?.update(update);
    if (update.selectionSet || update.docChanged) this.toolbar?.show(update.state);
    if (update.docChanged || (update.selectionSet && !(update.state.selection.main.empty && update.startState.selection.main.empty))) {
      clearTimeout(this.counting);
      this.counting = setTimeout(() => this.counted(), REST);
    }
    if (update.selectionSet || update.docChanged) this.tellSection(update.state.selection.main.head);
  }

  counted() {
    const text = this.editor.view.state.doc.toString();
    this.outline.show(text);
    this.scrolled();
    const { main } = this.editor.view.state.selection;
    this.querySelector("[data-words]").textContent = lengthSaid({ words: this.words, source: text, selected: text.slice(main.from, main.to) });
    this.querySelector("[data-outline-box]").hidden = this.outline.found.length === 0;
    this.whoIsHere.show();
  }

  scrolled() {
    this.marking ||= requestAnimationFrame(() => {
      this.marking = 0;
      const { view } = this.editor;
      const block = view.lineBlockAtHeight(Math.max(0, 200 - view.documentTop));
      this.outline.mark(block.to);
    });
  }

  sectionAt(at) {
    const heading = headingAt(this.outline?.found ?? [], at);
    if (!heading) return this.words.here.beginning;
    return heading.number ? fill(this.words.here.section, { number: heading.number, title: heading.title }) : heading.title;
  }

  tellSection(at) {
    const state = this.session.awareness.getLocalState();
    if (!state) return;
    const section = (headingAt(this.outline?.found ?? [], at)?.title ?? "").slice(0, 120);
    if (state.section !== section) this.session.awareness.setLocalStateField("section", section);
  }

  go(at) {
    const { view } = this.editor;
    const from = Math.min(at, view.state.doc.length);
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 140 }) });
    view.focus();
  }

  // Deeds

  deeds() {
    const dialog = (work) => (view) => {
      if (!view.state.readOnly) work(view);
      return true;
    };
    return {
      strong: verbs.inline("strong"), emphasis: verbs.inline("emphasis"), strike: verbs.inline("strike"),
      list: verbs.list(false), numbers: verbs.list(true), quote: verbs.quote,
      deeper: (view) => verbs.indent(1)(view) || true, higher: (view) => verbs.indent(-1)(view) || true,
      link: dialog((view) => editLink(view, this.dialogs.link)),
      table: dialog((view) => editTable(view, this.dialogs.table, null, (words) => this.notices.say("table", words))),
      picture: dialog((view) => editFigure(view, this.dialogs.figure, null)),
      footnote: dialog((view) => addNote(view, this.dialogs.note)),
      note: (view, label) => editNote(view, this.dialogs.note, label),
      piece: (view, piece) => {
        if (view.state.readOnly) return;
        if (piece.kind === "table") editTable(view, this.dialogs.table, piece, (words) => this.notices.say("table", words));
        else editFigure(view, this.dialogs.figure, piece);
      },
      undo: () => this.editor.undo() || true,
      redo: () => this.editor.redo() || true,
      find: (view) => toggleFind(view),
      toolbar: () => this.toolbar.focus(),
      comment: (view) => this.sitting.comment(view),
      save: () => this.sitting.save(),
      signs: () => this.choose("signs"),
      german: () => this.choose("german"),
      quiet: () => this.choose("quiet"),
      authors: (view) => this.sitting.authors(view),
    };
  }

  choose(name) {
    this.choices[name] = !this.choices[name];
    try {
      localStorage.setItem(`editor-${name}`, this.choices[name] ? "on" : "off");
    } catch {
      // a private window: kept for this visit
    }
    if (name === "signs") this.editor.setSigns(this.choices.signs);
    if (name === "quiet") this.whoIsHere.isQuiet = this.choices.quiet;
    this.switches();
    return true;
  }

  switches() {
    for (const name of Object.keys(CHOICES)) {
      for (const button of document.querySelectorAll(`[data-deed=${name}]`)) button.ariaPressed = String(name === "quiet" ? !this.choices[name] : this.choices[name]);
    }
  }

  // Comments

  commented(event) {
    if (!this.margin) return;
    event.preventDefault();
    this.margin.load();
    this.remarked();
    this.editor.view.focus();
  }

  /** Whoever else is here sees what was said. */
  remarked() {
    const state = this.session.awareness.getLocalState();
    if (state) this.session.awareness.setLocalStateField("remarks", (state.remarks ?? 0) + 1);
  }

  // What goes wrong

  /** Nothing more is typed here. */
  ended(how) {
    this.editor?.setWriting(false);
    const ways = how.name === "refused" ? [button(this.words.asForm, () => this.toForm("refused")), button(this.words.withoutThem, () => this.withoutThem())] : [];
    this.notices.ended(how, this.session.text.toString(), ways);
  }

  async withoutThem() {
    await this.session.forget();
    this.isLeaving = true;
    location.reload();
  }

  /** Signing out: nothing of this page may be written into the browser again. */
  dropped() {
    this.isLeaving = true;
    this.editor?.setWriting(false);
    this.session.stop();
    this.session.forget();
  }

  restart() {
    this.session.stop();
    this.margin?.close();
    this.editor?.close();
    this.editor = null;
    this.line.savedAt = null;
    this.start();
  }

  /** The form of the same page, with the text as it is here. */
  toForm(reason) {
    const body = this.form.elements.body;
    const text = this.editor ? this.session.text.toString() : this.session.left.at(-1)?.text;
    const base = this.editor ? this.session.base : this.session.left.at(-1)?.base;
    this.session.connection.stop();
    if (text === undefined) return this.toFreshForm(reason);
    if (text !== body.value) {
      body.value = text;
      this.form.elements.base.value = String(base);
      this.form.dataset.guard = "unsaved";
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // what goes up by the form must not come a second time by the socket
    this.form.addEventListener("submit", () => {
      this.isLeaving = true;
      this.session.forget();
    });
    this.margin?.close();
    this.editor?.close();
    this.editor = null;
    this.hidden = true;
    this.form.hidden = false;
    document.documentElement.dataset.live = "off";
    this.form.before(...this.notices.box.children);
    this.form.before(this.formNotice(reason));
    body.focus();
  }

  /** Nothing of the text came through: the server has what others are typing at this moment. */
  toFreshForm(reason) {
    this.isLeaving = true;
    location.replace(`${this.form.action}?as=form&because=${reason}`);
  }

  formNotice(reason) {
    const box = Object.assign(document.createElement("div"), { className: "notice notice--warn" });
    box.setAttribute("role", "status");
    box.append(Object.assign(document.createElement("p"), { textContent: this.words.toForm[reason] }));
    return box;
  }

  // Small things

  /** On a phone the toolbar stands above the keyboard, not below it. */
  toolbarOnPhone() {
    const { visualViewport } = window;
    if (!visualViewport) return;
    const bar = this.querySelector("[data-toolbar]");
    const fit = () => bar.style.setProperty("--keyboard", `${Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop)}px`);
    visualViewport.addEventListener("resize", fit);
    visualViewport.addEventListener("scroll", fit);
  }
}

function read(name, usual) {
  try {
    const kept = localStorage.getItem(`editor-${name}`);
    return kept === null ? usual : kept === "on";
  } catch {
    return usual;
  }
}

customElements.define("live-editor", LiveEditor);
