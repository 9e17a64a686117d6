"""From selections to the source and back."""

from __future__ import annotations

import pytest

from workspace.discussion.spans import narrowed, selected, words_in
from workspace.errors import Invalid
from workspace.text.tree import leaf_blocks, parse, rendered

SOURCE = "Ein **fettes Wort** und 😀 ein\nUmbruch.\n\n- erster *Punkt*\n- zweiter Punkt\n"


def span_of(words: str) -> tuple[int, int]:
    return SOURCE.index(words), SOURCE.index(words) + len(words)


def test_words_are_what_readers_see() -> None:
    assert words_in(parse(SOURCE), *span_of("**fettes Wort** und")) == "fettes Wort und"


def test_words_of_several_blocks_stand_on_lines() -> None:
    start, _ = span_of("Umbruch.")
    _, end = span_of("*Punkt*")
    assert words_in(parse(SOURCE), start, end) == "Umbruch.\nerster Punkt"


def test_a_picture_without_words_shows_its_source() -> None:
    source = "![Weg](weg.png)\n"
    assert words_in(parse(source), 0, 15) == "![Weg](weg.png)"


@pytest.mark.parametrize("words", ["fettes Wort und", "😀 ein Umbruch.", "  Wort   und  "])
def test_narrowing_finds_words_across_formatting_and_line_ends(words: str) -> None:
    document = parse(SOURCE)
    start, end = narrowed(document, (0, SOURCE.index("Umbruch.") + 8), words)
    assert " ".join(words_in(document, start, end).split()) == " ".join(words.split())


@pytest.mark.parametrize(
    ("words", "code"), [("fehlt", "words_missing"), ("ein", "words_twice"), ("  ", "words_missing")]
)
def test_narrowing_refuses_what_is_not_there_once(words: str, code: str) -> None:
    source = "ein Wort und ein Wort mehr\n"
    with pytest.raises(Invalid) as refused:
        narrowed(parse(source), (0, len(source) - 1), words)
    assert refused.value.fields == {"words": code}


def test_narrowing_stays_inside_the_passage() -> None:
    with pytest.raises(Invalid):
        narrowed(parse(SOURCE), span_of("fettes"), "zweiter")


def test_a_selection_in_one_block() -> None:
    document = parse(SOURCE)
    text, _ = rendered(leaf_blocks(document)[0])
    at = text.index("😀")
    start, end = selected(document, (0, at), (0, at + 1))
    assert SOURCE[start:end] == "😀"


def test_a_selection_over_several_blocks() -> None:
    document = parse(SOURCE)
    first, second, _third = leaf_blocks(document)
    start, end = selected(document, (first.start, 4), (second.start, 6))
    assert SOURCE[start:end] == SOURCE[SOURCE.index("fettes") : SOURCE.index("erster") + 6]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ((0, 5), (0, 5)),
        ((0, 9), (0, 2)),
        ((0, 0), (0, 10_000)),
        ((3, 0), (3, 1)),
        ((0, 10**8), (44, 1)),
        ((0, 0), (999_999_999, 3)),
    ],
)
def test_a_selection_that_is_none_is_refused(first: tuple[int, int], last: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match="passage_wrong"):
        selected(parse(SOURCE), first, last)


def test_a_selection_backwards_over_blocks_is_refused() -> None:
    document = parse(SOURCE)
    first, second, _third = leaf_blocks(document)
    with pytest.raises(Invalid, match="passage_wrong"):
        selected(document, (second.start, 0), (first.start, 3))
