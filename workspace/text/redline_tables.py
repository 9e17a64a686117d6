"""Which columns of two tables belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from workspace.text.nodes import Block

Pair = tuple[int, int]
COLUMN = 0.5
"""Columns are one when this share of their cells, or their head, is the same."""
HEAD = 0.5
"""How much the same head counts."""
MOST_CELLS = 2_000_000
"""Beyond so many comparisons of cells, columns are paired from left to right."""


def cell_at(row: Block | None, at: int) -> Block | None:
    """A cell of a row that may be shorter, or missing."""
    return row.children[at] if row is not None and at < len(row.children) else None


def steps(pairs: Iterable[Pair], old_size: int, new_size: int) -> Iterator[tuple[int, int, int]]:
    """Walk two lists along increasing pairs: (0, i, j) a pair, (-1, i, j) only old, (1, i, j) only new."""
    old_at = new_at = 0
    for i, j in [*pairs, (old_size, new_size)]:
        yield from ((-1, k, new_at) for k in range(old_at, i))
        yield from ((1, i, k) for k in range(new_at, j))
        if i < old_size:
            yield 0, i, j
        old_at, new_at = i + 1, j + 1


def columns_of(
    old: Block, new: Block, rows: Sequence[Pair], old_source: str, new_source: str
) -> list[tuple[int, int, int]]:
    """Steps over the columns of two tables whose rows are paired.

    Columns with the same cells belong together. Where as many columns are left between two such pairs on
    one side as on the other, they are the same columns with other words.
    """
    widths = [max((len(row.children) for row in table.children), default=0) for table in (old, new)]
    pairs = [(k, k) for k in range(min(widths))]
    if widths[0] * widths[1] * max(1, len(rows)) <= MOST_CELLS:
        before = _columns(old, [i for i, _ in rows], widths[0], old_source)
        after = _columns(new, [j for _, j in rows], widths[1], new_source)
        pairs = _chain([[_alike(x, y) for y in after] for x in before], widths[0], widths[1])
    return list(steps(pairs, widths[0], widths[1]))


def _columns(table: Block, rows: Sequence[int], width: int, source: str) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(width)]
    for at in rows:
        for cells, cell in zip(found, table.children[at].children, strict=False):
            cells.append(source[cell.start : cell.end])
    return found


def _alike(old: list[str], new: list[str]) -> float:
    """How much of two columns is the same: their heads, and their cells wherever they stand."""
    head = HEAD if old and new and old[0] == new[0] and old[0] else 0.0
    before, after = Counter(filter(None, old[1:])), Counter(filter(None, new[1:]))
    size = max(before.total(), after.total())
    return head + ((before & after).total() / size if size else 0.0)


def _chain(alike: list[list[float]], width: int, other: int) -> list[Pair]:
    """The heaviest increasing pairs of columns, and those between them from left to right where none is over."""
    best = [[0.0] * (other + 1) for _ in range(width + 1)]
    for i in range(width - 1, -1, -1):
        for j in range(other - 1, -1, -1):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= COLUMN else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    sure: list[Pair] = []
    i = j = 0
    while i < width and j < other:
        if alike[i][j] >= COLUMN and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            sure.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    found: list[Pair] = []
    i = j = 0
    for x, y in [*sure, (width, other)]:
        if x - i == y - j:
            found += zip(range(i, x), range(j, y), strict=True)
        found.append((x, y))
        i, j = x + 1, y + 1
    return found[:-1]
