"""Which items of two lists belong together, in order.

Everything here works on lists of anything hashable and answers with increasing pairs (i, j) of equal
items. Bounds are by size, never by time, so the same input always gives the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

Pairs = list[tuple[int, int]]
Run = tuple[int, int, int]
"""(place in old, place in new, length) of equal items in a row."""

MINIMAL_EDIT_CELLS = 1_600
"""Up to this many cells (40 words against 40) diff-match-patch finds the least edit: at most 1 ms."""
EXACT_CELLS = 60_000_000
"""Up to this many cells one bit-parallel LCS is run: 8 MB and some 10 ms."""
WINDOW = 2_048
"""Longer gaps without anything unique are worked through in windows of this many items."""
NEAR = 8
"""How far a greedy walk looks ahead to find its way back, in items of either side."""
RUN = 4
"""So many items in a row identify a place; so many equal items confirm that the way is found."""


def equal_items(old: Sequence[Hashable], new: Sequence[Hashable], weigh: Callable[[int], float] | None = None) -> Pairs:
    """Increasing pairs of equal items: common ends, then what occurs once on both sides, then LCS.

    `weigh` says how heavy an item of `old` is (1 each if not given): where unique items cross, the
    heaviest chain stays.
    """
    head, old_end, new_end = common_ends(old, new)
    pairs = [(at, at) for at in range(head)]
    if head < old_end and head < new_end:
        once = _unique_pairs(old, new, (head, old_end), (head, new_end))
        weights = [1.0 if weigh is None else weigh(i) for i, _ in once]
        for gap in gaps(heaviest_chain(once, weights), (head, old_end), (head, new_end)):
            pairs += _in_gap(old, new, gap, _in_place)
    pairs += [(old_end + k, new_end + k) for k in range(len(old) - old_end)]
    return pairs


def equal_words(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[Pairs, bool]:
    """Increasing pairs of equal items, and whether they are as many as possible.

    They are up to `EXACT_CELLS`; beyond, runs of `RUN` items that occur once on both sides cut the
    lists into pieces first.
    """
    head, old_end, new_end = common_ends(old, new)
    pairs = [(at, at) for at in range(head)]
    is_exact = (old_end - head) * (new_end - head) <= EXACT_CELLS
    if head < old_end and head < new_end:
        chain: Pairs = []
        if not is_exact:
            once = _unique_pairs(
                list(zip(*(old[head + k : old_end] for k in range(RUN)), strict=False)),
                list(zip(*(new[head + k : new_end] for k in range(RUN)), strict=False)),
            )
            chain = [(head + i, head + j) for i, j in heaviest_chain(once, [1.0] * len(once))]
        for gap in gaps(chain, (head, old_end), (head, new_end)):
            pairs += _in_gap(old, new, gap, _longest)
    pairs += [(old_end + k, new_end + k) for k in range(len(old) - old_end)]
    return pairs, is_exact


def runs_of(pairs: Pairs) -> list[Run]:
    """Pairs as maximal runs in which both sides go on one by one."""
    runs: list[Run] = []
    i, j, length = 0, 0, 0
    for x, y in pairs:
        if x == i + length and y == j + length:
            length += 1
            continue
        if length:
            runs.append((i, j, length))
        i, j, length = x, y, 1
    if length:
        runs.append((i, j, length))
    return runs


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
    if not pairs:
        return []
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


def gaps(chain: Pairs, old_span: tuple[int, int], new_span: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """The pieces a chain leaves, as (old_start, old_end, new_start, new_end), in order.

    Each pair of the chain begins a piece of its own and is followed by the gap behind it in the same
    piece; what lies before the first pair is a piece as well.
    """
    old_at, new_at = old_span[0], new_span[0]
    for i, j in [*chain, (old_span[1], new_span[1])]:
        if i > old_at or j > new_at:
            yield old_at, i, new_at, j
        old_at, new_at = i, j


def spaces(pairs: Iterable[tuple[int, int]], old_size: int, new_size: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies between increasing pairs on either side, as (old_start, old_end, new_start, new_end)."""
    old_at = new_at = 0
    for i, j in pairs:
        if i > old_at or j > new_at:
            yield old_at, i, new_at, j
        old_at, new_at = i + 1, j + 1
    if old_size > old_at or new_size > new_at:
        yield old_at, old_size, new_at, new_size


def _unique_pairs(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    old_span: tuple[int, int] | None = None,
    new_span: tuple[int, int] | None = None,
) -> Pairs:
    """Items that occur exactly once on either side, sorted by their place in old."""
    in_old = unique_places(old, *(old_span or (0, len(old))))
    in_new = unique_places(new, *(new_span or (0, len(new))))
    return [(i, in_new[item]) for item, i in in_old.items() if i >= 0 and in_new.get(item, -1) >= 0]


