// Small dialogs for what is no running text: tables, pictures, links, footnotes. The page brings their forms; each is filled,
// shown, and answers with what was made of it, or null when it was closed.
import { toMarkdown } from "../../static/js/paste-cleaner.js";
import { inlineNodes } from "./inline.js";
import { element } from "./widgets.js";

/**
 * Show a dialog until it is closed.
 *
 * @param {boolean} isNew there is nothing yet that could be removed
 * @returns {Promise<string>} the value of the button that closed it, "" for none
 */
export function ask(dialog, isNew) {
  for (const button of dialog.querySelectorAll("[value=remove]")) button.hidden = isNew;
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

// Rich cells: what stands in a cell looks as it will read; Ctrl+B and Ctrl+I are the browser's own

function richField(field, source, notes) {
  field.replaceChildren(inlineNodes(source, (label) => `[^${label}]`, true));
  field.dataset.source = source;
  field.dataset.shown = field.innerHTML;
  field.dataset.notes = notes;
}

function richSource(field) {
  if (field.innerHTML === field.dataset.shown) return field.dataset.source;
  for (const sup of field.querySelectorAll("sup")) sup.replaceWith(sup.textContent);
  const text = toMarkdown(field).replace(/\s*\\?\n\s*/g, " ").trim();
  return text.replace(/\\\[\^([^\s[\]^]{1,100})\]/g, (found, label) => (field.dataset.notes.includes(`\n${label}\n`) ? `[^${label}]` : found));
}

document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("[data-rich]");
  if (!field) return;
  event.preventDefault();
  const text = (event.clipboardData?.getData("text/plain") ?? "").replace(/\s+/g, " ");
  document.execCommand("insertText", false, text);
});

export class TableDialog {
  constructor(dialog, words) {
    Object.assign(this, { dialog, words });
    this.grid = dialog.querySelector("[data-grid]");
    this.caption = dialog.querySelector("[data-caption]");
    dialog.addEventListener("click", (event) => {
      const deed = event.target.closest("[data-grid-deed]")?.dataset.gridDeed;
      if (deed) this.change(deed);
    });
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.grid.addEventListener("focusin", (event) => this.focused(event.target.closest("[data-rich]")));
  }

  /** @returns {Promise<object | "remove" | null>} the table as tables.js reads it */
  async open(table, notes, isNew) {
    this.notes = `\n${[...notes.keys()].join("\n")}\n`;
    this.table = structuredClone(table);
    this.at = { x: 0, y: 0 };
    richField(this.caption, table.caption, this.notes);
    this.draw();
    const answer = ask(this.dialog, isNew);
    this.cell(0, 0).focus();
    const value = await answer;
    if (value === "remove") return "remove";
    return value === "ok" ? this.read() : null;
  }

  read() {
    this.take();
    return { ...this.table, caption: richSource(this.caption) };
  }

  take() {
    this.table.rows = [...this.grid.rows].map((row) => [...row.querySelectorAll("[data-rich]")].map(richSource));
  }

  cell(x, y) {
    return this.grid.rows[y].querySelectorAll("[data-rich]")[x];
  }

  draw() {
    this.grid.replaceChildren(
      ...this.table.rows.map((cells, y) => {
        const row = element("tr");
        cells.forEach((source, x) => {
          const box = element(y === 0 ? "th" : "td", { right: "num", center: "center" }[this.table.align[x]] ?? "");
          const field = element("div", "ed-cell");
          Object.assign(field, { contentEditable: "true", role: "textbox", spellcheck: true });
          field.setAttribute("role", "textbox");
          field.ariaLabel = (y === 0 ? this.words.headCell : this.words.cell).replace("{row}", y).replace("{column}", x + 1);
          field.dataset.rich = "";
          richField(field, source, this.notes);
          box.append(field);
          row.append(box);
        });
        return row;
      }),
    );
  }

  focused(field) {
    if (!field) return;
    const row = field.closest("tr");
    this.at = { x: [...row.querySelectorAll("[data-rich]")].indexOf(field), y: row.rowIndex };
    for (const button of this.dialog.querySelectorAll("[data-align]")) button.ariaPressed = String((this.table.align[this.at.x] || "left") === button.dataset.align);
  }

