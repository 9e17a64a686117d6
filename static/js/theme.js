// bundle: paper reading tool forms
// Light or dark as chosen in the footer, before anything is painted; kept in this browser only.
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
    // the same
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
  // whether sections show their numbers, see section-numbers.js
  if (localStorage.getItem("numbers") === "off") root.dataset.numbers = "off";
} catch {
  // the same
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
