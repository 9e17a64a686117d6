// Pasting from Word, LibreOffice or a web page into the text of a paper keeps headings, bold and italic, lists,
// tables, links and footnotes, as Markdown. Loaded as a module by the pages where one writes.
// `toMarkdown` is pure: it reads nodes by nodeType, nodeName, nodeValue, childNodes and getAttribute only.

const ELEMENT = 1;
const TEXT = 3;
const LARGEST = 5_000_000; // characters of HTML; more is pasted as plain text
const SKIPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK", "TEMPLATE", "NOSCRIPT", "SVG", "O:P", "IMG", "INPUT", "BUTTON", "SELECT", "TEXTAREA"]);
const CONTAINERS = new Set(["BODY", "DIV", "SECTION", "ARTICLE", "MAIN", "HEADER", "FOOTER", "ASIDE", "FIGURE", "FIGCAPTION", "CENTER", "FORM", "DETAILS", "SUMMARY", "ADDRESS", "NAV", "DL", "DT", "DD", "HTML"]);
const BLOCKS = new Set([...CONTAINERS, "P", "H1", "H2", "H3", "H4", "H5", "H6", "UL", "OL", "LI", "TABLE", "BLOCKQUOTE", "PRE", "HR"]);
const TOOLS = /(?:^|\s)(?:tools|para|no|vh|cref|fnback|MsoCommentReference|msocomanchor)(?:\s|$)/; // signs of our own pages and Word's
const QUOTED = /(?:^|\s)(?:Mso(?:Intense)?Quote|quotations)(?:\s|$)/;
const CAPTION = /(?:^|\s)(?:MsoCaption|caption)(?:\s|$)/i;
const NUMBERED = /^(?:Tabelle|Table|Tab\.)\s*\d+\s*[:.–-]?\s*/i; // the page counts by itself
const SMALL = { SUP: "⁰¹²³⁴⁵⁶⁷⁸⁹", SUB: "₀₁₂₃₄₅₆₇₈₉" };
const NOTE = /^_?(?:ftn|edn|sdfootnote|sdendnote|fn-?)\w*$/i;
const KEPT_LINK = /^(?:https?:\/\/|mailto:|tel:)/i;

const attribute = (node, name) => (node.getAttribute && node.getAttribute(name)) || "";
const style = (node) => (attribute(node, "style") || attribute(node, "data-style")).toLowerCase().replace(/\s*([:;])\s*/g, "$1");
const isElement = (node) => node.nodeType === ELEMENT;
const name = (node) => node.nodeName.toUpperCase();

function isHidden(node) {
  const look = style(node);
  return (
    SKIPPED.has(name(node)) ||
    TOOLS.test(attribute(node, "class")) ||
    (name(node) === "DEL" && (attribute(node, "cite") || attribute(node, "datetime"))) || // a tracked deletion of Word
    /(?:^|;)(?:display:none|mso-hide:all|mso-list:ignore|mso-element:comment)/.test(look)
  );
}

