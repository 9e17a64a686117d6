// Bold, italic, struck: a stretch of the text as units, each with its look, and how that is written with signs that Markdown reads
// as meant. Signs stand beside words, never beside blanks, and what cannot be written exactly is written as near as can be. Commands and
// typing.js ask here.
import { syntaxTree } from "@codemirror/language";
import { parser } from "./markdown.js";
import { lineStart } from "./signs.js";

export const LOOKS = { strong: { bit: 1, node: "StrongEmphasis", sign: "**" }, emphasis: { bit: 2, node: "Emphasis", sign: "*" }, strike: { bit: 4, node: "Strikethrough", sign: "~~" } };
const all = Object.values(LOOKS);
const BITS = Object.fromEntries(all.map(({ node, bit }) => [node, bit]));
const MARKS = new Set(["EmphasisMark", "StrikethroughMark"]);
const ATOMS = new Set(["InlineCode", "Image", "ImageAttributes", "FootnoteReference", "Autolink", "HardBreak", "Escape", "Entity"]);
const LARGEST = 20_000; // characters of one stretch; more is left as it is

/** @typedef {{text: string, look: number, link: string, kind: "char" | "blank" | "raw" | "break", from: number, to: number}} Unit from and to: -1 for what is new */

const isLink = (node) => node.name === "Link" && node.getChildren("LinkMark").length > 1 && Boolean(node.getChild("URL") || node.getChild("LinkLabel"));

/** The stretch between two places, widened by every bold, italic, struck or linked one that touches it; null where it is too large. */
export function area(state, from, to) {
  let [start, end] = [from, to];
  for (let isWider = true; isWider; ) {
    isWider = false;
    const [left, right] = [start, end];
    syntaxTree(state).iterate({
      from: left,
      to: right,
      enter(node) {
        if (!BITS[node.name] && !isLink(node.node)) return true;
        if (node.to < left || node.from > right) return false;
        if (node.from < start || node.to > end) isWider = true;
        start = Math.min(start, node.from);
        end = Math.max(end, node.to);
        return false;
      },
    });
  }
  return end - start > LARGEST ? null : { from: start, to: end };
}

/** What a tree says about each character of [from, to): signs that are dropped, looks, links, and what must not be cut. */
function readTree(tree, slice, from, to) {
  const size = to - from;
  const [look, isSign, atom, link] = [new Uint8Array(size), new Uint8Array(size), new Map(), new Array(size).fill("")];
  const each = (a, b, put) => {
    for (let at = Math.max(a, from); at < Math.min(b, to); at += 1) put(at - from);
  };
  tree.iterate({
    from,
    to,
    enter(node) {
      if (BITS[node.name]) each(node.from, node.to, (at) => (look[at] |= BITS[node.name]));
      else if (MARKS.has(node.name)) each(node.from, node.to, (at) => (isSign[at] = 1));
      else if (ATOMS.has(node.name)) {
        atom.set(node.from, { to: node.to, isBlank: node.name === "HardBreak" });
        return false;
      } else if (isLink(node.node)) {
        const [open, close] = node.node.getChildren("LinkMark");
        const tail = slice(close.from, node.to);
        each(node.from, node.to, (at) => (link[at] = `${node.from} ${tail}`));
        each(node.from, open.to, (at) => (isSign[at] = 1));
        each(close.from, node.to, (at) => (isSign[at] = 1));
      }
      return true;
    },
  });
  return { look, isSign, atom, link };
}

function unitsOf(read, slice, base, from, to, found) {
  for (let at = from; at < to; ) {
    if (read.isSign[at - base]) {
      at += 1;
      continue;
    }
    const atom = read.atom.get(at);
    const end = atom ? Math.min(atom.to, to) : at + (slice(at, at + 2).codePointAt(0) > 0xffff ? 2 : 1);
    const text = slice(at, end);
    found.push({ text, look: read.look[at - base], link: read.link[at - base], kind: atom?.isBlank || /^\s$/.test(text) ? "blank" : "char", from: at, to: end });
    at = end;
  }
  return found;
}

