// Where the signs of Markdown stand: what begins a line ("## ", "- ", "> ") and what surrounds words ("**", "[", "](…)").
// The page hides them; commands and the preview ask here, so that both mean the same.
import { syntaxTree } from "@codemirror/language";

const PAIRED = new Set(["EmphasisMark", "StrikethroughMark"]);
const GUIDANCE = /^\[!HINWEIS\][ \t]*$/i;
const TERM_SIGN = /^:[ \t]+/;

/**
 * The signs around words between two places.
 *
 * @returns {{from: number, to: number, start: number, end: number, side: -1 | 0 | 1}[]} start and end are those of the whole
 *     construct; side says whether the sign opens it (-1), closes it (1) or stands alone (0)
 */
export function inlineSigns(state, from, to) {
  const found = [];
  const add = (first, last, whole, side) => {
    if (last > first) found.push({ from: first, to: last, start: whole.from, end: whole.to, side });
  };
  syntaxTree(state).iterate({
    from,
    to,
    enter(node) {
      if (node.name === "Table" || node.name === "FencedCode" || node.name === "CodeBlock") return false;
      if (PAIRED.has(node.name) || (node.name === "CodeMark" && node.node.parent.name === "InlineCode")) {
        const whole = node.node.parent;
        add(node.from, node.to, whole, node.from === whole.from ? -1 : 1);
      } else if (node.name === "Link") linkSigns(node.node, add);
      else if (node.name === "Autolink") {
        add(node.from, node.from + 1, node, -1);
        add(node.to - 1, node.to, node, 1);
      } else if (node.name === "Escape") add(node.from, node.from + 1, node, 0);
      else if (node.name === "HardBreak") add(node.from, node.to - 1, { from: node.from, to: node.to - 1 }, 0);
      return true;
    },
  });
  return found.sort((a, b) => a.from - b.from || a.to - b.to);
}

function linkSigns(link, add) {
  if (!link.getChild("URL") && !link.getChild("LinkLabel")) return; // "[so]" alone is no link
  const marks = link.getChildren("LinkMark");
  if (marks.length < 2) return;
  add(marks[0].from, marks[0].to, link, -1);
  add(marks[1].from, link.to, link, 1);
}

/**
 * What begins a line.
 *
 * @returns {{from: number, to: number, parts: {kind: string, from: number, to: number, node: object}[], kind: string, level: number,
 *     quotes: number, items: number}} from and to surround the signs; kind: text, heading, item, task, note, term, guidance, code, rule, blank
 */
export function lineStart(state, line) {
  const tree = syntaxTree(state);
  const start = { from: line.from, to: line.from, parts: [], kind: "text", level: 0, quotes: 0, items: 0 };
  const isBlank = !line.text.trim();
  let node = tree.resolveInner(line.from + (isBlank ? 0 : line.text.search(/\S/)), 1);
  for (let up = node; up; up = up.parent) {
    if (up.name === "Blockquote") start.quotes += 1;
    else if (up.name === "ListItem" && up.from <= line.from + line.length) start.items += 1;
    if (up.name === "FencedCode" || up.name === "CodeBlock") return { ...start, kind: "code" };
    if (up.name === "Table") return { ...start, kind: "table" };
  }
  if (isBlank) return { ...start, kind: "blank" };
  let at = line.from;
  for (;;) {
    while (at < line.to && /[ \t]/.test(line.text[at - line.from])) at += 1;
    const sign = at < line.to ? signAt(tree, at, line) : null;
    if (!sign) break;
    start.parts.push(sign);
    at = sign.to;
    if (sign.kind !== "quote") Object.assign(start, { kind: sign.kind, level: sign.level ?? 0, node: sign.node });
    if (sign.kind === "item") start.itemNode = sign.node;
  }
  start.to = at;
  const rest = line.text.slice(at - line.from);
  if (start.kind === "text") {
    node = tree.resolveInner(at, 1);
    const block = upTo(node, (one) => /^(?:ATXHeading|SetextHeading|HorizontalRule|Paragraph|FencedCode|Table)/.test(one.name));
    if (block?.name === "HorizontalRule") return { ...start, kind: "rule", node: block };
    if (block?.name.startsWith("SetextHeading")) return { ...start, kind: "heading", level: Number(block.name.at(-1)), node: block, isUnderlined: true };
    if (block?.name === "Paragraph" && start.quotes && GUIDANCE.test(rest) && state.doc.lineAt(block.from).number === line.number) {
      return { ...start, kind: "guidance", to: line.to };
    }
    if (TERM_SIGN.test(rest)) {
      const sign = TERM_SIGN.exec(rest)[0];
      start.parts.push({ kind: "term", from: at, to: at + sign.length });
      return { ...start, kind: "term", to: at + sign.length };
    }
  }
  return start;
}

function upTo(node, isIt) {
  for (let up = node; up; up = up.parent) if (isIt(up)) return up;
  return null;
}

function signAt(tree, at, line) {
  const node = tree.resolveInner(at, 1);
  const behind = (to) => {
    let end = to;
    if (/[ \t]/.test(line.text[end - line.from] ?? "")) end += 1;
    return Math.min(end, line.to);
  };
  if (node.from !== at) return null;
  if (node.name === "QuoteMark") return { kind: "quote", from: at, to: behind(node.to), node: node.parent };
  if (node.name === "ListMark") {
    let to = node.to;
    while (/[ \t]/.test(line.text[to - line.from] ?? "")) to += 1;
    return { kind: "item", from: at, to: Math.min(to, line.to), node: node.parent };
  }
  if (node.name === "TaskMarker") return { kind: "task", from: at, to: behind(node.to), node: node.parent };
  if (node.name === "FootnoteMark") return { kind: "note", from: at, to: node.to, node: node.parent };
  if (node.name === "HeaderMark" && node.parent.name.startsWith("ATX") && node.parent.from === at) {
    return { kind: "heading", level: Number(node.parent.name.at(-1)), from: at, to: behind(node.to), node: node.parent };
  }
  return null;
}

/** Whether an empty line only separates two paragraphs: the first of every two in a row of empty lines is one. */
export function isGap(state, number) {
  const { doc } = state;
  const blank = (n) => n >= 1 && n <= doc.lines && !doc.line(n).text.replace(/[>\s]/g, "");
  if (!blank(number)) return false;
  let first = number;
  while (blank(first - 1)) first -= 1;
  if (first === 1) return false;
  const isLast = number === doc.lines;
  return (number - first) % 2 === 0 && (!isLast || number === first);
}
