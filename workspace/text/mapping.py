"""Where a passage of the old text stands in the new one."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from workspace.text.diff import Difference, Move, Op
from workspace.text.placing import Finder
from workspace.text.tokens import sentence_ends
from workspace.text.words import compare_words

MOSTLY = 0.6
"""A passage of which less than this share survived in place may have moved as a whole."""

AROUND = 300
"""A passage that is not where it was begins or ends at most so far from new text."""

Span = tuple[int, int]
Piece = tuple[int, int, int]
"""(place in old, place in new, length) of text that was kept."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A passage in the new text."""

    start: int
    end: int
    kept: float
    """Which share of its visible characters survived, 0 to 1."""
    is_moved: bool = False
    """It went along with a block that changed places."""


@dataclass(frozen=True, slots=True)
class Island:
    """A change: old[old_start:old_end] became new[new_start:new_end]."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class Mapping:
    """Positions of the old text of a difference in its new text.

    Make it once for two texts and ask it for every passage. Differences that keep every equal word
    (`for_readers=False`) map best.
    """

    def __init__(self, difference: Difference) -> None:
        self.difference = difference
        self._main = _Track(difference.old, difference.new, difference.ops, 0, 0)
        self._moves = sorted(difference.moves, key=lambda move: move.old_start)
        self._move_starts = [move.old_start for move in self._moves]
        self._arrivals = sorted(difference.moves, key=_new_start)
        self._tracks: dict[Move, _Track] = {}

    def place(self, start: int, end: int) -> Placed | None:
        """Where old[start:end] is in the new text; None when nothing visible is left of it.

        What was inserted between surviving parts belongs to it, and so does what replaced a part at
        its border. A passage in a block that changed places is looked for there.

        Raises ValueError when the span is empty, reversed or outside the old text.
        """
        if not 0 <= start < end <= len(self.difference.old):
            raise ValueError("no passage of the old text")
        total = visible(self.difference.old[start:end])
        best = self._main.place(start, end, total)
        if best is not None and best.kept >= MOSTLY:
            return best
        for move in self._moves_in(start, end):
            found = self._along(move, start, end, total)
            if found is not None and (best is None or found.kept > best.kept):
                best = found
        return best

    def place_along(self, move: Move, start: int, end: int) -> Placed | None:
        """Where old[start:end] is when it went along with a passage that stands elsewhere now."""
        return self._along(move, start, end, visible(self.difference.old[start:end]))

    def _along(self, move: Move, start: int, end: int, total: int) -> Placed | None:
        first, last = max(start, move.old_start), min(end, move.old_end)
        found = self._track(move).place(first, last, total) if first < last else None
        return None if found is None else Placed(found.start, found.end, found.kept, is_moved=True)

    def kept(self, start: int, end: int) -> list[Span]:
        """What survives of old[start:end], as spans of the new text in the order of the old one.

        Text in blocks that changed places is found where it went, so the spans may not increase.
        """
        found = self._main.kept_pieces(start, end)
        for move in self._moves_in(start, end):
            found += self._track(move).kept_pieces(max(start, move.old_start), min(end, move.old_end))
        return [(new_start, new_start + length) for _, new_start, length in sorted(found)]

    def island(self, start: int, end: int) -> Island | None:
        """The change that took all of old[start:end] away, if one did."""
        return self._main.island(start, end)

    def survivors(self, new_start: int, new_end: int) -> int:
        """How many visible characters of new[new_start:new_end] stood in the old text, also in a block that moved."""
        count = self._main.survivors(new_start, new_end)
        for move in self._moves_to(new_start, new_end):
            count += self._track(move).survivors(max(new_start, move.new_start), min(new_end, move.new_end))
        return count

    @cached_property
    def finder(self) -> Finder:
        """Looks for quotes in what is new and around it; made when first needed."""
        return Finder(self.difference.new, self._main.fresh())

    def _moves_in(self, start: int, end: int) -> Iterator[Move]:
        at = max(0, bisect_right(self._move_starts, start) - 1)
        while at < len(self._moves) and self._move_starts[at] < end:
            if self._moves[at].old_end > start:
                yield self._moves[at]
            at += 1

    def _moves_to(self, new_start: int, new_end: int) -> Iterator[Move]:
        at = max(0, bisect_right(self._arrivals, new_start, key=_new_start) - 1)
        while at < len(self._arrivals) and self._arrivals[at].new_start < new_end:
            if self._arrivals[at].new_end > new_start:
                yield self._arrivals[at]
            at += 1

    def _track(self, move: Move) -> _Track:
        """The difference inside one block that moved."""
        found = self._tracks.get(move)
        if found is None:
            old, new = self.difference.old, self.difference.new
            ops = compare_words(
                old[move.old_start : move.old_end], new[move.new_start : move.new_end], for_readers=False
            )
            found = self._tracks[move] = _Track(old, new, ops, move.old_start, move.new_start)
        return found


def _new_start(move: Move) -> int:
    return move.new_start


class _Track:
    """What is kept and what changed along one sequence of operations."""

    def __init__(self, old: str, new: str, ops: Iterable[Op], old_at: int, new_at: int) -> None:
        self.old, self.new = old, new
        self.old_starts, self.new_starts, self.lengths = array("L"), array("L"), array("L")
        self.islands: list[Island] = []
        island: Island | None = None
        for kind, text in ops:
            if kind == 0:
                self.old_starts.append(old_at)
                self.new_starts.append(new_at)
                self.lengths.append(len(text))
                island = None
            old_next = old_at + (len(text) if kind <= 0 else 0)
            new_next = new_at + (len(text) if kind >= 0 else 0)
            if kind and island is not None:
                self.islands[-1] = Island(island.old_start, old_next, island.new_start, new_next)
            elif kind:
                island = Island(old_at, old_next, new_at, new_next)
                self.islands.append(island)
            old_at, new_at = old_next, new_next
        self.island_starts = array("L", (island.old_start for island in self.islands))

    def kept_pieces(self, start: int, end: int) -> list[Piece]:
        """(old start, new start, length) of what survives of old[start:end], in order."""
        pieces = []
        at = max(0, bisect_right(self.old_starts, start) - 1)
        while at < len(self.old_starts) and self.old_starts[at] < end:
            first = max(start, self.old_starts[at])
            last = min(end, self.old_starts[at] + self.lengths[at])
            if first < last:
                shift = self.new_starts[at] - self.old_starts[at]
                pieces.append((first, first + shift, last - first))
            at += 1
        return pieces

    def survivors(self, start: int, end: int) -> int:
        """How many visible characters of new[start:end] were kept."""
        count = 0
        at = max(0, bisect_right(self.new_starts, start) - 1)
        while at < len(self.new_starts) and self.new_starts[at] < end:
            first, last = max(start, self.new_starts[at]), min(end, self.new_starts[at] + self.lengths[at])
            if first < last:
                count += visible(self.new[first:last])
            at += 1
        return count

    def fresh(self) -> Iterator[Span]:
        """Where something was inserted, with what stands around it."""
        for island in self.islands:
            if island.new_start < island.new_end:
                yield max(0, island.new_start - AROUND), min(len(self.new), island.new_end + AROUND)

    def island(self, start: int, end: int) -> Island | None:
        at = bisect_right(self.island_starts, start) - 1
        if at >= 0 and self.islands[at].old_start <= start and end <= self.islands[at].old_end:
            return self.islands[at]
        return None

    def place(self, start: int, end: int, total: int) -> Placed | None:
        """Where old[start:end] is; `total` visible characters are the whole of it."""
        pieces = self._tight(self.kept_pieces(start, end))
        if len(pieces) == 1 and pieces[0][2] == end - start:
            new_start = pieces[0][1]
            share = visible(self.old[start:end]) / total if total else 1.0
            return Placed(new_start, new_start + end - start, share)
        seen = [
            (new_start, new_start + length, count)
            for _, new_start, length in pieces
            if (count := visible(self.new[new_start : new_start + length]))
        ]
        if not seen:
            return None
        first, last = self._with_borders(start, end, seen[0][0], seen[-1][1])
        while self.new[first].isspace():
            first += 1
        while self.new[last - 1].isspace():
            last -= 1
        return Placed(first, last, min(1.0, sum(count for _, _, count in seen) / total))

    def _tight(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces, their ends slid together where what was inserted reads the same: a new sentence behind
        "so." is no part of it, though its full stop may be taken for the old one."""
        while len(pieces) > 1:
            (old_at, new_at, length), (next_old, next_new, next_length) = pieces[-2:]
            text, end = self.new[next_new : next_new + next_length], new_at + length
            if old_at + length != next_old or self.new[end : end + next_length] != text:
                break
            pieces[-2:] = [(old_at, new_at, length + next_length)]
        while len(pieces) > 1:
            (old_at, new_at, length), (next_old, next_new, next_length) = pieces[:2]
            text, start = self.new[new_at : new_at + length], next_new - length
            if old_at + length != next_old or start < new_at or self.new[start:next_new] != text:
                break
            pieces[:2] = [(old_at, start, length + next_length)]
        return pieces

    def _with_borders(self, start: int, end: int, first: int, last: int) -> Span:
        """new[first:last], and beside it what replaced a part of old[start:end] at its borders."""
        at = max(0, bisect_left(self.island_starts, start) - 1)
        new_first, new_last = first, last
        while at < len(self.islands) and self.islands[at].old_start <= end:
            island = self.islands[at]
            at += 1
            old = self.old[island.old_start : island.old_end]
            was_inside = start <= island.old_end - len(old.lstrip()) < island.old_start + len(old.rstrip()) <= end
            if not was_inside or island.new_start == island.new_end:
                continue
            if island.new_end <= first and not visible(self.new[island.new_end : first]):
                new_first = self._replacement(island).start
            elif island.new_start >= last and not visible(self.new[last : island.new_start]):
                new_last = self._replacement(island, from_front=True).stop
        return min(first, new_first), max(last, new_last)

    def _replacement(self, island: Island, *, from_front: bool = False) -> range:
        """What of an island's new words belongs to the passage whose border was replaced.

        That is no new sentence, and nothing out of proportion.
        """
        old = self.old[island.old_start : island.old_end]
        new = self.new[island.new_start : island.new_end]
        ends = [] if sentence_ends(old.strip()) else sentence_ends(new)
        start, stop = 0, len(new)
        if ends and from_front:
            stop = ends[0][0] + len(new[slice(*ends[0])].rstrip())
        elif ends:
            start = ends[-1][1]
        if visible(new[start:stop]) > 3 * visible(old) + 20:
            start, stop = (0, 0) if from_front else (len(new), len(new))
        return range(island.new_start + start, island.new_start + stop)


def visible(text: str) -> int:
    """How many characters of a text can be seen."""
    return sum(map(len, text.split()))
