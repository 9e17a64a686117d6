// bundle: paper reading
// Keys of a page: whatever is marked data-key="j" is pressed by that key. The dialog [data-keys] lists them, opened by
// "?" or a button data-keys-open, and switches them off for good (WCAG 2.1.4). A page without the dialog has no keys.
const dialog = document.querySelector("dialog[data-keys]");

if (dialog) {
  const KEY = "shortcuts";
  const box = dialog.querySelector("input");
  const stored = () => {
    try {
      return localStorage.getItem(KEY) !== "off";
    } catch {
      return box.checked; // storage switched off: the choice lasts for this page
    }
  };

  box.checked = stored();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, "off");
    } catch {
      // the same
    }
  });

  const open = () => {
    box.checked = stored();
    dialog.showModal();
  };

  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
    // what had the focus in a dialog that has just closed may still be the target of the next key
    const isTyped = event.target.closest("input, select, textarea, dialog, [contenteditable]") && !event.target.closest("dialog:not([open])");
    if (isTyped || document.querySelector("dialog:modal") || !stored()) return;
    if (event.key === "?") open();
    else {
      // the last one: a button that has just come up, as at selected words, goes before those of the page
      const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].pop();
      if (!target || target.closest("[hidden]")) return;
      target.click();
    }
    event.preventDefault();
  });
}