/** HTML as a tree. Its styles are only read: under their own name the page's policy would complain about each of them. */
export function parseHtml(html) {
  const quiet = html.replace(/<style\b[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  return new DOMParser().parseFromString(quiet, "text/html").body;
}

/** Markdown of a tree. `taken` are the numbers of footnotes that the text has already. */
export function toMarkdown(root, taken = new Set()) {
  const context = { shift: hasTag(root, "H1") ? 1 : 0, notes: new Map(), bodies: new Map(), next: 1, taken };
  collectNotes(root, context);
  const text = joinBlocks(blocksOf(root, context));
  const notes = [...context.notes.entries()]
    .filter(([id]) => context.bodies.has(id))
    .map(([id, number]) => `[^${number}]: ${context.bodies.get(id).join("\n\n    ")}`);
  return [text, ...notes].filter(Boolean).join("\n\n");
}

const hasTag = (node, tag) => isElement(node) && (name(node) === tag || [...node.childNodes].some((child) => hasTag(child, tag)));

// Footnotes: Word links to #_ftn1 and writes <div id=ftn1>; LibreOffice #sdfootnote1sym and <div id=sdfootnote1>; our pages #fn-1 and <li>.

const noteId = (value) => value.replace(/^#?_?/, "").replace(/sym$/, "").toLowerCase();

function collectNotes(node, context) {
  if (!isElement(node)) return;
  const id = attribute(node, "id");
  const isNote = (name(node) === "DIV" || name(node) === "LI") && NOTE.test(id) && !/anc$|ref/i.test(id);
  if (isNote) context.bodies.set(noteId(id), node);
  else for (const child of node.childNodes) collectNotes(child, context);
}

function noteReference(node, context) {
  const target = attribute(node, "href").replace(/^[^#]*/, "");
  if (!target.startsWith("#") || !NOTE.test(target.slice(1)) || /anc$|ref/i.test(target)) return null;
  const id = noteId(target);
  const body = context.bodies.get(id);
  if (body === undefined) return null;
  if (!context.notes.has(id)) {
    while (context.taken.has(String(context.next))) context.next += 1;
    context.notes.set(id, context.next);
    context.next += 1;
    context.bodies.set(id, blocksOf(body, context).map((block) => block.text));
  }
  return `[^${context.notes.get(id)}]`;
}

const isNoteSign = (node) => /^#(?:_(?:ftn|edn)ref|sd(?:foot|end)note\w*anc|fn-?ref|fr)/i.test(attribute(node, "href").replace(/^[^#]*/, ""));

// Blocks: each is {text, item}; items of one list stand without a blank line between them.

const joinBlocks = (blocks) =>
  blocks.reduce((text, block, at) => text + (at === 0 ? "" : block.item && blocks[at - 1].item ? "\n" : "\n\n") + block.text, "");

function blocksOf(node, context) {
  const found = [];
  let run = [];
  const flush = () => {
    const text = lineStart(inlineText(run, context));
    if (text) found.push({ text });
    run = [];
  };
  for (const child of node.childNodes) {
    if (!isBlock(child)) run.push(child);
    else {
      flush();
      found.push(...blockOf(child, context));
    }
  }
  flush();
  return captioned(found);
}

/** A caption of Word above or below a table belongs to it. */
function captioned(blocks) {
  const made = [];
  for (let at = 0; at < blocks.length; at += 1) {
    const { caption } = blocks[at];
    const [above, below] = [made.at(-1), blocks[at + 1]];
    const owner = caption && (above?.isTable ? above : below?.isTable ? below : null);
    if (!owner) made.push(blocks[at]);
    else Object.assign(owner, { text: `${owner.text}\n\n: ${caption}`, isTable: false });
  }
  return made;
}

function isBlock(node) {
  if (!isElement(node) || isHidden(node)) return false;
  if (BLOCKS.has(name(node))) return true;
  return [...node.childNodes].some(isBlock); // Google Docs wraps everything in <b>
}

function blockOf(node, context) {
  const tag = name(node);
  if (context.bodies.get(noteId(attribute(node, "id"))) !== undefined && NOTE.test(attribute(node, "id"))) return [];
  if (/mso-element:(?:footnote|endnote)-list/.test(style(node))) return blocksOf(node, context).filter((block) => block.text !== "---");
  const level = headingLevel(node, context);
  if (level) {
    const text = inlineText([node], context, true).replace(/^\*\*(.*)\*\*$/, "$1");
    return text ? [{ text: `${"#".repeat(level)} ${text}` }] : [];
  }
  if (QUOTED.test(attribute(node, "class"))) return quote(paragraph(node, context));
  if (tag === "P") return wordItem(node, context) || (isBlockInside(node) ? blocksOf(node, context) : paragraph(node, context));
  if (tag === "UL" || tag === "OL") return listItems(node, context);
  if (tag === "LI") return [{ text: itemText("- ", blocksOf(node, context)), item: true }];
  if (tag === "TABLE") return table(node, context);
  if (tag === "BLOCKQUOTE") return quote(blocksOf(node, context));
  if (tag === "PRE") return code(node);
  if (tag === "HR") return [{ text: "---" }];
  return blocksOf(node, context);
}

const isBlockInside = (node) => [...node.childNodes].some(isBlock);

function paragraph(node, context) {
  const text = lineStart(inlineText([...node.childNodes], context));
  const caption = CAPTION.test(attribute(node, "class")) && NUMBERED.test(text) ? text.replace(NUMBERED, "") : "";
  return text ? [{ text, caption }] : [];
}

function headingLevel(node, context) {
  const tag = /^H([1-6])$/.exec(name(node));
  const outline = /mso-outline-level:([1-6])/.exec(style(node));
  const isTitle = /(?:^|\s)MsoTitle(?:\s|$)/i.test(attribute(node, "class"));
  const level = tag ? Number(tag[1]) + context.shift : isTitle ? 1 + context.shift : outline ? Number(outline[1]) + context.shift : 0;
  return level ? Math.min(6, Math.max(2, level)) : 0;
}

function quote(blocks) {
  const text = joinBlocks(blocks);
  return text ? [{ text: text.split("\n").map((line) => (line ? `> ${line}` : ">")).join("\n") }] : [];
}

function code(node) {
  const text = plainText(node).replace(/\n+$/, "");
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((run) => run[0].length + 1)));
  return text ? [{ text: `${fence}\n${text}\n${fence}` }] : [];
}

const plainText = (node) => (node.nodeType === TEXT ? node.nodeValue : name(node) === "BR" ? "\n" : [...(node.childNodes || [])].map(plainText).join(""));

// Lists

function itemText(mark, blocks) {
  const indent = " ".repeat(mark.length);
  const text = blocks.reduce((all, block, at) => all + (at === 0 ? "" : block.item ? "\n" : "\n\n") + block.text, "");
  return mark + text.split("\n").map((line, at) => (at === 0 || !line ? line : indent + line)).join("\n");
}

function listItems(node, context) {
  const isOrdered = name(node) === "OL";
  const items = [];
  let number = Number(attribute(node, "start")) || 1;
  for (const child of node.childNodes) {
    if (!isElement(child) || isHidden(child)) continue;
    if (name(child) === "LI") {
      if (NOTE.test(attribute(child, "id")) && context.bodies.has(noteId(attribute(child, "id")))) continue;
      const blocks = blocksOf(child, context);
      if (blocks.length > 0) items.push({ text: itemText(isOrdered ? `${number++}. ` : "- ", blocks), item: true });
    } else if (name(child) === "UL" || name(child) === "OL") {
      // a list directly in a list, as Word and older editors write it: it belongs to the item before
      const inner = listItems(child, context).map((item) => item.text).join("\n");
      const last = items.pop();
      items.push({ text: last ? `${last.text}\n${inner.replace(/^(?=.)/gm, isOrdered ? "   " : "  ")}` : inner, item: true });
    }
  }
  return items;
}

/** Word's own lists are paragraphs: "mso-list:l0 level2 lfo1", the mark is text inside "mso-list:Ignore". */
function wordItem(node, context) {
  const list = /mso-list:\s*(?:l\d+ )?level(\d)/.exec(style(node));
  if (!list) return null;
  const mark = wordMark(node);
  const text = inlineText([...node.childNodes], context);
  if (!text) return [];
  const indent = "    ".repeat(Number(list[1]) - 1);
  const number = /^\(?(\d{1,9}|[a-z]|[ivxlc]+)[.)]/i.exec(mark);
  const sign = number ? `${/^\d+$/.test(number[1]) ? number[1] : 1}. ` : "- ";
  return [{ text: indent + sign + text, item: true }];
}

function wordMark(node) {
  if (!isElement(node)) return "";
  if (/mso-list:ignore/.test(style(node))) return plainText(node).trim();
  for (const child of node.childNodes) {
    const mark = wordMark(child);
    if (mark) return mark;
  }
  return "";
}

// Tables

function table(node, context) {
  const rows = tableRows(node).map((row) => cellsOf(row));
  const grid = spread(rows, context);
  const width = Math.max(0, ...grid.map((row) => row.length));
  if (width === 0) return [];
  if (width === 1) return rows.flatMap((cells) => cells.flatMap((cell) => blocksOf(cell, context)));
  const line = (cells) => `| ${Array.from({ length: width }, (_unused, at) => cells[at] ?? "").join(" | ")} |`;
  const [head, ...body] = grid;
  return [{ text: [line(head), `|${" --- |".repeat(width)}`, ...body.map(line)].join("\n"), isTable: true }];
}

const tableRows = (node) =>
  [...node.childNodes].filter(isElement).flatMap((child) => (name(child) === "TR" ? [child] : /^(?:THEAD|TBODY|TFOOT)$/.test(name(child)) ? tableRows(child) : []));

const cellsOf = (row) => [...row.childNodes].filter((child) => isElement(child) && /^T[DH]$/.test(name(child)));

/** Joined cells become empty ones, so that columns stay under each other. */
function spread(rows, context) {
  const grid = rows.map(() => []);
  rows.forEach((cells, y) => {
    let x = 0;
    for (const cell of cells) {
      while (grid[y][x] !== undefined) x += 1;
      const wide = Math.min(50, Number(attribute(cell, "colspan")) || 1);
      const high = Math.min(rows.length - y, Number(attribute(cell, "rowspan")) || 1);
      for (let down = 0; down < high; down += 1) for (let right = 0; right < wide; right += 1) grid[y + down][x + right] = "";
      grid[y][x] = inlineText([...cell.childNodes], context, true).replace(/\|/g, "\\|");
      x += wide;
    }
  });
  return grid;
}

// Words and their formatting

function inlineText(nodes, context, isOneLine = false) {
  const pieces = [];
  for (const node of nodes) collect(node, { strong: false, emphasis: false, strike: false, link: "" }, pieces, context);
  const text = write(pieces)
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/^(?:\\?\n|\s)+|(?:\\?\n|\s)+$/g, "");
  return isOneLine ? text.replace(/\\?\n/g, " ").replace(/ {2,}/g, " ") : text;
}

function collect(node, look, pieces, context) {
  if (node.nodeType === TEXT) {
    pieces.push({ text: blanks(node.nodeValue), look });
    return;
  }
  if (!isElement(node) || isHidden(node)) return;
  const tag = name(node);
  if (tag === "BR") pieces.push({ text: "\\\n", look, raw: true });
  else if (tag === "CODE" || tag === "KBD" || tag === "TT") pieces.push({ text: codeSpan(plainText(node)), look, raw: true });
  else if (SMALL[tag] && /^\d{1,3}$/.test(plainText(node)) && !hasTag(node, "A")) pieces.push({ text: plainText(node).replace(/\d/g, (digit) => SMALL[tag][digit]), look });
  else if (tag === "A" && isNoteSign(node)) return;
  else {
    const reference = tag === "A" ? noteReference(node, context) : null;
    if (reference) {
      pieces.push({ text: reference, look: { ...look, link: "" }, raw: true });
      return;
    }
    const inner = lookOf(node, tag, look);
    if (BLOCKS.has(tag) && pieces.length > 0) pieces.push({ text: " ", look });
    for (const child of node.childNodes) collect(child, inner, pieces, context);
  }
}

const blanks = (text) => text.replace(/[ \t\r\n\f]*\u00a0[\s\u00a0]+|[ \t\r\n\f]+\u00a0|[ \t\r\n\f]+/g, " ").replace(/[\u200b\ufeff]/g, "");
const codeSpan = (text) => {
  const fence = "`".repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length)) + 1);
  return text.trim() ? (fence.length > 1 ? `${fence} ${text} ${fence}` : fence + text + fence) : "";
};

