"""What is known of one client's units: which are deleted, which are halves of a pair, what stood beside them at first.

Clocks count UTF-16 units; spans are half-open.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from workspace.papers.updates import Id, Span, spans_bytes


class Spans:
    """Clocks of one client, as spans that neither touch nor overlap, in order."""

    __slots__ = ("_bytes", "_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._bytes = b""

    def __iter__(self) -> Iterator[Span]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __contains__(self, clock: int) -> bool:
        at = bisect_right(self._starts, clock) - 1
        return at >= 0 and clock < self._ends[at]

    def add(self, start: int, end: int) -> None:
        first = bisect_left(self._ends, start)
        behind = bisect_right(self._starts, end)
        if first < behind:
            start, end = min(start, self._starts[first]), max(end, self._ends[behind - 1])
        self._starts[first:behind], self._ends[first:behind] = [start], [end]
        self._bytes = b""

    def bytes(self) -> bytes:
        """As they stand in a delete set."""
        if not self._bytes:
            self._bytes = spans_bytes(list(self))
        return self._bytes

    def without(self, start: int, end: int) -> list[Span]:
        """The parts of a span that are not in here."""
        at = bisect_right(self._ends, start)
        left = []
        while start < end:
            if at == len(self._starts) or self._starts[at] >= end:
                left.append((start, end))
                break
            if start < self._starts[at]:
                left.append((start, self._starts[at]))
            start = self._ends[at]
            at += 1
        return left


class Pairs:
    """Where a client's characters of two units stand: spans of clocks, in order, each full of pairs."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def is_second(self, clock: int) -> bool:
        """Whether a clock is the second half of a pair."""
        at = bisect_right(self._starts, clock) - 1
        return at >= 0 and clock < self._ends[at] and (clock - self._starts[at]) % 2 == 1

    def add(self, start: int, end: int) -> None:
        """Note a run that stands behind all others of this client."""
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
        else:
            self._starts.append(start)
            self._ends.append(end)


class Runs:
    """Units that were typed one behind the other at one place: where each run starts, and between what."""

    __slots__ = ("_beside", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._beside: list[tuple[Id | None, Id | None]] = []

    def add(self, client: int, start: int, origin: Id | None, right_origin: Id | None) -> None:
        """Note what stands behind all others of this client."""
        goes_on = origin == (client, start - 1) and self._beside and self._beside[-1][1] == right_origin
        if not goes_on:
            self._starts.append(start)
            self._beside.append((origin, right_origin))

    def at(self, clock: int) -> tuple[int, Id | None, Id | None] | None:
        """The run of a unit: its start, and what stood left and right of it."""
        place = bisect_right(self._starts, clock) - 1
        return (self._starts[place], *self._beside[place]) if place >= 0 else None

    def around(self, clock: int, end: int) -> Span | None:
        """From where to where the run of a unit goes. `end`: the clock behind all of this client."""
        place = bisect_right(self._starts, clock)
        if not place:
            return None
        return self._starts[place - 1], self._starts[place] if place < len(self._starts) else end
