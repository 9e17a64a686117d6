"""The passage of a text in which searched words stand, with these words named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workspace.search import fold, search_terms
from workspace.text.tree import leaf_blocks, parse, rendered

Piece = tuple[str, bool]
"""Words, and whether they were searched for."""

WORD = re.compile(r"\w+(?:-\w+)*")
LENGTH = 200
"""Characters of a snippet."""
BEFORE = 70
"""Characters before the first found word."""


def marked(words: str, query: str) -> list[Piece]:
    """All of these words; those that hold a searched stem are marked.

    >>> marked("Wer Bürger beteiligt", "Beteiligung")
    [('Wer Bürger ', False), ('beteiligt', True)]
    """
    terms = search_terms(query)
    pieces: list[Piece] = []
    at = 0
    for found in WORD.finditer(words):
        folded = fold(found[0])
        if any(term in folded for term in terms):
            pieces += [(words[at : found.start()], False), (found[0], True)]
            at = found.end()
    return [piece for piece in (*pieces, (words[at:], False)) if piece[0]]


def snippet(text: str, query: str, *, besides: str = "") -> list[Piece]:
    """Where the Markdown text speaks of the searched words: the paragraph with most of them, cut around the first.

    Args:
        besides: what is shown anyway; words that it holds need not be found again.
    Returns: nothing when no paragraph holds any.
    """
    known = fold(besides)
    terms = [term for term in search_terms(query) if term not in known]
    best = max(_paragraphs(text), key=lambda words: _held(words, terms), default="")
    if not _held(best, terms):
        return []
    words = _readable(best)
    first = next((m.start() for m in WORD.finditer(words) if any(term in fold(m[0]) for term in terms)), 0)
    return marked(_cut(words, first), query)


def _paragraphs(text: str) -> Iterator[str]:
    return (part for part in re.split(r"\n[ \t]*\n", text) if part.strip())


def _held(words: str, terms: Iterable[str]) -> int:
    folded = fold(words)
    return sum(term in folded for term in terms)


def _readable(markdown: str) -> str:
    """What a reader sees of a paragraph; only the one that is shown is parsed."""
    leaves = (rendered(leaf)[0] for leaf in leaf_blocks(parse(markdown)))
    return " ".join(" ".join(leaves).split())


def _cut(words: str, first: int) -> str:
    """At most `LENGTH` characters around a place, at blanks."""
    start, end = max(0, first - BEFORE), max(0, first - BEFORE) + LENGTH
    start = words.find(" ", start) + 1 if start and " " in words[start:first] else start
    cut = words[start:end]
    if end < len(words) and " " in cut:
        cut = cut.rpartition(" ")[0] + " …"
    return ("… " if start else "") + cut
