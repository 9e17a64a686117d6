"""Where a change that was made on one text stands in another text made of it, and whether it may be put there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import accumulate
from typing import Final, NamedTuple

from workspace.text.again import Done, Order, effect_of
from workspace.text.diff import Move, compare
from workspace.text.hunks import Hunk, Zones, apply, hunks, is_in_tag
from workspace.text.regions import beside, is_alike, is_entangled, is_structural, named, near
from workspace.text.seams import FARTHEST, Seams
from workspace.text.tokens import blocks, words
from workspace.text.wordings import is_known_again, stands_in, stands_often

Name = tuple[int, int, str]
"""Of `regions.named`: the same for everybody who did the same."""

_WORD: Final = re.compile(r"[^\W_]")


class State(StrEnum):
    """What became of a proposed change in a text that moved on."""

    CLEAN = "clean"
    ADAPTED = "adapted"
    SETTLED = "settled"
    NEEDS_REBASE = "needs rebase"
    GONE = "gone"


class Spot(NamedTuple):
    """A state, and the passage of the current text it speaks of."""

    state: State
    start: int
    end: int

    @property
    def is_applicable(self) -> bool:
        """Whether the change may be put there as it is."""
        return self.state in (State.CLEAN, State.ADAPTED)


class Ground:
    """Places the changes of one proposal, which are in order and never overlap, in one current text."""

    def __init__(self, base: str, changes: Sequence[Hunk], current: str) -> None:
        self._base, self._current = base, current
        self._proposed = apply(base, 0, changes)
        self._seams = Seams((base, self._proposed, current))
        self._part = _Part(base, current)
        self._moved: dict[Move, _Part] = {}
        self._names = {hunk: name for name, hunk in named(base, changes)}
        self._done = self._part.done(set(self._names.values()))

    def find(self, change: Hunk) -> Spot:
        """What became of one of the changes."""
        spot = self._part.find(change, self._names[change])
        if spot.state in (State.NEEDS_REBASE, State.GONE):
            spot = self._find_moved(change) or spot
        if spot.state != State.SETTLED and not (spot.is_applicable and change.old.strip()):
            spot = self._find_elsewhere(change) or spot
        if spot.is_applicable and (self._part.is_done(change, self._done) or self._makes_words(change, spot)):
            spot = spot._replace(state=State.NEEDS_REBASE)
        return spot

    def _find_moved(self, change: Hunk) -> Spot | None:
        """The change in a block that has changed places; None where it is not wholly inside of one."""
        for move in self._part.moves:
            is_inside = move.old_start <= change.start and change.end <= move.old_end
            if is_inside and (change.old or move.old_start < change.start < move.old_end):
                part = self._moved.get(move)
                if part is None:
                    texts = self._base[move.old_start : move.old_end], self._current[move.new_start : move.new_end]
                    part = self._moved[move] = _Part(*texts)
                at = move.old_start
                if not words(self._base[at : change.start] + "\n" + self._base[change.end : move.old_end]):
                    return Spot(State.NEEDS_REBASE, move.new_start, move.new_end)  # it leaves nothing of the block
                spot = part.find(replace(change, start=change.start - at, end=change.end - at))
                return Spot(spot.state, spot.start + move.new_start, spot.end + move.new_start)
        return None

    def _find_elsewhere(self, change: Hunk) -> Spot | None:
        """Settled where a long new wording stands at another place of the current text."""
        new, old = change.new.strip(), change.old.strip()
        if not is_known_again(new) or not stands_in(new, self._current) or new in self._base:
            return None
        if stands_often(new, self._current) or stands_often(new, self._proposed):
            return None
        if old in self._current if old else not self._part.has_put_in(new):
            return None  # what is only added has to be added there too, not made of what stood there
        at = self._current.find(new)
        return Spot(State.SETTLED, at, at + len(new))

    def _makes_words(self, change: Hunk, spot: Spot) -> bool:
        """Whether a word appears at the seams that no text has, not even the base with this change alone."""
        found = self._words_at_seams(self._current, spot.start, spot.end, change.new)
        return bool(found) and not found <= self._words_at_seams(self._base, change.start, change.end, change.new)

    def _words_at_seams(self, text: str, start: int, end: int, new: str) -> set[str]:
        left = text[max(0, start - FARTHEST) : start]
        joined = left + new + text[end : end + FARTHEST]
        places = (len(left), len(left) + len(new))
        return {joined[a:b] for a, b in self._seams.foreign(joined, places)}


class _Part:
    """A text and what became of it: the whole, or one block that changed places."""

    def __init__(self, base: str, current: str) -> None:
        difference = compare(base, current)
        self.moves = difference.moves
        self._base, self._current = base, current
        self._hunks = hunks(difference)
        self._name = {hunk: name for name, hunk in named(base, self._hunks)}
        self._names = set(self._name.values())
        self._visible = [hunk for hunk in self._hunks if not hunk.is_blank]
        self._zones = Zones(base)
        self._clusters = self._zones.clusters(self._visible)
        self._ends = list(accumulate(map(len, blocks(base))))

    def done(self, agreed: set[Name]) -> Done:
        """What the hunks did that nobody else did in the same way."""
        clusters = ([hunk for hunk in cluster.hunks if self._name[hunk] not in agreed] for cluster in self._clusters)
        effects = (effect_of(self._zones, changes) for changes in clusters if changes)
        return Done(Order(self._base), Order(self._current), effects)

    def is_done(self, change: Hunk, done: Done) -> bool:
        """Whether a change may have been made already, at another one of some equal places."""
        return not change.is_blank and done.has(effect_of(self._zones, [change]))

    def has_put_in(self, wording: str) -> bool:
        """Whether a hunk puts this wording in."""
        return any(stands_in(wording, hunk.new) for hunk in self._visible)

    def find(self, change: Hunk, name: Name | None = None) -> Spot:
        """What became of a change; `name` is the one that is the same for everybody who did the same."""
        met = [hunk for hunk in beside(change, self._hunks) if is_entangled(change, hunk)]
        start, end = self._passage(change, met)
        if name in self._names or _is_done(change, met):
            return Spot(State.SETTLED, start, end)
        block = self._block(change)
        if self._is_gone(change, block):
            return Spot(State.GONE, start, start)
        inside = [hunk for hunk in met if _overlap(change, hunk)]
        if not self._gives_way(change, met, inside):
            return Spot(State.NEEDS_REBASE, start, end)
        return Spot(self._state(change, block, is_met=bool(met)), *self._passage(change, inside))

    def _passage(self, change: Hunk, met: Sequence[Hunk]) -> tuple[int, int]:
        """What stands in the current text where the base has the passage of a change, with all of what it met."""
        if met:
            first, last = met[0], met[-1]
            start = first.new_start - max(0, first.start - change.start)
            return start, last.new_end + max(0, change.end - last.end)
        place = bisect_right(self._hunks, change.start, key=lambda hunk: hunk.end) - 1
        shift = self._hunks[place].new_end - self._hunks[place].end if place >= 0 else 0
        return change.start + shift, change.end + shift

    def _gives_way(self, change: Hunk, met: Sequence[Hunk], inside: Sequence[Hunk]) -> bool:
        """Whether what a change met is nothing but blanks without a meaning, none of them half inside of it."""
        if any(hunk.start < change.start or change.end < hunk.end for hunk in inside):
            return False
        return not met or (
            not change.is_blank and all(hunk.is_blank and not is_structural(self._zones, hunk, change) for hunk in met)
        )

    def _state(self, change: Hunk, block: tuple[int, int], *, is_met: bool) -> State:
        """The state of a change that overlaps no other one."""
        (own,) = self._zones.clusters([change])
        for cluster in near(own, self._clusters):
            is_disturbed = own.disturbs(cluster) or cluster.disturbs(own)
            ends = (cluster.hunks[0], cluster.hunks[-1])
            if is_disturbed and not all(_is_within(hunk, *block) for hunk in ends):
                return State.NEEDS_REBASE
        place = bisect_right(self._visible, change.start, key=lambda hunk: hunk.end)
        around = [h for h in self._visible[max(0, place - 1) : place + 1] if _is_within(h, *block)]
        if not all(self._is_apart(change, hunk) for hunk in around):
            return State.NEEDS_REBASE
        return State.ADAPTED if around or is_met else State.CLEAN

    def _is_apart(self, change: Hunk, other: Hunk) -> bool:
        """Whether an unchanged word stands between two changes."""
        first, second = sorted((change, other), key=lambda hunk: (hunk.start, hunk.end))
        start, end = first.end, second.start
        return _WORD.search(self._base, start, end) is not None and not is_in_tag(self._base, start, end)

    def _is_gone(self, change: Hunk, block: tuple[int, int]) -> bool:
        """Whether the block of a change was deleted; between two blocks, both."""
        if block[0] < block[1]:
            return self._is_deleted(*block)
        place = bisect_right(self._ends, change.start)
        around = [self._visible_block(at) for at in (place - 1, place) if 0 <= at < len(self._ends)]
        return bool(around) and all(self._is_deleted(*each) for each in around)

    def _is_deleted(self, start: int, end: int) -> bool:
        """Whether nothing of base[start:end], which begins and ends with visible text, is left or replaced."""
        for hunk in self._hunks[bisect_right(self._hunks, start, key=lambda hunk: hunk.end) :]:
            if hunk.new.strip() or self._base[start : hunk.start].strip():
                return False
            start = hunk.end
            if start >= end:
                return True
        return False

    def _block(self, change: Hunk) -> tuple[int, int]:
        """Where the blocks that a change touches have their visible text; empty for one between two blocks."""
        old = change.old
        if not self._ends:
            return change.start, change.start
        first = self._visible_block(bisect_right(self._ends, change.start + len(old) - len(old.lstrip())))
        if not old.strip():
            return first if _is_within(change, *first) else (change.start, change.start)
        return first[0], self._visible_block(bisect_right(self._ends, change.start + len(old.rstrip()) - 1))[1]

    def _visible_block(self, place: int) -> tuple[int, int]:
        place = min(place, len(self._ends) - 1)
        start, end = self._ends[place - 1] if place else 0, self._ends[place]
        block = self._base[start:end]
        return start + len(block) - len(block.lstrip()), start + len(block.rstrip())


def _is_done(change: Hunk, met: Sequence[Hunk]) -> bool:
    """Whether the hunks it met made exactly the change, or took away what it takes away."""
    is_removal = bool(change.old.strip()) and not change.new.strip()
    if is_removal and any(h.start <= change.start and change.end <= h.end and not h.new.strip() for h in met):
        return True
    if not met or met[0].start < change.start or change.end < met[-1].end:
        return False
    done = apply(change.old, change.start, met)
    return done == change.new or (not change.is_blank and is_alike(done, change.new))


def _overlap(one: Hunk, other: Hunk) -> bool:
    return one.start < other.end and other.start < one.end


def _is_within(hunk: Hunk, start: int, end: int) -> bool:
    """Whether a hunk changes the visible text of the block base[start:end], and does not stand beside it."""
    if start == end:
        return False
    if not hunk.is_insertion:
        return hunk.start < end and start < hunk.end
    is_end = hunk.start == end and not hunk.new.startswith("\n")
    is_start = hunk.start == start and not hunk.new.endswith("\n")
    return start < hunk.start < end or is_end or is_start
