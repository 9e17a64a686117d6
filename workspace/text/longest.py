"""What two strings have in common, in order and as much as possible.

A string may stand for any list: each different item is one character. Bounds are by size, never by
time, so the same input always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

Run = tuple[int, int, int]
"""(place in old, place in new, length) of equal items in a row."""

MINIMAL_EDIT_CELLS = 1_600
"""Up to this many cells (40 words against 40) diff-match-patch finds the least edit: at most 1 ms."""
EXACT_CELLS = 60_000_000
"""Up to this many cells one bit-parallel LCS is run: 8 MB and some 10 ms."""
WINDOW = 2_048
"""What is larger is worked through in windows of this many items."""
NEAR = 8
"""How far a greedy walk looks ahead to find its way back, in items of either side."""
SURE = 4
"""So many equal items confirm that the way is found."""


def common_length(old: str, new: str, old_at: int = 0, new_at: int = 0, most: int | None = None) -> int:
    """How many characters from two places on are equal, `most` at most."""
    if most is None:
        most = min(len(old) - old_at, len(new) - new_at)
    done, step = 0, 32
    while (
        done < most
        and old[old_at + done : old_at + min(done + step, most)]
        == (new[new_at + done : new_at + min(done + step, most)])
    ):
        done, step = min(done + step, most), 2 * step
    low, high = done, min(done + step, most)
    while low < high:
        middle = (low + high + 1) // 2
        if old[old_at + low : old_at + middle] == new[new_at + low : new_at + middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_end(old: str, new: str, most: int) -> int:
    """How many characters at the ends are equal, `most` at most."""
    if not most or old[-1] != new[-1]:
        return 0
    return common_length(old[len(old) - most :][::-1], new[len(new) - most :][::-1])


def longest(old: str, new: str) -> list[Run]:
    """A longest common subsequence; beyond `EXACT_CELLS` a good one."""
    if len(old) * len(new) > MINIMAL_EDIT_CELLS and len(old) * len(new) <= EXACT_CELLS:
        return _bit_parallel(old, new)
    common = set(old).intersection(new)
    if not common:
        return []
    # what only one side has can be left out, and costs most of the time
    x, y = ("".join(filter(common.__contains__, side)) for side in (old, new))
    if len(x) * len(y) > EXACT_CELLS:
        return walk(old, new)
    found = _minimal_edit(x, y) if len(x) * len(y) <= MINIMAL_EDIT_CELLS else _bit_parallel(x, y)
    if len(x) == len(old) and len(y) == len(new):
        return found
    old_places, new_places = (list(compress(range(len(side)), map(common.__contains__, side))) for side in (old, new))
    return joined((old_places[i + k], new_places[j + k], 1) for i, j, length in found for k in range(length))


def joined(runs: Iterable[Run]) -> list[Run]:
    """Runs that go on one by one as one run."""
    out: list[Run] = []
    i = j = length = 0
    for x, y, more in runs:
        if x == i + length and y == j + length:
            length += more
            continue
        if length:
            out.append((i, j, length))
        i, j, length = x, y, more
    if length:
        out.append((i, j, length))
    return out


def _bit_parallel(old: str, new: str) -> list[Run]:
    """Hyyrö's bit-parallel LCS, as rapidfuzz has it."""
    return [(block.a, block.b, block.size) for block in Indel.opcodes(old, new).as_matching_blocks() if block.size]


_ENGINE = diff_match_patch()
_ENGINE.Diff_Timeout = 0  # a time limit would make results differ from run to run


def _minimal_edit(old: str, new: str) -> list[Run]:
    """Myers' least edit, as diff-match-patch has it."""
    runs, i, j = [], 0, 0
    for kind, piece in _ENGINE.diff_main(old, new, False):
        if kind == 0:
            runs.append((i, j, len(piece)))
        if kind <= 0:
            i += len(piece)
        if kind >= 0:
            j += len(piece)
    return runs


def walk(old: str, new: str) -> list[Run]:
    """Equal items of lists too long for an exact answer: along the diagonal while a way back to it is
    near, else by exact LCS of one window after the other. Time and memory are linear in the length."""
    return joined(_walk(old, new))


def _walk(old: str, new: str) -> Iterator[Run]:
    i, j, n, m = 0, 0, len(old), len(new)
    while i < n and j < m:
        if old[i] == new[j]:
            same = common_length(old, new, i, j)
            yield i, j, same
            i, j = i + same, j + same
            continue
        step = _way_back(old, new, i, j)
        if step:
            i, j = i + step[0], j + step[1]
            continue
        is_last = i + WINDOW >= n and j + WINDOW >= m
        half = WINDOW if is_last else WINDOW // 2
        found = list(_cut(longest(old[i : i + WINDOW], new[j : j + WINDOW]), half))
        yield from ((i + x, j + y, length) for x, y, length in found)
        if is_last:
            return
        x, y, length = found[-1] if found else (half, half, 0)
        i, j = i + x + length, j + y + length


def _cut(runs: Iterable[Run], end: int) -> Iterator[Run]:
    """The parts of runs that lie before `end` on both sides."""
    for x, y, length in runs:
        if x >= end or y >= end:
            return
        yield x, y, min(length, end - x, end - y)


_STEPS = sorted(
    ((x, y) for x in range(NEAR + 1) for y in range(NEAR + 1) if x or y),
    key=lambda step: (max(step), abs(step[0] - step[1]), step),
)


def _way_back(old: str, new: str, i: int, j: int) -> tuple[int, int] | None:
    """The nearest step after which `SURE` items are equal again."""
    for x, y in _STEPS:
        piece = old[i + x : i + x + SURE]
        if len(piece) == SURE and piece == new[j + y : j + y + SURE]:
            return x, y
    return None
