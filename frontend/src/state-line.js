// The one line that says where the words are, and what of it is read out.

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");

const QUIET = new Set(["saving", "saved", "connecting"]);

export class StateLine {
  /** @param {{line: Element, live: Element, words: Record<string, string>, timezone: string}} given line: sign and words; live: read out */
  constructor(given) {
    Object.assign(this, given, { savedAt: null, spoken: "" });
  }

  /** @param {{name: string, at?: number, isUnsent?: boolean}} how @param {{isOpen: boolean, isReading: boolean}} now */
  show({ name, at, isUnsent }, { isOpen, isReading }) {
    if (at) this.savedAt = at;
    const key = this.key(name, isUnsent, isOpen, isReading);
    const words = this.words[key];
    if (words === undefined) return;
    this.line.dataset.state = key;
    const said = fill(words, { time: this.savedAt ? this.time(this.savedAt) : "" });
    if (this.line.lastElementChild.textContent !== said) this.line.lastElementChild.textContent = said;
    this.speak(key, said);
  }

  key(name, isUnsent, isOpen, isReading) {
    if (isReading && (name === "ready" || name === "saving" || name === "saved")) return "withdrawn";
    if (name === "connecting" && isOpen) return "reconnecting";
    if (name === "ready" && this.savedAt && !isUnsent) return "saved";
    return name === "offline" && !isOpen ? "waiting" : name;
  }

  /** What matters is read out, not each letter's journey. */
  speak(key, said) {
    if (key !== this.spoken && !QUIET.has(key)) this.live.textContent = said;
    if (!QUIET.has(key) || key === "saved") this.spoken = key;
  }

  time(milliseconds) {
    return new Date(milliseconds).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: this.timezone });
  }
}