def unique_places(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """Each item with its place, or -1 where it occurs more than once."""
    places: dict[Hashable, int] = {}
    for at in range(start, end):
        places[items[at]] = -1 if items[at] in places else at
    return places


def _in_gap(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    gap: tuple[int, int, int, int],
    find: Callable[[list[int], list[int]], Pairs],
) -> Pairs:
    """Equal items between two anchors, by `find` where the gap is not too large for it."""
    old_start, old_end, new_start, new_end = gap
    pairs: Pairs = []
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        pairs.append((old_start, new_start))
        old_start, new_start = old_start + 1, new_start + 1
    if old_start == old_end or new_start == new_end:
        return pairs
    common = set(old[old_start:old_end]).intersection(new[new_start:new_end])
    if not common:
        return pairs
    once = dict.fromkeys(old[i] for i in range(old_start, old_end) if old[i] in common)
    numbers = {item: number for number, item in enumerate(once, 1)}
    # items of one side only are 0 and -1: never equal, but they tell how far away the others are
    x = [numbers.get(old[i], 0) for i in range(old_start, old_end)]
    y = [numbers.get(new[j], -1) for j in range(new_start, new_end)]
    if (len(x) - x.count(0)) * (len(y) - y.count(-1)) > EXACT_CELLS:
        find = _walk
    return pairs + [(old_start + i, new_start + j) for i, j in find(x, y)]


def _in_place(old: list[int], new: list[int]) -> Pairs:
    """A longest common subsequence; of several the one that stays near the diagonal."""
    near, longest = _walk(old, new), _longest(old, new)
    return near if len(near) == len(longest) else longest


def _longest(old: list[int], new: list[int]) -> Pairs:
    """A longest common subsequence of two lists of numbers above 0; 0 and less equal nothing."""
    old_places = [i for i, number in enumerate(old) if number > 0]
    new_places = [j for j, number in enumerate(new) if number > 0]
    x, y = [old[i] for i in old_places], [new[j] for j in new_places]
    if len(x) * len(y) <= MINIMAL_EDIT_CELLS:
        return [(old_places[i], new_places[j]) for i, j in _minimal_edit(x, y)]
    return [
        (old_places[step.src_start + k], new_places[step.dest_start + k])
        for step in Indel.opcodes(x, y)
        if step.tag == "equal"
        for k in range(step.src_end - step.src_start)
    ]


_ENGINE = diff_match_patch()
_ENGINE.Diff_Timeout = 0  # a time limit would make results differ from run to run


def _minimal_edit(old: list[int], new: list[int]) -> Pairs:
    """The same by diff-match-patch, items written as characters."""
    pairs, i, j = [], 0, 0
    for kind, piece in _ENGINE.diff_main(_as_text(old), _as_text(new), False):
        if kind == 0:
            pairs += [(i + k, j + k) for k in range(len(piece))]
        if kind <= 0:
            i += len(piece)
        if kind >= 0:
            j += len(piece)
    return pairs


def _as_text(numbers: list[int]) -> str:
    """One character for each number; the surrogate range is left out."""
    return "".join(chr(number if number < 0xD800 else number + 0x800) for number in numbers)


def _walk(old: list[int], new: list[int]) -> Pairs:
    """Equal items of lists too long for an exact answer: along the diagonal while a way back to it is
    near, else by exact LCS of one window after the other. Time and memory are linear in the length."""
    pairs: Pairs = []
    i, j, n, m = 0, 0, len(old), len(new)
    while i < n and j < m:
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
            continue
        step = _way_back(old, new, i, j)
        if step:
            i, j = i + step[0], j + step[1]
            continue
        is_last = i + WINDOW >= n and j + WINDOW >= m
        half = WINDOW if is_last else WINDOW // 2
        found = [(x, y) for x, y in _longest(old[i : i + WINDOW], new[j : j + WINDOW]) if x < half and y < half]
        pairs += [(i + x, j + y) for x, y in found]
        if is_last:
            break
        i, j = (i + found[-1][0] + 1, j + found[-1][1] + 1) if found else (i + half, j + half)
    return pairs


_STEPS = sorted(
    ((x, y) for x in range(NEAR + 1) for y in range(NEAR + 1) if x or y),
    key=lambda step: (max(step), abs(step[0] - step[1]), step),
)


def _way_back(old: list[int], new: list[int], i: int, j: int) -> tuple[int, int] | None:
    """The nearest step after which `RUN` items are equal again."""
    for x, y in _STEPS:
        piece = old[i + x : i + x + RUN]
        if len(piece) == RUN and piece == new[j + y : j + y + RUN]:
            return x, y
    return None
