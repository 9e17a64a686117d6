// sources d11a6206fe953153
(() => { "use strict";
const root = document.documentElement;
const KEY = "theme";
const stored = () => {
try {
return localStorage.getItem(KEY) || "";
} catch {
return ""; // storage switched off: the choice lasts for this page
}
};
const store = (choice) => {
try {
if (choice) localStorage.setItem(KEY, choice);
else localStorage.removeItem(KEY);
} catch {
}
};
const apply = (choice) => {
for (const name of ["data-theme", "data-kern-theme"]) {
if (choice === "light" || choice === "dark") root.setAttribute(name, choice);
else root.removeAttribute(name);
}
};
apply(stored());
root.dataset.scripts = ""; // what a script will set in its place need not be seen before
try {
if (localStorage.getItem("numbers") === "off") root.dataset.numbers = "off";
} catch {
}
addEventListener("DOMContentLoaded", () => {
for (const group of document.querySelectorAll("[data-theme-switch]")) {
const buttons = [...group.querySelectorAll("button")];
const show = (choice) => {
for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === choice));
};
group.addEventListener("click", (event) => {
const button = event.target.closest("button");
if (!button) return;
store(button.value);
apply(button.value);
show(button.value);
});
show(stored());
group.hidden = false;
}
});
})();
addEventListener("DOMContentLoaded", () => { "use strict";
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
});
addEventListener("DOMContentLoaded", () => { "use strict";
const OVERLAYS = "details.menu";
const open = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
for (const details of open()) if (!details.contains(event.target)) details.open = false;
});
document.addEventListener("keydown", (event) => {
if (event.key !== "Escape") return;
for (const details of open()) {
const hadFocus = details.contains(document.activeElement);
details.open = false;
if (hadFocus) details.querySelector("summary").focus();
}
});
document.addEventListener(
"toggle",
(event) => {
const details = event.target;
if (!(details instanceof HTMLDetailsElement) || !details.open || !details.matches(OVERLAYS)) return;
for (const other of open()) if (other !== details) other.open = false;
},
true,
);
});
addEventListener("DOMContentLoaded", () => { "use strict";
const NAME = "workspace-unsent";
const ROWS = "rows";
const opened = () =>
new Promise((resolve) => {
const asked = indexedDB.open(NAME, 1);
asked.onupgradeneeded = () => asked.transaction.abort(); // there is none: nothing was ever kept here
asked.onsuccess = () => resolve(asked.result);
asked.onerror = () => resolve(null);
asked.onblocked = () => resolve(null);
});
const done = (asked) =>
new Promise((resolve) => {
asked.onsuccess = () => resolve(asked.result);
asked.onerror = () => resolve(0);
});
const signOut = async (form) => {
const mine = IDBKeyRange.bound([form.dataset.signOut], [form.dataset.signOut, []]);
const database = await opened();
if (database) {
const count = await done(database.transaction(ROWS).objectStore(ROWS).count(mine));
if (count && !confirm(form.dataset.ask)) return;
document.dispatchEvent(new CustomEvent("words-dropped"));
await done(database.transaction(ROWS, "readwrite").objectStore(ROWS).delete(mine));
}
form.submit();
};
document.addEventListener("submit", (event) => {
const form = event.target;
if (!form.matches("form[data-sign-out]") || !window.indexedDB) return;
event.preventDefault();
signOut(form).catch(() => form.submit());
});
});
