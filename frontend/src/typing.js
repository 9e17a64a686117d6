// Input rules: the typed character is put in first, then its German form as a change of its own, so that undo takes back the form alone.
import { syntaxTree } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { typographic } from "./typography.js";

/** @param {() => boolean} isOn whether the writer wants the rules */
export const germanSigns = (isOn) =>
  EditorView.inputHandler.of((view, from, to, text, insert) => {
    if (!isOn() || text.length !== 1 || from !== to || view.composing || view.state.readOnly) return false;
    const line = view.state.doc.lineAt(from);
    const before = view.state.sliceDoc(line.from, from);
    const rule = typographic(before, text);
    if (!rule || inSource(view.state, from)) return false;
    view.dispatch(insert());
    const end = from + text.length;
    view.dispatch({ changes: { from: end - rule.drop, to: end, insert: rule.insert }, selection: { anchor: end - rule.drop + rule.insert.length }, userEvent: "input.rule", scrollIntoView: true });
    return true;
  });

/** Code, addresses and braces stay as they are typed. */
function inSource(state, at) {
  for (let node = syntaxTree(state).resolveInner(at, -1); node; node = node.parent) if (/Code|URL|ImageAttributes|LinkTitle/.test(node.name)) return true;
  return false;
}
