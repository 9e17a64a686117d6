// bundle: paper reading
// Words selected in the text: a small button offers to comment on them. It sends where the selection begins and ends, counted in code points of
// the visible text of its first and last block; elements marked data-skip are not text of the paper.
const margin = document.querySelector(".comments[data-new]");
const text = document.querySelector(".reading > .prose");

if (margin && text) {
  const WAIT = 150;
  const length = (string) => [...string].length;
  let button = null;
  let timer = 0;

  const leafOf = (node) => {
    const element = node.parentElement.closest("[data-start]");
    return element && !node.parentElement.closest("[data-skip]") && !element.querySelector("[data-start]") ? element : null;
  };

  const textNodes = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (leafOf(walker.currentNode)) found.push(walker.currentNode);
    return found;
  };

  // offset of a place in the visible text of its block
  const counted = (node, offset) => {
    let before = 0;
    for (const other of textNodes(leafOf(node))) {
      if (other === node) return before + length(node.data.slice(0, offset));
      before += length(other.data);
    }
    return before;
  };

  // the part of a text node inside the range, without blanks at its ends
  const part = (node, range) => {
    let from = node === range.startContainer ? range.startOffset : 0;
    let to = node === range.endContainer ? range.endOffset : node.length;
    while (from < to && /\s/.test(node.data[from])) from += 1;
    while (to > from && /\s/.test(node.data[to - 1])) to -= 1;
    return { node, from, to };
  };

  const address = (range) => {
    const parts = textNodes(text)
      .filter((node) => range.intersectsNode(node))
      .map((node) => part(node, range))
      .filter(({ from, to }) => to > from);
    if (parts.length === 0) return "";
    const first = parts[0];
    const last = parts[parts.length - 1];
    const url = new URL(margin.dataset.new, location.href);
    url.searchParams.set("block", leafOf(first.node).dataset.start);
    url.searchParams.set("from", counted(first.node, first.from));
    url.searchParams.set("last", leafOf(last.node).dataset.start);
    url.searchParams.set("to", counted(last.node, last.to));
    return url.href;
  };

  const hide = () => {
    if (button) button.remove();
    button = null;
  };

  const offer = () => {
    const selection = getSelection();
    hide();
    if (selection.isCollapsed || selection.rangeCount === 0) return;
    const range = selection.getRangeAt(0);
    const url = range.intersectsNode(text) ? address(range) : "";
    if (!url) return;
    const rects = range.getClientRects();
    const end = rects[rects.length - 1] || range.getBoundingClientRect();
    button = Object.assign(document.createElement("button"), { type: "button", className: "selpop", textContent: margin.dataset.word });
    button.dataset.key = "c";
    document.body.append(button);
    const left = Math.min(end.right - button.offsetWidth / 2, innerWidth - button.offsetWidth - 12);
    button.style.left = `${Math.max(12, left) + scrollX}px`;
    button.style.top = `${end.bottom + scrollY + 8}px`;
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
    button.addEventListener("click", () => {
      hide();
      const opening = new CustomEvent("open-sheet", { detail: url, cancelable: true });
      if (document.dispatchEvent(opening)) location.assign(url);
    });
  };

  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, WAIT);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
