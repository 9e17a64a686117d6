// bundle: paper reading
// Comments stand beside their passages: <li class="comment" id="k12" data-for="t12"> beside <mark id="t12">. Where two would
// collide the later one yields; where that carries one far from its passage, the whole cluster folds to one line each. The
// chosen one neither yields nor folds. A comment without a passage keeps its place in the list.
const margin = document.querySelector(".comments");
const list = margin && margin.querySelector("ol");

if (list) {
  const wide = matchMedia("(min-width: 78rem)");
  const GAP = 18;
  const FOLDED_GAP = 6;
  const FAR = 160; // pixels between a comment and its passage, from which on a cluster is called dense
  const line = parseFloat(getComputedStyle(list).lineHeight) || 22;
  let comments = [];
  let chosen = null;
  let asked = 0;
  let width = 0;

  const collect = () => {
    comments = [...list.querySelectorAll(":scope > .comment")]
      .map((element) => ({ element, mark: document.getElementById(element.dataset.for || "") }))
      .filter((comment) => comment.mark);
    comments.sort((a, b) => (a.mark.compareDocumentPosition(b.mark) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  };

  const gap = (above, below) => (Math.max(above.height, below.height) <= line + 4 ? FOLDED_GAP : GAP);

  // A folded comment keeps the height it had: unfolding all to measure them would be seen. Everything is read before it is written.
  const measure = () => {
    if (list.offsetWidth !== width) {
      width = list.offsetWidth;
      for (const { element } of comments) element.classList.remove("is-folded");
    }
    const zero = list.getBoundingClientRect().top;
    for (const comment of comments) {
      if (!comment.element.matches(".is-folded")) comment.full = comment.element.offsetHeight;
      comment.wish = Math.max(0, comment.mark.getBoundingClientRect().top - zero - 2);
      comment.folded = false;
    }
  };

  // what is done and not asked for is one line already
  const folds = ({ element }) => element !== chosen && !("short" in element.dataset);

  const fold = () => {
    let first = 0;
    let bottom = -Infinity;
    comments.forEach((comment, i) => {
      if (comment.wish >= bottom) first = i;
      const top = Math.max(comment.wish, bottom);
      bottom = top + comment.full + GAP;
      if (top - comment.wish > FAR) for (let k = first; k <= i; k += 1) comments[k].folded = folds(comments[k]);
    });
    for (const comment of comments) comment.height = comment.folded ? line : comment.full;
  };

  const stack = () => {
    for (const comment of comments) comment.top = comment.wish;
    const fixed = Math.max(0, comments.findIndex((comment) => comment.element === chosen));
    for (let i = fixed + 1; i < comments.length; i += 1) {
      const before = comments[i - 1];
      comments[i].top = Math.max(comments[i].top, before.top + before.height + gap(before, comments[i]));
    }
    for (let i = fixed - 1; i >= 0; i -= 1) {
      const after = comments[i + 1];
      comments[i].top = Math.min(comments[i].top, after.top - comments[i].height - gap(comments[i], after));
    }
  };

  const settle = () => {
    asked = 0;
    const all = comments.length > 0 && comments.length === list.children.length;
    margin.classList.toggle("is-placed", wide.matches && all);
    if (!wide.matches || !all) {
      for (const comment of comments) comment.element.classList.remove("is-folded");
      width = 0;
      return;
    }
    measure();
    fold();
    stack();
    for (const comment of comments) {
      comment.element.classList.toggle("is-folded", comment.folded);
      comment.element.style.setProperty("--y", `${Math.round(comment.top)}px`);
    }
  };

  const later = () => {
    if (!asked) asked = requestAnimationFrame(settle);
  };

  const choose = (element) => {
    if (chosen === element) return;
    chosen = element;
    for (const comment of comments) {
      const is = comment.element === element;
      comment.element.classList.toggle("is-active", is);
      for (const mark of marksOf(comment)) mark.classList.toggle("is-active", is);
    }
    // what is done comes as one line; comment-thread.js asks for the rest
    element.dispatchEvent(new CustomEvent("thread-wanted", { bubbles: true }));
    settle();
  };

  // a passage that runs over several pieces of formatting is several marks with one data-for
  const marksOf = (comment) => [
    comment.mark,
    ...document.querySelectorAll(`mark[data-for="${CSS.escape(comment.mark.id)}"]`),
  ];

  const byAddress = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const comment = comments.find((one) => id && (one.element.id === id || one.mark.id === id));
    if (comment) choose(comment.element);
  };

  // as soon as the whole text is laid out (opening.js, which comes after this file), or a comment is asked for before that
  const begin = () => {
    if (margin.matches(".is-ready")) return;
    document.documentElement.dataset.whole = "";
    collect();
    settle();
    margin.classList.add("is-ready");
    byAddress();
    addEventListener("hashchange", byAddress);
    wide.addEventListener("change", settle);
    document.fonts.ready.then(later);
    // the text changes its height with the window and with pictures, a comment when it is answered in place
    const size = new ResizeObserver(later);
    const text = document.querySelector(".reading > .prose");
    if (text) size.observe(text);
    list.addEventListener("thread-changed", later);
    list.addEventListener("toggle", later, true);
    list.addEventListener("input", later);
  };

  document.addEventListener("click", (event) => {
    begin();
    const mark = event.target.closest(".prose mark");
    if (mark) {
      const id = mark.id || mark.dataset.for;
      const comment = comments.find((one) => one.mark.id === id);
      if (comment && !event.target.closest("a")) choose(comment.element);
      return;
    }
    const element = event.target.closest(".comments .comment");
    if (!element) return;
    if (element.matches(".is-folded")) event.preventDefault(); // its link opens it first
    choose(element);
  });
  list.addEventListener("focusin", (event) => {
    begin();
    const element = event.target.closest(".comment");
    if (element && element.matches(":has(:focus-visible)")) choose(element);
  });

  document.addEventListener("text-whole", begin);
}