/** @returns {Unit[]} what can be seen between two places, and what stands between its lines */
export function units(state, { from, to }) {
  const tree = syntaxTree(state);
  const slice = (a, b) => state.sliceDoc(a, b);
  const read = readTree(tree, slice, from, to);
  const found = [];
  for (let at = from; at <= to; ) {
    const line = state.doc.lineAt(at);
    const start = lineStart(state, line);
    if (start.kind === "code" || start.kind === "table") return null;
    const first = Math.max(at, Math.min(to, start.to));
    if (first > at) between(state, found, at, first, at > from && isSame(tree, at - 1, first));
    unitsOf(read, slice, from, first, Math.min(to, line.to), found);
    if (line.to >= to) break;
    between(state, found, line.to, line.to + 1, isSame(tree, line.to, line.to + 1));
    at = line.to + 1;
    if (at === to) break;
  }
  return found;
}

function between(state, found, from, to, isSoft) {
  for (let at = from; at < to; at += 1) {
    const text = state.sliceDoc(at, at + 1);
    found.push({ text, look: 0, link: "", kind: !isSoft ? "break" : text === "\n" ? "blank" : "raw", from: at, to: at + 1 });
  }
}

/** Whether both places lie in one paragraph, so that a line end between them is a blank. */
function isSame(tree, a, b) {
  const paragraph = (at, side) => {
    for (let node = tree.resolveInner(at, side); node; node = node.parent) if (node.name === "Paragraph") return node.from;
    return -1;
  };
  const first = paragraph(a, -1);
  return first >= 0 && first === paragraph(b, 1);
}

// Writing

const groups = (list) => {
  const found = [];
  for (const unit of list) {
    const last = found.at(-1);
    if (unit.link && last?.link === unit.link) last.inner.push(unit);
    else if (unit.link) found.push({ link: unit.link, inner: [unit], kind: "char" });
    else found.push(unit);
  }
  for (const item of found) if (item.inner) item.look = item.inner.reduce((look, unit) => (unit.kind === "char" ? look & unit.look : look), 7);
  return found;
};

const isOpen = (item) => item.kind === "blank" || item.kind === "raw";

/** How far a look goes on from an item: over blanks between, not over those behind. */
function runEnd(items, at, to, bit) {
  let end = at;
  for (let next = at; next < to && (items[next].look & bit || isOpen(items[next])); next += 1) if (!isOpen(items[next])) end = next + 1;
  return end;
}

/** Units with their signs. `places` gets where each unit begins and ends in what is written. */
function write(items, from, to, active, out) {
  for (let at = from; at < to; ) {
    const item = items[at];
    const open = isOpen(item) ? [] : all.filter(({ bit }) => item.look & ~active & bit);
    if (open.length === 0) {
      writeItem(item, active, out);
      at += 1;
      continue;
    }
    const [{ bit, sign, end }] = open.map((one) => ({ ...one, end: runEnd(items, at, to, one.bit) })).sort((a, b) => b.end - a.end);
    out.text += sign;
    write(items, at, end, active | bit, out);
    out.text += sign;
    at = end;
  }
}

function writeItem(item, active, out) {
  if (!item.inner) {
    const from = out.text.length;
    out.text += item.text;
    out.places.set(item, { from, to: out.text.length });
    return;
  }
  out.text += "[";
  write(item.inner, 0, item.inner.length, active, out);
  out.text += item.link.slice(item.link.indexOf(" ") + 1);
}

/** One paragraph's worth of units as seen: each character with its look, blanks without. */
const seen = (list) => list.filter((unit) => unit.kind !== "raw").map((unit) => (unit.kind === "blank" ? "" : [...unit.text].map((sign) => sign + unit.look + unit.link.replace(/^\d+ /, "")).join(""))).join("");

const beside = (sign, isBefore) => (!sign || /\s/.test(sign) ? (isBefore ? "x " : "") : /[\p{L}\p{N}]/u.test(sign) ? "x" : isBefore ? "x." : ".");

/** Whether written signs are read as meant. */
function isReadAs(text, list, before, after) {
  const lead = beside(before, true);
  const source = lead + text + beside(after, false);
  const slice = (a, b) => source.slice(a, b);
  const [from, to] = [lead.length, lead.length + text.length];
  return seen(unitsOf(readTree(parser.parse(source), slice, from, to), slice, from, from, to, [])) === seen(list);
}

const isPunctuation = (unit) => unit?.kind === "char" && /^(?:\\?[\p{P}\p{S}])+$/u.test(unit.text);

