// bundle: reading
// From change to change in a comparison: the two buttons of the bar. Places are marked data-n="1", "2", …
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

  const named = places.findIndex((place) => place.id && `#${place.id}` === location.hash);
  if (named >= 0) show(named);
}
