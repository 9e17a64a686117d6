// bundle: paper reading
// From comment to comment, where the margin holds several: the passage comes to the middle and its comment is chosen; where the
// comments stand below the text, the next one opens as a sheet.
const group = document.querySelector("[data-comment-step]");
const list = document.querySelector(".comments > ol");

if (group && list) {
  const output = group.querySelector("output");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const wide = matchMedia("(min-width: 78rem)");
  const comments = () =>
    [...list.querySelectorAll(":scope > .comment[data-for]")]
      .map((element) => ({ element, mark: document.getElementById(element.dataset.for) }))
      .filter(({ mark }) => mark);

  // where the reader is: at the chosen comment, or between the passages above and below the middle of the window
  const next = (all, step) => {
    const chosen = all.findIndex(({ element }) => element.matches(".is-active"));
    if (chosen >= 0) return (chosen + step + all.length) % all.length;
    const below = all.findIndex(({ mark }) => mark.getBoundingClientRect().top > innerHeight / 2);
    const edge = below < 0 ? all.length : below;
    return (step > 0 ? edge : edge - 1 + all.length) % all.length;
  };

  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const all = comments();
    if (!button || all.length === 0) return;
    const at = next(all, Number(button.value));
    const { element, mark } = all[at];
    // choosing is margin-comments' part: it follows the click, and the address
    if (wide.matches) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    else location.replace(`#${element.id}`);
    mark.scrollIntoView({ block: wide.matches ? "center" : "start", behavior: calm.matches ? "auto" : "smooth" });
  });

  // whichever way one is chosen
  list.addEventListener("thread-wanted", (event) => {
    const all = comments();
    const at = all.findIndex(({ element }) => element === event.target);
    output.textContent = group.dataset.words.replace("{n}", String(at + 1)).replace("{total}", String(all.length));
  });
  group.hidden = false;
}
