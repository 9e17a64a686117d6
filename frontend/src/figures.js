// Images of Markdown as what a dialog shows: name, description, caption, width; and back. Pure.
// ![Beschreibung](ablauf.png){caption="Unterschrift" width=60%}; a caption may stand in the title too.

const IMAGE = /^!\[((?:\\.|[^\]\\])*)\]\(\s*(?:<([^<>\n]*)>|([^\s()]*))(?:\s+"((?:\\.|[^"\\])*)")?\s*\)(\{[^{}\n]*\})?$/;
const plain = (text) => text.replace(/\\(.)/g, "$1");
const attribute = (braces, name) => {
  const found = new RegExp(`(?:^|[\\s{])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([\\w.%+-]+))`).exec(braces);
  return found ? plain(found[1] ?? found[2]) : null;
};

/** @returns {{name: string, alt: string, caption: string, width: number | null} | null} null for what is no image alone */
export function readFigure(source) {
  const found = IMAGE.exec(source.trim());
  if (!found) return null;
  const [, label, angled, bare, title = "", braces = ""] = found;
  let name = angled ?? bare;
  try {
    name = decodeURIComponent(name);
  } catch {
    // a lone percent sign: the name as it stands
  }
  const digits = /^(\d{2,3})%?$/.exec(attribute(braces, "width") ?? "");
  const width = digits && Number(digits[1]) >= 10 && Number(digits[1]) <= 100 ? Number(digits[1]) : null;
  return { name, alt: attribute(braces, "alt") ?? plain(label), caption: attribute(braces, "caption") ?? plain(title), width };
}

const inLabel = (text) => text.replace(/\s+/g, " ").trim().replace(/[[\]\\*`]/g, "\\$&");
const inQuotes = (text) => text.replace(/\s+/g, " ").trim().replace(/["\\]/g, "\\$&");
const inAddress = (name) => (/[\s()<>]/.test(name) ? `<${name}>` : name);

export function writeFigure({ name, alt, caption, width }) {
  const braces = [caption.trim() && `caption="${inQuotes(caption)}"`, width && width < 100 && `width=${width}%`].filter(Boolean).join(" ");
  return `![${inLabel(alt)}](${inAddress(name)})${braces ? `{${braces}}` : ""}`;
}
