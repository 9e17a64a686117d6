"""The one difference engine: what became of a text, for readers and for machines.

Blocks are paired first, then sentences, then words (`pairing`, `words`); every step is bounded by
size, never by time, so the same two texts always give the same difference. The texts are in the
stored form of `normal.normalize`; positions are code points, half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workspace.text.coding import FEW_RUNS, Blocks
from workspace.text.longest import common_end, common_length
from workspace.text.pairing import BlockPair, Pairing, pair, pair_blocks
from workspace.text.tokens import blocks
from workspace.text.words import Op, Words, compare_words, operations

__all__ = ["Difference", "Move", "Op", "compare", "compare_words", "pair_blocks"]

SHARED = 0.5
"""A block beside a changed pair that has more than this of the word runs one of them lacks belongs to it."""
LARGE = 100_000
"""Beyond this many characters without an equal block in front or at the end, equal lines will do."""


@dataclass(frozen=True, slots=True)
class Move:
    """A block that changed places: a whole deletion and a whole insertion. Its words may have changed."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How `old` became `new`.

    ops: (kind, text) in order, kind -1 deleted, 0 kept, 1 inserted; a deletion stands before its
    insertion, neighbours differ in kind, nothing is empty, joining gives both texts exactly.
    """

    old: str
    new: str
    ops: tuple[Op, ...]
    moves: tuple[Move, ...]
    """Blocks that changed places, in the order of their old places."""
    is_coarse: bool
    """A passage was too long to find the smallest change in it; nothing is wrong, but less is kept."""


def compare(old: str, new: str, *, for_readers: bool = True) -> Difference:
    """The difference of two texts.

    With `for_readers` the changes are few whole islands with natural borders; without, every equal
    word is kept, which is what positions and authorship need.
    """
    head, foot = _common_ends(old, new)
    words = Words(for_readers)
    sides = _Sides(
        *(
            Blocks(blocks(text[head : len(text) - foot]), words.vocabulary, side, text, head)
            for side, text in enumerate((old, new))
        )
    )
    pairing = pair(sides.old, sides.new)
    words.matches.append((0, 0, head))
    for region in sides.joined(sides.regions(pairing)):
        sides.compare(region, words)
    words.matches.append((len(old) - foot, len(new) - foot, foot))
    moves = sides.moves(pairing.moved)
    old_walls = [(move.old_start, move.old_end) for move in moves]
    new_walls = sorted((move.new_start, move.new_end) for move in moves)
    ops = operations(old, new, words.matches, old_walls=old_walls, new_walls=new_walls)
    return Difference(old, new, tuple(ops), moves, not words.is_exact)


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """Lengths of an equal beginning and an equal end that are whole blocks on both sides.

    Their borders are blank lines before text, which end a block whatever else stands around them. In
    what is `LARGE` even then, the borders are ends of lines.
    """
    if old == new:
        return len(old), 0
    head, foot = _ends_at(old, new, "\n\n")
    if min(len(old), len(new)) - head - foot > LARGE:
        head, foot = _ends_at(old, new, "\n")
    return head, foot


def _ends_at(old: str, new: str, border: str) -> tuple[int, int]:
    """Lengths of the equal ends as far as the outermost borders that are followed by no blank."""
    size = len(border)
    same = common_length(old, new)
    at = old.rfind(border, 0, max(0, same - 1))
    while at >= 0 and old[at + size].isspace():
        at = old.rfind(border, 0, at + size - 1)
    head = at + size if at >= 0 else 0
    rest = min(len(old), len(new)) - head
    same = common_end(old, new, rest)
    at = old.find(border, len(old) - same)
    while at >= 0 and old[at + size : at + size + 1].isspace():
        at = old.find(border, at + 1)
    return head, len(old) - at - size if at >= 0 else 0


class _Region(NamedTuple):
    """Neighbouring blocks of both sides that are compared as one passage, without those that moved."""

    old: list[int]
    new: list[int]
    """Places of blocks."""
    alike: float
    """How alike a pair is; 0 for what lies between two pairs."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """The blocks of both texts."""

    old: Blocks
    new: Blocks

    def regions(self, pairing: Pairing) -> Iterator[_Region]:
        """Pairs and the gaps between them, in order."""
        old_away, new_away = {i for i, _, _ in pairing.moved}, {j for _, j, _ in pairing.moved}
        old_at = new_at = 0
        for i, j, alike in [*pairing.in_order, (len(self.old.blocks), len(self.new.blocks), 0.0)]:
            gap = [k for k in range(old_at, i) if k not in old_away], [k for k in range(new_at, j) if k not in new_away]
            if any(gap):
                yield _Region(*gap, 0.0)
            if alike:
                yield _Region([i], [j], alike)
            old_at, new_at = i + 1, j + 1

    def joined(self, regions: Iterable[_Region]) -> Iterator[_Region]:
        """A changed pair takes in the gap beside it when they share words: paragraphs split or merged."""
        last: _Region | None = None
        for region in regions:
            if last is None:
                last = region
            elif self._belong_together(last, region):
                last = _Region(last.old + region.old, last.new + region.new, max(last.alike, region.alike))
            else:
                yield last
                last = region
        if last is not None:
            yield last

    def _belong_together(self, first: _Region, second: _Region) -> bool:
        changed, gap = (first, second) if first.alike else (second, first)
        if gap.alike or not 0 < changed.alike < 1:
            return False
        return _took_over(self.old, changed.old, self.new, changed.new, gap.new) or _took_over(
            self.new, changed.new, self.old, changed.old, gap.old
        )

    def compare(self, region: _Region, words: Words) -> None:
        """Gather what the two sides of a region keep."""
        if not region.old or not region.new:
            return
        if region.alike == 1.0 and self.old.blocks[region.old[0]] == self.new.blocks[region.new[0]]:
            (start, end), (other, _) = self.old.visible(region.old[0]), self.new.visible(region.new[0])
            words.matches.append((start, other, end - start))
            return
        words.compare(
            self.old.passage(region.old),
            self.new.passage(region.new),
            self.old.spans(region.old),
            self.new.spans(region.new),
        )

    def moves(self, moved: Iterable[BlockPair]) -> tuple[Move, ...]:
        """Where moved blocks were and are."""
        old, new = self.old.offsets, self.new.offsets
        return tuple(Move(old[i], old[i + 1], new[j], new[j + 1]) for i, j, _ in moved)


def _took_over(one: Blocks, changed: list[int], other: Blocks, partner: list[int], gap: list[int]) -> bool:
    """Whether a gap on the other side has more than `SHARED` of what the partner of changed blocks lacks.

    It is measured in runs of words, or by the signs of a gap without words.
    """
    if not gap:
        return False
    runs = other.shared_runs(gap, has_long=True)
    has_long = len(runs) >= FEW_RUNS
    if not has_long:
        runs = other.shared_runs(gap, has_long=False)
    if not runs:
        before, behind, found = (
            "".join(map(side.codes, places)) for side, places in ((one, changed), (other, partner), (other, gap))
        )
        return before.count(found) > behind.count(found)
    had = one.shared_runs(changed, has_long=has_long)
    if runs.isdisjoint(had):  # as nearly always
        return False
    lacking = had - other.shared_runs(partner, has_long=has_long)
    return len(runs & lacking) > SHARED * min(len(runs), len(lacking))
