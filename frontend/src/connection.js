// The way to the server: a ticket by the page's session, then a socket; comes back by itself after growing pauses. It says what
// happens by events and decides nothing about words: "state" (detail: name and facts) and "synced".
import * as Y from "yjs";
import { applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as wire from "./protocol.js";

const FROM_SERVER = Symbol("from the server");
const AT_ONCE = new Set([wire.CLOSED.reload, wire.CLOSED.ticket]);
const TOO_BIG = 1009; // so large that the server's socket did not even take it in
const FINAL = new Set([wire.CLOSED.malformed, wire.CLOSED.signIn, wire.CLOSED.withdrawn, wire.CLOSED.unknown, wire.CLOSED.epoch, wire.CLOSED.tooLarge, wire.CLOSED.refusedText, wire.CLOSED.crowded]);
const ABNORMAL = 1006;
const TOO_FAST_PAUSE = 5_000;
const LISTENS = 5_000; // milliseconds: how often it is looked whether the line still lives
const QUIET = 20_000; // after so long without a word the server is asked for one
const DEAD = 35_000; // after so long, or with words unconfirmed for UNCONFIRMED, the line is taken as dead
const UNCONFIRMED = 15_000;
const OPENING = 15_000; // milliseconds a socket may take to open
const MOST_PRESENCE = 120; // milliseconds between two messages about the cursor

export class Connection extends EventTarget {
  /** @param {{doc: Y.Doc, awareness: object, ticketAddress: string, token: string, epoch: number | null}} given */
  constructor(given) {
    super();
    Object.assign(this, given);
    this.sent = 0;
    this.stored = 0;
    this.storedAt = null;
    this.tries = 0;
    this.refusedSockets = 0;
    this.isSynced = false;
    this.isAnswered = false; // the server's step 1: updates before it could rest on what it does not have yet
    this.isStopped = false;
    this.socket = null;
    this.refusal = null;
    this.onUpdate = (update, origin) => origin !== FROM_SERVER && this.sendUpdate(wire.UPDATE, update);
    this.onPresence = ({ added, updated, removed }) => this.presenceLater([...added, ...updated, ...removed].filter((id) => id === this.doc.clientID));
    this.doc.on("update", this.onUpdate);
    this.awareness.on("update", this.onPresence);
    this.again = () => this.hurry();
    this.gone = () => this.drop?.();
    addEventListener("online", this.again);
    addEventListener("offline", this.gone);
    this.pulse = setInterval(() => this.listen(), LISTENS);
  }

  get isPending() {
    return this.sent > this.stored;
  }

  say(name, facts = {}) {
    this.dispatchEvent(new CustomEvent("state", { detail: { name, ...facts } }));
  }

  hurry() {
    if (this.isStopped || this.socket || !this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.open();
  }

  async open() {
    if (this.isStopped) return;
    this.say("connecting");
    let ticket;
    try {
      const response = await fetch(this.ticketAddress, { method: "POST", headers: { "X-CSRFToken": this.token, Accept: "application/json" }, redirect: "manual" });
      if (response.type === "opaqueredirect" || response.status === 401 || response.status === 400) return this.finish(wire.CLOSED.signIn);
      if (response.status === 403) return this.finish(wire.CLOSED.withdrawn);
      if (response.status === 404 || response.status === 410) return this.finish(wire.CLOSED.unknown);
      if (!response.ok) return this.later("offline");
      ticket = await response.json();
    } catch {
      return this.later("offline");
    }
    if (this.isStopped) return;
    if (this.epoch !== null && ticket.epoch !== this.epoch) return this.finish(wire.CLOSED.epoch, ticket);
    this.epoch = ticket.epoch;
    this.say("ticket", ticket);
    if (!this.isStopped) this.connect(ticket);
  }

  connect(ticket) {
    const url = new URL(ticket.address, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("ticket", ticket.ticket);
    url.searchParams.set("epoch", ticket.epoch);
    let socket;
    try {
      socket = new WebSocket(url);
    } catch {
      return this.blocked();
    }
    this.socket = socket;
    let isOpen = false;
    const tooLong = setTimeout(() => this.drop?.(), OPENING);
    this.heard = Date.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      isOpen = true;
      clearTimeout(tooLong);
      Object.assign(this, { sent: 0, stored: 0, refusal: null, isAnswered: false });
      socket.send(wire.sync(wire.STEP_1, Y.encodeStateVector(this.doc)));
      if (this.awareness.getLocalState()) this.sendPresence([this.doc.clientID]);
    };
    socket.onmessage = (event) => {
      this.heard = Date.now();
      this.receive(new Uint8Array(event.data));
    };
    const ended = (code) => {
      clearTimeout(tooLong);
      if (this.socket !== socket) return;
      Object.assign(this, { socket: null, drop: null });
      const wasSynced = this.isSynced;
      this.isSynced = false;
      const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID);
      removeAwarenessStates(this.awareness, others, FROM_SERVER);
      for (const id of others) this.awareness.meta.delete(id); // or they would be taken for known, and stay away for a while, when we come back
      if (this.isStopped) return;
      if (!isOpen || (code === ABNORMAL && !wasSynced)) this.blocked(); // never let through, or cut off at once
      else this.ended(code);
    };
    socket.onclose = (event) => ended(event.code === TOO_BIG ? wire.CLOSED.tooLarge : event.code);
    this.drop = () => {
      socket.onmessage = null;
      socket.close();
      ended(ABNORMAL); // a dead line never says that it has closed
    };
    return undefined;
  }

  /** Notice a line that died without a word. */
  listen() {
    if (!this.isOpen) return;
    const quiet = Date.now() - this.heard;
    const isUnconfirmed = this.isPending && Date.now() - Math.max(this.sentAt, this.heard) > UNCONFIRMED;
    if (quiet > DEAD || isUnconfirmed) this.drop();
    else if (quiet > QUIET) this.socket.send(wire.whoIsHere());
  }

  /** A ticket was given, the socket was not: after the second time something between here and the server forbids it. */
  blocked() {
    this.socket = null;
    this.refusedSockets += 1;
    if (this.refusedSockets >= 2 && navigator.onLine) return this.say("blocked");
    return this.later("offline");
  }

  ended(code) {
    if (FINAL.has(code)) this.finish(code, this.refusal);
    else if (AT_ONCE.has(code) && this.tries < 3) {
      this.tries += 1;
      this.say("connecting");
      this.wait(200 + Math.random() * 800);
    } else if (code === wire.CLOSED.tooFast) {
      this.say("connecting");
      this.wait(TOO_FAST_PAUSE);
    } else this.later("offline");
  }

  finish(code, facts = null) {
    this.stop();
    this.say("closed", { code, facts });
  }

  later(name) {
    this.tries += 1;
    this.say(name);
    this.wait(wire.pause(this.tries));
  }

  wait(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.open();
    }, milliseconds);
  }

  receive(bytes) {
    const message = wire.read(bytes);
    if (message.kind === wire.SYNC) this.synchronize(message);
    else if (message.kind === wire.PRESENCE) applyAwarenessUpdate(this.awareness, message.content, FROM_SERVER);
    else if (message.kind === wire.WHO_IS_HERE) this.sendPresence([this.doc.clientID]);
    else if (message.kind === wire.STORED) {
      this.stored = message.count;
      this.storedAt = message.at;
      this.say("stored", { at: message.at, isPending: this.isPending });
    } else if (message.kind === wire.STATE) this.say("facts", message.facts);
    else if (message.kind === wire.REFUSAL) this.refusal = message.facts;
  }

  synchronize({ sync, content }) {
    if (sync === wire.STEP_1) {
      this.isAnswered = true;
      this.sendUpdate(wire.STEP_2, Y.encodeStateAsUpdate(this.doc, content));
      return;
    }
    Y.applyUpdate(this.doc, content, FROM_SERVER);
    if (sync !== wire.STEP_2) return;
    this.tries = 0;
    this.refusedSockets = 0;
    this.isSynced = true;
    this.dispatchEvent(new CustomEvent("synced"));
    this.say("synced", { isPending: this.isPending });
  }

  sendUpdate(kind, update) {
    if (!this.isOpen || !this.isAnswered) return;
    this.socket.send(wire.sync(kind, update));
    if (wire.isNothing(update)) return;
    if (!this.isPending) this.sentAt = Date.now();
    this.sent += 1;
    this.say("sending");
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  presenceLater(ids) {
    if (!ids.length || this.presenceTimer) return;
    this.presenceTimer = setTimeout(() => {
      this.presenceTimer = 0;
      this.sendPresence([this.doc.clientID]);
    }, MOST_PRESENCE);
  }

  sendPresence(ids) {
    if (this.isOpen) this.socket.send(wire.presence(encodeAwarenessUpdate(this.awareness, ids)));
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.presenceTimer);
    clearInterval(this.pulse);
    removeEventListener("online", this.again);
    removeEventListener("offline", this.gone);
    this.doc.off("update", this.onUpdate);
    this.awareness.off("update", this.onPresence);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
  }
}
