// bundle: paper reading
// Each block of the text gets a handle; what can be done with the block is asked for when it is pressed. Without this
// file the page "Absatz für Absatz" leads to the same lists.
const article = document.querySelector("article.prose[data-blocks]");

if (article) {
  const { blocks, tools } = article.dataset;

  // where a handle inside would be cut off by scrolling, or be read out as part of a heading
  const wrapped = (block) => {
    const frame = Object.assign(document.createElement("div"), { className: "block" });
    block.replaceWith(frame);
    frame.append(block);
    return frame;
  };

  const give = (block) => {
    const handle = Object.assign(document.createElement("button"), { type: "button", className: "handle" });
    handle.dataset.skip = "";
    handle.dataset.block = block.id;
    handle.setAttribute("aria-label", tools);
    handle.setAttribute("aria-expanded", "false");
    const line = block.matches("li") && block.querySelector(":scope > span[data-start]");
    if (line) line.after(handle);
    else if (block.matches("h2, h3, h4, h5, h6, pre, .tablebox")) wrapped(block).append(handle);
    else block.append(handle);
  };

  // an item of paragraphs has no handle of its own: its paragraphs have
  const all = ":is(p, h2, h3, h4, h5, h6, li, dd, dt, pre, figure, .tablebox)[id]:not([data-skip], [id^='i-'])";
  for (const block of article.querySelectorAll(all)) give(block);

  const open = async (handle) => {
    const address = `${blocks}/${encodeURIComponent(handle.dataset.block)}`;
    try {
      const response = await fetch(address, { headers: { "X-Partial": "1" }, redirect: "manual" });
      if (response.ok) {
        const list = new DOMParser().parseFromString(await response.text(), "text/html").body.firstElementChild;
        const detail = { origin: handle, nodes: [list], label: tools, role: "group" };
        if (!document.dispatchEvent(new CustomEvent("open-pop", { detail, cancelable: true }))) return;
      }
    } catch {
      // no connection: the browser says so on the page it opens
    }
    location.assign(address);
  };

  document.addEventListener("click", async (event) => {
    const handle = event.target.closest(".handle");
    if (handle) open(handle);
    const link = event.target.closest("a[data-copy]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
      link.textContent = link.dataset.copy;
      link.setAttribute("role", "status");
    } catch {
      location.assign(link.href); // no clipboard here: then the address stands in the browser's line
    }
  });
}
