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
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, autolink, backtick, emphasis, entity, escape, strikethrough
from markdown_it.rules_inline.balance_pairs import link_pairs
from markdown_it.rules_inline.fragments_join import fragments_join
from markdown_it.token import Token

from workspace.text.block_rules import BlockParser
from workspace.text.links import attachment_name, footnote_reference, image, is_allowed_target, link

LABEL_NESTING = 20
"""Brackets within brackets that are looked at together, as in CommonMark's own preset."""
# Time is linear in what the parser finds, not in characters: 1 MB of "- a" lines are 250,000 items and take
# twelve seconds. These bounds keep any text of 1 MB near two seconds. Laws and handbooks have at most
# 23,000 lines, 17,000 tokens and 50,000 signs in a megabyte.
LINES = 60_000
"""Lines that are looked at; all behind them is one plain paragraph."""
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
    env: dict[str, Any] = {"labels": {}, "steps": 0, "signs": 0, "has_many_signs": len(source) > SIGNS}
    state = StateBlock(source, parser, env, [])
    state.lineMax = min(state.lineMax, LINES)
    parser.block.tokenize(state, 0, state.lineMax)
    return state.tokens, env


def read_inline(content: str, env: dict[str, Any], *, link_check: LinkCheck = is_allowed_target) -> list[Token] | None:
    """Parse the content of one paragraph, heading, cell or term; None when it is plain text."""
    if not _SPECIAL.search(content):
        return None
    if env["has_many_signs"]:
        env["signs"] += len(_SPECIAL.findall(content))
        if env["signs"] > SIGNS:
            return None
    parser = _parser(link_check)
    return parser.inline.parse(content, parser, env, [])


@functools.cache
def _parser(link_check: LinkCheck) -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": LABEL_NESTING})
    parser.inline = _InlineParser()
    parser.block = BlockParser()
    parser.options["link_check"] = link_check
    return parser


ADDRESS_LENGTH = 250
"""Longer addresses go the long way: names of hosts have at most 255 characters, more are cut off."""
NORMAL_LINK = re.compile(
    r"mailto:[a-z0-9.]+@[a-z0-9]+(?:[.-][a-z0-9]+)*"
    r"|(?:https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?=[/?#]|\Z))?(?:[/?#][A-Za-z0-9/?#=&.,_~+-]*)?"
)
"""Addresses that normalizing leaves as they are: nearly all, and it costs as much as the rest of a link."""


def normal_link(url: str) -> str:
    """An address as it may stand in a page: blanks and letters beyond ASCII encoded, hosts in punycode."""
    is_normal = len(url) < ADDRESS_LENGTH and NORMAL_LINK.fullmatch(url)
    return url if is_normal else normalizeLink(url)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        # A definition serves links and images alike; each use is checked again by its own rule.
        check: LinkCheck = self.options["link_check"]
        return check(url) or attachment_name(url) is not None

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return normal_link(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        # Text in angle brackets is shown as it was written, or rendered text would differ from the source.
        return link


_InlineRule = Callable[[StateInline, bool], bool]
_RULES: dict[str, _InlineRule] = {
    "\\": escape,
    "`": backtick,
    "~": strikethrough.tokenize,
    "*": emphasis.tokenize,
    "_": emphasis.tokenize,
    "[": lambda state, silent: footnote_reference(state, silent) or link(state, silent),
    "!": image,
    "<": autolink,
    "&": entity,
}
_SPECIAL = re.compile(r"[\\`~*_\[\]<&]|!(?=\[)")
"""Where plain text stops. Closing brackets end it too: the search for a label's end looks for them. Line ends
do not: `inline` finds them in the text, which spares two tokens for each line of a paragraph."""


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
    rule = _RULES.get(character)
    return rule is not None and rule(state, silent)
