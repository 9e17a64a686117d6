// bundle: paper reading tool
// Answering, resolving and reopening in place: the same form to the same address, and the words that come back take the old
// ones' place. "Antworten" opens a copy of the page's answer form; a thread that stands there as one line is asked for whole.
const PIECE = { "X-Partial": "1" };
const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

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

// the element stays, so that it remains the chosen one and the sheet that an address opened
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

// answering: the page's one form, copied below the thread
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

// a thread of one line, asked for whole
const whole = async (thread) => {
  const address = thread.dataset.short;
  if (!address) return;
  delete thread.dataset.short;
  const shown = document.querySelector("[data-revision]").dataset.revision;
  try {
    const response = await fetch(`${address}?where=margin&shown=${shown}`, { headers: PIECE, redirect: "manual" });
    if (response.ok && swap(thread, await response.text())) return;
  } catch {
    // no connection: the line and its link stay
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
