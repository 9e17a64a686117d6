// sources 04cb0232ba5d777f
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
const article = document.querySelector("article.prose[data-blocks]");
if (article) {
const { blocks, tools } = article.dataset;
const wrapped = (block) => {
const frame = Object.assign(document.createElement("div"), { className: "block" });
block.replaceWith(frame);
frame.append(block);
return frame;
};
const give = (block) => {
const handle = Object.assign(document.createElement("button"), { type: "button", className: "handle" });
handle.dataset.skip = "";
handle.dataset.block = block.id;
handle.setAttribute("aria-label", tools);
handle.setAttribute("aria-expanded", "false");
const line = block.matches("li") && block.querySelector(":scope > span[data-start]");
if (line) line.after(handle);
else if (block.matches("h2, h3, h4, h5, h6, pre, .tablebox")) wrapped(block).append(handle);
else block.append(handle);
};
const all = ":is(p, h2, h3, h4, h5, h6, li, dd, dt, pre, figure, .tablebox)[id]:not([data-skip], [id^='i-'])";
for (const block of article.querySelectorAll(all)) give(block);
const open = async (handle) => {
const address = `${blocks}/${encodeURIComponent(handle.dataset.block)}`;
try {
const response = await fetch(address, { headers: { "X-Partial": "1" }, redirect: "manual" });
if (response.ok) {
const list = new DOMParser().parseFromString(await response.text(), "text/html").body.firstElementChild;
const detail = { origin: handle, nodes: [list], label: tools, role: "group" };
if (!document.dispatchEvent(new CustomEvent("open-pop", { detail, cancelable: true }))) return;
}
} catch {
}
location.assign(address);
};
document.addEventListener("click", async (event) => {
const handle = event.target.closest(".handle");
if (handle) open(handle);
const link = event.target.closest("a[data-copy]");
if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
event.preventDefault();
try {
await navigator.clipboard.writeText(link.href);
link.textContent = link.dataset.copy;
link.setAttribute("role", "status");
} catch {
location.assign(link.href); // no clipboard here: then the address stands in the browser's line
}
});
}
});
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
const margin = document.querySelector(".comments[data-new]");
const text = document.querySelector(".reading > .prose");
if (margin && text) {
const WAIT = 150;
const length = (string) => [...string].length;
let button = null;
let timer = 0;
const leafOf = (node) => {
const element = node.parentElement.closest("[data-start]");
return element && !node.parentElement.closest("[data-skip]") && !element.querySelector("[data-start]") ? element : null;
};
const textNodes = (root) => {
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) if (leafOf(walker.currentNode)) found.push(walker.currentNode);
return found;
};
const counted = (node, offset) => {
let before = 0;
for (const other of textNodes(leafOf(node))) {
if (other === node) return before + length(node.data.slice(0, offset));
before += length(other.data);
}
return before;
};
const part = (node, range) => {
let from = node === range.startContainer ? range.startOffset : 0;
let to = node === range.endContainer ? range.endOffset : node.length;
while (from < to && /\s/.test(node.data[from])) from += 1;
while (to > from && /\s/.test(node.data[to - 1])) to -= 1;
return { node, from, to };
};
const address = (range) => {
if (!range || !range.intersectsNode(text)) return "";
const parts = textNodes(text)
.filter((node) => range.intersectsNode(node))
.map((node) => part(node, range))
.filter(({ from, to }) => to > from);
if (parts.length === 0) return "";
const first = parts[0];
const last = parts[parts.length - 1];
const url = new URL(margin.dataset.new, location.href);
url.searchParams.set("block", leafOf(first.node).dataset.start);
url.searchParams.set("from", counted(first.node, first.from));
url.searchParams.set("last", leafOf(last.node).dataset.start);
url.searchParams.set("to", counted(last.node, last.to));
return url.href;
};
const selected = () => {
const selection = getSelection();
return selection.isCollapsed || selection.rangeCount === 0 ? null : selection.getRangeAt(0);
};
const hide = () => {
if (button) button.remove();
button = null;
};
const offer = () => {
hide();
const range = selected();
const url = address(range);
if (!url) return;
const rects = range.getClientRects();
const end = rects[rects.length - 1] || range.getBoundingClientRect();
button = Object.assign(document.createElement("button"), { type: "button", className: "selpop", textContent: margin.dataset.word });
button.dataset.key = "c";
document.body.append(button);
const left = Math.min(end.right - button.offsetWidth / 2, innerWidth - button.offsetWidth - 12);
button.style.left = `${Math.max(12, left) + scrollX}px`;
button.style.top = `${end.bottom + scrollY + 8}px`;
button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
button.addEventListener("click", () => {
hide();
const opening = new CustomEvent("open-sheet", { detail: url, cancelable: true });
if (document.dispatchEvent(opening)) location.assign(url);
});
};
const whole = document.querySelector('.bar a[data-key="c"]');
if (whole) {
const aim = () => {
whole.href = address(selected()) || margin.dataset.new;
};
whole.addEventListener("pointerdown", aim);
whole.addEventListener("click", (event) => {
if (event.detail === 0) aim();
});
}
document.addEventListener("selectionchange", () => {
clearTimeout(timer);
timer = setTimeout(offer, WAIT);
});
document.addEventListener("keydown", (event) => {
if (event.key === "Escape") hide();
});
}
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
if (wide.matches) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
else location.replace(`#${element.id}`);
mark.scrollIntoView({ block: wide.matches ? "center" : "start", behavior: calm.matches ? "auto" : "smooth" });
});
list.addEventListener("thread-wanted", (event) => {
const all = comments();
const at = all.findIndex(({ element }) => element === event.target);
output.textContent = group.dataset.words.replace("{n}", String(at + 1)).replace("{total}", String(all.length));
});
group.hidden = false;
}
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
const margin = document.querySelector(".comments");
const list = margin && margin.querySelector("ol");
if (list) {
const wide = matchMedia("(min-width: 78rem)");
const GAP = 18;
const FOLDED_GAP = 6;
const FAR = 160; // pixels between a comment and its passage, from which on a cluster is called dense
const line = parseFloat(getComputedStyle(list).lineHeight) || 22;
let comments = [];
let chosen = null;
let asked = 0;
let width = 0;
const collect = () => {
comments = [...list.querySelectorAll(":scope > .comment")]
.map((element) => ({ element, mark: document.getElementById(element.dataset.for || "") }))
.filter((comment) => comment.mark);
comments.sort((a, b) => (a.mark.compareDocumentPosition(b.mark) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
};
const gap = (above, below) => (Math.max(above.height, below.height) <= line + 4 ? FOLDED_GAP : GAP);
const measure = () => {
if (list.offsetWidth !== width) {
width = list.offsetWidth;
for (const { element } of comments) element.classList.remove("is-folded");
}
const zero = list.getBoundingClientRect().top;
for (const comment of comments) {
if (!comment.element.matches(".is-folded")) comment.full = comment.element.offsetHeight;
comment.wish = Math.max(0, comment.mark.getBoundingClientRect().top - zero - 2);
comment.folded = false;
}
};
const folds = ({ element }) => element !== chosen && !("short" in element.dataset);
const fold = () => {
let first = 0;
let bottom = -Infinity;
comments.forEach((comment, i) => {
if (comment.wish >= bottom) first = i;
const top = Math.max(comment.wish, bottom);
bottom = top + comment.full + GAP;
if (top - comment.wish > FAR) for (let k = first; k <= i; k += 1) comments[k].folded = folds(comments[k]);
});
for (const comment of comments) comment.height = comment.folded ? line : comment.full;
};
const stack = () => {
for (const comment of comments) comment.top = comment.wish;
const fixed = Math.max(0, comments.findIndex((comment) => comment.element === chosen));
for (let i = fixed + 1; i < comments.length; i += 1) {
const before = comments[i - 1];
comments[i].top = Math.max(comments[i].top, before.top + before.height + gap(before, comments[i]));
}
for (let i = fixed - 1; i >= 0; i -= 1) {
const after = comments[i + 1];
comments[i].top = Math.min(comments[i].top, after.top - comments[i].height - gap(comments[i], after));
}
};
const settle = () => {
asked = 0;
const all = comments.length > 0 && comments.length === list.children.length;
margin.classList.toggle("is-placed", wide.matches && all);
if (!wide.matches || !all) {
for (const comment of comments) comment.element.classList.remove("is-folded");
width = 0;
return;
}
measure();
fold();
stack();
for (const comment of comments) {
comment.element.classList.toggle("is-folded", comment.folded);
comment.element.style.setProperty("--y", `${Math.round(comment.top)}px`);
}
};
const later = () => {
if (!asked) asked = requestAnimationFrame(settle);
};
const choose = (element) => {
if (chosen === element) return;
chosen = element;
for (const comment of comments) {
const is = comment.element === element;
comment.element.classList.toggle("is-active", is);
for (const mark of marksOf(comment)) mark.classList.toggle("is-active", is);
}
element.dispatchEvent(new CustomEvent("thread-wanted", { bubbles: true }));
settle();
};
const marksOf = (comment) => [
comment.mark,
...document.querySelectorAll(`mark[data-for="${CSS.escape(comment.mark.id)}"]`),
];
const byAddress = () => {
const id = decodeURIComponent(location.hash.slice(1));
const comment = comments.find((one) => id && (one.element.id === id || one.mark.id === id));
if (comment) choose(comment.element);
};
const begin = () => {
if (margin.matches(".is-ready")) return;
document.documentElement.dataset.whole = "";
collect();
settle();
margin.classList.add("is-ready");
byAddress();
addEventListener("hashchange", byAddress);
wide.addEventListener("change", settle);
document.fonts.ready.then(later);
const size = new ResizeObserver(later);
const text = document.querySelector(".reading > .prose");
if (text) size.observe(text);
list.addEventListener("thread-changed", later);
list.addEventListener("toggle", later, true);
list.addEventListener("input", later);
};
document.addEventListener("click", (event) => {
begin();
const mark = event.target.closest(".prose mark");
if (mark) {
const id = mark.id || mark.dataset.for;
const comment = comments.find((one) => one.mark.id === id);
if (comment && !event.target.closest("a")) choose(comment.element);
return;
}
const element = event.target.closest(".comments .comment");
if (!element) return;
if (element.matches(".is-folded")) event.preventDefault(); // its link opens it first
choose(element);
});
list.addEventListener("focusin", (event) => {
begin();
const element = event.target.closest(".comment");
if (element && element.matches(":has(:focus-visible)")) choose(element);
});
document.addEventListener("text-whole", begin);
}
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
const whole = () => {
document.documentElement.dataset.whole = "";
document.dispatchEvent(new Event("text-whole"));
};
const [visit] = performance.getEntriesByType("navigation");
if (location.hash || document.hidden || (visit && visit.type !== "navigate")) whole();
else requestAnimationFrame(() => setTimeout(whole));
});
addEventListener("DOMContentLoaded", () => { "use strict";
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
const form = document.querySelector("form[data-read-mark]");
const article = document.querySelector("article.prose[data-revision]");
const MOMENT = 10_000; // milliseconds on the page; who leaves earlier has not read
const GLANCE = 2_000;
if (form && article && "IntersectionObserver" in window) {
const unseen = new Set(article.querySelectorAll(".is-new"));
const opened = performance.now();
let isDone = false;
const send = () => {
if (isDone) return;
isDone = true;
fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" }, keepalive: true }).catch(() => {
isDone = false;
});
};
const seen = new IntersectionObserver((entries) => {
for (const entry of entries) {
if (!entry.isIntersecting) continue;
unseen.delete(entry.target);
seen.unobserve(entry.target);
}
});
for (const block of unseen) seen.observe(block);
const end = new IntersectionObserver((entries) => {
if (entries.some((entry) => entry.isIntersecting)) send();
});
setTimeout(() => end.observe(form), GLANCE); // a short paper shows its end at once
addEventListener("pagehide", () => {
if (unseen.size === 0 && performance.now() - opened > MOMENT) send();
});
}
});
addEventListener("DOMContentLoaded", () => { "use strict";
const button = document.querySelector("[data-numbers-switch]");
if (button) {
const root = document.documentElement;
const show = () => button.setAttribute("aria-pressed", String(root.dataset.numbers !== "off"));
button.addEventListener("click", () => {
if (root.dataset.numbers === "off") delete root.dataset.numbers;
else root.dataset.numbers = "off";
try {
if (root.dataset.numbers) localStorage.setItem("numbers", "off");
else localStorage.removeItem("numbers");
} catch {
}
show();
});
show();
button.hidden = false;
}
});
addEventListener("DOMContentLoaded", () => { "use strict";
const dialog = document.querySelector("dialog[data-keys]");
if (dialog) {
const KEY = "shortcuts";
const box = dialog.querySelector("input");
const stored = () => {
try {
return localStorage.getItem(KEY) !== "off";
} catch {
return box.checked; // storage switched off: the choice lasts for this page
}
};
box.checked = stored();
box.addEventListener("change", () => {
try {
if (box.checked) localStorage.removeItem(KEY);
else localStorage.setItem(KEY, "off");
} catch {
}
});
const open = () => {
box.checked = stored();
dialog.showModal();
};
for (const button of document.querySelectorAll("[data-keys-open]")) {
button.hidden = false;
button.addEventListener("click", open);
}
addEventListener("keydown", (event) => {
if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
const isTyped = event.target.closest("input, select, textarea, dialog, [contenteditable]") && !event.target.closest("dialog:not([open])");
if (isTyped || document.querySelector("dialog:modal") || !stored()) return;
if (event.key === "?") open();
else {
const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].pop();
if (!target || target.closest("[hidden]")) return;
target.click();
}
event.preventDefault();
});
}
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
