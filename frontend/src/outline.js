// The headings of the text: read from its lines, shown beside it, and where a position lies among them.

import { plainly } from "./inline.js";

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** @returns {{level: number, title: string, from: number, number: string}[]} */
export function headings(text) {
  const found = [];
  let at = 0;
  let fence = "";
  const counts = [0, 0];
  for (const line of text.split("\n")) {
    const fenced = FENCE.exec(line);
    if (fenced && (!fence || line.trim().startsWith(fence))) fence = fence ? "" : fenced[1];
    const heading = fence ? null : HEADING.exec(line);
    if (heading) {
      const level = Math.max(2, heading[1].length);
      if (level === 2) counts.splice(0, 2, counts[0] + 1, 0);
      if (level === 3) counts[1] += 1;
      found.push({ level, title: plain(heading[2]), from: at, number: level === 2 ? String(counts[0]) : level === 3 ? `${counts[0]}.${counts[1]}` : "" });
    }
    at += line.length + 1;
  }
  return found;
}

const plain = (text) => plainly(text.replace(/\[\^[^\]]*\]/g, "").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/(?<!\\)`/g, "")).trim();

/** The heading a position stands under; null before the first. */
export const headingAt = (found, position) => found.filter((heading) => heading.from <= position).at(-1) ?? null;

export const countWords = (text) => (text.match(/[\p{L}\p{N}]+(?:[-'’.,:*/][\p{L}\p{N}]+)*/gu) ?? []).length;

export class Outline {
  /** @param {{list: Element, go: (position: number) => void}} given */
  constructor(given) {
    Object.assign(this, given, { found: [] });
    this.list.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      this.go(this.found[Number(link.dataset.at)].from);
    });
  }

  show(text) {
    this.found = headings(text);
    const shown = this.found.map((heading, at) => ({ ...heading, at })).filter((heading) => heading.level <= 3);
    const key = JSON.stringify(shown.map(({ level, title }) => [level, title]));
    if (key === this.key) return;
    this.key = key;
    this.list.replaceChildren();
    let inner = null;
    for (const heading of shown) {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: "#" });
      link.dataset.at = heading.at;
      if (heading.level === 2) {
        link.append(Object.assign(document.createElement("span"), { className: "no", textContent: heading.number }), Object.assign(document.createElement("span"), { textContent: heading.title }));
        item.append(link);
        this.list.append(item);
        inner = null;
      } else {
        link.textContent = heading.title;
        item.append(link);
        inner ??= (this.list.lastElementChild ?? this.list.appendChild(document.createElement("li"))).appendChild(document.createElement("ol"));
        inner.append(item);
      }
    }
  }

  /** Where the list scrolls by itself, the marked line stays in sight. */
  reveal(link) {
    const box = this.list.closest("nav");
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const [line, frame] = [link.getBoundingClientRect(), box.getBoundingClientRect()];
    if (line.top < frame.top || line.bottom > frame.bottom) box.scrollTop += line.top - frame.top - frame.height / 2;
  }

  /** Mark the section that is in sight. */
  mark(position) {
    const present = headingAt(this.found.filter((heading) => heading.level <= 3), position);
    for (const link of this.list.querySelectorAll("a")) {
      const isPresent = present !== null && this.found[Number(link.dataset.at)]?.from === present.from;
      if (isPresent && !link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "location");
        this.reveal(link);
      } else if (!isPresent) link.removeAttribute("aria-current");
    }
  }
}
