// bundle: paper reading
// A footnote opens where one reads. Without this file, or without popovers, its number is a link to the end of the text.
document.addEventListener("click", (event) => {
  const link = event.target.closest("sup a[href^='#fn']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const note = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!note) return;
  const copy = note.cloneNode(true);
  for (const other of copy.querySelectorAll(".fnback, .handle")) other.remove();
  for (const element of copy.querySelectorAll("[id]")) element.removeAttribute("id");
  const detail = { origin: link, nodes: [...copy.childNodes], label: link.getAttribute("aria-label") || link.textContent, role: "note" };
  const asked = new CustomEvent("open-pop", { detail, cancelable: true });
  if (!document.dispatchEvent(asked)) event.preventDefault();
});
