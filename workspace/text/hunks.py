"""What one person changed, as hunks on the base, and how far around each another person may not have written.

A hunk's *zone* is what has to stand word for word as its writer saw it: the sentences it touches, or, for
an insertion between two sentences, the visible characters on both sides, which must still be neighbours.
Positions are code points of the base, half-open.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Final

from workspace.text.diff import Difference, Move, Op
from workspace.text.tokens import sentences

NEAR: Final = 64
"""Characters in which the next visible one nearly always is."""

_LONG_BLANKS = re.compile(rf"\s{{{NEAR},}}")


@dataclass(frozen=True, slots=True)
class Hunk:
    """base[start:end], which reads `old`, became `new`, which begins at `new_start` of the writer's text."""

    start: int
    end: int
    old: str
    new: str
    new_start: int

    @property
    def is_blank(self) -> bool:
        """Whether only blanks changed."""
        return not self.old.strip() and not self.new.strip()

    @property
    def is_insertion(self) -> bool:
        """Whether nothing of the base goes, not even a blank."""
        return self.start == self.end

    @property
    def change(self) -> tuple[int, int, str]:
        """What is done to the base; the same for two writers who did the same."""
        return self.start, self.end, self.new

    @property
    def new_end(self) -> int:
        """Where `new` ends in the writer's text."""
        return self.new_start + len(self.new)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hunks of one writer in the same sentence or sentences; they stand or fall together.

    base[start:end] is what they change, base[zone_start:zone_end] what has to be untouched.
    """

    hunks: tuple[Hunk, ...]
    start: int
    end: int
    zone_start: int
    zone_end: int
    is_between: bool

    def disturbs(self, other: Cluster) -> bool:
        """Whether this change touches what the other's writer relied on."""
        if self.start == self.end:
            beside = other.start < other.end and other.start <= self.start <= other.end
            return beside or other.zone_start < self.start < other.zone_end
        return self.start < other.zone_end and self.end > other.zone_start


def hunks(difference: Difference) -> list[Hunk]:
    """The changes of a difference in order; between two of them something is kept."""
    return hunks_of(difference.ops)


def hunks_of(ops: Iterable[Op]) -> list[Hunk]:
    """The changes of operations in canonical form."""
    out: list[Hunk] = []
    old_at = new_at = 0
    deleted = inserted = ""
    for kind, text in (*ops, (0, "")):
        if kind < 0:
            deleted = text
        elif kind > 0:
            inserted = text
        else:
            if deleted or inserted:
                out.append(Hunk(old_at, old_at + len(deleted), deleted, inserted, new_at))
                old_at += len(deleted)
                new_at += len(inserted)
                deleted = inserted = ""
            old_at += len(text)
            new_at += len(text)
    return out


def apply(text: str, start: int, changes: Sequence[Hunk]) -> str:
    """A piece of the base that begins at `start`, with these hunks of one writer, in order, all inside it."""
    parts: list[str] = []
    at = start
    for hunk in changes:
        parts += (text[at - start : hunk.start - start], hunk.new)
        at = hunk.end
    return "".join(parts) + text[at - start :]


def halves(move: Move, changes: list[Hunk]) -> tuple[int, int] | None:
    """Places of the hunks that took a moved block away and put it in; None when a hunk holds only a part."""
    away = bisect_right(changes, move.old_start, key=lambda hunk: hunk.start) - 1
    back = bisect_right(changes, move.new_start, key=lambda hunk: hunk.new_start) - 1
    if away < 0 or back < 0:
        return None
    is_whole = move.old_end <= changes[away].end and move.new_end <= changes[back].new_end
    return (away, back) if is_whole else None


