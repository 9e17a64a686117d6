"""Moves that pairing of neighbours cannot see: inside a list or table, and from one place of the paper to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from workspace.text.nodes import Block
from workspace.text.pairing import MOVED, MOVED_LETTERS, pair_and_move
from workspace.text.redline_kinship import own_text
from workspace.text.redline_nodes import Group, Node
from workspace.text.tokens import words

MOVABLE = frozenset(
    {
        "paragraph",
        "item",
        "row",
        "term",
        "definition",
        "quote",
        "guidance",
        "list",
        "definitions",
        "table",
        "code",
        "figure",
    }
)
DEPTH = 4
"""So many levels of blocks that came or went are looked into."""
Pair = tuple[int, int]


def groups_of(moved: Sequence[Pair]) -> dict[tuple[int | None, int | None], Group]:
    """Moves of neighbours as one; found by (place in old, None) and by (None, place in new)."""
    found: dict[tuple[int | None, int | None], Group] = {}
    for i, j in moved:
        before = found.get((i - 1, None))
        group = before if before is not None and found.get((None, j - 1)) is before else Group([], [])
        found[i, None] = found[None, j] = group
    return found


class _Place(NamedTuple):
    """A block of one side that has no partner, and where it stands."""

    siblings: list[Node]
    at: int
    parents: tuple[Node, ...]

    @property
    def node(self) -> Node:
        return self.siblings[self.at]

    def beside(self, step: int) -> _Place | None:
        at = self.at + step
        return _Place(self.siblings, at, self.parents) if 0 <= at < len(self.siblings) else None


def find_moves(top: list[Node], old_source: str, new_source: str, pair: Callable[[Block, Block], Node]) -> None:
    """Turn blocks that went here and came there into moves. The first level's own are known already.

    Args:
        top: nodes of the first level and footnotes; what is below them is changed in place.
        pair: makes the node of two blocks.
    """
    places = [place for node in top for place in _alone(node)]
    sources = {-1: old_source, 1: new_source}
    for _ in range(DEPTH):
        olds, news = ([place for place in places if place.node.side == side] for side in (-1, 1))
        if not olds or not news:
            return
        for kind in sorted({place.node.block.kind for place in olds} & MOVABLE):
            _match([p for p in olds if _is_movable(p, kind)], [p for p in news if _is_movable(p, kind)], sources, pair)
        places = [inner for place in places for inner in _opened(place)]


def _alone(top: Node) -> Iterable[_Place]:
    """The outermost blocks of one side below a node."""
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(top, ())]
    if top.side and top.group is None:
        # Its own place is among the entries; it is looked into, not moved.
        yield from _opened(_Place([top], 0, ()))
        return
    while waiting:
        node, parents = waiting.pop()
        if node.is_away:
            continue
        for at, child in enumerate(node.children):
            if child.side:
                yield _Place(node.children, at, (*parents, node))
            elif child.is_changed:
                waiting.append((child, (*parents, node)))


def _opened(place: _Place) -> list[_Place]:
    """The blocks inside a block without a partner."""
    node = place.node
    if not node.side or node.is_away or node.block.kind == "row":
        return []
    return [_Place(node.children, at, (*place.parents, node)) for at in range(len(node.children))]


def _is_movable(place: _Place, kind: str) -> bool:
    node = place.node
    block = node.block
    if block.kind != kind or not node.side or block.tight or block.header or node.is_away:
        return False
    return kind != "row" or _has_plain_columns(place.siblings)


def _has_plain_columns(rows: list[Node]) -> bool:
    """Whether a table kept its columns: only then a row of it can stand in another place as it is."""
    return not any(cell.side for row in rows if not row.side for cell in row.children)


def _match(
    olds: list[_Place], news: list[_Place], sources: dict[int, str], pair: Callable[[Block, Block], Node]
) -> None:
    texts = [[_text(place, sources) for place in places] for places in (olds, news)]
    pairing = pair_and_move(*texts)
    for i, j, alike in sorted([*pairing.in_order, *pairing.moved]):
        if alike >= MOVED and sum(map(len, words(texts[0][i]))) >= MOVED_LETTERS:
            _move(olds[i], news[j], sources, pair)


def _text(place: _Place, sources: dict[int, str]) -> str:
    node = place.node
    return own_text(node.block, sources[node.side])


def _move(old: _Place, new: _Place, sources: dict[int, str], pair: Callable[[Block, Block], Node]) -> None:
    if old.node.is_away or not new.node.side:
        return  # taken along by a neighbour
    if len(old.node.block.children) != len(new.node.block.children) and old.node.block.kind == "row":
        return
    group = _group_beside(old, new) or Group([], [])
    _join(group, old, new, pair)
    for step in (-1, 1):
        x, y = old.beside(step), new.beside(step)
        while x and y and _goes_along(x, y, sources):
            _join(group, x, y, pair)
            x, y = x.beside(step), y.beside(step)


def _group_beside(old: _Place, new: _Place) -> Group | None:
    """The move of the blocks right before both places."""
    x, y = old.beside(-1), new.beside(-1)
    if x and y and x.node.is_away and x.node.group is y.node.group and x.node.group is not None:
        return x.node.group
    return None


def _goes_along(old: _Place, new: _Place, sources: dict[int, str]) -> bool:
    """Whether a neighbour, however short, went the same way."""
    x, y = old.node, new.node
    return (
        (x.side, y.side) == (-1, 1) and x.block.kind == y.block.kind and x.block.kind in MOVABLE
        and not (x.is_away or x.block.tight or x.block.header or y.block.header)
        and _text(old, sources) == _text(new, sources)
    )  # fmt: skip


def _join(group: Group, old: _Place, new: _Place, pair: Callable[[Block, Block], Node]) -> None:
    left, came = old.node, new.node
    if left.old is None or came.new is None:
        raise ValueError("a move goes from the older text to the newer")
    node = pair(left.old, came.new)
    new.siblings[new.at] = node
    left.is_away, left.group, node.group = True, group, group
    follows = new.at > 0 and new.siblings[new.at - 1].group is group
    at = len(group.came) if follows or not group.came else 0
    group.left.insert(at, left)
    group.came.insert(at, node)
    for parent in (*old.parents, *new.parents):
        parent.has_moves = True
