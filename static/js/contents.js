// bundle: paper reading tool forms
// Contents and filters stand open where there is room beside the text; the section one reads is marked.
const openWhere = (selector, media) => {
  const panels = document.querySelectorAll(selector);
  if (panels.length === 0) return;
  const room = matchMedia(media);
  const fit = () => {
    for (const panel of panels) panel.open = room.matches;
  };
  fit();
  room.addEventListener("change", fit);
};
openWhere(".toc > details, .filters > details", "(min-width: 64rem)");
openWhere(".cmp__toc--beside > details", "(min-width: 76rem)");

const sections = [...document.querySelectorAll(":is(.reading, .ed) .toc a[href^='#'], .cmp__toc a[href^='#']")]
  .map((link) => ({ link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
  .filter((section) => section.heading);

if (sections.length > 0) {
  // a long list scrolls in its own box; only that box is moved, never the page
  const keepInSight = (link) => {
    const box = link.closest("nav");
    const inside = box.getBoundingClientRect();
    const place = link.getBoundingClientRect();
    if (place.bottom > inside.bottom) box.scrollTop += place.bottom - inside.bottom + 40;
    if (place.top < inside.top) box.scrollTop += place.top - inside.top - 40;
  };
  let marked = null;
  let asked = false;
  const mark = () => {
    asked = false;
    let present = null;
    if (scrollY >= 120) {
      for (const section of sections) {
        if (section.heading.getBoundingClientRect().top >= 220) break;
        present = section.link;
      }
    }
    if (present === marked) return;
    if (marked) marked.removeAttribute("aria-current");
    if (present) present.setAttribute("aria-current", "location");
    if (present) keepInSight(present);
    marked = present;
  };
  addEventListener(
    "scroll",
    () => {
      if (!asked) requestAnimationFrame(mark);
      asked = true;
    },
    { passive: true },
  );
  mark();
}
