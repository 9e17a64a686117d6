// bundle: reading
// A footnote opens where one reads. Without this file, or without popovers, its number is a link to the end of the text.
if (HTMLElement.prototype.showPopover) {
  let origin = null;

  const make = () => {
    const box = document.createElement("div");
    box.id = "fnpop";
    box.className = "fnpop";
    box.popover = "auto";
    box.tabIndex = -1;
    box.setAttribute("role", "note");
    box.addEventListener("toggle", (event) => {
      if (event.newState === "closed" && box.contains(document.activeElement)) origin.focus({ preventScroll: true });
    });
    document.querySelector("main").append(box);
    return box;
  };

  const fill = (box, note) => {
    const copy = note.cloneNode(true);
    for (const back of copy.querySelectorAll("a[href^='#fnref'], a[href^='#fr'], .fnback")) back.remove();
    for (const element of copy.querySelectorAll("[id]")) element.removeAttribute("id");
    box.replaceChildren(...copy.childNodes);
  };

  const place = (box, link) => {
    const at = link.getBoundingClientRect();
    const left = Math.max(16, Math.min(innerWidth - box.offsetWidth - 16, at.left - box.offsetWidth / 2));
    const below = at.bottom + 8;
    const top = below + box.offsetHeight > innerHeight - 16 ? Math.max(16, at.top - box.offsetHeight - 8) : below;
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  };

  const show = (link, note) => {
    const box = document.getElementById("fnpop") || make();
    origin = link;
    fill(box, note);
    box.setAttribute("aria-label", link.getAttribute("aria-label") || link.textContent);
    box.showPopover();
    place(box, link);
    box.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("sup a[href^='#fn']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const note = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!note) return;
    event.preventDefault();
    show(link, note);
  });
}
