// Find and replace with the words of the page.
import { closeSearchPanel, openSearchPanel, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { EditorState } from "@codemirror/state";

const PHRASES = {
  Find: "find", Replace: "replaceWith", next: "next", previous: "previous", all: "selectAll", "match case": "matchCase", "by word": "byWord", regexp: "regexp",
  replace: "replace", "replace all": "replaceAll", close: "close", "current match": "currentMatch", "replaced match on line $": "replacedLine", "replaced $ matches": "replacedMany",
  "on line": "onLine",
};

export const find = (words) => [search({ top: true }), EditorState.phrases.of(Object.fromEntries(Object.entries(PHRASES).map(([phrase, name]) => [phrase, words[name] ?? phrase])))];

export const findKeys = searchKeymap.filter((binding) => /^(?:Mod-f|F3|Mod-g|Escape)$/.test(binding.key ?? ""));

export const toggleFind = (view) => (searchPanelOpen(view.state) ? closeSearchPanel(view) : openSearchPanel(view));
