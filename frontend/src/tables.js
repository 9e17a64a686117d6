// Tables of Markdown as rows of cells, and back. Pure. A cell holds its Markdown; "|" in it is written "\|".

const splitRow = (line) => {
  const cells = [];
  let cell = "";
  const text = line.trim().replace(/^\|/, "");
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && text[at + 1] === "|") {
      cell += "|";
      at += 1;
    } else if (text[at] === "|") {
      cells.push(cell.trim());
      cell = "";
    } else cell += text[at];
  }
  if (cell.trim()) cells.push(cell.trim());
  return cells;
};

const alignOf = (sign) => (/^:-*:$/.test(sign) ? "center" : /^-*:$/.test(sign) ? "right" : /^:-*$/.test(sign) ? "left" : "");
const SIGN = { center: ":---:", right: "---:", left: ":---", "": "---" };

/** @returns {{align: string[], rows: string[][], caption: string}} the first row is the head; the caption has no sign */
export function readTable(source) {
  const [table, caption = ""] = source.replace(/\n+$/, "").split(/\n\s*\n?(?=: )/);
  const lines = table.split("\n");
  const head = splitRow(lines[0]);
  const align = splitRow(lines[1] ?? "").map(alignOf);
  const fit = (cells) => Array.from({ length: head.length }, (_none, at) => cells[at] ?? "");
  return { align: fit(align), rows: [head, ...lines.slice(2).map((line) => fit(splitRow(line)))], caption: caption.replace(/^: */, "").replace(/\s*\n\s*/g, " ") };
}

const writeCell = (text) => text.replace(/\s*\n\s*/g, " ").trim().replace(/(?<!\\)\|/g, "\\|");

export function writeTable({ align, rows, caption }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const [head, ...body] = rows.map((cells) => cells.map(writeCell));
  const text = [line(head), line(align.map((one) => SIGN[one])), ...body.map(line)].join("\n");
  return caption.trim() ? `${text}\n\n: ${caption.replace(/\s*\n\s*/g, " ").trim()}` : text;
}

/**
 * What I made of a table, put into what others made of it meanwhile.
 *
 * @returns the joined table, or null where its rows or columns are others now: then both have to be kept
 */
export function joinTables(before, mine, theirs) {
  const sameShape = (a, b) => a.rows.length === b.rows.length && a.rows[0].length === b.rows[0].length;
  if (!sameShape(before, theirs)) return null;
  if (!sameShape(before, mine)) return JSON.stringify(before) === JSON.stringify(theirs) ? mine : null;
  const pick = (old, own, other) => (own === old ? other : own);
  return {
    align: before.align.map((old, x) => pick(old, mine.align[x], theirs.align[x])),
    rows: before.rows.map((row, y) => row.map((old, x) => pick(old, mine.rows[y][x], theirs.rows[y][x]))),
    caption: pick(before.caption, mine.caption, theirs.caption),
  };
}

/** The smallest single change that makes one text the other: what stands at both ends stays, and cursors with it. */
export function smallestChange(before, after) {
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
