// The toolbar above the text: puts Markdown signs around words or before lines. Loaded as a module by the edit pages;
// the toolbar is hidden until this file runs.

const lineRange = (text, start, end) => {
  const first = text.lastIndexOf("\n", start - 1) + 1;
  const last = text.indexOf("\n", end > start && text[end - 1] === "\n" ? end - 1 : end);
  return [first, last < 0 ? text.length : last];
};

/** Put `sign` around the selected words, or take it away. */
export function around(text, start, end, sign) {
  const words = text.slice(start, end);
  const inner = words.trim();
  const left = start + words.indexOf(inner);
  const right = left + inner.length;
  const n = sign.length;
  if (inner && text.slice(left - n, left) === sign && text.slice(right, right + n) === sign) {
    return { start: left - n, end: right + n, text: inner, select: [0, inner.length] };
  }
  return { start: left, end: right, text: sign + inner + sign, select: [n, n + inner.length] };
}

/** Put a mark before each of the selected lines, or take it away when all have it. */
export function beforeLines(text, start, end, kind) {
  const [first, last] = lineRange(text, start, end);
  const lines = text.slice(first, last).split("\n");
  const marks = { list: /^[-*+] /, numbers: /^\d{1,9}[.)] /, quote: /^> ?/ };
  const filled = lines.filter((line) => line.trim());
  const isOn = filled.length > 0 && filled.every((line) => marks[kind].test(line));
  let number = 0;
  const changed = lines.map((line) => {
    if (isOn) return line.replace(marks[kind], "");
    if (!line.trim() && lines.length > 1) return line;
    const bare = kind === "quote" ? line : line.replace(marks.list, "").replace(marks.numbers, "");
    number += 1;
    return { list: "- ", numbers: `${number}. `, quote: "> " }[kind] + bare;
  });
  const result = changed.join("\n");
  return { start: first, end: last, text: result, select: [lines.length > 1 ? 0 : result.length, result.length] };
}

/** Make the lines headings of a level, or plain paragraphs for level 0. */
export function heading(text, start, end, level) {
  const [first, last] = lineRange(text, start, end);
  const sign = level > 0 ? `${"#".repeat(level)} ` : "";
  const result = text
    .slice(first, last)
    .split("\n")
    .map((line) => (line.trim() || first === last ? sign + line.replace(/^#{1,6}\s+/, "") : line))
    .join("\n");
  return { start: first, end: last, text: result, select: [result.length, result.length] };
}

/** The level of the heading that the caret stands in; 0 for anything else. */
export function levelAt(text, at) {
  const [first, last] = lineRange(text, at, at);
  return /^(#{1,6})\s/.exec(text.slice(first, last))?.[1].length ?? 0;
}

/** A block of its own, apart from what stands before and behind. */
function apart(text, at, block, select) {
  const before = text.slice(0, at);
  const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const behind = text.slice(at);
  const tail = behind === "" ? "\n" : behind.startsWith("\n\n") ? "" : behind.startsWith("\n") ? "\n" : "\n\n";
  return { start: at, end: at, text: lead + block + tail, select: [lead.length + select[0], lead.length + select[1]] };
}

export function link(text, start, end, words) {
  const shown = text.slice(start, end) || words;
  if (/^https?:\/\/\S+$/.test(shown)) return { start, end, text: `[${words}](${shown})`, select: [1, 1 + words.length] };
  const address = "https://";
  return { start, end, text: `[${shown}](${address})`, select: [shown.length + 3, shown.length + 3 + address.length] };
}

export function table(text, at, column) {
  const head = `| ${column} 1 | ${column} 2 |`;
  const block = `${head}\n| --- | --- |\n|  |  |\n|  |  |`;
  return apart(text, lineRange(text, at, at)[1], block, [2, 2 + column.length + 2]);
}

export function picture(text, at, name, words) {
  return apart(text, lineRange(text, at, at)[1], `![${words}](${/[\s()]/.test(name) ? `<${name}>` : name})`, [2, 2 + words.length]);
}

/** A footnote sign at the caret and its note at the end; the caret goes to the note. Two changes, the later place first. */
export function footnote(text, at, words) {
  const numbers = [...text.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1]));
  const label = `[^${Math.max(0, ...numbers) + 1}]`;
  const end = text.replace(/\n+$/, "").length;
  const note = `\n\n${label}: ${words}\n`;
  return [
    { start: Math.max(at, end), end: text.length, text: note },
    { start: at, end: at, text: label, jump: note.length - 1 - words.length, length: words.length },
  ];
}

class EditorToolbar extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    if (!this.field) return;
    this.controls = [...this.querySelectorAll("button, select")];
    this.addEventListener("click", (event) => this.press(event.target.closest("button[data-deed]")));
    this.addEventListener("change", (event) => this.choose(event.target));
    this.addEventListener("keydown", (event) => this.walk(event));
    this.field.addEventListener("keydown", (event) => this.shortcut(event));
    for (const name of ["keyup", "click", "input"]) this.field.addEventListener(name, () => this.showLevel());
    this.controls.forEach((control, at) => (control.tabIndex = at === 0 ? 0 : -1));
    this.addEventListener("focusin", (event) => this.makeStop(event.target));
    this.hidden = false;
    this.showLevel();
  }

  press(button) {
    if (button) this.act(button.dataset.deed);
  }

  act(deed) {
    const { value, selectionStart: start, selectionEnd: end } = this.field;
    const word = (name) => this.dataset[name];
    const change = {
      strong: () => around(value, start, end, "**"),
      emphasis: () => around(value, start, end, "*"),
      list: () => beforeLines(value, start, end, "list"),
      numbers: () => beforeLines(value, start, end, "numbers"),
      quote: () => beforeLines(value, start, end, "quote"),
      link: () => link(value, start, end, word("link")),
      table: () => table(value, end, word("column")),
    }[deed];
    if (change) this.put(change());
    else if (deed === "footnote") this.putFootnote(value, end);
    else document.execCommand(deed); // undo, redo
  }

  put(change) {
    this.field.dispatchEvent(new CustomEvent("source-insert", { detail: change }));
  }

  putFootnote(value, at) {
    const [note, sign] = footnote(value, at, this.dataset.note);
    this.put(note);
    this.put(sign);
    const start = note.start + sign.text.length + sign.jump;
    this.field.setSelectionRange(start, start + sign.length);
  }

  choose(select) {
    const { value, selectionStart: start, selectionEnd: end } = this.field;
    if (select.dataset.tool === "level") this.put(heading(value, start, end, Number(select.value)));
    else if (select.value) {
      this.put(picture(value, end, select.value, this.dataset.picture));
      select.selectedIndex = 0;
    }
  }

  shortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const deed = { b: "strong", i: "emphasis", k: "link" }[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    this.act(deed);
  }

  showLevel() {
    const select = this.querySelector("select[data-tool='level']");
    if (select) select.value = String(Math.min(4, levelAt(this.field.value, this.field.selectionStart)) || 0);
  }

  /** One tab stop for the whole bar; arrows walk inside it. */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    const at = this.controls.indexOf(event.target);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const last = this.controls.length - 1;
    const next = step === Infinity ? last : step === -Infinity ? 0 : (at + step + last + 1) % (last + 1);
    this.controls[next].focus();
  }

  makeStop(target) {
    if (!this.controls.includes(target)) return;
    for (const control of this.controls) control.tabIndex = control === target ? 0 : -1;
  }
}

customElements.define("editor-toolbar", EditorToolbar);
