// How long the text is, or what is selected of it. Signs are no characters.
import { countWords } from "./outline.js";
import { fill } from "./state-line.js";

/** The text as one counts it: no signs, no addresses, one line end between paragraphs. */
export const counted = (source) =>
  source
    .replace(/^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])|#{1,6}(?=[ \t])|:(?=[ \t])))+[ \t]*|^\[!HINWEIS\][ \t]*$|^\[\^[^\]]*\]:[ \t]*|^[ \t]*\|?[ \t:|-]*-[ \t:|-]*$/gim, "")
    .replace(/!\[[^\]]*\]\([^()]*\)(?:\{[^{}\n]*\})?|\[\^[^\]]*\]|\]\([^()\s]*\)|\{[^{}\n]*\}|(?<!\\)[*|`[\]!]|~~/g, "")
    .replace(/\\(?=[\p{P}\p{S}])/gu, "")
    .replace(/[ \t]*\n\s*/g, "\n")
    .trim();

/** @param {{words: Record<string, string>, source: string, selected: string}} given selected: "" for nothing @returns {string} */
export function lengthSaid({ words, source, selected }) {
  const number = (n) => n.toLocaleString(document.documentElement.lang);
  const all = countWords(counted(source));
  if (!selected.trim()) return fill(all === 1 ? words.oneWord : words.manyWords, { n: number(all) });
  const part = counted(selected);
  return fill(words.selectedWords, { n: number(countWords(part)), all: number(all), characters: number([...part].length) });
}
