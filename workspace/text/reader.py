"""The Markdown parser, set up for papers: markdown-it-py with our limits and positions.

CommonMark without HTML, plus tables, strikethrough, footnotes and definition lists. Two things differ
from the parser as it comes: what is nested too deeply is kept as plain paragraphs (it would be dropped),
and inline rules are chosen by the character they begin with, which halves the time.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.paragraph import paragraph
from markdown_it.rules_block.table import table
from markdown_it.rules_inline import StateInline, autolink, backtick, emphasis, entity, escape, newline, strikethrough
from markdown_it.rules_inline.balance_pairs import link_pairs
from markdown_it.rules_inline.fragments_join import fragments_join
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote.index import footnote_def

from workspace.text.links import FOOTNOTE_LABEL, attachment_name, footnote_reference, image, is_allowed_target, link

BLOCK_NESTING = 40
"""Containers within containers: 40 quotes or 20 lists. What lies deeper is shown as plain paragraphs."""
LABEL_NESTING = 20
"""Brackets within brackets that are looked at together, as in CommonMark's own preset."""
TABLE_COLUMNS = 200
"""A row with more columns is no table: 1 MB of pipes would become half a million cells."""

# Time is linear in what the parser finds, not in characters: 1 MB of "- a" lines are 250,000 items and take
# twelve seconds. These bounds keep any text of 1 MB near two seconds. Laws and handbooks have at most
# 23,000 lines, 17,000 tokens and 50,000 signs in a megabyte.
LINES = 60_000
"""Lines that are looked at; all behind them is one plain paragraph."""
TOKENS = 80_000
"""Block tokens (a paragraph has three, an item six); the rest of the list or text is one paragraph."""
SIGNS = 100_000
"""Places where inline markup could begin; paragraphs behind them are shown as they stand."""

LinkCheck = Callable[[str], bool]


def read(source: str, *, link_check: LinkCheck = is_allowed_target) -> tuple[list[Token], dict[str, Any]]:
    """Parse the blocks of a source.

    Tokens of blocks carry `meta["start"]`, the position of their first character. `inline` tokens are
    not parsed yet: see `read_inline`.
    Returns: tokens and the environment with the definitions of links and footnotes.
    """
    parser = _parser(link_check)
    env: dict[str, Any] = {"labels": {}, "steps": 0, "signs": 0}
    state = StateBlock(source, parser, env, [])
    state.lineMax = min(state.lineMax, LINES)
    parser.block.tokenize(state, 0, state.lineMax)
    return state.tokens, env


def read_inline(content: str, env: dict[str, Any], *, link_check: LinkCheck = is_allowed_target) -> list[Token] | None:
    """Parse the content of one paragraph, heading, cell or term; None when it is plain text."""
    if not _SPECIAL.search(content):
        return None
    env["signs"] += len(_SPECIAL.findall(content))
    if env["signs"] > SIGNS:
        return None
    parser = _parser(link_check)
    return parser.inline.parse(content, parser, env, [])


@functools.cache
def _parser(link_check: LinkCheck) -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": LABEL_NESTING})
    parser.inline = _InlineParser()
    parser.block = _BlockParser()
    parser.configure("commonmark", {"html": False, "maxNesting": LABEL_NESTING, "link_check": link_check})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.enable("table")
    parser.use(deflist_plugin)
    parser.block.ruler.before("reference", "footnote_def", _footnote, {"alt": ["paragraph", "reference"]})
    parser.disable("html_block")
    return parser


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        # A definition serves links and images alike; each use is checked again by its own rule.
        check: LinkCheck = self.options["link_check"]
        return check(url) or attachment_name(url) is not None

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        # Text in angle brackets is shown as it was written, or rendered text would differ from the source.
        return link


class _BlockParser(ParserBlock):
    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Parse lines, note where each block begins, and flatten what is nested too deeply."""
        line, has_empty_lines = startLine, False
        rules = self.ruler.getRules("") if state.level < BLOCK_NESTING else [paragraph]
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            count, begin = len(state.tokens), state.bMarks[line] + state.tShift[line]
            if count > TOKENS:
                _flatten(state, line, endLine, begin)
                break
            if not any(rule(state, line, endLine, False) for rule in rules):
                raise RuntimeError("a line that no rule takes")
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


def _flatten(state: StateBlock, line: int, end: int, begin: int) -> None:
    """One paragraph of everything up to the end of what is being parsed."""
    content = mdTrim(state.getLines(line, end, state.blkIndent, False))
    opening = state.push("paragraph_open", "p", 1)
    opening.map, opening.meta["start"] = [line, end], begin
    inline = state.push("inline", "", 0)
    inline.map, inline.content = [line, end], content
    state.push("paragraph_close", "p", -1)
    state.line = end


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end:
        return False
    columns = state.src.count("|", state.bMarks[start + 1], state.eMarks[start + 1]) + 1
    if columns > TABLE_COLUMNS:
        return False
    rows = max(0, TOKENS - len(state.tokens)) // (3 * columns)
    return table(state, start, min(end, start + 2 + rows), silent)


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    match = FOOTNOTE_LABEL.match(state.src, begin, state.eMarks[start])
    if not match or not footnote_def(state, start, end, silent):
        return False
    if not silent:
        state.env["labels"].setdefault(match.group(1))
    return True


_InlineRule = Callable[[StateInline, bool], bool]
_RULES: dict[str, tuple[_InlineRule, ...]] = {
    "\n": (newline,),
    "\\": (escape,),
    "`": (backtick,),
    "~": (strikethrough.tokenize,),
    "*": (emphasis.tokenize,),
    "_": (emphasis.tokenize,),
    "[": (footnote_reference, link),
    "!": (image,),
    "<": (autolink,),
    "&": (entity,),
}
_SPECIAL = re.compile(r"[\n\\`~*_\[\]<&]|!(?=\[)")
"""Where plain text stops. Closing brackets end it too: the search for a label's end looks for them."""


class _InlineParser(ParserInline):
    def tokenize(self, state: StateInline) -> None:
        """Make tokens of `state.pos..state.posMax`; each character asks only the rules it can begin."""
        src, end = state.src, state.posMax
        while state.pos < end:
            pos = state.pos
            special = _SPECIAL.search(src, pos, end)
            stop = special.start() if special else end
            if stop > pos:
                state.append_pending(src[pos:stop])
                state.pos = pos = stop
                if stop >= end:
                    break
            if not _apply(state, src[pos], silent=False):
                state.append_pending(src[pos])
                state.pos = pos + 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Step over one token without making any; steps are remembered, so each is found once."""
        pos, cache = state.pos, state.cache
        if pos in cache:
            state.pos = cache[pos]
            return
        special = _SPECIAL.search(state.src, pos, state.posMax)
        stop = special.start() if special else state.posMax
        if stop > pos:
            state.pos = stop
        elif state.level >= LABEL_NESTING:
            state.pos = state.posMax
        else:
            state.level += 1
            ok = _apply(state, state.src[pos], silent=True)
            state.level -= 1
            if not ok:
                state.pos = pos + 1
        cache[pos] = state.pos

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = StateInline(src, md, env, tokens)
        self.tokenize(state)
        link_pairs(state)
        strikethrough.postProcess(state)
        emphasis.postProcess(state)
        fragments_join(state)
        return state.tokens


def _apply(state: StateInline, character: str, *, silent: bool) -> bool:
    return any(rule(state, silent) for rule in _RULES.get(character, ()))
