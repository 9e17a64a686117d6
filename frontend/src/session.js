// One visit to one text: the document, the connection, and the net below both. Says by the event "change" how things stand, as
// {name, …}: connecting, ready, saving, saved, offline, blocked, and the ends: signIn, withdrawn, unknown, refused, crowded, rescued.
import * as Y from "yjs";
import { Awareness } from "y-protocols/awareness";
import { Connection } from "./connection.js";
import { CLOSED } from "./protocol.js";
import { dropRow, keepRow, unsentRows } from "./store.js";

const KEEP_AFTER = 250; // milliseconds of rest before unsent words are written to the browser's store
const ENDS = { [CLOSED.signIn]: "signIn", [CLOSED.withdrawn]: "withdrawn", [CLOSED.unknown]: "unknown", [CLOSED.crowded]: "crowded" };

export class Session extends EventTarget {
  /** @param {{member: string, paper: string, ticketAddress: string, rescueAddress: string, token: string, longestOffline: number, base: number}} given */
  constructor(given) {
    super();
    Object.assign(this, given);
    this.doc = new Y.Doc();
    this.text = this.doc.getText("content");
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState(null);
    this.confirmed = Y.encodeStateVector(this.doc);
    this.since = null;
    this.left = [];
    this.isReady = false;
    this.connection = new Connection({ doc: this.doc, awareness: this.awareness, ticketAddress: this.ticketAddress, token: this.token, epoch: null });
    this.connection.addEventListener("state", ({ detail }) => this.hear(detail));
    this.connection.addEventListener("synced", () => this.synced());
  }

  async start() {
    this.left = await unsentRows(this.member, this.paper);
    this.doc.on("update", (_update, _origin, _doc, transaction) => transaction.local && this.isReady && this.typed());
    return this.connection.open();
  }

  say(name, facts = {}) {
    this.name = name;
    this.dispatchEvent(new CustomEvent("change", { detail: { name, isUnsent: this.isUnsent, ...facts } }));
  }

  /** Whether words of this visit, or of an earlier one, are not on the server's disk. */
  get isUnsent() {
    return this.since !== null || this.left.length > 0;
  }

  hear(detail) {
    if (detail.name === "ticket") this.admitted(detail);
    else if (detail.name === "connecting") this.say("connecting");
    else if (detail.name === "sending") this.say("saving");
    else if (detail.name === "stored") this.stored(detail);
    else if (detail.name === "facts") this.dispatchEvent(new CustomEvent("facts", { detail }));
    else if (detail.name === "offline" || detail.name === "blocked") this.say(detail.name);
    else if (detail.name === "closed") this.closed(detail);
  }

  /** What was left unsent under another epoch, or too long ago, is not merged silently: it becomes a rescue copy. */
  admitted({ epoch, head }) {
    this.epoch = epoch;
    const isLate = (since) => Date.now() - since > this.longestOffline;
    const lost = this.left.filter((row) => row.epoch !== epoch || isLate(row.since));
    this.left = this.left.filter((row) => !lost.includes(row));
    for (const row of lost) this.rescue(row.text, row.base, row.epoch === epoch ? "late" : "epoch").then((isSafe) => isSafe && dropRow(row));
    if (this.since !== null && isLate(this.since)) this.startAgain("late");
    else this.base = Math.max(this.base, head ?? 0);
  }

  synced() {
    if (!this.isReady) {
      this.isReady = true;
      this.confirmed = Y.encodeStateVector(this.doc);
      this.dispatchEvent(new CustomEvent("ready"));
      for (const row of this.left) Y.applyUpdate(this.doc, row.update, this);
    }
    if (!this.connection.isPending) this.allStored();
    this.say(this.connection.isPending ? "saving" : "ready");
  }

  stored({ at, isPending }) {
    if (isPending) return;
    this.allStored();
    this.say("saved", { at });
  }

  allStored() {
    if (!this.connection.isSynced) return;
    this.confirmed = Y.encodeStateVector(this.doc);
    this.since = null;
    clearTimeout(this.keeping);
    this.keeping = 0;
    if (this.isKept) dropRow(this.row());
    this.isKept = false;
    for (const row of this.left) dropRow(row);
    this.left = [];
  }

  typed() {
    this.since ??= Date.now();
    this.keeping ||= setTimeout(() => this.keep(), KEEP_AFTER);
    if (!this.connection.isOpen) this.say("offline");
  }

  row() {
    return { member: this.member, paper: this.paper, epoch: this.epoch, client: this.doc.clientID };
  }

  async keep() {
    this.keeping = 0;
    if (this.since === null) return;
    this.isKept = true;
    await keepRow({ ...this.row(), update: Y.encodeStateAsUpdate(this.doc, this.confirmed), text: this.text.toString(), base: this.base, since: this.since });
    if (this.since === null) dropRow(this.row());
  }

  async closed({ code, facts }) {
    if (code === CLOSED.epoch) return this.startAgain("epoch");
    if (this.keeping) await this.keep();
    return this.say(ENDS[code] ?? "refused", { code, facts });
  }

  /** The document cannot go on: its words, if any are unsent, become a rescue copy, and the page begins anew with the server's text. */
  async startAgain(reason) {
    this.connection.stop();
    if (this.since !== null) {
      for (let handed = null; handed !== this.text.toString(); ) {
        handed = this.text.toString(); // somebody may type on while it is on its way
        const isSafe = await this.rescue(handed, this.base, reason);
        if (!isSafe) return;
      }
      if (this.isKept) await dropRow(this.row());
      this.since = null;
    }
    this.say("restart", { reason });
  }

  /** @returns {Promise<boolean>} whether the server keeps the copy; else the page offers it as a file */
  async rescue(text, base, reason) {
    let address = null;
    try {
      const response = await fetch(this.rescueAddress, {
        method: "POST", redirect: "follow", headers: { "X-CSRFToken": this.token, Accept: "application/json" },
        body: new URLSearchParams({ text, base: String(base) }),
      });
      if (response.ok) address = response.headers.get("Content-Type")?.includes("json") ? (await response.json()).address : response.url;
    } catch {
      // no connection: the words stay in the browser
    }
    this.dispatchEvent(new CustomEvent("rescue", { detail: { text, address, reason } }));
    return address !== null;
  }

  /** Throw away what is unsent, because its writer said so. */
  async forget() {
    clearTimeout(this.keeping);
    this.keeping = 0;
    if (this.isKept) await dropRow(this.row());
    for (const row of this.left) await dropRow(row);
    this.left = [];
    this.since = null;
    this.isKept = false;
  }

  stop() {
    this.connection.stop();
    clearTimeout(this.keeping);
    this.awareness.destroy();
  }
}
