"""Which blocks of two texts belong together, and which changed places.

Equal blocks come first, then blocks that occur once on both sides, then blocks that share runs of
words nothing else has; the heaviest increasing chain of these is the backbone. Between its links
repeated blocks are paired by LCS and small gaps by comparing every pair. What stays out of order and
is alike enough was moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

from rapidfuzz.distance import Indel

from workspace.text.alignment import (
    EXACT_CELLS,
    common_ends,
    equal_items,
    heaviest_chain,
    spaces,
    unique_places,
)
from workspace.text.coding import Blocks, Vocabulary

BlockPair = tuple[int, int, float]
"""(place in old, place in new, similarity: 1.0 is equal but for blanks at the ends)."""

ALIKE = 0.4
"""Two blocks this similar are one changed block."""
BARELY_ALIKE = 0.3
"""So are two that share more unique words with each other than with any other block."""
MOVED = 0.7
"""A block this similar that stands elsewhere was moved."""
MOVED_LETTERS = 24
"""With fewer letters in its words a block elsewhere is a coincidence, not a move."""
COMPARED_CELLS = 400
"""In gaps up to this many pairs of blocks every pair is compared."""

Pair = tuple[int, int]
Owners = tuple[dict[str, int], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Blocks in order, and blocks that changed places; both sorted by their place in old."""

    in_order: list[BlockPair]
    moved: list[BlockPair]


def pair_blocks(old: Sequence[str], new: Sequence[str]) -> list[BlockPair]:
    """Which block of `new` each block of `old` became, in increasing order on both sides."""
    return pair_and_move(old, new).in_order


def pair_and_move(old: Sequence[str], new: Sequence[str]) -> Pairing:
    """Pairs in order, and pairs out of order that are alike enough to be called moves."""
    head, old_end, new_end = common_ends(old, new)
    in_order = [(at, at, 1.0) for at in range(head)]
    moved: list[BlockPair] = []
    if head < old_end and head < new_end:
        vocabulary = Vocabulary()
        found = pair(Blocks(old[head:old_end], vocabulary, 0), Blocks(new[head:new_end], vocabulary, 1))
        in_order += [(i + head, j + head, alike) for i, j, alike in found.in_order]
        moved = [(i + head, j + head, alike) for i, j, alike in found.moved]
    in_order += [(old_end + k, new_end + k, 1.0) for k in range(len(old) - old_end)]
    return Pairing(in_order, moved)


def pair(old: Blocks, new: Blocks) -> Pairing:
    """The same for blocks whose tokens can be read."""
    alike = _candidates(old, new)
    order = sorted(alike, key=lambda pair: (pair[0], -pair[1]))
    chain = heaviest_chain(order, [alike[i, j] * (len(old.blocks[i]) + len(new.blocks[j]) + 1) for i, j in order])
    in_order = [(i, j, alike[i, j]) for i, j in chain]
    in_order = _fill(in_order, old, new, _repeated)
    moved = _moves(old, new, alike, in_order)
    away = ({i for i, _, _ in moved}, {j for _, j, _ in moved})
    in_order = _fill(in_order, old, new, lambda old, new, gap: _closest(old, new, gap, away))
    return Pairing(in_order, moved)


def _candidates(old: Blocks, new: Blocks) -> dict[Pair, float]:
    """Pairs that may be one block: equal and unique, or sharing unique runs of words."""
    old_once, new_once = unique_places(old.blocks), unique_places(new.blocks)
    alike = {
        (i, new_once[block]): 1.0 for block, i in old_once.items() if block and i >= 0 and new_once.get(block, -1) >= 0
    }
    votes = _votes(_owners(old, {i for i, _ in alike}), _owners(new, {j for _, j in alike}))
    best_new: dict[int, Pair] = {}
    best_old: dict[int, Pair] = {}
    for (i, j), count in votes.items():
        best_new[i] = max(best_new.get(i, (0, 0)), (count, -j))
        best_old[j] = max(best_old.get(j, (0, 0)), (count, -i))
    for i, j in votes:
        is_best = (best_new[i][1] == -j) + (best_old[j][1] == -i)
        if is_best:
            similarity = _similarity(old.codes(i), new.codes(j))
            if similarity >= (ALIKE if is_best == 1 else BARELY_ALIKE):
                alike[i, j] = similarity
    return alike