def is_in_tag(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] lies in one HTML tag: then its words are no words between two changes."""
    left = text.rfind("<", 0, start)
    if left < 0 or text[left + 1 : left + 2].isspace() or text.find(">", left, end) >= 0:
        return False
    right = text.find(">", end)
    return right >= 0 and text.find("<", left + 1, right) < 0


class Zones:
    """Finds the zones of hunks on one base."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._ends = list(accumulate(map(len, sentences(base))))

    def clusters(self, changes: list[Hunk]) -> list[Cluster]:
        """The changes, those in the same sentence together, in order. Zones never go back."""
        out: list[Cluster] = []
        for hunk in changes:
            new = self._cluster(hunk)
            last = out[-1] if out else new
            is_near = new.zone_start < last.zone_end and not (new.is_between or last.is_between)
            if last is not new and is_near:
                new = replace(
                    last,
                    hunks=(*last.hunks, hunk),
                    end=hunk.end,
                    zone_end=max(last.zone_end, new.zone_end),
                )
                out.pop()
            out.append(new)
        return out

    def blanks(self, hunk: Hunk) -> tuple[int, int]:
        """The blanks around and in a hunk that changes only blanks."""
        return self._before(hunk.start) + 1, self._after(hunk.end)

    def _cluster(self, hunk: Hunk) -> Cluster:
        before, after = self._before(hunk.start), self._after(hunk.end)
        start, end = self._sentences(hunk)
        if not hunk.old.strip() and (before < start or after >= end):
            glued = self._glued(hunk)
            if glued is None:
                return Cluster((hunk,), hunk.start, hunk.end, before, after + 1, is_between=True)
            start, end = glued
        # The blanks around a sentence are no part of it.
        zone_start = min(hunk.start, self._after(start))
        zone_end = max(hunk.end, self._before(end) + 1)
        return Cluster((hunk,), hunk.start, hunk.end, zone_start, zone_end, is_between=False)

    def _glued(self, hunk: Hunk) -> tuple[int, int] | None:
        """The sentences that an insertion at their border writes on without a blank: a mark, a note; None for none."""
        left, right = self.base[hunk.start - 1 : hunk.start], self.base[hunk.end : hunk.end + 1]
        start = hunk.start - 1 if left.strip() and hunk.new[:1].strip() else hunk.end
        end = hunk.end + 1 if right.strip() and hunk.new[-1:].strip() else hunk.start
        return self.between(start, end) if start < end else None

    def _sentences(self, hunk: Hunk) -> tuple[int, int]:
        """Begin of the first and end of the last sentence that a hunk touches."""
        start, end = hunk.start, hunk.end
        if hunk.old.strip():  # the blanks before a sentence end the one before it, and are none of its words
            start, end = self._after(start), self._before(end) + 1
        return self.between(start, end)

    def between(self, start: int, end: int) -> tuple[int, int]:
        """Begin of the first and end of the last sentence that base[start:end] touches, or the one behind a place."""
        if not self._ends:
            return 0, 0
        first = min(bisect_right(self._ends, start), len(self._ends) - 1)
        final = first if start == end else bisect_left(self._ends, end)
        return self._ends[first - 1] if first else 0, self._ends[final]

    def _before(self, position: int) -> int:
        """The last visible character before a position; -1 at the beginning of the text."""
        near = self.base[max(0, position - NEAR) : position].rstrip()
        if near:
            return max(0, position - NEAR) + len(near) - 1
        return self._long_blanks_at(position - 1)[0] - 1 if position > NEAR else -1

    def _after(self, position: int) -> int:
        """The first visible character at or after a position; the text's length at its end."""
        near = self.base[position : position + NEAR]
        if visible := near.lstrip():
            return position + len(near) - len(visible)
        return self._long_blanks_at(position)[1] if len(near) == NEAR else len(self.base)

    def _long_blanks_at(self, position: int) -> tuple[int, int]:
        place = bisect_right(self._long_blanks, position, key=lambda span: span[0]) - 1
        return self._long_blanks[place]

    @cached_property
    def _long_blanks(self) -> list[tuple[int, int]]:
        """Rare; found once, so that many changes among very many blanks are not slow."""
        return [found.span() for found in _LONG_BLANKS.finditer(self.base)]
