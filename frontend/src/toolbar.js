// The toolbar: buttons and a list press verbs; what the cursor stands in is shown pressed. Arrow keys move within it,
// Escape leads back to the text.
import * as verbs from "./commands.js";

const PRESSED = ["strong", "emphasis", "strike", "link", "list", "numbers", "quote"];

export class Toolbar {
  /** @param {{root: Element, view: import("@codemirror/view").EditorView, deeds: Record<string, () => void>}} given */
  constructor(given) {
    Object.assign(this, given);
    this.level = this.root.querySelector("[data-tool=level]");
    this.level?.addEventListener("change", () => verbs.heading(Number(this.level.value))(this.view));
    this.root.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault()); // the cursor stays where it is
    this.root.addEventListener("click", (event) => {
      const deed = event.target.closest("[data-deed]")?.dataset.deed;
      if (!deed) return;
      const menu = event.target.closest("details");
      if (menu) menu.open = false;
      this.deeds[deed]?.();
    });
    this.root.addEventListener("keydown", (event) => this.move(event));
    const [first, ...others] = this.controls();
    first.tabIndex = 0;
    for (const control of others) control.tabIndex = -1;
  }

  controls() {
    return [...this.root.querySelectorAll("button, select")].filter((one) => !one.closest("[hidden], details:not([open]) > :not(summary)"));
  }

  focus() {
    (this.controls().find((control) => control.tabIndex === 0) ?? this.controls()[0]).focus();
    return true;
  }

  move(event) {
    if (event.key === "Escape" && !event.target.closest("details[open]")) {
      event.preventDefault();
      this.view.focus();
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = this.controls();
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length];
    for (const control of all) control.tabIndex = control === next ? 0 : -1;
    next.focus();
  }

  show(state) {
    const now = verbs.standing(state);
    if (this.level && document.activeElement !== this.level) this.level.value = String(now.level);
    for (const name of PRESSED) {
      const button = this.root.querySelector(`[data-deed=${name}]`);
      if (button && button.ariaPressed !== String(now[name])) button.ariaPressed = String(now[name]);
    }
  }
}
