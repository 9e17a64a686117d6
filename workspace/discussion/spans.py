"""From what a reader points at to a passage of the source, and back to the words that a reader sees."""

from __future__ import annotations

from collections.abc import Iterator

from workspace.errors import Invalid
from workspace.text.nodes import Block, Document
from workspace.text.tree import leaf_blocks, rendered, source_span

Span = tuple[int, int]
Letter = tuple[str, int, int]
"""A visible character with the source span it comes from."""


def words_in(document: Document, start: int, end: int) -> str:
    """What a reader sees of a passage, one line for each block; its source where nothing of it is text.

    >>> from workspace.text.tree import parse
    >>> words_in(parse("Ein **fettes** Wort"), 4, 14)
    'fettes'
    """
    lines = ("".join(letter for letter, _, _ in letters).strip() for letters in _visible(document, start, end))
    return "\n".join(line for line in lines if line) or document.source[start:end].strip()


def _visible(document: Document, start: int, end: int) -> Iterator[list[Letter]]:
    """The visible characters of a passage, block by block in the order of reading."""
    for leaf in leaf_blocks(document):
        if leaf.start < end and leaf.end > start:
            yield [letter for letter in _letters(leaf) if letter[1] < end and letter[2] > start]


def _letters(leaf: Block) -> Iterator[Letter]:
    text, spans = rendered(leaf)
    for letter, (start, end) in zip(text, spans, strict=True):
        yield letter, start, end


def narrowed(document: Document, span: Span, words: str) -> Span:
    """The part of a passage that reads like `words`; blanks and line ends are alike.

    Raises: Invalid for the field `words` when they do not stand in the passage exactly once.
    """
    wanted = " ".join(words.split())
    letters = _folded(document, span)
    text = "".join(letter for letter, _, _ in letters)
    at = text.find(wanted) if wanted else -1
    if at < 0:
        raise Invalid(fields={"words": "words_missing"})
    if text.find(wanted, at + 1) >= 0:
        raise Invalid(fields={"words": "words_twice"})
    part = letters[at : at + len(wanted)]
    return min(start for _, start, _ in part), max(end for _, _, end in part)


def _folded(document: Document, span: Span) -> list[Letter]:
    """The visible characters of a passage; every run of blanks, and the end of a block, is one blank."""
    found: list[Letter] = []
    for letters in _visible(document, *span):
        for letter, start, end in letters:
            if not letter.isspace():
                found.append((letter, start, end))
            elif found and found[-1][0] != " ":
                found.append((" ", start, end))
        if found and found[-1][0] != " ":
            found.append((" ", found[-1][2], found[-1][2]))
    return found


def selected(document: Document, first: tuple[int, int], last: tuple[int, int]) -> Span:
    """The source span of a selection.

    Args:
        first: where the first block begins in the source, and where the selection begins in its visible text.
        last: the same for the end; both count code points.
    Raises: Invalid("passage_wrong").
    """
    (block, begin), (last_block, finish) = first, last
    try:
        if block == last_block:
            return source_span(document, block, begin, finish)
        start, _ = source_span(document, block, begin, begin + 1)
        _, end = source_span(document, last_block, finish - 1, finish)
    except ValueError as error:
        raise Invalid("passage_wrong") from error
    if start >= end:
        raise Invalid("passage_wrong")
    return start, end
