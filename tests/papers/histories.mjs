// Random histories of several Yjs editors: offline, coming back, undoing. node histories.mjs FIRST COUNT; writes JSON.
import { createRequire } from "node:module";

const Y = createRequire(new URL("../../frontend/package.json", import.meta.url))("yjs");
const [first, count] = process.argv.slice(2).map(Number);
const PIECES = ["a", "b ", "hallo", "é", "漢字", "😀", "👩‍👩‍👧", "\n", "𝕏y", "# Titel\n", "**b**", "\u0301", "🇩🇪", "x".repeat(40)];

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const numbers = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const history = (seed) => {
  const chance = numbers(seed);
  const pick = (things) => things[Math.floor(chance() * things.length)];
  const server = new Y.Doc();
  const owners = {};
  const log = [];
  const open = (member) => {
    const doc = new Y.Doc();
    doc.clientID = 2000 + Math.floor(chance() * 4e9);
    const text = doc.getText("content");
    const editor = { member, doc, text, inbox: [], outbox: [], undo: new Y.UndoManager(text, { captureTimeout: 0 }) };
    doc.on("update", (update, origin) => origin === "remote" || editor.outbox.push(update));
    owners[doc.clientID] = member;
    return editor;
  };
  const editors = Array.from({ length: 2 + Math.floor(chance() * 5) }, (_, member) => open(member));
  const send = (editor, update) => {
    log.push([editor.member, Buffer.from(update).toString("base64")]);
    Y.applyUpdate(server, update);
    editors.filter((other) => other !== editor).forEach((other) => other.inbox.push(update));
  };
  const hearAll = (editor) => Y.applyUpdate(editor.doc, Y.encodeStateAsUpdate(server), "remote");
  const act = ({ doc, text, undo }) => {
    const kind = chance();
    if (kind < 0.08) return undo.undo();
    if (kind < 0.12) return undo.redo();
    const written = text.toString();
    const border = (at) => (/[\udc00-\udfff]/.test(written.charAt(at)) ? at + 1 : at); // editors never part a pair
    return doc.transact(() => {
      if (kind < 0.55 || !written) return text.insert(border(Math.floor(chance() * (written.length + 1))), pick(PIECES));
      const from = border(Math.floor(chance() * written.length));
      const to = border(Math.min(written.length, from + 1 + Math.floor(chance() * 12)));
      if (to > from) text.delete(from, to - from);
      return kind < 0.65 ? text.insert(from, "neu😀") : undefined;
    });
  };
  for (let step = 100 + Math.floor(chance() * 200); step > 0; step -= 1) {
    const editor = pick(editors);
    act(editor);
    if (chance() < 0.4 && editor.outbox.length) {
      const waiting = editor.outbox.splice(0);
      if (chance() < 0.5) waiting.forEach((update) => send(editor, update));
      else send(editor, Y.encodeStateAsUpdate(editor.doc, Y.encodeStateVector(server)));
    }
    const hearing = pick(editors);
    if (chance() < 0.4) {
      const came = hearing.inbox.splice(0);
      if (chance() < 0.5) came.forEach((update) => Y.applyUpdate(hearing.doc, update, "remote"));
      else hearAll(hearing);
    }
    if (chance() < 0.01) {
      const place = editors.indexOf(pick(editors));
      editors[place].outbox.splice(0).forEach((update) => send(editors[place], update));
      editors[place] = open(editors[place].member);
      hearAll(editors[place]);
    }
  }
  editors.forEach((editor) => editor.outbox.splice(0).forEach((update) => send(editor, update)));
  editors.forEach(hearAll);
  const letters = [];
  for (let item = editors[0].text._start; item; item = item.right) {
    if (!item.deleted) letters.push([owners[item.id.client], item.length]);
  }
  return { text: editors.map(({ text }) => text.toString()), letters, log };
};

console.log(JSON.stringify(Array.from({ length: count }, (_, number) => history(first + number))));
