"""When typing becomes a revision, and which revisions are one line of the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from workspace.text.diff import compare
from workspace.text.tokens import sentences

LONGEST_PAUSE: Final = timedelta(minutes=30)
"""Between two revisions of one line."""

QUIET: Final = timedelta(minutes=5)
LONGEST_OPEN: Final = timedelta(minutes=30)
LARGEST_DELETION: Final = 200
"""Visible characters taken away at once."""
STOOD: Final = timedelta(minutes=1)
"""What stood this long is in the history, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rule has to know of a revision; `authors` are the ids of all who are credited."""

    number: int
    authors: frozenset[int | str]
    at: datetime
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """One line of the history: revisions that belong together, the newest first. Never empty."""

    revisions: tuple[Kept, ...]

    @property
    def newest(self) -> Kept:
        """The revision the line shows."""
        return self.revisions[0]

    @property
    def oldest(self) -> Kept:
        """The revision it begins with."""
        return self.revisions[-1]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its revisions, the newest first."""
        return tuple(revision.number for revision in self.revisions)


def sittings(revisions: Iterable[Kept]) -> Iterator[Sitting]:
    """Fold neighbouring revisions of the same authors with a pause of at most 30 minutes into one line.

    A named revision is always the newest of its line: what led to it folds under it, what came after
    stands above it. Lines come as soon as they are complete, so that a page may stop after fifty.

    Args: revisions: newest first, all times aware (or all naive).
    """
    line: list[Kept] = []
    for revision in revisions:
        if line and not _belongs(revision, line[-1]):
            yield Sitting(tuple(line))
            line = []
        line.append(revision)
    if line:
        yield Sitting(tuple(line))


def _belongs(earlier: Kept, later: Kept) -> bool:
    # A clock that was set back makes negative pauses; only the distance counts.
    return not earlier.is_named and earlier.authors == later.authors and abs(later.at - earlier.at) <= LONGEST_PAUSE


@dataclass(frozen=True, slots=True)
class Autosave:
    """The text as somebody was typing it, in its stored form."""

    at: datetime
    text: str


class OpenRevision:
    """What has been typed since the last revision, and whether it has to become one.

    Args:
        first: the first autosave that belongs to it.
        before: the text of the last revision; "" where there is none.
    """

    def __init__(self, first: Autosave, before: str = "") -> None:
        self._began = first.at
        self._last = first
        self._before = _in_one_line(before)
        self._stands: dict[str, datetime] = {}
        """Sentences that no revision has, and since when they stand."""
        self.go_on(first)

    def ends_before(self, coming: Autosave) -> bool:
        """Whether the text as it is has to become a revision before this change is made.

        It has to after five quiet minutes, half an hour after it began, before more than 200 visible characters are
        taken away at once, and before words are changed or taken away that stood for a minute and that no revision has.
        """
        return (
            abs(coming.at - self._last.at) >= QUIET
            or abs(coming.at - self._began) >= LONGEST_OPEN
            or self._loses_words(coming)
            or _deleted(self._last.text, coming.text) > LARGEST_DELETION
        )

    def go_on(self, coming: Autosave) -> None:
        """Take in a change that the open revision does not end before."""
        now = {line for part in sentences(coming.text) if (line := _in_one_line(part)) not in self._before}
        gone = {line: since for line, since in self._stands.items() if line not in now}
        # a sentence that is being written stands since its first words do
        self._stands = {
            line: self._stands.get(line) or min((gone[part] for part in gone if part in line), default=coming.at)
            for line in now
        }
        self._last = coming

    def _loses_words(self, coming: Autosave) -> bool:
        text = _in_one_line(coming.text)
        return any(coming.at - since >= STOOD and line not in text for line, since in self._stands.items())


def revisions_of(autosaves: Sequence[Autosave]) -> Iterator[int]:
    """Which autosaves of a text, by place from 0, become revisions; the last always does.

    Args: autosaves: oldest first, all times aware (or all naive).
    """
    if not autosaves:
        return
    rest = OpenRevision(autosaves[0])
    for place, (last, coming) in enumerate(pairwise(autosaves)):
        if rest.ends_before(coming):
            yield place
            rest = OpenRevision(coming, last.text)
        else:
            rest.go_on(coming)
    yield len(autosaves) - 1


def _deleted(old: str, new: str) -> int:
    """Visible characters that a change takes away."""
    ops = compare(old, new, for_readers=False).ops
    return sum(len("".join(text.split())) for kind, text in ops if kind < 0)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
