// bundle: reading tool
// Answering, resolving and reopening in place: the same form to the same address, and the thread that comes back takes the old one's place.
const PIECE = { "X-Partial": "1" };

const piece = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-thread]");

// the passage in the text looks as the thread now says
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
  thread.replaceWith(next);
  settle(next);
  if (hadFocus) {
    const target = next.querySelector("[aria-invalid]") || next.querySelector(".comment__state a");
    target.focus({ preventScroll: !target.matches("[aria-invalid]") });
  }
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
  const form = event.target;
  const thread = form.closest("[data-thread]");
  if (!thread || event.defaultPrevented || form.method !== "post") return;
  event.preventDefault();
  if (thread.classList.contains("is-busy")) return;
  thread.classList.add("is-busy");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: PIECE, redirect: "manual" });
    const isPiece = response.status === 200 || response.status === 422;
    if (isPiece && swap(thread, await response.text())) return;
    form.submit(); // the session has ended, or something else that deserves a page
  } catch {
    if (form.dataset.offline) tell(form, form.dataset.offline);
    else form.submit();
  } finally {
    thread.classList.remove("is-busy");
  }
});
