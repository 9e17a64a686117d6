// Edition page: a button beside each citation copies it. Without this script the text is there to be selected.
"use strict";

for (const box of document.querySelectorAll("[data-cite]")) {
  const button = box.querySelector("button");
  const text = box.querySelector(".cite__text");
  if (!button || !text) continue;
  const label = button.firstChild;
  const words = label.data;
  let waiting = 0;

  const select = () => {
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // No clipboard on this address or not allowed: the text is selected, ready for the keyboard.
      select();
      return;
    }
    label.data = button.dataset.done;
    clearTimeout(waiting);
    waiting = setTimeout(() => { label.data = words; }, 2000);
  });
}
