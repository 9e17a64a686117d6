// The field with the text of a paper: other scripts put words into it by the event "source-insert", so that undo works;
// Ctrl+S or ⌘S saves; words are counted. Loaded as a module by the pages where one writes.

/** Replace [start, end) of a field, the selection where no place is given, and select part of what was put in. */
function insert(field, { text, start = field.selectionStart, end = field.selectionEnd, select = null }) {
  field.focus();
  field.setSelectionRange(start, end);
  const before = field.value;
  // the only way that browsers can undo; where it is missing the text still gets in
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!done && field.value === before && field.value.slice(start, end) !== text) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (select) field.setSelectionRange(start + select[0], start + select[1]);
}

const count = (text) => (text.match(/[\p{L}\p{N}]+(?:[-'’.,:*/][\p{L}\p{N}]+)*/gu) ?? []).length;

function showCount(field, output) {
  const words = count(field.value);
  output.textContent = (words === 1 ? output.dataset.one : output.dataset.many).replace("{n}", words.toLocaleString(document.documentElement.lang));
}

for (const field of document.querySelectorAll("textarea.source")) {
  field.addEventListener("source-insert", (event) => insert(field, event.detail));
  const output = field.form?.querySelector("output[data-one]");
  if (output) {
    let waiting = 0;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(showCount, 400, field, output);
    });
    showCount(field, output);
    output.hidden = false;
  }
  field.form?.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    field.form.requestSubmit([...field.form.elements].find((element) => element.matches("button[data-save]")));
  });
}
