// The preview follows what is written, shortly after one stops. Without this file the button shows it.
// Loaded as a module by the edit page.

const PAUSE = 600; // milliseconds of quiet before the server is asked

class LivePreview extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    this.box = this.querySelector("[data-preview]");
    if (!this.field || !this.box) return;
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("scroll", () => this.follow(), { passive: true });
    this.later(0);
  }

  later(pause = PAUSE) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.refresh(), pause);
  }

  async refresh() {
    if (this.field.form.hidden) return; // the live editor shows the text as it reads
    if (this.asking) {
      this.isStale = true; // one question at a time; the newest text is asked for when the answer is here
      return;
    }
    this.asking = true;
    this.isStale = false;
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.getAttribute("src"), {
        method: "POST",
        body: new URLSearchParams({ csrf_token: this.field.form.elements.csrf_token.value, body: this.field.value }),
        headers: { Accept: "application/json" }, // a refusal comes as JSON and not as a page
        redirect: "manual",
      });
      if (answer.ok) this.show(await answer.text());
      else this.say((await answer.json().catch(() => null))?.error.message);
    } catch {
      this.say(this.dataset.offline);
    } finally {
      this.asking = false;
      this.removeAttribute("aria-busy");
      if (this.isStale) this.later();
    }
  }

  show(html) {
    const top = this.scrollTop;
    this.box.innerHTML = html;
    this.say("");
    this.scrollTop = top;
  }

  /** Show about the place that is being written at. */
  follow() {
    const { scrollTop, scrollHeight, clientHeight } = this.field;
    if (scrollHeight > clientHeight) this.scrollTop = (scrollTop / (scrollHeight - clientHeight)) * (this.scrollHeight - this.clientHeight);
  }

  say(words) {
    const line = this.querySelector("[data-problem]");
    line.textContent = words || "";
    line.hidden = !words;
  }
}

customElements.define("live-preview", LivePreview);
