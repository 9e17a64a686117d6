// Random typing, erasing and formatting: no letter is lost or doubled, and no sign of Markdown is ever seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as verbs from "../src/commands.js";
import { cursorKeys } from "../src/cursor.js";
import { units } from "../src/looks.js";
import { text, type } from "./hands.mjs";

const backspace = cursorKeys.find((binding) => binding.key === "Backspace").run;

function random(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What is seen of the text, one string. */
const seen = (state) => units(state, { from: 0, to: state.doc.length }).map((unit) => unit.text.replace(/^\\(?=.)/, "")).join("");

/** Where the letters of a text stand in its source. */
const places = (state) => units(state, { from: 0, to: state.doc.length });

function round(seed) {
  const pick = random(seed);
  const view = text("Ach wer Menschen **um ihre** Meinung *bittet*, verspricht [etwas **mehr**](https://a.example) als „das“.|");
  for (let step = 0; step < 60; step += 1) {
    const before = seen(view.state);
    const all = places(view.state);
    const source = view.state.doc.toString();
    const what = pick(6);
    const [a, b] = [1 + pick(all.length), 1 + pick(all.length)].sort((x, y) => x - y); // what a line begins with has tests of its own
    const at = (index) => (index < all.length ? all[index].from : view.state.doc.length);
    if (what < 2) {
      view.dispatch({ selection: { anchor: at(a) } });
      const letter = ["x", " ", "„", ":", "*", "ü"][pick(6)];
      if (pick(3) === 0) verbs.inline(["strong", "emphasis"][pick(2)])(view);
      const here = units(view.state, { from: 0, to: view.state.doc.length }).filter((unit) => unit.to <= view.state.selection.main.head).map((unit) => unit.text.replace(/^\\(?=.)/, "")).join("");
      const shown = seen(view.state);
      type(letter)(view);
      const isDropped = letter === " " && here === "";
      assert.equal(seen(view.state), isDropped ? shown : here + letter + shown.slice(here.length), `typed ${JSON.stringify(letter)} at ${at(a)} of ${source}`);
    } else if (what === 2 && all.length > 1) {
      const index = Math.max(2, a);
      view.dispatch({ selection: { anchor: all[index - 1].to } });
      if (!backspace(view)) view.dispatch({ changes: { from: all[index - 1].from, to: all[index - 1].to }, userEvent: "delete.backward" });
      const rest = all.filter((_unit, n) => n !== index - 1).map((unit) => unit.text.replace(/^\\(?=.)/, "")).join("");
      assert.equal(seen(view.state), rest, `erased ${index - 1} of ${source}`);
    } else if (a < b) {
      view.dispatch({ selection: { anchor: at(a), head: all[b - 1].to } });
      verbs.inline(["strong", "emphasis", "strike"][pick(3)])(view);
      assert.equal(seen(view.state), before, `formatted ${a}-${b} of ${source}`);
    }
  }
}

test("random typing, erasing and formatting show no sign", () => {
  for (let seed = 1; seed <= 60; seed += 1) round(seed);
});
