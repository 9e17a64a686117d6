// What the page has to say: short notices above the lower edge, each with a way on.

export class Notices {
  /** @param {{box: Element, words: object, signIn: string, file: string}} given file: name for a text that is taken along */
  constructor(given) {
    Object.assign(this, given);
  }

  /** @param {{isGood?: boolean, deeds?: Element[]}} how a good one goes by itself */
  say(name, words, { isGood = false, deeds = [] } = {}) {
    const box = document.createElement("div");
    box.className = `notice ${isGood ? "notice--ok" : "notice--warn"}`;
    box.dataset.name = name;
    box.setAttribute("role", "status");
    box.append(Object.assign(document.createElement("p"), { textContent: words }));
    const row = Object.assign(document.createElement("div"), { className: "notice__deeds" });
    row.append(...deeds, ...(deeds.length && !isGood ? [] : [this.closing()]));
    box.append(row);
    this.box.querySelector(`[data-name=${name}]`)?.remove();
    this.box.append(box);
    if (isGood) setTimeout(() => box.remove(), 8000);
  }

  closing() {
    return button(this.words.close, (event) => event.target.closest(".notice").remove());
  }

  /** Words that could not be joined lie beside the text, or, where the server could not be asked, only here. */
  rescued({ text, address, reason }) {
    const words = this.words.rescued[reason] ?? this.words.rescued.epoch;
    const way = address ? link(this.words.showCopy, address) : this.download(text);
    this.say("rescue", address ? words : `${words} ${this.words.onlyHere}`, { deeds: [way, this.closing()] });
  }

  /** The server will not have this page back; what it did not get can be taken along. @param {Element[]} ways further ones */
  ended({ name, facts, isUnsent }, text, ways) {
    const deeds = [];
    if (name === "signIn") deeds.push(link(this.words.signIn, this.signIn));
    else if (isUnsent) deeds.push(this.download(text));
    const words = (name === "refused" && this.words.refusals[facts?.code]) || this.words.ends[name];
    const more = isUnsent && name !== "refused" ? ` ${this.words.unsent[name] ?? this.words.unsent.unknown}` : "";
    this.say("end", words + more, { deeds: [...deeds, ...ways] });
  }

  download(text) {
    return button(this.words.download, () => {
      const made = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "text/markdown" })), download: this.file });
      made.click();
      setTimeout(() => URL.revokeObjectURL(made.href), 1000);
    });
  }
}

export function button(words, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "linkbtn", textContent: words });
  made.addEventListener("click", press);
  return made;
}

const link = (words, href) => Object.assign(document.createElement("a"), { href, textContent: words });
