"""Which neighbouring blocks belong together beyond what `pairing` finds: a changed kind, a split paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workspace.text.coding import WORD_RUN
from workspace.text.nodes import Block
from workspace.text.tokens import words

CONTAINED = 0.75
"""A heading with so much of the other's words in it is that heading, rewritten."""
SHARED = 0.5
"""A paragraph beside a changed one that shares this much of its word runs was split off or taken in."""
CONTAINER = 0.25
"""Two lists (tables, quotes) alone in their place that share so many of their words are one, changed."""
LEAST_RUNS = 3
"""With fewer runs of words a short paragraph stands in a longer one by chance."""
LOOKED_AT = 400
"""In gaps up to this many pairs of blocks, every pair is looked at."""
_TURNING = frozenset({"heading", "paragraph"})
_CONTAINERS = frozenset({"list", "table", "quote", "guidance", "definitions", "item", "definition", "figure"})
Pair = tuple[int, int]
Away = tuple[set[int], set[int]]
Texts = tuple[Sequence[str], Sequence[str]]


class Match(NamedTuple):
    """Blocks of both sides that belong together, with what stands alone before them; empty at the end."""

    old_before: Sequence[int]
    new_before: Sequence[int]
    old: Sequence[int]
    new: Sequence[int]


def own_text(block: Block, source: str) -> str:
    """What a block is recognised by: its source; of an item or a footnote what stands behind its number."""
    has_mark = block.kind in ("item", "footnote", "definition") and block.children
    return source[block.children[0].start if has_mark else block.start : block.end]


def can_become(old: Block, new: Block) -> bool:
    """Whether a block can be shown as the other, changed."""
    if old.kind == new.kind:
        return True
    return {old.kind, new.kind} == _TURNING and not old.tight and not new.tight


def matched(old: Sequence[Block], new: Sequence[Block], texts: Texts, pairs: list[Pair], away: Away) -> list[Pair]:
    """The pairs, and blocks between them that are one block in other words."""
    found: list[Pair] = []
    old_at = new_at = 0
    for i, j in [*pairs, (len(old), len(new))]:
        rows = [k for k in range(old_at, i) if k not in away[0]]
        columns = [k for k in range(new_at, j) if k not in away[1]]
        if rows and columns and len(rows) * len(columns) <= LOOKED_AT:
            found += _kin(old, new, texts, rows, columns)
        found.append((i, j))
        old_at, new_at = i + 1, j + 1
    return found[:-1]


def _kin(old: Sequence[Block], new: Sequence[Block], texts: Texts, rows: list[int], columns: list[int]) -> list[Pair]:
    counts = [
        {at: Counter(words(side[at])) for at in places} for side, places in zip(texts, (rows, columns), strict=True)
    ]
    found: list[Pair] = []
    free = 0
    for i in rows:
        for place in range(free, len(columns)):
            j = columns[place]
            if can_become(old[i], new[j]) and (
                _is_kin(old[i], new[j], counts[0][i], counts[1][j]) or _holds(texts[0][i], texts[1][j])
            ):
                found.append((i, j))
                free = place + 1
                break
    return found


def _is_kin(old: Block, new: Block, before: Counter[str], after: Counter[str]) -> bool:
    if old.kind == "rule":
        return True
    shared = (before & after).total()
    smaller, larger = sorted((before.total(), after.total()))
    if "heading" in (old.kind, new.kind):
        least = CONTAINED if old.kind == new.kind == "heading" else 0.0
        return smaller > 0 and shared >= least * smaller and (least > 0 or shared >= CONTAINED * larger)
    return old.kind in _CONTAINERS and larger > 0 and shared > CONTAINER * larger


def _holds(old: str, new: str) -> bool:
    """Whether the shorter of two blocks stands in the longer with most of its word runs."""
    smaller, larger = sorted((_word_runs(old), _word_runs(new)), key=len)
    return len(smaller) >= LEAST_RUNS and len(set(smaller) & set(larger)) > SHARED * len(smaller)


def _word_runs(text: str) -> list[tuple[str, ...]]:
    """Every `WORD_RUN` words in a row; where there are fewer words, all of them."""
    found = words(text)
    if len(found) < WORD_RUN:
        return [tuple(found)] if found else []
    return list(zip(*(found[at:] for at in range(WORD_RUN)), strict=False))


def joined(old: Sequence[Block], new: Sequence[Block], texts: Texts, pairs: list[Pair], away: Away) -> Iterator[Match]:
    """The pairs in order; a changed paragraph with the neighbours that were split off it or taken in."""
    old_at = new_at = 0
    for at, (i, j) in enumerate(pairs):
        after = pairs[at + 1] if at + 1 < len(pairs) else (len(old), len(new))
        mine, theirs = range(i, i + 1), range(j, j + 1)
        if texts[0][i] != texts[1][j] and _is_paragraph(old[i]) and _is_paragraph(new[j]):
            mine, theirs = _extended(
                (old, new), texts, away, (mine, theirs), (range(old_at, after[0]), range(new_at, after[1]))
            )
        yield Match(range(old_at, mine.start), range(new_at, theirs.start), mine, theirs)
        old_at, new_at = mine.stop, theirs.stop
    yield Match(range(old_at, len(old)), range(new_at, len(new)), (), ())


def _is_paragraph(block: Block) -> bool:
    return block.kind == "paragraph" and not block.tight


def _extended(
    blocks: tuple[Sequence[Block], Sequence[Block]], texts: Texts, away: Away,
    pair: tuple[range, range], room: tuple[range, range],
) -> tuple[range, range]:  # fmt: skip
    """A pair of paragraphs with their free neighbours on either side that have their words in the other."""
    spans = list(pair)
    for side in (0, 1):
        other = texts[1 - side][pair[1 - side].start]
        for step in (1, -1):
            while True:
                at = spans[side].stop if step > 0 else spans[side].start - 1
                if at not in room[side] or at in away[side] or not _is_paragraph(blocks[side][at]):
                    break
                if not _is_part(texts[side][at], other, texts[side][pair[side].start]):
                    break
                spans[side] = range(min(at, spans[side].start), max(at + 1, spans[side].stop))
    return spans[0], spans[1]


def _is_part(text: str, whole: str, partner: str) -> bool:
    """Whether a paragraph has most of its word runs in the other side's, and not in its own side's."""
    runs = set(_word_runs(text))
    theirs = set(_word_runs(whole)) - set(_word_runs(partner))
    return len(runs & theirs) > SHARED * max(1, len(runs))
