// bundle: paper reading tool
// Forms about comments open over the page: links marked data-sheet and every link to a new comment. The same form, the same address,
// asked for as a piece. Once sent, the event "sheet-sent" lets a page stay where it is. Whoever closes the sheet finds their words in it again; where anything is unclear the whole page is opened.
const PIECE = { "X-Partial": "1" };
const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
let dialog = null;

const fill = (html, url) => {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "sheet";
    document.body.append(dialog);
  }
  dialog.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  dialog.dataset.url = url;
  const title = dialog.querySelector("h2");
  if (title) dialog.setAttribute("aria-label", title.textContent);
};

const show = () => {
  if (!dialog.open) dialog.showModal();
  const field = dialog.querySelector("[aria-invalid]") || dialog.querySelector("textarea");
  if (field) field.focus();
};

const open = async (url) => {
  if (dialog && dialog.dataset.url === url) return show();
  try {
    const response = await fetch(url, { headers: PIECE, redirect: "manual" });
    if (response.ok) {
      fill(await response.text(), url);
      return show();
    }
  } catch {
    // no connection: the browser says so on the page it opens
  }
  return location.assign(url);
};

const follow = (address) => {
  const target = new URL(address, location.href);
  const isHere = target.pathname === location.pathname && target.search === location.search;
  location.assign(target);
  if (isHere) location.reload();
};

const tell = (form, words) => {
  let line = form.querySelector("[data-told]");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "error" });
    line.dataset.told = "";
    line.setAttribute("role", "alert");
    form.lastElementChild.before(line);
  }
  line.textContent = words;
};

const send = async (form) => {
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: PIECE, redirect: "manual" });
  } catch {
    tell(form, form.dataset.offline);
    return;
  }
  if (response.status === 201) {
    delete dialog.dataset.url;
    const sent = new CustomEvent("sheet-sent", { cancelable: true });
    if (document.dispatchEvent(sent)) follow(response.headers.get("Location"));
    else dialog.close(); // the page shows it by itself
  } else if (response.status === 422 && response.headers.get("Content-Type").startsWith("text/html")) {
    fill(await response.text(), dialog.dataset.url);
    show();
  } else {
    form.submit(); // the session has ended, or something else that deserves a page
  }
};

document.addEventListener("open-sheet", (event) => {
  event.preventDefault();
  open(event.detail);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !plain(event) || event.defaultPrevented) return;
  if (dialog && dialog.contains(link)) {
    if (!link.matches("[data-sheet-close]")) return;
    event.preventDefault();
    dialog.close();
  } else if (link.matches("[data-sheet]") || /\/threads\/new$/.test(link.pathname)) {
    event.preventDefault();
    open(link.href);
  }
});

document.addEventListener("submit", (event) => {
  if (!dialog || !dialog.contains(event.target)) return;
  event.preventDefault();
  send(event.target);
});
