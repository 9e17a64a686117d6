"""A difference as data: its leaves in order, each with the words that stayed, came and went.

For whatever is no page (a Synopse in another format, tracked changes in a Word file). The same tree that
`redline_views` writes, so the same changes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from workspace.text.leaves import LEAVES, caption_leaf
from workspace.text.nodes import Block
from workspace.text.redline import Redline
from workspace.text.redline_inline import Atom, Context, Flat, Style, flatten
from workspace.text.redline_nodes import Node
from workspace.text.redline_notes import Note


class Run(NamedTuple):
    """A stretch of words with one formatting: kept (0), deleted (-1) or inserted (1)."""

    kind: int
    text: str
    styles: tuple[Style, ...]
    atom: Atom | None
    """The picture, footnote, line break or border of paragraphs that the text stands for."""


class Row(NamedTuple):
    """A leaf of the merged tree.

    Attributes:
        path: the blocks it stands in, outermost first, and itself last: the newer ones where both sides have them.
        side: -1 deleted, 1 inserted, 0 on both sides.
        change: edit, form, new, out or move, where the leaf or a block around it is a change; else "".
        number: of that change, counted from 1, else 0.
        is_away: the place that a moved block left; its words stand again where it is now, with the same number.
        runs: words in order, deletions before insertions. Without the inserted ones they are the older words.
        notes: what words do not show.
    """

    path: tuple[Block, ...]
    side: int
    change: str
    number: int
    is_away: bool
    runs: tuple[Run, ...]
    notes: tuple[Note, ...]

    def text(self, side: int) -> str:
        """The words of one side, -1 older, 1 newer."""
        return "".join(run.text for run in self.runs if run.kind in (0, side))


def rows(redline: Redline) -> Iterator[Row]:
    """The leaves of a difference in order, footnotes last."""
    context = Context.of(redline.new, {})
    for top in [*(entry.node for entry in redline.entries), *redline.notes]:
        yield from _rows(top, (), _Change("", 0, False, ()), context)


class _Change(NamedTuple):
    """What a leaf takes over from the blocks around it."""

    change: str
    number: int
    is_away: bool
    notes: tuple[Note, ...]


def _rows(node: Node, path: tuple[Block, ...], around: _Change, context: Context) -> Iterator[Row]:
    block = node.block
    group = node.group if node.group is not None and not node.group.is_silent else None
    change = node.change or ("move" if group else around.change)
    number = node.number or (group.number if group else around.number)
    found = _Change(change, number, around.is_away or node.is_away, (*around.notes, *node.notes))
    path = (*path, block)
    if block.kind in LEAVES or block.kind == "rule":
        yield Row(path, node.side, found.change, found.number, found.is_away, tuple(_runs(node, context)), found.notes)
        return
    for at, child in enumerate(node.children or _unchanged(block)):
        yield from _rows(child, path, found if not at else found._replace(notes=()), context)


def _unchanged(block: Block) -> list[Node]:
    children = (caption_leaf(block), *block.children) if block.caption else block.children
    return [Node(child, child) for child in children]


def _runs(node: Node, context: Context) -> Iterator[Run]:
    leaf = node.leaf
    if leaf is None:
        if node.block.kind in LEAVES:
            flat = flatten(node.block, context)
            yield from _cut(flat, 0, len(flat.text), 0)
        return
    for span in leaf.spans:
        flat, at = (leaf.old, span.old) if span.kind < 0 else (leaf.new, span.new)
        yield from _cut(flat, at, at + span.length, span.kind)


def _cut(flat: Flat, start: int, end: int, kind: int) -> Iterator[Run]:
    for piece, first, after in flat.within(start, end):
        yield Run(kind, piece.text[first:after], piece.styles, piece.atom)
