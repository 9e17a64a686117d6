"""Two typed trees merged into one: which block became which, down to the leaves.

A pair of blocks keeps its kind, or it is a deleted block and an inserted one. Blocks of the first level
that changed places are moves: they stand at their new place, and a line is left at the old one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from workspace.text.alignment import EXACT_CELLS
from workspace.text.leaves import LEAVES, caption_leaf
from workspace.text.nodes import Block, Document, Image
from workspace.text.pairing import pair_and_move, pair_blocks
from workspace.text.redline_inline import (
    Flat,
    Leaf,
    Note,
    NoteKey,
    changes,
    compare_leaves,
    flatten,
    form_note,
    picture_notes,
)

MOST_NOTES = 20
"""So many remarks are kept of one block."""
HEADING_WEIGHT = 400
"""A heading stays in its place against a paragraph of up to so many letters."""
Pair = tuple[int, int]


@dataclass(slots=True)
class Node:
    """A block on both sides, or on one."""

    old: Block | None
    new: Block | None
    children: list[Node] = field(default_factory=list)
    leaf: Leaf | None = None
    """Of a leaf that changed; what is the same on both sides has neither leaf nor children."""
    notes: list[Note] = field(default_factory=list)
    is_changed: bool = False
    is_reworded: bool = False
    """Words changed here, or something came or went inside."""
    number: int = 0
    """Of the change this block is, counted from 1; 0 where it is none by itself."""
    change: str = ""
    """edit, form, new, out or move where it is a change."""
    authors: tuple[Hashable, ...] = ()
    """Of the change, most first."""
    span_authors: dict[int, tuple[Hashable, ...]] = field(default_factory=dict)
    """Of single spans of the leaf, by their index."""

    @property
    def block(self) -> Block:
        """The newer of its blocks."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a node without a block")
        return found

    @property
    def side(self) -> int:
        """-1 deleted, 1 inserted, 0 on both sides."""
        return (self.new is not None) - (self.old is not None)


@dataclass(slots=True)
class Group:
    """Neighbouring blocks that moved together."""

    pairs: list[Pair]
    number: int = 0
    """Of the change it is."""
    is_upwards: bool = False
    """Whether they stand further up than before."""


@dataclass(slots=True)
class Entry:
    """A block of the first level in the order of the merged page."""

    node: Node
    group: Group | None = None
    """The move it belongs to; with `is_away` this is the place it left."""
    is_away: bool = False


@dataclass(slots=True)
class Merged:
    entries: list[Entry]
    notes: list[Node]
    """Footnotes."""


def merge_documents(old: Document, new: Document) -> Merged:
    """Merge two documents; see `redline`."""
    note_pairs = _note_pairs(old, new)
    merger = _Merger(old, new, note_pairs)
    return Merged(merger.entries(), merger.in_order(old.footnotes, new.footnotes, note_pairs))


def _note_pairs(old: Document, new: Document) -> list[Pair]:
    """Footnotes that belong together: by their text, and between those by their label. Increasing."""
    pairs = [(i, j) for i, j, _ in pair_blocks(*(_texts(side, side.footnotes) for side in (old, new)))]
    found: list[Pair] = []
    old_at = new_at = 0
    for i, j in [*pairs, (len(old.footnotes), len(new.footnotes))]:
        labels = {new.footnotes[k].ident: k for k in range(new_at, j)}
        for k in range(old_at, i):
            other = labels.get(old.footnotes[k].ident, -1)
            if other >= new_at:
                found.append((k, other))
                new_at = other + 1
        old_at, new_at = i + 1, j + 1
        found.append((i, j))
    return found[:-1]


def _texts(document: Document, blocks: Iterable[Block]) -> list[str]:
    """What blocks are recognised by: their source; of a footnote what stands behind its label."""
    return [document.source[_text_start(block) : block.end] for block in blocks]


