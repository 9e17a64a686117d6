"""Whether a change may be one that the other side has made already, at another one of several equal places.

Where a text has equal rows or sentences, a difference cannot know which of them was changed, or where one more was
put in: two people who did the same may seem to have done it at two places, and joining would do it twice. What they
did is told by the sentences and rows that come and go, where it is by those before and behind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from workspace.text.hunks import Hunk, Zones, apply
from workspace.text.tokens import sentences, words

LOOKED_AT: Final = 200
"""So many places of one sentence are looked at; what stands more often says nothing."""
LONGEST: Final = 20_000
"""Characters; what is longer, with the sentence before and behind, stands nowhere twice."""
MOVED: Final = 10
"""So many equal sentences on either side of a change are looked at: it may have been made at any of them."""

Neighbour = tuple[bool, str]
"""What stands before (True) or behind a change."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Sentences and rows that come and go, how often, and beside which ones; blanks are all alike."""

    come: Counter[str]
    gone: Counter[str]
    neighbours: frozenset[Neighbour]
    run: tuple[str, ...]
    """How the writer's text reads there, from the neighbour before to the one behind."""

    def is_within(self, others: Iterable[Effect]) -> bool:
        """Whether others do together all that this one does."""
        come: Counter[str] = Counter()
        gone: Counter[str] = Counter()
        for other in others:
            come.update(other.come)
            gone.update(other.gone)
        return self.come <= come and self.gone <= gone


NO_EFFECT: Final = Effect(Counter(), Counter(), frozenset(), ())


class Order:
    """The sentences and rows of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text

    def count(self, run: Sequence[str]) -> int:
        """How often these stand one after the other; 0 for none at all."""
        if not run:
            return 0
        rarest = min(range(len(run)), key=lambda at: len(self._places.get(run[at], ())))
        starts = (place - rarest for place in self._places.get(run[rarest], ())[:LOOKED_AT])
        return sum(start >= 0 and self._pieces[start : start + len(run)] == list(run) for start in starts)

    @cached_property
    def _pieces(self) -> list[str]:
        return _pieces(self._text)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for at, piece in enumerate(self._pieces):
            places[piece].append(at)
        return places


class Done:
    """What one writer's changes did to a base, found again by their neighbours."""

    def __init__(self, base: Order, text: Order, effects: Iterable[Effect]) -> None:
        self._base, self._text = base, text
        self._beside: defaultdict[Neighbour, list[Effect]] = defaultdict(list)
        for effect in effects:
            for neighbour in effect.neighbours:
                self._beside[neighbour].append(effect)

    def has(self, effect: Effect) -> bool:
        """Whether they may have done already what this does: the same beside the same, or it reads like that now."""
        if not any(words(piece) for piece in (*effect.come, *effect.gone)):
            return False
        beside = {id(other): other for neighbour in effect.neighbours for other in self._beside.get(neighbour, ())}
        return effect.is_within(beside.values()) or self._text.count(effect.run) > self._base.count(effect.run)


def effect_of(zones: Zones, changes: Sequence[Hunk]) -> Effect:
    """What changes of one writer, in order and near each other, do to the base of `zones`."""
    length = len(zones.base)
    start, end = zones.between(changes[0].start, changes[-1].end)
    for _ in range(MOVED):
        start, end = zones.between(max(0, start - 1), min(end + 1, length))  # a sentence more on either side
        if end - start > LONGEST:
            return NO_EFFECT
        passage = zones.base[start:end]
        old, new = (["", *_pieces(text), ""] for text in (passage, apply(passage, start, changes)))
        if old == new:
            return NO_EFFECT
        ends = list(_ends(old, new))
        first, last = min(before for before, _ in ends), min(behind for _, behind in ends)
        if (first > 1 or start == 0) and (last > 1 or end == length):
            break
    came, went = Counter(new), Counter(old)
    neighbours = {each for a, b in ends for each in ((True, old[a - 1]), (False, old[len(old) - b]))}
    run = tuple(piece for piece in new[first - 1 : len(new) - last + 1] if piece)
    return Effect(came - went, went - came, frozenset(neighbours), run)


def _ends(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """How many pieces stay before and behind the part that differs: first and last place, if equal ones let it move."""
    least = min(len(old), len(new))
    head, foot = _common(old, new), _common(old[::-1], new[::-1])
    yield head, min(foot, least - head)
    yield min(head, least - foot), foot


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces both begin with."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _pieces(text: str) -> list[str]:
    return [" ".join(sentence.split()) for sentence in sentences(text) if sentence.strip()]
