// bundle: paper reading
// Numbers of sections, shown or not as the reader likes; theme.js applies the kept choice before anything is painted.
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
      // storage switched off: the choice lasts for this page
    }
    show();
  });
  show();
  button.hidden = false;
}
