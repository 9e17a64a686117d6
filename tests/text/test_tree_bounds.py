"""Hostile Markdown: the time limit of the application is 2 s for a paper of 1 MB, tested at five times that."""

from __future__ import annotations

import sys
import time
from types import FrameType
from typing import Any

import pytest

from tests.text.hostile_markdown import HOSTILE, fill
from workspace.text import html, tree
from workspace.text.nodes import Block, Code, Inline, Link, Mark

LIMIT = 10.0
DEEPEST = 100
"""Steps downwards in any tree; Python gives up at a thousand."""
BEGINNING = 1_000
GROWTH = 2.5
"""Twice the text may be at most so many times the work."""


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_is_read_shown_and_published_in_time(name: str) -> None:
    text = HOSTILE[name]()
    assert_bounded(text)
    started = time.process_time()
    tree.without_guidance(text)
    assert time.process_time() - started < LIMIT


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_hostile_text_is_twice_the_work(name: str) -> None:
    # Counted in lines of Python that run, so that it is the same everywhere. What is done below Python in
    # one line (copies, patterns) shows in the test of the whole megabyte.
    text = HOSTILE[name]()
    assert work(text[: 2 * BEGINNING]) < GROWTH * work(text[:BEGINNING])


def work(text: str) -> int:
    """How many lines of Python run until a text is read, shown and published."""
    count = 0

    def trace(_frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        document = tree.parse(text)
        html.render(document, guidance=False)
        if tree.guidance_spans(document):
            tree.without_guidance(text)
    finally:
        sys.settrace(before)
    return count


def assert_bounded(text: str) -> None:
    started = time.process_time()
    document, faults = tree.build(text)
    page = html.render(document)
    spent = time.process_time() - started
    assert spent < LIMIT, f"{spent:.1f} s"
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