  key(event) {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const below = this.at.y + 1;
      if (below >= this.table.rows.length) this.change("row-below", this.at.x);
      else this.cell(this.at.x, below).focus();
    }
  }

  change(deed, column = 0) {
    this.take();
    const { rows, align } = this.table;
    const { x, y } = this.at;
    const empty = () => rows[0].map(() => "");
    if (deed === "row-below") rows.splice(y + 1, 0, empty());
    else if (deed === "row-remove" && rows.length > 2 && y > 0) rows.splice(y, 1);
    else if (deed === "column-right" && align.length < 50) {
      align.splice(x + 1, 0, "");
      for (const row of rows) row.splice(x + 1, 0, "");
    } else if (deed === "column-remove" && align.length > 1) {
      align.splice(x, 1);
      for (const row of rows) row.splice(x, 1);
    } else if (deed.startsWith("align-")) align[x] = deed === "align-left" ? "" : deed.slice(6);
    this.draw();
    const next = { x: Math.min(deed === "column-right" ? x + 1 : deed === "row-below" ? column : x, align.length - 1), y: Math.min(deed === "row-below" ? y + 1 : y, rows.length - 1) };
    this.cell(next.x, next.y).focus();
  }
}

/** A dialog whose fields have names: filled from an object, read back as one. Fields marked "rich" show Markdown as it will read. */
export class FieldsDialog {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.rich = [...dialog.querySelectorAll("[data-rich]")];
    for (const field of this.rich) field.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector("[value=ok]"));
  }

  /** @param {Map<string, number>} notes footnotes that may be mentioned in rich fields */
  async open(values, isNew = true, notes = new Map()) {
    for (const field of this.rich) richField(field, values[field.dataset.rich] ?? "", `\n${[...notes.keys()].join("\n")}\n`);
    for (const [name, value] of Object.entries(values)) if (this.form.elements[name]) this.form.elements[name].value = value ?? "";
    this.dialog.dispatchEvent(new CustomEvent("filled"));
    const value = await ask(this.dialog, isNew);
    if (value === "remove") return "remove";
    if (value !== "ok") return null;
    const rich = this.rich.map((field) => [field.dataset.rich, richSource(field)]);
    return Object.fromEntries([...new FormData(this.form)].map(([name, text]) => [name, String(text).trim()]).concat(rich));
  }
}

/** The dialog of a picture: shows which one is chosen, and takes a new one from this computer. */
export class FigureDialog extends FieldsDialog {
  /** @param {{address: (name: string) => string, upload: string, token: string, failed: string, onNew: (name: string) => void}} given */
  constructor(dialog, given) {
    super(dialog);
    Object.assign(this, given);
    this.picture = Object.assign(document.createElement("img"), { className: "livedialog__picture", alt: "" });
    this.form.elements.name.after(this.picture);
    this.file = dialog.querySelector("input[type=file]");
    this.problem = dialog.querySelector("[data-problem]");
    this.form.elements.name.addEventListener("change", () => this.show());
    dialog.addEventListener("filled", () => this.show());
    this.file.addEventListener("change", () => this.send());
  }

  show() {
    const { name } = this.form.elements;
    this.picture.hidden = !name.value;
    if (name.value) this.picture.src = this.address(name.value);
    this.form.querySelector("[data-chosen]").hidden = name.options.length === 0;
    this.form.querySelector("[value=ok]").disabled = name.options.length === 0;
    this.problem.hidden = true;
  }

  async send() {
    const [file] = this.file.files;
    if (!file) return;
    const body = new FormData();
    body.set("file", file);
    body.set("csrf_token", this.token);
    let name = "";
    let words = this.failed;
    try {
      const response = await fetch(this.upload, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      const answer = await response.json();
      if (response.ok) name = answer.name;
      else words = answer.error.message;
    } catch {
      // no connection, or no answer of ours
    }
    this.file.value = "";
    if (name) {
      this.form.elements.name.append(new Option(name, name, true, true));
      this.onNew(name);
    }
    this.show();
    this.problem.textContent = words;
    this.problem.hidden = name !== "";
  }
}
