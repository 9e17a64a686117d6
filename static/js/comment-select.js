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

  // where the form for the selected words is; "" where no words of the text are selected
  const address = (range) => {
    if (!range || !range.intersectsNode(text)) return "";
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

  const selected = () => {
    const selection = getSelection();
    return selection.isCollapsed || selection.rangeCount === 0 ? null : selection.getRangeAt(0);
  };

  const hide = () => {
    if (button) button.remove();
    button = null;
  };

  const offer = () => {
    hide();
    const range = selected();
    const url = address(range);
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

  // "Kommentieren" in the bar and its key mean the selected words too. A press takes the selection away before it becomes a click,
  // so it is looked at before; a click by keyboard has no press.
  const whole = document.querySelector('.bar a[data-key="c"]');
  if (whole) {
    const aim = () => {
      whole.href = address(selected()) || margin.dataset.new;
    };
    whole.addEventListener("pointerdown", aim);
    whole.addEventListener("click", (event) => {
      if (event.detail === 0) aim();
    });
  }

  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, WAIT);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