def _votes(old: Owners, new: Owners) -> Counter[Pair]:
    """How many runs of words two blocks share that no other block has."""
    (first_old, last_old), (first_new, last_new) = old, new
    return Counter(
        (last_old[run], last_new[run])
        for run in first_old.keys() & first_new.keys()
        if first_old[run] == last_old[run] and first_new[run] == last_new[run]
    )


def _owners(side: Blocks, done: set[int]) -> Owners:
    """For each run of words the first and the last block that has it; blocks that are done do not count."""
    places = [at for at in range(len(side.blocks)) if at not in done]
    side.read(places)
    runs: list[str] = []
    owners: list[int] = []
    for at in places:
        found = side.word_runs(at)
        runs += found
        owners += repeat(at, len(found))
    return dict(zip(reversed(runs), reversed(owners), strict=True)), dict(zip(runs, owners, strict=True))


def _similarity(old: str, new: str) -> float:
    """Share of equal tokens in order, 0 to 1; 0 for blocks too large to compare."""
    if len(old) * len(new) > EXACT_CELLS:
        return 0.0
    return Indel.normalized_similarity(old, new, score_cutoff=BARELY_ALIKE)


def _moves(old: Blocks, new: Blocks, alike: dict[Pair, float], in_order: list[BlockPair]) -> list[BlockPair]:
    """The unpaired that are alike enough, the heaviest first."""
    old_done, new_done = {i for i, _, _ in in_order}, {j for _, j, _ in in_order}
    moved = []
    for i, j in sorted(alike, key=lambda pair: (-alike[pair] * len(old.blocks[pair[0]]), pair)):
        if i in old_done or j in new_done or alike[i, j] < MOVED or old.letters(i) < MOVED_LETTERS:
            continue
        moved.append((i, j, alike[i, j]))
        old_done.add(i)
        new_done.add(j)
    return sorted(moved)


Gap = tuple[int, int, int, int]


def _fill(
    pairs: list[BlockPair], old: Blocks, new: Blocks, find: Callable[[Blocks, Blocks, Gap], list[BlockPair]]
) -> list[BlockPair]:
    """The pairs, and what is found between them."""
    found = list(pairs)
    for gap in spaces([(i, j) for i, j, _ in pairs], len(old.blocks), len(new.blocks)):
        if gap[0] < gap[1] and gap[2] < gap[3]:
            found += find(old, new, gap)
    return sorted(found)


def _repeated(old: Blocks, new: Blocks, gap: Gap) -> list[BlockPair]:
    """Equal blocks that occur more than once."""
    old_start, old_end, new_start, new_end = gap
    pairs = equal_items(old.blocks[old_start:old_end], new.blocks[new_start:new_end])
    return [(old_start + i, new_start + j, 1.0) for i, j in pairs if old.blocks[old_start + i]]


def _closest(old: Blocks, new: Blocks, gap: Gap, away: tuple[set[int], set[int]]) -> list[BlockPair]:
    """The pairs of a small gap that are most alike together: every pair is looked at."""
    rows = [i for i in range(gap[0], gap[1]) if i not in away[0]]
    columns = [j for j in range(gap[2], gap[3]) if j not in away[1]]
    if not rows or not columns or len(rows) * len(columns) > COMPARED_CELLS:
        return []
    alike = [[_similarity(old.codes(i), new.codes(j)) for j in columns] for i in rows]
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for x in range(len(rows) - 1, -1, -1):
        for y in range(len(columns) - 1, -1, -1):
            best[x][y] = max(best[x + 1][y], best[x][y + 1])
            if alike[x][y] >= ALIKE:
                weight = alike[x][y] * (len(old.codes(rows[x])) + len(new.codes(columns[y])))
                best[x][y] = max(best[x][y], best[x + 1][y + 1] + weight)
    found, x, y = [], 0, 0
    while x < len(rows) and y < len(columns):
        if best[x][y] == best[x + 1][y]:
            x += 1
        elif best[x][y] == best[x][y + 1]:
            y += 1
        else:
            found.append((rows[x], columns[y], alike[x][y]))
            x, y = x + 1, y + 1
    return found