def _weighty(texts: list[str], blocks: Sequence[Block]) -> list[str]:
    """Headings repeated: where a paragraph and a heading cross, the paragraph is what moved."""
    return [
        text if block.kind != "heading" else " ".join([text] * (1 + HEADING_WEIGHT // max(1, len(text))))
        for text, block in zip(texts, blocks, strict=True)
    ]


def _text_start(block: Block) -> int:
    return block.children[0].start if block.kind == "footnote" and block.children else block.start


class _Merger:
    def __init__(self, old: Document, new: Document, note_pairs: list[Pair]) -> None:
        self.old, self.new = old, new
        old_keys: dict[str, Hashable] = {note.ident: ("old", note.ident) for note in old.footnotes}
        new_keys: dict[str, Hashable] = {note.ident: ("new", note.ident) for note in new.footnotes}
        for i, j in note_pairs:
            old_keys[old.footnotes[i].ident] = new_keys[new.footnotes[j].ident] = (i, j)
        self.old_key: NoteKey = lambda label: old_keys.get(label, label)
        self.new_key: NoteKey = lambda label: new_keys.get(label, label)

    # -- the first level -------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        old, new = self.old.blocks, self.new.blocks
        texts = _weighty(_texts(self.old, old), old), _weighty(_texts(self.new, new), new)
        pairing = pair_and_move(*texts)
        in_order = _with_large([(i, j) for i, j, _ in pairing.in_order], *texts)
        in_order = [(i, j) for i, j in in_order if _is_same_kind(old[i], new[j])]
        moved = [(i, j) for i, j, _ in pairing.moved if _is_same_kind(old[i], new[j])]
        moved = self._with_neighbours(in_order, moved)
        leaving, coming = _groups(moved)
        out: list[Entry] = []
        old_at = new_at = 0
        for i, j in [*in_order, (len(old), len(new))]:
            for k in range(old_at, i):
                group = leaving.get(k)
                if group is not None:
                    # What came stands already where what left is met: it moved upwards.
                    group.is_upwards = group.pairs[0][1] < new_at
                out.append(Entry(self._one_sided(old[k], -1), group, is_away=group is not None))
            for k in range(new_at, j):
                group = coming.get(k)
                came_from = next((x for x, y in group.pairs if y == k), -1) if group else -1
                node = self.pair(old[came_from], new[k]) if group else self._one_sided(new[k], 1)
                out.append(Entry(node, group))
            if i < len(old):
                out.append(Entry(self.pair(old[i], new[j])))
            old_at, new_at = i + 1, j + 1
        return out

    def _with_neighbours(self, in_order: list[Pair], moved: list[Pair]) -> list[Pair]:
        """Moves with what stood beside them on both sides: a short heading above a paragraph that moved."""
        if not moved:
            return moved
        taken_old = {i for i, _ in in_order} | {i for i, _ in moved}
        taken_new = {j for _, j in in_order} | {j for _, j in moved}
        found, waiting = list(moved), list(moved)
        while waiting:
            i, j = waiting.pop()
            for step in (-1, 1):
                x, y = i + step, j + step
                if (
                    x in taken_old or y in taken_new
                    or not (0 <= x < len(self.old.blocks) and 0 <= y < len(self.new.blocks))
                    or not self._reads_the_same(x, y)
                ):  # fmt: skip
                    continue
                taken_old.add(x)
                taken_new.add(y)
                found.append((x, y))
                waiting.append((x, y))
        return sorted(found)

    def _reads_the_same(self, x: int, y: int) -> bool:
        old, new = self.old.blocks[x], self.new.blocks[y]
        return _is_same_kind(old, new) and _texts(self.old, [old]) == _texts(self.new, [new])

    # -- pairs -----------------------------------------------------------------------------------

    def pair(self, old: Block, new: Block) -> Node:
        """Two blocks of one kind."""
        source = self.new.source[new.start : new.end]
        is_plain = "[" not in source and old.align == new.align
        if is_plain and source == self.old.source[old.start : old.end]:
            # Nothing in it can mean something else elsewhere: no link, picture or footnote is in it.
            return Node(old, new)
        node = Node(old, new, notes=_block_notes(old, new))
        node.is_reworded = any(note.kind == "picture" for note in node.notes)
        if old.kind in LEAVES:
            self._compare_words(node, old, new)
        elif old.kind == "table":
            node.children = self._table(old, new)
        else:
            node.children = self.children(old.children, new.children)
        return _summed(node)

    def _compare_words(self, node: Node, old: Block, new: Block) -> None:
        leaf = compare_leaves(flatten(old, self.old_key), flatten(new, self.new_key))
        if not leaf.is_changed:
            return
        node.leaf = leaf
        for change in changes(leaf):
            note = form_note(leaf, change)
            if note is None or note.kind == "picture":
                node.is_reworded = True
            if note is not None and len(node.notes) < MOST_NOTES:
                node.notes.append(note)

    def children(self, old: Sequence[Block], new: Sequence[Block]) -> list[Node]:
        """The blocks inside a pair of containers."""
        texts = _texts(self.old, old), _texts(self.new, new)
        return self.in_order(old, new, _with_large([(i, j) for i, j, _ in pair_blocks(*texts)], *texts))

    def in_order(self, old: Sequence[Block], new: Sequence[Block], pairs: Iterable[Pair]) -> list[Node]:
        out: list[Node] = []
        for kind, i, j in steps(pairs, len(old), len(new)):
            if kind:
                out.append(self._one_sided(old[i] if kind < 0 else new[j], kind))
            elif _is_same_kind(old[i], new[j]):
                out.append(self.pair(old[i], new[j]))
            else:
                out += [self._one_sided(old[i], -1), self._one_sided(new[j], 1)]
        return out

    def _one_sided(self, block: Block, side: int) -> Node:
        node = Node(block, None) if side < 0 else Node(None, block)
        node.is_changed = node.is_reworded = True
        if block.kind in LEAVES:
            nothing = Flat("", (), ())
            flat = flatten(block, self.old_key if side < 0 else self.new_key)
            node.leaf = compare_leaves(flat, nothing) if side < 0 else compare_leaves(nothing, flat)
            return node
        children = (caption_leaf(block), *block.children) if block.caption else block.children
        node.children = [self._one_sided(child, side) for child in children]
        return node

    # -- tables ----------------------------------------------------------------------------------

    def _table(self, old: Block, new: Block) -> list[Node]:
        """Caption and rows. Columns are paired over the whole table, so each row has all columns of both sides."""
        captions = [(caption_leaf(block),) if block.caption else () for block in (old, new)]
        out = self.in_order(captions[0], captions[1], [(0, 0)] if all(captions) else [])
        columns = self._columns(old, new)
        pairs = pair_blocks(_texts(self.old, old.children), _texts(self.new, new.children))
        if old.children and new.children:  # the head stays the head
            pairs = [(0, 0, 1.0), *(pair for pair in pairs if pair[0] and pair[1])]
        for kind, i, j in steps([(i, j) for i, j, _ in pairs], len(old.children), len(new.children)):
            row = old.children[i] if kind <= 0 else None
            other = new.children[j] if kind >= 0 else None
            out.append(self._row(row, other, columns))
        return out

    def _columns(self, old: Block, new: Block) -> list[tuple[int, int, int]]:
        """Steps over the columns of two tables."""
        widths = [max((len(row.children) for row in table.children), default=0) for table in (old, new)]
        if widths[0] == widths[1]:
            return [(0, k, k) for k in range(widths[0])]
        texts = [_column_texts(side.source, table, width) for side, table, width in
                 ((self.old, old, widths[0]), (self.new, new, widths[1]))]  # fmt: skip
        return list(steps([(i, j) for i, j, _ in pair_blocks(*texts)], widths[0], widths[1]))

    def _row(self, old: Block | None, new: Block | None, columns: list[tuple[int, int, int]]) -> Node:
        node = Node(old, new)
        for kind, i, j in columns:
            x = _cell(old, i) if kind <= 0 else None
            y = _cell(new, j) if kind >= 0 else None
            if x and y:
                node.children.append(self.pair(x, y))
            elif cell := x or y:
                node.children.append(self._one_sided(cell, -1 if x else 1))
            elif kind:  # a column that only the other side has
                empty = Block("cell", 0, 0, header=node.block.header)
                node.children.append(self._one_sided(empty, kind))
        return _summed(node)


def _summed(node: Node) -> Node:
    """The node, told whether anything in it changed."""
    node.is_reworded = node.is_reworded or node.side != 0 or any(child.is_reworded for child in node.children)
    node.is_changed = node.is_reworded or bool(node.notes) or any(child.is_changed for child in node.children)
    return node


def _cell(row: Block | None, at: int) -> Block | None:
    return row.children[at] if row is not None and at < len(row.children) else None


def _column_texts(source: str, table: Block, width: int) -> list[str]:
    columns: list[list[str]] = [[] for _ in range(width)]
    for row in table.children:
        for at, cell in enumerate(row.children):
            columns[at].append(source[cell.start : cell.end])
    return ["\n".join(cells) for cells in columns]


def steps(pairs: Iterable[Pair], old_size: int, new_size: int) -> Iterator[tuple[int, int, int]]:
    """Walk two lists along increasing pairs: (0, i, j) a pair, (-1, i, j) only old, (1, i, j) only new."""
    old_at = new_at = 0
    for i, j in [*pairs, (old_size, new_size)]:
        yield from ((-1, k, new_at) for k in range(old_at, i))
        yield from ((1, i, k) for k in range(new_at, j))
        if i < old_size:
            yield 0, i, j
        old_at, new_at = i + 1, j + 1


def _with_large(pairs: list[Pair], old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs, with blocks that are too large to be looked at for pairing but stand alone between pairs."""
    found: list[Pair] = []
    for i, j in [*pairs, (len(old), len(new))]:
        x, y = (found[-1][0] + 1, found[-1][1] + 1) if found else (0, 0)
        if i == x + 1 and j == y + 1 and len(old[x]) * len(new[y]) > EXACT_CELLS:
            found.append((x, y))
        found.append((i, j))
    return found[:-1]


def _groups(moved: list[Pair]) -> tuple[dict[int, Group], dict[int, Group]]:
    """Moves of neighbours as one; by the places in old and in new."""
    leaving: dict[int, Group] = {}
    coming: dict[int, Group] = {}
    for i, j in moved:
        before = leaving.get(i - 1)
        group = before if before is not None and before.pairs[-1] == (i - 1, j - 1) else Group([])
        group.pairs.append((i, j))
        leaving[i] = coming[j] = group
    return leaving, coming


def _is_same_kind(old: Block, new: Block) -> bool:
    return old.kind == new.kind and old.ordered == new.ordered


def _block_notes(old: Block, new: Block) -> list[Note]:
    """What changed about a pair of blocks besides their words."""
    notes: list[Note] = []
    if old.kind == "heading" and old.level != new.level:
        notes.append(Note("level", was=str(old.level), now=str(new.level)))
    if old.kind == "item" and old.checked != new.checked:
        notes.append(Note("checked" if new.checked else "unchecked"))
    if old.kind == "list" and old.number != new.number:
        notes.append(Note("start", was=str(old.number), now=str(new.number)))
    if old.kind == "cell" and old.align != new.align:
        notes.append(Note("align"))
    if old.kind == "code" and old.language != new.language:
        notes.append(Note("language", was=old.language, now=new.language))
    if old.kind == "figure" and isinstance(old.inlines[0], Image) and isinstance(new.inlines[0], Image):
        notes += picture_notes(old.inlines[0], new.inlines[0])
    return notes
