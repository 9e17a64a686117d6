// Editors by the hundred in one process: real protocol and real Yjs updates where one writes, a scan of the bytes where one reads.
// node load.mjs FILE: JSON with addresses [[address of each editor] of each paper], and what they do; prints one line of JSON.
import fs from "node:fs";
import * as Y from "yjs";
import WebSocket from "ws";

const given = { writers: -1, rate: 1, seconds: 6, warm: 2, cursor: false, prefixed: "", fill: 0, only: "", flood: [], pid: 0, ...JSON.parse(fs.readFileSync(process.argv[2])) };
const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
const DIGITS = new Int8Array(256).fill(-1);
for (let at = 0; at < 36; at++) DIGITS[LETTERS.charCodeAt(at)] = at;
const word = (n) => [46656, 1296, 36, 1].map((place) => LETTERS[Math.floor(n / place) % 36]).join("");
const number = (n) => {
  const out = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push(128 | (n & 127));
  return Buffer.from([...out, n]);
};
const string = (bytes) => Buffer.concat([number(bytes.length), bytes]);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const STEP_1 = Buffer.from([0, 0, 1, 0]);
const NOTHING = Buffer.from([0, 1, 2, 0, 0]);

const sentAt = [], sentBy = [], waited = [];
let measuring = false, closed = 0, first = 0, last = Infinity;

class Editor {
  constructor(id, address, room) {
    Object.assign(this, { id, address, seen: new Set(), clock: 0 });
    this.before = given.prefixed ? string(Buffer.from(room)) : Buffer.alloc(0); // hocuspocus names the document in each message
  }

  open() {
    return new Promise((done, fail) => {
      this.socket = new WebSocket(this.address, { perMessageDeflate: false });
      this.socket.on("open", () => {
        if (given.prefixed) this.send(Buffer.from([2, 0, 0]));
        this.send(STEP_1);
      });
      this.socket.on("error", fail).on("close", () => closed++);
      this.socket.on("message", (message) => this.hear(message, done));
      setTimeout(() => fail(new Error("no answer")), 30_000).unref();
    });
  }

  send(message) {
    if (this.socket.readyState === 1) this.socket.send(Buffer.concat([this.before, message]));
  }

  hear(message, done) {
    const now = performance.now();
    const at = this.before.length;
    if (message[at] !== 0) return;
    if (message[at + 1] === 0) return this.send(NOTHING);
    if (message[at + 1] === 1) done(this);
    for (let sign = message.indexOf(0x7e); sign >= 0; sign = message.indexOf(0x7e, sign + 1)) {
      let n = 0;
      for (let digit = 1; digit <= 4; digit++) n = n * 36 + DIGITS[message[sign + digit]];
      if (!(n < sentAt.length) || n < 0 || sentBy[n] === this.id || this.seen.has(n)) continue;
      this.seen.add(n);
      if (measuring && n >= first && n < last) waited.push(now - sentAt[n]);
    }
    return undefined;
  }

  beginWriting() {
    this.doc = new Y.Doc();
    this.text = this.doc.getText("content");
    this.doc.on("update", (update) => this.send(Buffer.concat([Buffer.from([0, 2]), string(Buffer.from(update))])));
  }

  write() {
    sentBy.push(this.id);
    sentAt.push(performance.now());
    this.text.insert(this.text.length, `~${word(sentAt.length - 1)}`);
    if (given.cursor) this.show();
  }

  show() {
    const place = { type: null, tname: "content", item: { client: this.doc.clientID, clock: this.clock++ }, assoc: 0 };
    const state = Buffer.from(JSON.stringify({ cursor: { anchor: place, head: place } }));
    this.send(Buffer.concat([Buffer.from([1]), string(Buffer.concat([number(1), number(this.doc.clientID), number(this.clock), string(state)]))]));
  }
}

const memory = () => (given.pid ? Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${given.pid}/status`, "latin1"))[1]) : 0);
const busy = () => (given.pid ? fs.readFileSync(`/proc/${given.pid}/stat`, "latin1").split(") ")[1].split(" ").slice(11, 13).reduce((a, b) => a + Number(b) * 10, 0) : 0);
const share = (sorted, part) => (sorted.length ? Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(2)) : null);

let id = 0;
const papers = given.addresses.map((row, paper) => row.map((address) => new Editor(id++, address, `paper-${paper}`)));
const editors = papers.flat();
let before = memory();
let counted = 0;
const WARMED = 100; // the first editors make the server allocate what it needs once
if (given.fill) {
  const filler = editors.shift();
  await filler.open();
  filler.beginWriting();
  filler.text.insert(0, "Wort ".repeat(given.fill / 5));
  await sleep(3000);
}
const joining = performance.now();
const together = given.fill ? editors.length : 40;
for (let at = 0; at < editors.length; at += together) {
  await Promise.all(editors.slice(at, at + together).map((editor) => editor.open()));
  if (given.only !== "idle" || at >= WARMED) continue;
  before = memory();
  counted = at + together;
}
const joined = Math.round(performance.now() - joining);
if (given.only) {
  await sleep(2000);
  console.log(JSON.stringify({ joined, kilobytes: Number(((memory() - before) / (editors.length - counted)).toFixed(1)), closed }));
  process.exit(0);
}

const writing = papers.flatMap((row) => row.slice(0, given.writers < 0 ? row.length : given.writers));
writing.forEach((editor) => editor.beginWriting());
const plan = writing.flatMap((editor) => {
  const times = [];
  const every = 1000 / given.rate;
  for (let at = Math.random() * every; at < (given.warm + given.seconds) * 1000; at += every * (0.8 + 0.4 * Math.random())) times.push([at, editor]);
  return times;
}).sort((a, b) => a[0] - b[0]);

async function flood() {
  for (const [kind, address] of given.flood) {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await new Promise((done) => socket.on("open", done).on("error", done));
    let isOpen = true;
    socket.on("close", () => (isOpen = false));
    for (let n = 0; isOpen && n < 3000; n++) {
      socket.send(kind === "questions" ? STEP_1 : Buffer.concat([Buffer.from([1]), string(Buffer.concat([number(1), number(77), number(n), string(Buffer.from("{}"))]))]));
      if (n % 10 === 0) await sleep(10); // a thousand a second
    }
    socket.terminate();
  }
}

const start = performance.now();
let next = 0, busyBefore = 0, began = 0;
while (next < plan.length) {
  const now = performance.now() - start;
  if (!measuring && now > given.warm * 1000) {
    measuring = true;
    first = sentAt.length;
    busyBefore = busy();
    began = performance.now();
    flood();
  }
  for (; next < plan.length && plan[next][0] <= now; next++) plan[next][1].write();
  await sleep(1);
}
last = sentAt.length;
const cpu = Math.round((busy() - busyBefore) / (performance.now() - began) * 100);
await sleep(2500);
waited.sort((a, b) => a - b);
const expected = (last - first) * (given.addresses[0].length - 1);
console.log(JSON.stringify({ p50: share(waited, 0.5), p95: share(waited, 0.95), p99: share(waited, 0.99), arrived: Number((100 * waited.length / expected).toFixed(2)), cpu, joined, closed, sent: last - first }));
process.exit(0);
