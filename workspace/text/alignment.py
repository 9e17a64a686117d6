"""Which items of two lists belong together, in order.

Everything here works on lists of anything hashable and answers with increasing pairs (i, j) of equal
items, or with runs of them. Bounds are by size, never by time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, pairwise

from workspace.text.longest import EXACT_CELLS, SURE, Run, common_end, common_length, joined, longest, walk

__all__ = ["EXACT_CELLS", "Pairs", "Run", "equal_items", "equal_runs", "equal_words", "runs_of"]

Pairs = list[tuple[int, int]]

CHARACTERS = 0x10F700
"""So many different items can be written as one character each; the range of surrogates is left out."""
UNLIKE = ("\U0010fffd", "\U0010fffc")
"""What stands for an item of the old and of the new side that no character is left for."""


def equal_items(old: Sequence[Hashable], new: Sequence[Hashable], weigh: Callable[[int], float] | None = None) -> Pairs:
    """Increasing pairs of equal items: common ends, then what occurs once on both sides, then LCS.

    `weigh` says how heavy an item of `old` is (1 each if not given): where unique items cross, the
    heaviest chain stays.
    """
    head, old_end, new_end = common_ends(old, new)
    pairs = [(at, at) for at in range(head)]
    if head < old_end and head < new_end:
        x, y = as_text(old[head:old_end], new[head:new_end])
        once = _unique_pairs(x, y)
        weights = [1.0 if weigh is None else weigh(head + i) for i, _ in once]
        for gap in gaps(heaviest_chain(once, weights), len(x), len(y)):
            pairs += _pairs(_in_gap(x, y, gap, _in_place), head, head)
    pairs += [(old_end + k, new_end + k) for k in range(len(old) - old_end)]
    return pairs


def equal_words(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[Pairs, bool]:
    """Increasing pairs of equal items, and whether they are as many as possible: see `equal_runs`."""
    runs, is_exact = equal_runs(*as_text(old, new))
    return _pairs(runs), is_exact


def equal_runs(old: str, new: str) -> tuple[list[Run], bool]:
    """Runs of equal characters in order, and whether they hold as many as possible.

    They do up to `EXACT_CELLS`; beyond, runs of `SURE` characters that occur once on both sides cut the
    strings into pieces first.
    """
    most = min(len(old), len(new))
    head = common_length(old, new)
    foot = common_end(old, new, most - head)
    runs = [(0, 0, head)] if head else []
    x, y = old[head : len(old) - foot], new[head : len(new) - foot]
    is_exact = len(x) * len(y) <= EXACT_CELLS
    if x and y:
        if is_exact:
            found: Iterable[Run] = longest(x, y)
        else:
            once = _unique_pairs(_in_rows(x), _in_rows(y))
            chain = heaviest_chain(once, [1.0] * len(once))
            found = [run for gap in gaps(chain, len(x), len(y)) for run in _in_gap(x, y, gap, longest)]
        runs += [(head + i, head + j, length) for i, j, length in found]
    if foot:
        runs.append((len(old) - foot, len(new) - foot, foot))
    return joined(runs), is_exact


def as_text(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[str, str]:
    """Two lists as strings, one character for each different item.

    Beyond `CHARACTERS` different items the last ones are written as unlike everything on the other side.
    """
    known = dict(zip(dict.fromkeys((*old, *new)), characters(0, CHARACTERS), strict=False))
    return tuple(  # type: ignore[return-value]
        "".join(known.get(item, other) for item in side) for side, other in ((old, UNLIKE[0]), (new, UNLIKE[1]))
    )


def characters(start: int, end: int) -> Iterator[str]:
    """The characters that stand for the items of these numbers."""
    return map(chr, chain(range(start, min(end, 0xD800)), range(max(start, 0xD800) + 0x800, end + 0x800)))


def runs_of(pairs: Pairs) -> list[Run]:
    """Pairs as maximal runs in which both sides go on one by one."""
    return joined((i, j, 1) for i, j in pairs)


def _pairs(runs: Iterable[Run], old_at: int = 0, new_at: int = 0) -> Pairs:
    return [(old_at + i + k, new_at + j + k) for i, j, length in runs for k in range(length)]


def common_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int, int]:
    """(number of equal items in front, where the equal tail begins in old, and in new)."""
    old_end, new_end, head = len(old), len(new), 0
    while head < old_end and head < new_end and old[head] == new[head]:
        head += 1
    while old_end > head and new_end > head and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    return head, old_end, new_end


def heaviest_chain(pairs: Pairs, weights: Sequence[float]) -> Pairs:
    """The heaviest strictly increasing chain among pairs sorted by their first place.

    Pairs of one first place have to come in falling order of the second, so that no two of them can
    stand in one chain. (Fenwick tree over the second places: n log n.)
    """
    if all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs)):
        return pairs  # as nearly always
    places = sorted({j for _, j in pairs})
    size = len(places)
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    before = [-1] * len(pairs)
    best = (0.0, -1)
    for k, (_, j) in enumerate(pairs):
        place = bisect_left(places, j)
        found, at = (0.0, -1), place
        while at:
            if tree[at][0] > found[0]:
                found = tree[at]
            at &= at - 1
        before[k] = found[1]
        weight, at = found[0] + weights[k], place + 1
        while at <= size:
            if tree[at][0] < weight:
                tree[at] = (weight, k)
            at += at & -at
        if weight > best[0]:
            best = (weight, k)
    chain, k = [], best[1]
    while k >= 0:
        chain.append(pairs[k])
        k = before[k]
    return chain[::-1]


Gap = tuple[int, int, int, int]
"""(old_start, old_end, new_start, new_end)."""


def gaps(chain: Pairs, old_size: int, new_size: int) -> Iterator[Gap]:
    """The pieces a chain leaves, in order.

    Each pair of the chain begins a piece of its own and is followed by the gap behind it in the same
    piece; what lies before the first pair is a piece as well.
    """
    old_at = new_at = 0
    for i, j in [*chain, (old_size, new_size)]:
        if i > old_at or j > new_at:
            yield old_at, i, new_at, j
        old_at, new_at = i, j


def spaces(pairs: Iterable[tuple[int, int]], old_size: int, new_size: int) -> Iterator[Gap]:
    """What lies between increasing pairs on either side."""
    old_at = new_at = 0
    for i, j in pairs:
        if i > old_at or j > new_at:
            yield old_at, i, new_at, j
        old_at, new_at = i + 1, j + 1
    if old_size > old_at or new_size > new_at:
        yield old_at, old_size, new_at, new_size


def _unique_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """Items that occur exactly once on either side, sorted by their place in old."""
    in_old, in_new = unique_places(old), unique_places(new)
    return [(i, in_new[item]) for item, i in in_old.items() if i >= 0 and in_new.get(item, -1) >= 0]


def unique_places(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """Each item with its place, or -1 where it occurs more than once."""
    places: dict[Hashable, int] = {}
    for at, item in enumerate(items):
        places[item] = -1 if item in places else at
    return places


def _in_rows(text: str) -> list[str]:
    """Every `SURE` characters in a row."""
    return [text[at : at + SURE] for at in range(len(text) - SURE + 1)]


def _in_gap(old: str, new: str, gap: Gap, find: Callable[[str, str], list[Run]]) -> Iterator[Run]:
    """Equal items of a gap, by `find` behind what is equal in front."""
    old_start, old_end, new_start, new_end = gap
    same = common_length(old, new, old_start, new_start, min(old_end - old_start, new_end - new_start))
    if same:
        yield old_start, new_start, same
    x, y = old[old_start + same : old_end], new[new_start + same : new_end]
    if x and y:
        for i, j, length in find(x, y):
            yield old_start + same + i, new_start + same + j, length


def _in_place(old: str, new: str) -> list[Run]:
    """A longest common subsequence; of several the one that stays near the diagonal."""
    if set(old).isdisjoint(new):
        return []
    if len(old) * len(new) > EXACT_CELLS:
        return walk(old, new)
    near, most = walk(old, new), longest(old, new)
    return near if sum(run[2] for run in near) == sum(run[2] for run in most) else most
