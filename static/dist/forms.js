// sources 1095fafb65426741
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
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
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