function lookOf(node, tag, outer) {
  const css = style(node);
  const weight = /(?:^|;)font-weight:(\w+)/.exec(css);
  const slant = /(?:^|;)font-style:(\w+)/.exec(css);
  const href = tag === "A" ? attribute(node, "href").trim() : "";
  return {
    strong: weight ? weight[1] === "bold" || weight[1] === "bolder" || Number(weight[1]) >= 600 : outer.strong || tag === "B" || tag === "STRONG",
    emphasis: slant ? slant[1] === "italic" || slant[1] === "oblique" : outer.emphasis || tag === "I" || tag === "EM" || tag === "CITE",
    strike: outer.strike || tag === "S" || tag === "STRIKE" || tag === "DEL" || /(?:^|;)text-decoration(?:-line)?:[^;]*line-through/.test(css),
    link: KEPT_LINK.test(href) ? href : outer.link,
  };
}

const LOOKS = [["strong", "**"], ["emphasis", "*"], ["strike", "~~"]];
const sameLook = (a, b) => a.link === b.link && LOOKS.every(([key]) => a[key] === b[key]);

/** Runs of one look become one stretch; signs stand beside words, never beside blanks. */
function write(pieces) {
  const runs = [];
  for (const { text, look, raw } of pieces) {
    const last = runs.at(-1);
    const shown = raw ? text : escape(text);
    if (last && sameLook(last.look, look)) last.text += shown;
    else if (last && !raw && !text.trim() && runs.length > 0) last.text += shown;
    else runs.push({ text: shown, look });
  }
  let written = "";
  for (const [at, run] of runs.entries()) {
    const [, before, words, after] = /^((?:\s|\\\n)*)([\s\S]*?)((?:\s|\\\n)*)$/.exec(run.text);
    const isLinked = run.look.link && runs[at - 1]?.look.link === run.look.link;
    let text = words;
    if (words) for (const [key, sign] of [...LOOKS].reverse()) if (run.look[key]) text = sign + text + sign;
    if (words && run.look.link) text = `[${text}](${address(run.look.link)})`;
    // two neighbouring links to one address are one link cut by formatting
    if (isLinked && words) {
      const cut = /\]\([^()\s]*\)(\s*)$/.exec(written);
      if (cut) {
        written = written.slice(0, cut.index) + cut[1];
        text = text.slice(1);
      }
    }
    written += before + text + after;
  }
  return written.replace(/ {2,}/g, " ");
}

