// bundle: forms
// Pinning a comment again: words selected in one of the blocks choose that block and fill the field for a part of it.
const form = document.querySelector("form[data-pin]");

if (form) {
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const node = selection.isCollapsed ? null : selection.anchorNode;
    const words = node && node.parentElement && node.parentElement.closest(".blocks__words");
    if (!words || !words.contains(selection.focusNode)) return;
    words.closest("label").querySelector("input").checked = true;
    form.querySelector("#words").value = selection.toString().trim();
  });
}
