// bundle: paper reading
// A long paper's first window is painted before the rest is laid out: until then what lies below it is left out (prose.css).
// Whoever comes to a place further down, by an address, by going back or by loading again, gets the whole at once.
const whole = () => {
  document.documentElement.dataset.whole = "";
  document.dispatchEvent(new Event("text-whole"));
};
const [visit] = performance.getEntriesByType("navigation");

if (location.hash || document.hidden || (visit && visit.type !== "navigate")) whole();
else requestAnimationFrame(() => setTimeout(whole));
