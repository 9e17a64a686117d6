// What tests ask of a page. Each function gives lines of words, one for each fault.
const shortened = (element) => element.outerHTML.slice(0, 110);
const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const goesUp = (element, holds) => {
  for (let e = element; e && e !== document.body; e = e.parentElement) if (holds(e, getComputedStyle(e))) return true;
  return false;
};
const scrolls = (e, style) => ["auto", "scroll"].includes(style.overflowX) && e.scrollWidth > e.clientWidth;
const liesOver = (e, style) => ["fixed", "sticky"].includes(style.position);
const isForEars = (e, style) => style.clipPath !== "none";

window.looking = {
  // The page as a whole never scrolls sideways; wide tables do so in their own box.
  tooWide() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
      (e) => isShown(e) && !goesUp(e.parentElement, scrolls) && e.getBoundingClientRect().right > clientWidth + 1,
    );
    return [`scrolls sideways by ${scrollWidth - clientWidth} px: ${wide.slice(0, 3).map(shortened).join(" ")}`];
  },

  // Words and deeds that stand beside the window or are broader than their own box, unless that scrolls.
  cutOff() {
    const words = "a, button, summary, label, h1, h2, h3, p, li, td, th, dt, dd, output, legend";
    return [...document.querySelectorAll(words)]
      .filter((e) => isShown(e) && !goesUp(e, isForEars) && !goesUp(e, scrolls))
      .filter((e) => {
        const box = e.getBoundingClientRect();
        const style = getComputedStyle(e);
        if (box.width === 0 || style.textOverflow === "ellipsis" || box.bottom < 0) return false;
        const isBroader = e.scrollWidth > e.clientWidth + 1;
        const keepsIn = style.overflowX !== "visible" || style.display.includes("flex");
        return (isBroader && keepsIn) || box.right > innerWidth + 1 || box.left < -1;
      })
      .map((e) => `cut off: ${shortened(e)}`);
  },

  // Lines of text that lie upon each other by nearly half a line. What is fixed lies over the page on purpose.
  overlaps() {
    const apart = "dialog, [popover], details.menu > :not(summary), script, noscript, option, textarea, pre";
    const boxes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const e = node.parentElement;
      if (!node.data.trim() || !isShown(e) || e.closest(apart)) continue;
      if (goesUp(e, liesOver) || goesUp(e, isForEars) || goesUp(e, scrolls)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 2 && box.height > 2) boxes.push({ box, node });
    }
    boxes.sort((a, b) => a.box.top - b.box.top);
    const found = [];
    boxes.forEach((a, place) => {
      for (let next = place + 1; next < boxes.length && boxes[next].box.top < a.box.bottom; next += 1) {
        const b = boxes[next];
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
        if (a.node === b.node || across <= 3 || down <= 0.45 * Math.min(a.box.height, b.box.height)) continue;
        found.push(`overlap: "${a.node.data.trim().slice(0, 40)}" and "${b.node.data.trim().slice(0, 40)}"`);
      }
    });
    return found.slice(0, 4);
  },

  // The element with the focus and what is wrong with it; null where Tab has gone through the page.
  focused() {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement || e.matches("body > a[href='#inhalt']") && this.before) return null;
    if (e === this.before && e.matches("input[type=date]")) return []; // its day, month, year, calendar: drawn by the browser
    const faults = [];
    const labels = [...(e.labels || [])];
    const shown = e.matches("input[type=radio], input[type=checkbox]") && labels[0] || e;
    const isDrawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    const hasCaret = e.isContentEditable && (document.querySelector(".cm-cursorLayer") || getComputedStyle(e).caretColor !== "rgba(0, 0, 0, 0)"); // in a text the caret shows where one is
    if (!hasCaret && ![e, shown].some((one) => isDrawn(getComputedStyle(one)))) faults.push("no visible focus");
    const box = [...shown.getClientRects()].find(({ width, height }) => width > 1 && height > 1);
    if (!box) faults.push("the focused element has no box");
    else {
      const isTall = box.height > innerHeight; // a long table to scroll in: a part of it must be in sight
      const [x, y] = [box.left + Math.min(box.width / 2, 40), isTall ? innerHeight / 2 : box.top + Math.min(box.height / 2, 20)];
      const isDown = isTall ? box.top < innerHeight / 2 && box.bottom > innerHeight / 2 : box.top > -1 && Math.min(box.bottom, box.top + 40) < innerHeight + 1;
      const isInside = isDown && box.left > -1 && box.left < innerWidth;
      const top = isInside && document.elementFromPoint(x, y);
      const isFree = !top || [shown, e, ...labels].some((one) => one.contains(top)) || top.contains(shown);
      if (!isInside) faults.push(`outside the window (${Math.round(box.left)}, ${Math.round(box.top)})`);
      else if (!isFree) faults.push(`covered by ${shortened(top)}`);
    }
    const follows = !this.before || !this.before.isConnected || this.before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (!follows) faults.push("the focus goes back");
    this.before = e;
    return faults.map((fault) => `${fault}: ${shortened(e)}`);
  },
};
