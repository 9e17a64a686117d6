// German signs while one types: „quotes“, dashes, no-break spaces. Each is a change of its own right behind the typed
// character, so that one undo brings back what was typed. Pure: a rule gets what stands before the cursor and the character.

const OPENS = /(?:^|[\s([{\u2013\u2014/\u00a0])$/;
const ABBREVIATIONS = /(?:^|[\s(])(?:z|u|d|o|i|s|m|v)$/i;
const SECOND = { z: "b", u: "a", d: "h", o: "ä", i: "d", s: "o", m: "e", v: "a" };

/**
 * What a typed character becomes.
 *
 * @param {string} before the text of the line before the cursor, without the character
 * @param {string} typed one character
 * @returns {{drop: number, insert: string} | null} how many characters before the cursor go, the typed one included, and what comes
 */
export function typographic(before, typed) {
  if (typed === '"') return { drop: 1, insert: isOpening(before, "„", "“") ? "„" : "“" };
  if (typed === "'") return { drop: 1, insert: OPENS.test(before) || before.endsWith("„") ? "‚" : isInside(before, "‚", "‘") ? "‘" : "’" };
  if (typed === "." && before.endsWith("..")) return { drop: 3, insert: "…" };
  if (typed === " ") return dash(before) ?? glued(before);
  return shortened(before, typed);
}

const isOpening = (before, open, close) => OPENS.test(before) || before.endsWith("‚") || (before.endsWith("*") && !isInside(before, open, close));
const isInside = (before, open, close) => before.lastIndexOf(open) > before.lastIndexOf(close);

/** "Wort - " and "Wort -- " become a dash, never at the start of a line, where they begin a list. */
function dash(before) {
  const found = /[^\s|:-]( --?)$/.exec(before);
  return found ? { drop: found[1].length + 1, insert: " – " } : null;
}

/** "§ 4", "Nr. 7", "Abs. 2": the blank behind the sign does not break. */
const glued = (before) => (/(?:^|[\s(])(?:§§?|Nr\.|Abs\.|Art\.|S\.|Ziff\.|Kap\.|Dr\.|Prof\.|Hr\.|Fr\.)$/.test(before) ? { drop: 1, insert: "\u00a0" } : null);

/** "z. B.", typed with a blank or without, gets a no-break space when its second letter comes. */
function shortened(before, typed) {
  const found = /(.)\.( ?)$/.exec(before);
  if (!found || !ABBREVIATIONS.test(before.slice(0, before.length - found[0].length + 1))) return null;
  if (SECOND[found[1].toLowerCase()] !== typed.toLowerCase()) return null;
  return { drop: found[2].length + 1, insert: `\u00a0${typed}` };
}
