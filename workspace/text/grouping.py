"""Revisions of one sitting as one line of the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST_PAUSE: Final = timedelta(minutes=30)


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
        return self.revisions[0]

    @property
    def oldest(self) -> Kept:
        return self.revisions[-1]

    @property
    def numbers(self) -> tuple[int, ...]:
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
