"""Runs of (author, length): who wrote a text from left to right."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

Author = int | str
Run = tuple[Author, int]
Runs = tuple[Run, ...]


class Covered:
    """Runs with their ends, so that a span is found at once. `length` is how many characters they cover."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._ends = list(accumulate([length for _, length in runs]))
        self.length = self._ends[-1] if runs else 0

    def span(self, start: int, end: int) -> Runs:
        """The runs of a span inside the text."""
        if start >= end:
            return ()
        first, last = bisect_right(self._ends, start), bisect_left(self._ends, end)
        if first == last:
            return ((self._runs[first][0], end - start),)
        return (
            (self._runs[first][0], self._ends[first] - start),
            *self._runs[first + 1 : last],
            (self._runs[last][0], end - self._ends[last - 1]),
        )


def joined(pieces: Iterable[Runs]) -> Runs:
    """Pieces of text one after the other. A piece of one empty run is nothing. 1 and "1" are different authors."""
    found: list[Run] = []
    for piece in pieces:
        if not piece or not piece[0][1]:
            continue
        if found and found[-1][0] == piece[0][0]:
            found[-1] = (piece[0][0], found[-1][1] + piece[0][1])
            found += piece[1:]
        else:
            found += piece
    return tuple(found)


def length_of(runs: Iterable[Run]) -> int:
    """How many characters the runs cover."""
    return sum([length for _, length in runs])
