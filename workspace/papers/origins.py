"""Who wrote a passage, how much of it, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workspace.accounts.models import Member
from workspace.accounts.queries import members_by_id
from workspace.papers.models import Paper, Revision
from workspace.papers.queries import get_revision
from workspace.papers.seals import Sealed
from workspace.papers.store import authors_of, text_of
from workspace.text import authorship

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Origin:
    """What one member wrote of a passage.

    share: per cent of the characters; 0 for less than half of one, 100 only where nobody else wrote any.
    revision: where the longest piece by this member appeared first.
    """

    member: Member | None
    share: int
    revision: Revision


def origins(paper: Paper, number: int, start: int, end: int) -> list[Origin]:
    """Who wrote a passage of a revision, most first.

    Args:
        start, end: source positions, code points, half-open; not empty and inside the text.
    Raises: NotFound for a revision that is not there; ValueError for a span that is none.
    """
    text, runs = text_of(paper, number), authors_of(paper, number).runs
    if not 0 <= start < end <= len(text):
        raise ValueError("no such passage")
    written = authorship.who_wrote(runs, start, end)
    people = members_by_id(author for author, _ in written if isinstance(author, int))
    longest = _longest_pieces(runs, start, end)
    return [
        Origin(
            people.get(author) if isinstance(author, int) else None,
            min(100 if len(written) == 1 else 99, round(100 * characters / (end - start))),
            get_revision(paper, first_with(paper, number, text[slice(*longest[author])])),
        )
        for author, characters in written
    ]


def _longest_pieces(runs: authorship.Runs, start: int, end: int) -> dict[authorship.Author, Span]:
    """The longest stretch of each author inside a span."""
    found: dict[authorship.Author, Span] = {}
    for author, first, after in _stretches(runs):
        first, after = max(first, start), min(after, end)
        known = found.get(author, (0, 0))
        if after - first > known[1] - known[0]:
            found[author] = (first, after)
    return found


def _stretches(runs: authorship.Runs) -> Iterable[tuple[authorship.Author, int, int]]:
    at = 0
    for author, length in runs:
        yield author, at, at + length
        at += length


def first_with(paper: Paper, number: int, words: str) -> int:
    """A revision up to `number` that has these words while the one before it has not.

    Looks by halving: words that came, went and came back may be dated to any of their arrivals.
    """
    low, high = 0, number  # `low` has them not (0 is empty), `high` has them
    while high - low > 1:
        middle = (low + high) // 2
        if _has(paper, middle, words):
            high = middle
        else:
            low = middle
    return high


def _has(paper: Paper, number: int, words: str) -> bool:
    """A sealed text says nothing: what came with it appears first in the text behind it."""
    try:
        return words in text_of(paper, number)
    except Sealed:
        return False
