// bundle: paper reading tool forms
// Contents and filters stand open where there is room beside the text; the section one reads is marked.
const room = matchMedia("(min-width: 64rem)");
const panels = document.querySelectorAll(".toc > details, .filters > details");
const fit = () => {
  for (const panel of panels) panel.open = room.matches;
};
if (panels.length > 0) {
  fit();
  room.addEventListener("change", fit);
}

const sections = [...document.querySelectorAll(".reading .toc a[href^='#']")]
  .map((link) => ({ link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
  .filter((section) => section.heading);

if (sections.length > 0) {
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