const address = (href) => (/[\s()<>]/.test(href) ? `<${href.replace(/[\s<>]/g, (sign) => encodeURIComponent(sign))}>` : href);

/** Signs that would mean something else in Markdown. */
export const escape = (text) =>
  text
    .replace(/[\\`*]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\[(?=\^|[^\]]*\][(:])/g, "\\[")
    .replace(/<(?=[a-z/!?])/gi, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&")
    .replace(/~~/g, "\\~~");

const lineStart = (text) =>
  text.replace(/^(#{1,6}(?=\s|$)|[-+](?=\s)|>|=+$|-{2,}$|:(?=\s))/gm, "\\$1").replace(/^(\d{1,9})([.)])(?=\s)/gm, "$1\\$2");

// In the page

if (typeof document !== "undefined") {
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.matches("textarea.source")) return;
    const html = event.clipboardData?.getData("text/html") ?? "";
    if (!html || html.length > LARGEST) return;
    let text = "";
    try {
      const taken = new Set([...field.value.matchAll(/\[\^([^\]\s]+)\]/g)].map((note) => note[1]));
      text = toMarkdown(parseHtml(html), taken);
    } catch {
      return; // too deep or too odd: the browser pastes the plain text
    }
    if (!text) return;
    event.preventDefault();
    field.dispatchEvent(new CustomEvent("source-insert", { detail: { text } }));
  });
}
