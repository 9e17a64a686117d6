"""How the parser finds blocks: markdown-it's rules, asked by the first character of a line.

Its own parser asks each of a dozen rules at each line, and twice at those of a paragraph. Here only the
rules are asked that can begin with the character that stands there, and a paragraph is looked through once.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock, blockquote, code, fence, heading, hr, list_block, reference
from markdown_it.rules_block import table as table_rule
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote.index import footnote_def

from workspace.text.links import FOOTNOTE_LABEL

BLOCK_NESTING = 40
"""Containers within containers: 40 quotes or 20 lists. What lies deeper is shown as plain paragraphs."""
TABLE_COLUMNS = 200
"""A row with more columns is no table: 1 MB of pipes would become half a million cells."""
TOKENS = 80_000
"""Block tokens (a paragraph has three, an item six); the rest of the list or text is one paragraph."""

Rule = Callable[[StateBlock, int, int, bool], bool]
"""State, line, line behind the last, whether only to tell → whether such a block begins there."""

_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\Z")
_DELIMITERS = frozenset("|-:")
"""What the second line of a table begins with."""


class BlockParser(ParserBlock):
    """Reads blocks, notes where each begins, and flattens what is nested too deeply."""

    def __init__(self) -> None:
        plugged = MarkdownIt("zero").use(deflist_plugin).block.ruler
        self._deflist: Rule = plugged.getRules("")[plugged.get_active_rules().index("deflist")]
        self.ruler = _Chains(self._deflist)  # type: ignore[assignment]
        self._starts = _by_first_character((fence, blockquote, hr, list_block, _footnote, reference, heading))

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Read the lines `startLine..endLine`; blocks in blocks come here again."""
        line, has_empty_lines = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            count, begin = len(state.tokens), state.bMarks[line] + state.tShift[line]
            if count > TOKENS:
                _push_leaf(state, "paragraph", "p", (line, endLine), endLine)
            else:
                self._block(state, line, endLine)
            if len(state.tokens) > count:
                state.tokens[count].meta["start"] = begin
            state.tight = not has_empty_lines
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                has_empty_lines = True
            if line < endLine and state.isEmpty(line):
                has_empty_lines = True
                line += 1
                state.line = line

    def _block(self, state: StateBlock, line: int, end: int) -> None:
        if state.level >= BLOCK_NESTING:
            after, _ = _paragraph_end(state, line, end)
            _push_leaf(state, "paragraph", "p", (line, after), after)
            return
        if state.sCount[line] - state.blkIndent > 3:
            code(state, line, end, False)
            return
        if _table(state, line, end, False):
            return
        for rule in self._starts.get(state.src[state.bMarks[line] + state.tShift[line]], ()):
            if rule(state, line, end, False):
                return
        after, level = _paragraph_end(state, line, end)
        if level:
            _push_leaf(state, "heading", f"h{level}", (line, after), after + 1, "=-"[level - 1])
        elif not self._deflist(state, line, end, False):
            _push_leaf(state, "paragraph", "p", (line, after), after)


def _paragraph_end(state: StateBlock, line: int, end: int) -> tuple[int, int]:
    """Where a paragraph that begins at `line` ends.

    Returns: the line behind it, and the level of the heading that an underline there makes of it, or 0.
    """
    src, base, last = state.src, state.blkIndent, state.lineMax
    begins, shifts, stops, indents = state.bMarks, state.tShift, state.eMarks, state.sCount
    (is_end,) = state.md.block.ruler.getRules("paragraph")
    outside, state.parentType = state.parentType, "paragraph"
    level = 0
    line += 1
    while line < last:
        begin, indent = begins[line] + shifts[line], indents[line]
        if begin >= stops[line]:
            break
        # Deeper lines would be code, but a paragraph takes them; negative ones were decided by a quote.
        if indent - base <= 3:
            if src[begin] in "=-" and base <= indent and line < end and _UNDERLINE.match(src, begin, stops[line]):
                level = 1 if src[begin] == "=" else 2
                break
            if indent >= 0 and is_end(state, line, last, True):
                break
        line += 1
    state.parentType = outside
    return line, level


def _push_leaf(state: StateBlock, kind: str, tag: str, lines: tuple[int, int], after: int, markup: str = "") -> None:
    """Make the tokens of a paragraph or heading out of `lines`; go on at the line `after`."""
    content = mdTrim(state.getLines(*lines, state.blkIndent, False))
    opening = state.push(f"{kind}_open", tag, 1)
    opening.map, opening.markup = [lines[0], after], markup
    inline = state.push("inline", "", 0)
    inline.map, inline.content = [*lines], content
    state.push(f"{kind}_close", tag, -1).markup = markup
    state.line = after


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table of bounded width and length. A look at the line below its head tells nearly always."""
    below = start + 1
    if below >= end:
        return False
    begin, stop = state.bMarks[below] + state.tShift[below], state.eMarks[below]
    if state.src[begin : begin + 1] not in _DELIMITERS:
        return False
    columns = state.src.count("|", begin, stop) + 1
    if columns > TABLE_COLUMNS:
        return False
    rows = max(0, TOKENS - len(state.tokens)) // (3 * columns)
    return table_rule(state, start, min(end, start + 2 + rows), silent)


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    match = FOOTNOTE_LABEL.match(state.src, begin, state.eMarks[start])
    if not match or not footnote_def(state, start, end, silent):
        return False
    if not silent:
        state.env["labels"].setdefault(match.group(1))
    return True


class _Chains:
    """The rules that end a block, as markdown-it's own rules ask for them: here always one."""

    def __init__(self, deflist: Rule) -> None:
        in_list = (fence, blockquote, hr)
        in_quote = (*in_list, list_block, heading, deflist)
        in_text = _any_of((*in_quote, _footnote), _table)
        self._rules = {"paragraph": [in_text], "reference": [in_text]}
        self._rules |= {"blockquote": [_any_of(in_quote)], "list": [_any_of(in_list)]}

    def getRules(self, chain: str) -> list[Rule]:  # noqa: N802
        return self._rules[chain]

    def get_active_rules(self) -> list[str]:
        return ["code"]


def _any_of(rules: tuple[Rule, ...], *others: Rule) -> Rule:
    """One rule for several, of which `others` may begin with any character."""
    starts = {character: (*found, *others) for character, found in _by_first_character(rules).items()}

    def is_end(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        begin = state.bMarks[line] + state.tShift[line]
        for rule in starts.get(state.src[begin : begin + 1], others):  # noqa: SIM110 (half the time of any)
            if rule(state, line, end, silent):
                return True
        return False

    return is_end


def _by_first_character(rules: tuple[Rule, ...]) -> dict[str, tuple[Rule, ...]]:
    characters = {
        fence: "`~",
        blockquote: ">",
        hr: "*-_",
        list_block: "*+-0123456789",
        _footnote: "[",
        reference: "[",
        heading: "#",
    }
    every = {character for rule in rules for character in characters.get(rule, ":~")}
    return {character: tuple(rule for rule in rules if character in characters.get(rule, ":~")) for character in every}
