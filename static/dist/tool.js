// sources e366e3dc6b434b5b
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
const PIECE = { "X-Partial": "1" };
const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
let dialog = null;
const fill = (html, url) => {
if (!dialog) {
dialog = document.createElement("dialog");
dialog.className = "sheet";
document.body.append(dialog);
}
dialog.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
dialog.dataset.url = url;
const title = dialog.querySelector("h2");
if (title) dialog.setAttribute("aria-label", title.textContent);
};
const show = () => {
if (!dialog.open) dialog.showModal();
const field = dialog.querySelector("[aria-invalid]") || dialog.querySelector("textarea");
if (field) field.focus();
};
const open = async (url) => {
if (dialog && dialog.dataset.url === url) return show();
try {
const response = await fetch(url, { headers: PIECE, redirect: "manual" });
if (response.ok) {
fill(await response.text(), url);
return show();
}
} catch {
}
return location.assign(url);
};
const follow = (address) => {
const target = new URL(address, location.href);
const isHere = target.pathname === location.pathname && target.search === location.search;
location.assign(target);
if (isHere) location.reload();
};
const tell = (form, words) => {
let line = form.querySelector("[data-told]");
if (!line) {
line = Object.assign(document.createElement("p"), { className: "error" });
line.dataset.told = "";
line.setAttribute("role", "alert");
form.lastElementChild.before(line);
}
line.textContent = words;
};
const send = async (form) => {
let response;
try {
response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: PIECE, redirect: "manual" });
} catch {
tell(form, form.dataset.offline);
return;
}
if (response.status === 201) {
delete dialog.dataset.url;
const sent = new CustomEvent("sheet-sent", { cancelable: true });
if (document.dispatchEvent(sent)) follow(response.headers.get("Location"));
else dialog.close(); // the page shows it by itself
} else if (response.status === 422 && response.headers.get("Content-Type").startsWith("text/html")) {
fill(await response.text(), dialog.dataset.url);
show();
} else {
form.submit(); // the session has ended, or something else that deserves a page
}
};
document.addEventListener("open-sheet", (event) => {
event.preventDefault();
open(event.detail);
});
document.addEventListener("click", (event) => {
const link = event.target.closest("a[href]");
if (!link || !plain(event) || event.defaultPrevented) return;
if (dialog && dialog.contains(link)) {
if (!link.matches("[data-sheet-close]")) return;
event.preventDefault();
dialog.close();
} else if (link.matches("[data-sheet]") || /\/threads\/new$/.test(link.pathname)) {
event.preventDefault();
open(link.href);
}
});
document.addEventListener("submit", (event) => {
if (!dialog || !dialog.contains(event.target)) return;
event.preventDefault();
send(event.target);
});
});
addEventListener("DOMContentLoaded", () => { "use strict";
const PIECE = { "X-Partial": "1" };
const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
const piece = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-thread]");
const settle = (thread) => {
const number = thread.dataset.thread;
const isDone = thread.classList.contains("comment--done");
const isChanged = thread.classList.contains("comment--changed");
for (const mark of document.querySelectorAll(`mark[id="t${number}"], mark[data-for="t${number}"]`)) {
mark.classList.toggle("is-done", isDone);
mark.classList.toggle("is-changed", isChanged && !isDone);
}
const counter = document.querySelector(`.cref[href="#k${number}"]`);
if (counter && counter.lastChild) counter.lastChild.data = String(1 + thread.querySelectorAll(".comment__reply").length);
};
const swap = (thread, html) => {
const next = piece(html);
if (!next) return false;
const hadFocus = thread.contains(document.activeElement);
const isActive = thread.classList.contains("is-active");
thread.className = next.className;
thread.classList.toggle("is-active", isActive);
thread.replaceChildren(...next.childNodes);
settle(thread);
if (hadFocus) {
const target = thread.querySelector("[aria-invalid]") || thread.querySelector(".comment__state a");
target.focus({ preventScroll: !target.matches("[aria-invalid]") });
}
thread.dispatchEvent(new CustomEvent("thread-changed", { bubbles: true }));
return true;
};
const tell = (form, words) => {
const line = form.querySelector("[data-told]") || document.createElement("p");
line.dataset.told = "";
line.className = "error";
line.setAttribute("role", "alert");
line.textContent = words;
form.append(line);
};
document.addEventListener("submit", async (event) => {
const { target: form, submitter } = event;
const thread = (submitter || form).closest("[data-thread]");
if (!thread || event.defaultPrevented || form.method !== "post") return;
event.preventDefault();
if (thread.classList.contains("is-busy")) return;
thread.classList.add("is-busy");
const action = submitter && submitter.hasAttribute("formaction") ? submitter.formAction : form.action;
const again = () => {
form.action = action;
form.submit();
};
try {
const response = await fetch(action, { method: "POST", body: new FormData(form), headers: PIECE, redirect: "manual" });
const isPiece = response.status === 200 || response.status === 422;
if (isPiece && swap(thread, await response.text())) {
if (response.status === 200) thread.dispatchEvent(new CustomEvent("thread-sent", { bubbles: true }));
return;
}
again(); // the session has ended, or something else that deserves a page
} catch {
if (form.dataset.offline) tell(form, form.dataset.offline);
else again();
} finally {
thread.classList.remove("is-busy");
}
});
const answer = (link) => {
const thread = link.closest("[data-thread]");
const number = thread.dataset.thread;
const form = document.getElementById("answer-form").content.firstElementChild.cloneNode(true);
const address = new URL(link.href).pathname;
form.setAttribute("action", `${address}/comments`);
form.elements.kept_for.value = address;
form.elements.body.id = `answer-${number}`;
form.querySelector("label").htmlFor = `answer-${number}`;
link.replaceWith(form);
form.elements.body.focus();
thread.dispatchEvent(new CustomEvent("thread-changed", { bubbles: true }));
};
const whole = async (thread) => {
const address = thread.dataset.short;
if (!address) return;
delete thread.dataset.short;
const shown = document.querySelector("[data-revision]").dataset.revision;
try {
const response = await fetch(`${address}?where=margin&shown=${shown}`, { headers: PIECE, redirect: "manual" });
if (response.ok && swap(thread, await response.text())) return;
} catch {
}
thread.dataset.short = address;
};
document.addEventListener("thread-wanted", (event) => whole(event.target));
document.addEventListener("click", (event) => {
const link = event.target.closest("a[data-answer]");
if (link && plain(event) && !event.defaultPrevented && document.getElementById("answer-form")) {
event.preventDefault();
answer(link);
return;
}
const short = event.target.closest("[data-short]");
if (!short || !plain(event)) return;
event.preventDefault();
whole(short);
});
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
