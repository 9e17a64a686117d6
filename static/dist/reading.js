// sources 342a7dba4c3fb814
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
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
});
addEventListener("DOMContentLoaded", () => { "use strict";
const margin = document.querySelector(".comments");
const list = margin && margin.querySelector("ol");
if (list) {
const wide = matchMedia("(min-width: 78rem)");
const GAP = 18;
let comments = [];
let chosen = null;
const collect = () => {
comments = [...list.querySelectorAll(":scope > .comment")]
.map((element) => ({ element, mark: document.getElementById(element.dataset.for || "") }))
.filter((comment) => comment.mark);
comments.sort((a, b) => (a.mark.compareDocumentPosition(b.mark) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
};
const settle = () => {
const all = comments.length > 0 && comments.length === list.children.length;
margin.classList.toggle("is-placed", wide.matches && all);
if (!wide.matches || !all) return;
const zero = list.getBoundingClientRect().top;
for (const comment of comments) {
comment.height = comment.element.offsetHeight;
comment.top = Math.max(0, comment.mark.getBoundingClientRect().top - zero - 2);
}
const fixed = Math.max(0, comments.findIndex((comment) => comment.element === chosen));
for (let i = fixed + 1; i < comments.length; i += 1) {
const before = comments[i - 1];
comments[i].top = Math.max(comments[i].top, before.top + before.height + GAP);
}
for (let i = fixed - 1; i >= 0; i -= 1) {
comments[i].top = Math.min(comments[i].top, comments[i + 1].top - comments[i].height - GAP);
}
for (const comment of comments) comment.element.style.setProperty("--y", `${comment.top}px`);
};
const choose = (element) => {
if (chosen === element) return;
chosen = element;
for (const comment of comments) {
const is = comment.element === element;
comment.element.classList.toggle("is-active", is);
for (const mark of marksOf(comment)) mark.classList.toggle("is-active", is);
}
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
const start = () => {
collect();
settle();
byAddress();
};
document.addEventListener("click", (event) => {
const mark = event.target.closest(".prose mark");
if (mark) {
const id = mark.id || mark.dataset.for;
const comment = comments.find((one) => one.mark.id === id);
if (comment && !event.target.closest("a")) choose(comment.element);
return;
}
const element = event.target.closest(".comments .comment");
if (element) choose(element);
});
list.addEventListener("focusin", (event) => {
const element = event.target.closest(".comment");
if (element) choose(element);
});
start();
addEventListener("hashchange", byAddress);
addEventListener("load", settle);
wide.addEventListener("change", settle);
document.fonts.ready.then(settle);
new MutationObserver(start).observe(list, { childList: true });
const size = new ResizeObserver(() => requestAnimationFrame(settle));
const text = document.querySelector(".reading > .prose");
if (text) size.observe(text);
}
});
addEventListener("DOMContentLoaded", () => { "use strict";
const OVERLAYS = "details.menu, details.tools";
const open = () => document.querySelectorAll("details.menu[open], details.tools[open]");
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
const stepper = document.querySelector(".stepper");
const places = [...document.querySelectorAll("[data-n]")];
if (stepper && places.length > 0) {
const output = stepper.querySelector("output");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let at = places.findIndex((place) => place.classList.contains("is-current"));
const unfold = (place) => {
for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
};
const show = (index) => {
at = (index + places.length) % places.length;
places.forEach((place, i) => place.classList.toggle("is-current", i === at));
output.textContent = stepper.dataset.words.replace("{n}", places[at].dataset.n).replace("{total}", stepper.dataset.total);
unfold(places[at]);
places[at].scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
if (places[at].id) history.replaceState(history.state, "", `#${places[at].id}`);
};
const step = (by) => show(at < 0 ? (by > 0 ? 0 : places.length - 1) : at + by);
stepper.addEventListener("click", (event) => {
const button = event.target.closest("[data-step]");
if (!button) return;
event.preventDefault();
step(Number(button.dataset.step));
});
addEventListener("keydown", (event) => {
if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
if (event.target.closest("input, select, textarea, [contenteditable]")) return;
if (event.key === "j") step(1);
if (event.key === "k") step(-1);
});
const named = places.findIndex((place) => place.id && `#${place.id}` === location.hash);
if (named >= 0) show(named);
}
});
