"""The one difference engine: what became of a text, for readers and for machines.

Blocks are paired first, then sentences, then words (`pairing`, `words`); every step is bounded by
size, never by time, so the same two texts always give the same difference. The texts are in the
stored form of `normal.normalize`; positions are code points, half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from workspace.text.pairing import BlockPair, Pairing, pair_and_move, pair_blocks, word_runs
from workspace.text.tokens import blocks, tokens
from workspace.text.words import Op, compare_passages, compare_words, tidy

__all__ = ["Difference", "Move", "Op", "compare", "compare_words", "pair_blocks"]

SHARED = 0.5
"""A block beside a changed pair that shares this much of its word runs was split off or taken in."""


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
    old_blocks = blocks(old[head : len(old) - foot])
    new_blocks = blocks(new[head : len(new) - foot])
    pairing = pair_and_move(old_blocks, new_blocks)
    ops: list[Op] = [(0, old[:head])]
    is_exact = True
    for region in _joined(_regions(old_blocks, new_blocks, pairing)):
        is_exact &= region.compare_into(ops, for_readers)
    ops.append((0, old[len(old) - foot :]))
    moves = _moves(old_blocks, new_blocks, pairing.moved, head)
    return Difference(old, new, tuple(tidy(ops)), moves, not is_exact)


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
    same = _common_length(old, new)
    at = old.rfind(border, 0, max(0, same - 1))
    while at >= 0 and old[at + size].isspace():
        at = old.rfind(border, 0, at + size - 1)
    head = at + size if at >= 0 else 0
    rest = min(len(old), len(new)) - head
    same = _common_length(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    at = old.find(border, len(old) - same)
    while at >= 0 and old[at + size : at + size + 1].isspace():
        at = old.find(border, at + 1)
    return head, len(old) - at - size if at >= 0 else 0


def _common_length(old: str, new: str) -> int:
    """The length of the equal beginning of two texts."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(slots=True)
class _Region:
    """Neighbouring blocks of both sides that are compared as one passage."""

    old: list[str]
    new: list[str]
    old_away: set[int]
    """Which of the old blocks moved elsewhere, and which of the new ones came from elsewhere."""
    new_away: set[int]
    is_pair: bool

    def compare_into(self, ops: list[Op], for_readers: bool) -> bool:
        """Append the operations of the region. True if they are exact."""
        if self.old == self.new and not self.old_away:
            ops += [(0, block) for block in self.old]
            return True
        staying: list[Op] = []
        is_exact = compare_passages(staying, self.old_rest, self.new_rest, for_readers)
        if self.old_away:
            staying = _weave(staying, self.old, self.old_away, -1)
        if self.new_away:
            staying = _weave(staying, self.new, self.new_away, 1)
        ops += staying
        return is_exact

    @property
    def old_rest(self) -> str:
        return _rest(self.old, self.old_away)

    @property
    def new_rest(self) -> str:
        return _rest(self.new, self.new_away)


def _rest(parts: list[str], away: set[int]) -> str:
    return "".join(part for at, part in enumerate(parts) if at not in away) if away else "".join(parts)


def _regions(old: list[str], new: list[str], pairing: Pairing) -> Iterator[_Region]:
    """Pairs and the gaps between them, in order."""
    old_moved, new_moved = {i for i, _, _ in pairing.moved}, {j for _, j, _ in pairing.moved}
    old_at = new_at = 0
    for i, j, _ in [*pairing.in_order, (len(old), len(new), 0.0)]:
        if i > old_at or j > new_at:
            yield _Region(
                old[old_at:i],
                new[new_at:j],
                {k - old_at for k in range(old_at, i) if k in old_moved},
                {k - new_at for k in range(new_at, j) if k in new_moved},
                is_pair=False,
            )
        if i < len(old):
            yield _Region([old[i]], [new[j]], set(), set(), is_pair=True)
        old_at, new_at = i + 1, j + 1


def _joined(regions: Iterable[_Region]) -> Iterator[_Region]:
    """A changed pair takes in the gap beside it when they share words: paragraphs split or merged."""
    last: _Region | None = None
    for region in regions:
        if last is not None and _belong_together(last, region):
            shift_old, shift_new = len(last.old), len(last.new)
            last = _Region(
                last.old + region.old,
                last.new + region.new,
                last.old_away | {k + shift_old for k in region.old_away},
                last.new_away | {k + shift_new for k in region.new_away},
                is_pair=True,
            )
            continue
        if last is not None:
            yield last
        last = region
    if last is not None:
        yield last


def _belong_together(first: _Region, second: _Region) -> bool:
    if first.is_pair == second.is_pair:
        return False
    pair, gap = (first, second) if first.is_pair else (second, first)
    if pair.old == pair.new:
        return False
    return _shares(gap.new_rest, pair.old_rest) or _shares(gap.old_rest, pair.new_rest)


def _shares(gap: str, other: str) -> bool:
    """Whether the smaller of two texts has more than `SHARED` of its word runs in the other."""
    if not gap or not other:
        return False
    ours, theirs = _word_runs(gap), _word_runs(other)
    return len(ours & theirs) > SHARED * max(1, min(len(ours), len(theirs)))


def _word_runs(text: str) -> set[tuple[str, ...]]:
    return set(word_runs([text[start:end] for start, end in tokens(text)]))


def _weave(ops: list[Op], parts: list[str], away: set[int], side: Literal[-1, 1]) -> list[Op]:
    """Put the blocks that moved back whole between those that stayed, as deletions or insertions."""
    places: list[tuple[int, str]] = []
    staying = 0
    for at, part in enumerate(parts):
        if at in away:
            places.append((staying, part))
        else:
            staying += len(part)
    out: list[Op] = []
    at = 0
    for kind, text in ops:
        if kind in (0, side):
            while places and places[0][0] < at + len(text):
                cut = places[0][0] - at
                out.append((kind, text[:cut]))
                out.append((side, places.pop(0)[1]))
                text, at = text[cut:], at + cut
            at += len(text)
        out.append((kind, text))
    return out + [(side, part) for _, part in places]


def _moves(old: list[str], new: list[str], moved: list[BlockPair], head: int) -> tuple[Move, ...]:
    old_ends = list(accumulate((len(block) for block in old), initial=head))
    new_ends = list(accumulate((len(block) for block in new), initial=head))
    return tuple(Move(old_ends[i], old_ends[i + 1], new_ends[j], new_ends[j + 1]) for i, j, _ in moved)
