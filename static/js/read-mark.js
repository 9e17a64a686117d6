// bundle: paper reading
// Remembers how far somebody has read: at the end of the text, or when leaving after every changed paragraph was on the
// screen. Without this file the button "Als gelesen merken" does it.
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
    // JSON is asked for, so that an ended session gives an answer and keeps no form
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
