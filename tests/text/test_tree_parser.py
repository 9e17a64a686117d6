"""Our reader against markdown-it as it comes: the same blocks and the same formatting, only quicker."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from benchmarks.text import corpus
from tests.text.commonmark import EXAMPLES
from tests.text.markdown import FULL, markdown
from workspace.text import reader
from workspace.text.block_rules import TOKENS
from workspace.text.reader import LINES, read, read_inline

OURS = re.compile(r"!\[.*\{|\[\^[^\]]*\][(\[:]", re.DOTALL)
"""Where we differ on purpose: attributes of images, and mentions of footnotes that could be links as well."""
_LINE_END = re.compile(r"( *)\n[ \t]*")


class Plain(MarkdownIt):
    """markdown-it with what papers may hold. Any address is allowed, on both sides."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "maxNesting": 1000})
        self.enable(["table", "strikethrough"]).use(deflist_plugin)
        self.use(footnote_plugin, inline=False, move_to_end=False).disable("html_block")

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


PLAIN = Plain()


def any_target(_target: str) -> bool:
    return True


def assert_same(text: str) -> None:
    """Hold the blocks of a text against those of markdown-it, then the content of each."""
    theirs: dict[str, Any] = {}
    state = StateBlock(text, PLAIN, theirs, [])
    PLAIN.block.tokenize(state, 0, state.lineMax)
    tokens, ours = read(text, link_check=any_target)
    assert [block(token) for token in tokens] == [block(token) for token in state.tokens]
    assert references(ours) == references(theirs)
    for content in {token.content for token in tokens if token.type == "inline"}:
        if not OURS.search(content):
            found = read_inline(content, ours, link_check=any_target)
            wanted = PLAIN.inline.parse(content, PLAIN, theirs, [])
            assert shape([Token("text", "", 0, content=content)] if found is None else found) == shape(wanted), content


def block(token: Token) -> tuple[Any, ...]:
    lines = token.map and tuple(token.map)
    return token.type, token.tag, token.level, lines, token.content, token.markup, token.info, token.hidden, token.attrs


def references(env: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {label: (found["href"], found["title"]) for label, found in env.get("references", {}).items()}


def shape(tokens: list[Token] | None) -> list[Any]:
    """Tokens without what is only ours or theirs: text in one piece, its line ends as signs."""
    found: list[Any] = [""]
    for token in tokens or ():
        if token.type in ("text", "softbreak", "hardbreak", "text_special"):
            found[-1] += _text(token)
        else:
            label = token.meta.get("label") if token.type == "footnote_ref" else ""
            attributes = {name: value for name, value in token.attrs.items() if value and name != "alt"}
            content = "" if token.type == "image" else token.content
            found += [(token.type, content, attributes, label, shape(token.children)), ""]
    return [part for part in found if part]


def _text(token: Token) -> str:
    if token.type == "text":
        return _LINE_END.sub(lambda match: "<hard>" if len(match[1]) > 1 else "<soft>", token.content)
    return {"softbreak": "<soft>", "hardbreak": "<hard>"}.get(token.type, token.content)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['example']} {case['section']}")
def test_an_example_is_read_as_markdown_it_reads_it(case: dict[str, Any]) -> None:
    assert_same(case["markdown"])


@given(markdown)
@example(FULL)
@example(FULL.replace("\n", "\n> "))
@example(FULL.replace("\n", "\n  "))
def test_any_text_is_read_as_markdown_it_reads_it(text: str) -> None:
    assert_same(text)


@given(st.text(alphabet="ab \t\n>-+*_`[]()!\\|:#=~&;<1.^\xa0\u2003", max_size=120))
def test_torn_markup_is_read_as_markdown_it_reads_it(text: str) -> None:
    assert_same(text)


@given(st.lists(st.sampled_from([*"> \t-+*1.`~=#:|a\n", "[a]: /b\n", "[^1]: ", "-|-\n", "    "]), max_size=60))
def test_lines_of_any_beginning_are_read_as_markdown_it_reads_them(parts: list[str]) -> None:
    assert_same("".join(parts))


@given(st.from_regex(reader.NORMAL_LINK, fullmatch=True))
def test_addresses_that_are_left_alone_are_normal(address: str) -> None:
    assert reader.normal_link(address) == MarkdownIt().normalizeLink(address)


if os.environ.get("CORPUS"):

    @pytest.mark.long
    @pytest.mark.parametrize("history", corpus.histories(), ids=lambda history: history.name)
    def test_a_real_text_is_read_as_markdown_it_reads_it(history: corpus.History) -> None:
        for text in {history.texts[0], history.texts[-1]}:
            if text.count("\n") < LINES and len(read(text)[0]) < TOKENS:
                assert_same(text)