/** Punctuation at the edge of a look, beside a word: signs would not be read there, so it loses its look. */
function trimmed(list, before, after) {
  const made = list.map((unit) => ({ ...unit }));
  const isWordAt = (at) => (at < 0 ? /[\p{L}\p{N}]/u.test(before) : at >= made.length ? /[\p{L}\p{N}]/u.test(after) : made[at].kind === "char" && !isPunctuation(made[at]));
  for (const { bit } of all) {
    for (const step of [1, -1]) {
      for (let at = 0; at < made.length; at += 1) {
        if (made[at - step]?.look & bit || !isWordAt(at - step)) continue;
        for (let on = at; made[on]?.look & bit && isPunctuation(made[on]); on += step) made[on].look &= ~bit;
      }
    }
  }
  return made;
}

/** Looks for whole words only. */
function widened(list) {
  const made = list.map((unit) => ({ ...unit }));
  for (const { bit } of all) {
    for (let at = 1; at < made.length; at += 1) if (made[at - 1].look & bit && made[at].kind === "char") made[at].look |= bit;
    for (let at = made.length - 2; at >= 0; at -= 1) if (made[at + 1].look & bit && made[at].kind === "char") made[at].look |= bit;
  }
  return made;
}

/** As meant, then ever less: a look less is better than a sign that is seen. */
function* variants(list, before, after) {
  for (const kept of [7, 5, 3, 1, 4, 2, 0]) {
    const some = kept === 7 ? list : list.map((unit) => ({ ...unit, look: unit.look & kept }));
    yield some;
    yield trimmed(some, before, after);
    yield widened(some);
  }
}

/** One paragraph's worth of units with signs that are read as meant, or as nearly as can be; null where there is no such way. */
function written(list, before, after) {
  for (const variant of variants(list, before, after)) {
    const out = { text: "", places: new Map() };
    const items = groups(variant);
    write(items, 0, items.length, 0, out);
    const bare = variant.filter((unit) => unit.kind !== "raw");
    const check = bare.length === variant.length ? out.text : plainly(bare);
    if (isReadAs(check, bare, before, after)) return { text: out.text, places: variant.map((unit) => out.places.get(unit)) };
  }
  return null;
}

function plainly(list) {
  const out = { text: "", places: new Map() };
  const items = groups(list);
  write(items, 0, items.length, 0, out);
  return out.text;
}

/**
 * The changes that make a stretch what its units say: only signs are touched, and what is new comes in.
 *
 * @param {Unit[]} list what is to stand there
 * @returns {{changes: object[], ends: number[], starts: number[]} | null} places of the units in the text afterwards
 */
export function rewrite(state, { from, to }, list) {
  const line = state.doc.lineAt(from);
  const before = from > lineStart(state, line).to ? state.sliceDoc(Math.max(line.from, from - 1), from) : "";
  const after = state.sliceDoc(to, to + 1);
  let text = "";
  const places = [];
  for (let at = 0; at <= list.length; ) {
    let end = at;
    while (end < list.length && list[end].kind !== "break") end += 1;
    const part = written(list.slice(at, end), at === 0 ? before : "", end === list.length ? after : "");
    if (!part) return null;
    for (const place of part.places) places.push({ from: text.length + place.from, to: text.length + place.to });
    text += part.text;
    if (end < list.length) {
      places.push({ from: text.length, to: text.length + list[end].text.length });
      text += list[end].text;
    }
    at = end + 1;
  }
  const changes = [];
  let [old, now] = [from, 0];
  const gap = (until, place) => {
    const insert = text.slice(now, place);
    if (state.sliceDoc(old, until) !== insert) changes.push({ from: old, to: until, insert });
  };
  list.forEach((unit, at) => {
    if (unit.from < 0) return;
    gap(unit.from, places[at].from);
    [old, now] = [unit.to, places[at].to];
  });
  gap(to, text.length);
  return { changes, starts: places.map((place) => from + place.from), ends: places.map((place) => from + place.to), text };
}

/** Whether a stretch of a text that already is what it will be reads as these units. */
export function isAlready(text, list, before, after) {
  return !/\n/.test(text) && list.every((unit) => unit.kind !== "break") && isReadAs(text, list, before, after);
}

/** The source of a part of the text, with whole signs; null where there is no such way (tables). */
export function sourceOf(state, from, to) {
  const list = units(state, { from, to });
  if (!list) return null;
  let text = "";
  for (let at = 0; at <= list.length; ) {
    let end = at;
    while (end < list.length && list[end].kind !== "break") end += 1;
    const part = written(list.slice(at, end), "", "");
    if (!part) return null;
    text += part.text + (list[end]?.text ?? "");
    at = end + 1;
  }
  return text;
}
