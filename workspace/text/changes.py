"""A proposal as single changes: taken apart, placed in a text that moved on, applied as chosen.

    proposal = hunks(base, proposed)
    placed = place(proposal, base, current)
    text = apply(current, placed, [change.number for change in proposal if ...])

Each change is judged by itself, so any of them may be chosen, in any order. Nothing is found by
similarity: what a change is put on stands there word for word as its writer saw it. Texts are in the
stored form of `normal.normalize`; positions are code points, half-open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from workspace.text.diff import compare
from workspace.text.hunks import Hunk, halves
from workspace.text.hunks import hunks as hunks_of
from workspace.text.rebasing import Ground, Spot, State
from workspace.text.tokens import sentences, words

__all__ = ["Change", "Placed", "State", "apply", "hunks", "place"]

JOINED_WORDS: Final = 3
"""Two changes in one sentence with fewer words between them are one: nobody wants half of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a proposal: base[start:end], which reads `old`, is to read `new`."""

    number: int
    """Its place in the proposal, from 0."""
    start: int
    end: int
    old: str
    new: str
    partner: int | None = None
    """The number of the other half, where a block is to change places: one takes it away, one puts it in."""

    @property
    def is_blank(self) -> bool:
        """Whether only blanks change."""
        return not self.old.strip() and not self.new.strip()


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a change in the current text.

    [start, end) is its passage there: what is to be replaced (clean, adapted), what has the new
    wording already (settled), what stands there now (needs rebase), the place where its block was
    (gone, empty).
    """

    change: Change
    state: State
    start: int
    end: int

    @property
    def is_applicable(self) -> bool:
        """Whether `apply` may put it in; what is settled is there already."""
        return self.state in (State.CLEAN, State.ADAPTED)


def hunks(base: str, proposed: str) -> list[Change]:
    """The changes that make `proposed` of `base`, in order; they never overlap. All applied give `proposed`."""
    difference = compare(base, proposed)
    found = _joined(base, hunks_of(difference))
    partners: dict[int, int] = {}
    for move in difference.moves:
        places = halves(move, found)
        if places is not None and places[0] != places[1]:
            partners.update((places, places[::-1]))
    return [
        Change(number, hunk.start, hunk.end, hunk.old, hunk.new, partners.get(number))
        for number, hunk in enumerate(found)
    ]


def place(changes: Sequence[Change], base: str, current: str) -> list[Placed]:
    """What became of each change of a proposal on `base` in `current`, in their order.

    Clean: its passage is as its writer saw it. Adapted: its block was changed elsewhere, with at least
    one unchanged word between. Settled: the current text has the new wording. Gone: its block was
    deleted. Needs rebase: everything else. Of a block that is to change places both halves have one state.
    """
    ordered = sorted(changes, key=lambda change: (change.start, change.end))
    pieces = [Hunk(change.start, change.end, change.old, change.new, 0) for change in ordered]
    ground = Ground(base, pieces, current)
    spots = {change.number: ground.find(piece) for change, piece in zip(ordered, pieces, strict=True)}
    return [_placed(change, spots) for change in changes]


def apply(current: str, placed: Iterable[Placed], chosen: Iterable[int]) -> str:
    """The current text with the chosen changes, in stored form; what is settled is there already.

    Args: placed: of `place` for this very text; chosen: numbers of changes, in any order.
    Raises: ValueError for a number that is not placed, or a change that needs rebase or is gone.
    """
    by_number = {found.change.number: found for found in placed}
    edits: list[tuple[int, int, str]] = []
    for number in set(chosen):
        found = by_number.get(number)
        if found is None or not (found.is_applicable or found.state == State.SETTLED):
            raise ValueError(f"change {number} cannot be applied")
        if found.is_applicable:
            edits.append((found.start, found.end, found.change.new))
    text = _composed(current, sorted(edits)).rstrip("\n")
    return text + "\n" if text else ""


def _joined(base: str, found: list[Hunk]) -> list[Hunk]:
    """The hunks; what is close together in one sentence is one."""
    ends = list(accumulate(map(len, sentences(base))))
    out: list[Hunk] = []
    for hunk in found:
        if out and _is_close(base, ends, out[-1], hunk):
            gap = base[out[-1].end : hunk.start]
            last = out.pop()
            hunk = replace(last, end=hunk.end, old=last.old + gap + hunk.old, new=last.new + gap + hunk.new)
        out.append(hunk)
    return out


def _is_close(base: str, ends: list[int], one: Hunk, other: Hunk) -> bool:
    border = bisect_left(ends, one.end)
    if border < len(ends) and ends[border] <= other.start:
        return False
    return len(words(base[one.end : other.start])) < JOINED_WORDS


def _placed(change: Change, spots: dict[int, Spot]) -> Placed:
    """The change at its spot; a block that cannot be put in at its new place is not taken away either."""
    spot = spots[change.number]
    other = spots.get(change.partner, spot) if change.partner is not None else spot
    is_half = spot.state != other.state and {State.NEEDS_REBASE, State.GONE} & {spot.state, other.state}
    return Placed(change, State.NEEDS_REBASE if is_half else spot.state, spot.start, spot.end)


def _composed(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """A text with edits (start, end, new wording) in order."""
    parts: list[str] = []
    at = 0
    for start, end, new in edits:
        parts += (text[at:start], new)
        at = end
    return "".join(parts) + text[at:]
