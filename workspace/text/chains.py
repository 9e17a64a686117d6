"""Which earlier revision each revision is stored against, so that few steps lead to any of them.

The first 41 revisions are one chain, each stored against the one before. Where a chain would take a reading over
`LONGEST_CHAIN` steps, the next begins, stored against the beginning of the one before it and therefore one shorter;
after 861 revisions a new row of chains begins in the same way, stored against the beginning of the row before. So
12,341 revisions hang on one that stands alone, and few are stored against one far away, which is what costs space.

Source: A. Griewank, A. Walther, "Algorithm 799: revolve", ACM TOMS 26 (2000): binomial checkpoints.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from math import comb
from typing import Final

LONGEST_CHAIN: Final = 40
"""Differences that a reading takes at most."""
LEVELS: Final = 3
"""Revisions, chains, rows of chains."""
_TOGETHER: Final = comb(LONGEST_CHAIN + LEVELS, LEVELS)

RADIX: Final = 16
DIGITS: Final = 3
"""Earlier versions of the workspace stored by the digits of the number."""


def base_number(number: int) -> int | None:
    """The revision whose text is the dictionary of this one; None when it stands alone.

    Revisions count from 1; 1, 12342, 24683 … stand alone.

    >>> base_number(2), base_number(41), base_number(42), base_number(43), base_number(1)
    (1, 40, 1, 42, None)

    Raises: ValueError when the number is below 1.
    """
    place = _place(number) % _TOGETHER
    return number - place + _before(place, LEVELS, LONGEST_CHAIN) if place else None


def earlier_base_number(number: int) -> int | None:
    """The same for rows that earlier versions of the workspace wrote: one step back in the lowest digit (base 16)
    of `number - 1` that is not zero."""
    rest = _place(number)
    step = 1
    for _ in range(DIGITS):
        if rest // step % RADIX:
            return number - step
        step *= RADIX
    return None


def chain(number: int, base: Callable[[int], int | None] = base_number) -> Iterator[int]:
    """The revisions that this one is read from, itself first. Raises: ValueError when the number is below 1."""
    wanted: int | None = number
    while wanted is not None:
        yield wanted
        wanted = base(wanted)


def dependents(number: int, newest: int) -> tuple[int, ...]:
    """All revisions up to `newest` that cannot be read without this one, in order.

    Raises: ValueError when a number is below 1.
    """
    needed = {number}
    end = number - _place(number) % _TOGETHER + _TOGETHER
    for other in range(number + 1, min(newest + 1, end)):
        if base_number(other) in needed:
            needed.add(other)
    return tuple(sorted(needed - {number}))


def _place(number: int) -> int:
    if number < 1:
        raise ValueError("revisions count from 1")
    return number - 1


def _before(place: int, levels: int, steps: int) -> int:
    """The place that a place above 0 is stored against, where so many steps may lead to it."""
    beginnings = _beginnings(levels, steps)
    at = bisect_right(beginnings, place) - 1
    begins = beginnings[at]
    return beginnings[at - 1] if begins == place else begins + _before(place - begins, levels - 1, steps - at)


@cache
def _beginnings(levels: int, steps: int) -> list[int]:
    """Where the parts of a level begin: each takes one step more to reach, and may lead one step less far."""
    sizes = (comb(steps - at + levels - 1, levels - 1) for at in range(steps))
    return list(accumulate(sizes, initial=0))
