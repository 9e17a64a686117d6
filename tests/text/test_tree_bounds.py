"""Hostile Markdown: the time limit of the application is 2 s for a paper of 1 MB, tested at five times that.

Each text is one that is known to hurt parsers: openers without closers, deep nesting, many tiny blocks,
everything that makes a parser look back or ahead again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from workspace.text import html, tree
from workspace.text.nodes import Block, Code, Inline, Link, Mark

SIZE = 1_000_000
LIMIT = 10.0
DEEPEST = 100
"""Steps downwards in any tree; Python gives up at a thousand."""


def fill(unit: str, size: int = SIZE) -> str:
    return (unit * (size // len(unit) + 1))[:size]


HOSTILE: dict[str, Callable[[], str]] = {
    "opening brackets": lambda: fill("["),
    "openings of images": lambda: fill("!["),
    "openings of images and one end": lambda: fill("![") + "]",
    "brackets nested": lambda: "[" * 500_000 + "]" * 500_000,
    "images nested": lambda: "![" * 100_000 + "a" + "](b.png)" * 100_000,
    "links nested": lambda: "[" * 100_000 + "a" + "](/b)" * 100_000,
    "links without end": lambda: fill("[a]("),
    "addresses without end": lambda: fill("[a](<b"),
    "titles without end": lambda: fill('[a](b "c '),
    "attributes without end": lambda: fill("![a](b.png){a=b "),
    "captions without end": lambda: fill('![a](b.png){caption="'),
    "attributes that nearly match": lambda: fill("![a](b.png){a=aaaa=aaaa=aaaa"),
    "figures": lambda: fill("![a](b.png){width=60%}\n\n"),
    "backticks": lambda: fill("`"),
    "runs of backticks": lambda: "".join("`" * n + " " for n in range(1, 1400)),
    "asterisks": lambda: fill("*"),
    "openings of emphasis": lambda: fill("*a "),
    "ends of emphasis": lambda: fill("a* "),
    "crossing emphasis": lambda: fill("*a_ "),
    "underscores": lambda: fill("_"),
    "underscores in words": lambda: fill("_a"),
    "emphasis nested": lambda: "*" * 300_000 + "a" + "*" * 300_000,
    "emphasis of two kinds": lambda: "*a **b " * 70_000 + "c** d*" * 70_000,
    "tildes": lambda: fill("~"),
    "strikes without end": lambda: fill("~~a"),
    "strikes of odd length": lambda: fill("~~~a~~~ "),
    "pipes": lambda: fill("|"),
    "table of pipes": lambda: fill("|", 300_000) + "\n" + fill("-|", 600_000) + "\n",
    "table of many rows": lambda: "a|b\n-|-\n" + fill("x|y\n"),
    "wide table of many rows": lambda: "|a" * 190 + "|\n" + "|-" * 190 + "|\n" + "|a\n" * 300_000,
    "many tables": lambda: fill("a|b\n-|-\nc|d\n\n"),
    "lines that look like tables": lambda: fill("|a\n|-\n"),
    "equal headings": lambda: fill("# Titel\n"),
    "underlined headings": lambda: fill("a\n=\n"),
    "signs of a heading": lambda: "# " + fill("# "),
    "quote of depth 100,000": lambda: fill(">", 100_000),
    "quote of depth 5,000": lambda: (">" * 5000 + " a\n") * 200,
    "quote of many lines": lambda: fill("> a\n"),
    "quotes that go on": lambda: fill("> a\nb\n"),
    "guidance": lambda: fill("> [!HINWEIS]\n> x\n\n"),
    "one line of words": lambda: fill("wort "),
    "one word": lambda: fill("a"),
    "items in one line": lambda: fill("- "),
    "items and quotes": lambda: fill(">- "),
    "items": lambda: fill("- a\n"),
    "items within items": lambda: "".join("  " * n + "- a\n" for n in range(1000)),
    "numbered items": lambda: fill("1. a\n"),
    "tasks": lambda: fill("- [x] a\n"),
    "angle brackets": lambda: fill("<"),
    "addresses": lambda: fill("<https://a.example>"),
    "mail addresses": lambda: fill("<a@b.example>"),
    "entities": lambda: fill("&amp;"),
    "backslashes": lambda: fill("\\"),
    "footnotes without end": lambda: fill("[^"),
    "mentions of one footnote": lambda: "[^1]: x\n\n" + fill("[^1]"),
    "footnotes": lambda: "".join(f"[^{n}]: x\n\n" for n in range(60_000)) + "".join(f"[^{n}]" for n in range(50_000)),
    "footnotes within footnotes": lambda: fill("[^1]: "),
    "a chain of footnotes": lambda: "[^0]\n\n" + "".join(f"[^{n}]: [^{n + 1}]\n\n" for n in range(20_000)),
    "definitions of links": lambda: "".join(f"[a{n}]: /x\n" for n in range(60_000)),
    "definition without end": lambda: '[a]: /b "\n' + fill("x\n"),
    "label without end": lambda: "[" + fill("a\n"),
    "references": lambda: "[b]: /x\n\n" + fill("[a][b] "),
    "definition lists": lambda: fill("a\n: b\n\n"),
    "definitions in one line": lambda: "a\n" + fill(": "),
    "lines with a colon": lambda: fill(": a\n"),
    "fences": lambda: fill("```\n"),
    "indented code": lambda: fill("    a\n\n"),
    "tabs": lambda: fill("\t"),
    "items with tabs": lambda: fill("-\t"),
    "empty lines": lambda: fill("\n"),
    "hard breaks": lambda: fill("a  \n"),
    "all signs": lambda: fill("*_`[!<&\\~"),
    "no-break spaces": lambda: fill("\xa0\n"),
    "rules": lambda: fill("---\n"),
    "paragraphs": lambda: fill("a\n\n"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_is_read_and_shown_in_time(name: str) -> None:
    assert_bounded(HOSTILE[name](), LIMIT)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_beginning_of_a_hostile_text_is_read_and_shown_in_time(name: str) -> None:
    # What grows with the square is found here already; the bounds themselves are tried by the long test.
    assert_bounded(HOSTILE[name]()[: SIZE // 50], LIMIT / 5)


def assert_bounded(text: str, limit: float) -> None:
    started = time.process_time()
    document, faults = tree.build(text)
    page = html.render(document)
    spent = time.process_time() - started
    assert spent < limit, f"{spent:.1f} s"
    assert not faults
    assert page or not tree.plain_text(document)
    assert depth(document.blocks) <= DEEPEST


def depth(blocks: tuple[Block, ...]) -> int:
    """How many steps downwards the deepest node is away."""
    deepest, stack = 0, [(1, node) for node in blocks]
    inlines: list[tuple[int, Inline]] = []
    while stack:
        level, block = stack.pop()
        deepest = max(deepest, level)
        stack.extend((level + 1, child) for child in block.children)
        inlines.extend((level + 1, node) for node in block.inlines)
    while inlines:
        level, node = inlines.pop()
        deepest = max(deepest, level)
        if isinstance(node, Mark | Link | Code):
            inlines.extend((level + 1, child) for child in node.children)
    return deepest


@pytest.mark.parametrize(
    ("deep", "kept"),
    [
        (">" * 5000 + " Wort", "Wort"),
        ("- " * 3000 + "Wort", "Wort"),
        ("*" * 5000 + "Wort" + "*" * 5000, "Wort"),
        ("> " * 100 + "# Wort", "# Wort"),
    ],
)
def test_text_that_is_nested_too_deeply_stays_readable(deep: str, kept: str) -> None:
    assert kept in tree.plain_text(tree.parse(deep))


@pytest.mark.long
@pytest.mark.parametrize("unit", ["- a\n", "a\n\n", "x|y\n", "a  \n", "*a* "])
def test_no_word_is_lost_behind_the_bounds(unit: str) -> None:
    text = fill(unit, 900_000) + "\n\nSchlusswort\n"
    assert "Schlusswort" in tree.plain_text(tree.parse(text))
