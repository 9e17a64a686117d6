// bundle: paper reading tool forms
// Behind an @ in a comment the people of the group are suggested, from the list that stands on the page for everybody.
const SHOWN = 6;
const people = () => [...document.querySelectorAll(".mentions [data-handle]")].map((item) => ({ ...item.dataset }));
let box = null;
let field = null;

const close = () => {
  if (box) box.remove();
  if (field) field.removeAttribute("aria-activedescendant");
  box = null;
};

const begun = () => {
  const before = field.value.slice(0, field.selectionStart);
  const found = /(?:^|[^\w.@])@([\p{L}\d.]*)$/u.exec(before);
  return found ? found[1] : null;
};

const choose = (index) => {
  [...box.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
  field.setAttribute("aria-activedescendant", box.children[index].id);
};

const take = (item) => {
  const word = begun() ?? "";
  const end = field.selectionStart;
  field.setRangeText(`${item.dataset.handle} `, end - word.length, end, "end");
  close();
  field.focus();
};

const suggest = () => {
  const word = begun();
  close();
  if (word === null) return;
  const wanted = word.toLowerCase();
  const fits = people().filter(({ handle, name }) => handle.startsWith(wanted) || name.toLowerCase().split(/\s+/).some((part) => part.startsWith(wanted)));
  if (fits.length === 0) return;
  box = Object.assign(document.createElement("ul"), { className: "suggest", id: "mention-suggestions" });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", document.querySelector(".mentions > summary").textContent);
  fits.slice(0, SHOWN).forEach(({ handle, name }, index) => {
    const item = Object.assign(document.createElement("li"), { id: `mention-${index}`, textContent: `${name} (@${handle})` });
    item.setAttribute("role", "option");
    item.dataset.handle = handle;
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(item);
    });
    box.append(item);
  });
  (field.closest("dialog") || document.body).append(box);
  const frame = field.getBoundingClientRect();
  const zero = box.offsetParent ? box.offsetParent.getBoundingClientRect() : { left: 0, top: 0 };
  const isPage = !box.offsetParent || box.offsetParent === document.body;
  box.style.left = `${frame.left - zero.left + (isPage ? 0 : box.offsetParent.scrollLeft)}px`;
  box.style.top = `${frame.bottom - zero.top + (isPage ? 0 : box.offsetParent.scrollTop) + 2}px`;
  choose(0);
};

document.addEventListener("input", (event) => {
  if (!event.target.matches("textarea[data-mention]")) return;
  field = event.target;
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "mention-suggestions");
  suggest();
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!box || event.target !== field) return;
    const items = [...box.children];
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose((at + 1) % items.length);
    else if (event.key === "ArrowUp") choose((at + items.length - 1) % items.length);
    else if (event.key === "Enter" || event.key === "Tab") take(items[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("focusout", (event) => {
  if (event.target === field) close();
});
