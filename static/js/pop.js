// bundle: paper reading
// A small box that opens beside what was pressed: a footnote, the tools of a block. Others ask for it by the event
// "open-pop" (detail: origin, nodes, label, role); closed, it gives the focus back.
if (HTMLElement.prototype.showPopover) {
  let origin = null;

  const make = () => {
    const box = Object.assign(document.createElement("div"), { id: "pop", className: "pop", popover: "auto", tabIndex: -1 });
    box.addEventListener("toggle", (event) => {
      const isOpen = event.newState === "open";
      if (!isOpen && box.contains(document.activeElement)) origin.focus({ preventScroll: true });
      if (origin.matches("button")) origin.setAttribute("aria-expanded", String(isOpen));
    });
    document.querySelector("main").append(box);
    return box;
  };

  const place = (box) => {
    const at = origin.getBoundingClientRect();
    const left = Math.max(16, Math.min(innerWidth - box.offsetWidth - 16, at.left - box.offsetWidth / 2));
    const below = at.bottom + 8;
    const top = below + box.offsetHeight > innerHeight - 16 ? Math.max(16, at.top - box.offsetHeight - 8) : below;
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  };

  document.addEventListener("open-pop", (event) => {
    const box = document.getElementById("pop") || make();
    if (box.matches(":popover-open")) box.hidePopover();
    ({ origin } = event.detail);
    box.replaceChildren(...event.detail.nodes);
    box.setAttribute("role", event.detail.role);
    box.setAttribute("aria-label", event.detail.label);
    box.showPopover();
    place(box);
    const first = event.detail.role === "note" ? box : box.querySelector("a, button");
    first.focus({ preventScroll: true });
    event.preventDefault();
  });
}
