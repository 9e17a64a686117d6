// What needs the text to be a revision: saving it with a word for the history, comments on it, and who wrote what.
import { hideAuthors, showAuthors } from "./authors.js";
import { pointsAt } from "./comments.js";
import { fill } from "./state-line.js";

const SETTLING = 10_000; // milliseconds to wait for the server's word before a sitting is closed
const SETTLING_OFFLINE = 1500; // where there is no connection one is told soon

export class Sitting {
  /**
   * @param {{session: () => object, view: () => object, given: object, words: object, notices: object, dialog: object,
   *     time: (milliseconds: number) => string, legend: Element, button: Element, onLeave: () => void}} given
   */
  constructor(given) {
    Object.assign(this, given);
  }

  /** Close the sitting: what is written becomes a revision with a name for the history. */
  save() {
    this.saving ??= this.saveNow().finally(() => (this.saving = null));
    return true;
  }

  async saveNow() {
    const made = await this.dialog.open({ summary: "" });
    if (made === null) {
      this.view()?.focus();
      return;
    }
    const closed = await this.close(made.summary);
    if (!closed) this.notices.say("save", this.words.saveFailed);
    else if (made.then === "leave") {
      this.onLeave();
      location.assign(this.given.addresses.paper);
    } else this.notices.say("saved", fill(this.words.kept, { time: this.time(Date.parse(closed.at) || Date.now()) }), { isGood: true });
    this.view()?.focus();
  }

  /** @returns {Promise<{number: number, at: string} | null>} null when the server did not answer */
  async close(summary) {
    if (!(await this.settled())) return null;
    try {
      const response = await fetch(this.given.addresses.sitting, {
        method: "POST", headers: { "X-CSRFToken": this.given.token, Accept: "application/json" }, body: new URLSearchParams({ summary }), redirect: "manual",
      });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  /** Wait until the server has everything. @returns {Promise<boolean>} */
  async settled() {
    const until = Date.now() + (this.session().connection.isOpen ? SETTLING : SETTLING_OFFLINE);
    while (this.session().isUnsent && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    return !this.session().isUnsent;
  }

  /** Colours for who wrote what: of the text as it is now, which is kept as a revision for it. */
  async authors(view) {
    if (!this.legend.hidden) {
      hideAuthors(view, this.legend);
      this.button.ariaPressed = "false";
      return;
    }
    const text = view.state.doc.toString();
    const closed = await this.close("");
    try {
      const response = closed && (await fetch(`${this.given.addresses.authors}?revision=${closed.number}`, { headers: { Accept: "application/json" } }));
      if (!response?.ok || view.state.doc.toString() !== text) throw new Error("not now");
      showAuthors(view, this.legend, await response.json());
      this.button.ariaPressed = "true";
    } catch {
      this.notices.say("authors", this.words.authorsFailed);
    }
  }

  /** A new comment on what is selected, or on the word the cursor is in. */
  comment(view) {
    const { main } = view.state.selection;
    const text = view.state.doc.toString();
    const word = main.empty ? view.state.wordAt(main.head) : main;
    this.openComment(text, word);
    return true;
  }

  /** The passage's text has to be a revision before anybody can comment on it. */
  async openComment(text, range) {
    const closed = await this.close("");
    if (!closed) {
      this.notices.say("comment", this.words.commentFailed);
      return;
    }
    const url = new URL(this.given.addresses.newThread, location.href);
    url.searchParams.set("revision", closed.number);
    if (range && range.to > range.from) {
      url.searchParams.set("start", pointsAt(text, range.from));
      url.searchParams.set("end", pointsAt(text, range.to));
    }
    document.dispatchEvent(new CustomEvent("open-sheet", { detail: url.href, cancelable: true }));
  }
}
