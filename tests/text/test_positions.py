"""CommonMark as specified, and every character knows where it stands in the source."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.text.commonmark import EXAMPLES, expected, has_html, written
from tests.text.markdown import FULL, markdown
from workspace.text import tree
from workspace.text.leaves import is_verbatim, pieces
from workspace.text.nodes import Block, Code, Document, Link, Mark


def only(text: str) -> Block:
    """The one block of a text."""
    (block,) = tree.parse(text).blocks
    return block


# CommonMark


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['example']} {case['section']}")
def test_an_example_of_the_specification_means_what_it_says(case: dict[str, Any]) -> None:
    document, faults = tree.build(case["markdown"], lambda _target: True)
    assert written(document.blocks) == expected(case)
    assert not faults


def test_only_examples_with_html_of_the_writer_differ_from_the_specification() -> None:
    assert len(EXAMPLES) == 652
    differing = [case for case in EXAMPLES if has_html(case)]
    assert len(differing) == 72
    assert all("<" in case["markdown"] for case in differing)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['example']} {case['section']}")
def test_every_character_of_an_example_knows_its_place(case: dict[str, Any]) -> None:
    assert_positions(case["markdown"])


# Positions


def assert_positions(text: str) -> None:
    document, faults = tree.build(text)
    assert not faults
    assert len(document.source) == len(text)
    assert_in_order(document.blocks, 0, len(text))
    for note in document.footnotes:
        assert_in_order((note,), 0, len(text))
    for leaf in tree.leaf_blocks(document):
        assert_leaf(document, leaf)


def assert_in_order(nodes: tuple[Any, ...], start: int, end: int) -> None:
    """Spans nest and stand in order."""
    for node in nodes:
        assert start <= node.start <= node.end <= end, node
        start = node.end
        if isinstance(node, Block):
            caption_start = node.caption[0].start if node.caption else node.end
            assert_in_order(node.children, node.start, caption_start)
            assert_in_order(node.inlines, node.start, node.end)
            assert_in_order(node.caption, caption_start, node.end)
        elif isinstance(node, Mark | Link | Code):
            assert_in_order(node.children, node.start, node.end)


def assert_leaf(document: Document, leaf: Block) -> None:
    source = document.source
    text, spans = tree.rendered(leaf)
    assert len(text) == len(spans)
    for piece in pieces(leaf):
        assert piece.text
        assert piece.start < piece.end
        # As long as its span: letter for letter. (A line end is one blank for one line end.)
        assert len(piece.text) != piece.end - piece.start or piece.text in " \n" or is_verbatim(source, piece)
    for letter, (start, end) in zip(text, spans, strict=True):
        assert leaf.start <= start < end <= leaf.end
        if end - start == 1 and letter not in " \n":
            assert source[start] == letter


@given(markdown)
@example(FULL)
@settings(deadline=None)
def test_every_character_of_any_text_knows_its_place(text: str) -> None:
    assert_positions(text)


@given(st.text(alphabet="ab \t\n>-+*_`[]()!\\|:#=~&;<1.^{}\xa0\u2003\r\v\x00\ud800", max_size=120))
@settings(deadline=None)
def test_torn_markup_keeps_its_positions(text: str) -> None:
    assert_positions(text)


@given(markdown, st.data())
@settings(deadline=None)
def test_a_selection_leads_to_the_source_and_back(text: str, data: st.DataObject) -> None:
    document = tree.parse(text)
    leaves = [leaf for leaf in tree.leaf_blocks(document) if tree.rendered(leaf)[0]]
    if not leaves:
        return
    leaf = data.draw(st.sampled_from(leaves))
    shown, spans = tree.rendered(leaf)
    first = data.draw(st.integers(0, len(shown) - 1))
    after = data.draw(st.integers(first + 1, len(shown)))
    start, end = tree.source_span(document, leaf.start, first, after)
    assert (start, end) == (spans[first][0], spans[after - 1][1])
    inside = [at for at, span in enumerate(spans) if span[0] < end and span[1] > start]
    assert inside[0] <= first
    assert inside[-1] >= after - 1


@pytest.mark.parametrize(("first", "after"), [(0, 0), (3, 1), (-1, 2), (0, 5), (9, 12)])
def test_a_selection_outside_the_text_is_refused(first: int, after: int) -> None:
    document = tree.parse("# A\n\nWort\n")
    with pytest.raises(ValueError, match=r"selection|passage"):
        tree.source_span(document, 5, first, after)


def test_a_selection_in_no_block_is_refused() -> None:
    with pytest.raises(ValueError, match="passage"):
        tree.source_span(tree.parse("Wort\n"), 2, 0, 1)


def test_a_selection_over_markup_takes_in_what_lies_between() -> None:
    text = "Für **alle** &amp; `jede`\n"
    document = tree.parse(text)
    start, end = tree.source_span(document, 0, 4, 15)
    assert text[start:end] == "alle** &amp; `jede"
    start, end = tree.source_span(document, 0, 9, 10)
    assert text[start:end] == "&amp;"
