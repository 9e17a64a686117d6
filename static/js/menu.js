// bundle: paper reading tool forms
// Small lists that open over the page (account menu, further deeds): one at a time, closed by Escape and by a click elsewhere.
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
