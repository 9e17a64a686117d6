// A short piece of Markdown (a cell, a caption, a footnote) as elements, without addresses one could follow by accident.
import { parser } from "./markdown.js";

const TAGS = { StrongEmphasis: "strong", Emphasis: "em", Strikethrough: "s", InlineCode: "code" };
const SIGNS = new Set(["EmphasisMark", "StrikethroughMark", "CodeMark", "LinkMark", "URL", "LinkTitle", "LinkLabel", "ImageAttributes", "HeaderMark", "QuoteMark"]);

/** A piece of a paragraph as it is seen, for fields of plain words. */
export const plainly = (source) => source.replace(/\\([\p{P}\p{S}])|\*{1,3}|~~/gu, "$1");

/**
 * @param {(label: string) => string} number the number shown for a footnote's label
 * @param {boolean} isLinked real links, for a field whose content is read back
 */
export function inlineNodes(source, number = (label) => label, isLinked = false) {
  const root = document.createDocumentFragment();
  const walk = (node, into, end = node.to) => {
    let at = node.from;
    const text = (to) => {
      if (to > at) into.append(source.slice(at, to));
      at = Math.max(at, to);
    };
    for (let child = node.firstChild; child && child.from < end; child = child.nextSibling) {
      text(child.from);
      at = child.to;
      const isWord = child.name === "LinkMark" && node.name === "Link" && !node.getChild("URL") && !node.getChild("LinkLabel"); // "[so]" alone is no link
      if (isWord) into.append(source.slice(child.from, child.to));
      if (SIGNS.has(child.name)) continue;
      if (child.name === "Escape") into.append(source.slice(child.from + 1, child.to));
      else if (child.name === "HardBreak") into.append(element("br"));
      else if (child.name === "FootnoteReference") into.append(element("sup", number(source.slice(child.from + 2, child.to - 1))));
      else if (child.name === "Link" && child.getChild("URL")) {
        const link = element(isLinked ? "a" : "span");
        link.className = "ed-link";
        const url = child.getChild("URL");
        if (isLinked) link.setAttribute("href", source.slice(url.from, url.to).replace(/^<|>$/g, ""));
        walk(child, link, child.getChildren("LinkMark")[1].from);
        into.append(link);
      } else if (TAGS[child.name]) {
        const inner = element(TAGS[child.name]);
        walk(child, inner);
        into.append(inner);
      } else walk(child, into);
    }
    text(end);
  };
  walk(parser.parse(source).topNode, root);
  return root;
}

function element(tag, text = "") {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  return made;
}
