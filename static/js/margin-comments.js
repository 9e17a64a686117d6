// bundle: reading
// Comments stand beside their passages: <li class="comment" id="k12" data-for="t12"> beside <mark id="t12">.
// Where two would collide the later one yields; the chosen one never does. A comment without a passage keeps its place in the list.
const margin = document.querySelector(".comments");
const list = margin && margin.querySelector("ol");

if (list) {
  const wide = matchMedia("(min-width: 78rem)");
  const GAP = 18;
  let comments = [];
  let chosen = null;

  const collect = () => {
    comments = [...list.querySelectorAll(":scope > .comment")]
      .map((element) => ({ element, mark: document.getElementById(element.dataset.for || "") }))
      .filter((comment) => comment.mark);
    comments.sort((a, b) => (a.mark.compareDocumentPosition(b.mark) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  };

  const settle = () => {
    const all = comments.length > 0 && comments.length === list.children.length;
    margin.classList.toggle("is-placed", wide.matches && all);
    if (!wide.matches || !all) return;
    const zero = list.getBoundingClientRect().top;
    for (const comment of comments) {
      comment.height = comment.element.offsetHeight;
      comment.top = Math.max(0, comment.mark.getBoundingClientRect().top - zero - 2);
    }
    const fixed = Math.max(0, comments.findIndex((comment) => comment.element === chosen));
    for (let i = fixed + 1; i < comments.length; i += 1) {
      const before = comments[i - 1];
      comments[i].top = Math.max(comments[i].top, before.top + before.height + GAP);
    }
    for (let i = fixed - 1; i >= 0; i -= 1) {
      comments[i].top = Math.min(comments[i].top, comments[i + 1].top - comments[i].height - GAP);
    }
    for (const comment of comments) comment.element.style.setProperty("--y", `${comment.top}px`);
  };

  const choose = (element) => {
    if (chosen === element) return;
    chosen = element;
    for (const comment of comments) {
      const is = comment.element === element;
      comment.element.classList.toggle("is-active", is);
      for (const mark of marksOf(comment)) mark.classList.toggle("is-active", is);
    }
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

  const start = () => {
    collect();
    settle();
    byAddress();
  };

  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".prose mark");
    if (mark) {
      const id = mark.id || mark.dataset.for;
      const comment = comments.find((one) => one.mark.id === id);
      if (comment && !event.target.closest("a")) choose(comment.element);
      return;
    }
    const element = event.target.closest(".comments .comment");
    if (element) choose(element);
  });
  list.addEventListener("focusin", (event) => {
    const element = event.target.closest(".comment");
    if (element) choose(element);
  });

  start();
  addEventListener("hashchange", byAddress);
  list.addEventListener("toggle", settle, true); // an opened answer needs more room
  addEventListener("load", settle);
  wide.addEventListener("change", settle);
  document.fonts.ready.then(settle);
  // the list changes when a thread is answered in place, the text when the window or a picture does
  new MutationObserver(start).observe(list, { childList: true });
  const size = new ResizeObserver(() => requestAnimationFrame(settle));
  const text = document.querySelector(".reading > .prose");
  if (text) size.observe(text);
}
