"""Two typed trees merged into one: which block became which, down to the leaves.

A pair of blocks keeps its kind (a heading may become a paragraph, a list may be numbered now), or it is a
deleted block and an inserted one. What changed places is a move: it stands at its new place, and a line is
left at the old one. Tables are merged by columns and rows (`redline_tables`); moves inside lists and tables
and from one to another are found at the end (`redline_moves`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from workspace.text.alignment import EXACT_CELLS, heaviest_chain
from workspace.text.leaves import LEAVES, caption_leaf
from workspace.text.nodes import Block, Code, Document, FootnoteRef, Image, Inline, Link, Mark
from workspace.text.pairing import Pairing, pair_and_move
from workspace.text.redline_inline import Context, Flat, compare_leaves, flatten, flatten_together
from workspace.text.redline_kinship import Match, can_become, joined, matched, own_text
from workspace.text.redline_moves import find_moves, groups_of
from workspace.text.redline_nodes import Entry, Group, Merged, Node, summed
from workspace.text.redline_notes import WORDING, Note, block_notes, changes, form_note
from workspace.text.redline_tables import cell_at, columns_of, steps

MOST_NOTES = 20
"""So many remarks are kept of one block."""
HEADING_WEIGHT = 400
"""A heading stays in its place against a paragraph of up to so many letters."""
_NOTHING = Flat("", (), ())
Pair = tuple[int, int]


def merge_documents(old: Document, new: Document) -> Merged:
    """Merge two documents; see `redline`."""
    merger = _Merger(old, new)
    merged = Merged(merger.entries(), merger.footnotes())
    find_moves(merged.nodes, old.source, new.source, merger.pair)
    return merged


def _texts(document: Document, blocks: Iterable[Block]) -> list[str]:
    """What blocks are recognised by."""
    return [own_text(block, document.source) for block in blocks]


def _weighty(texts: list[str], blocks: Sequence[Block]) -> list[str]:
    """Headings repeated: where a paragraph and a heading cross, the paragraph is what moved."""
    return [
        text * (1 + HEADING_WEIGHT // (len(text) + 1)) if block.kind == "heading" else text
        for text, block in zip(texts, blocks, strict=True)
    ]


class _Merger:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.note_pairs = self._pair_footnotes()
        old_keys: dict[str, Hashable] = {note.ident: ("old", note.ident) for note in old.footnotes}
        new_keys: dict[str, Hashable] = {note.ident: ("new", note.ident) for note in new.footnotes}
        for i, j in self.note_pairs:
            old_keys[old.footnotes[i].ident] = new_keys[new.footnotes[j].ident] = (i, j)
        self.contexts = (Context.of(old, old_keys), Context.of(new, new_keys))

    # -- footnotes -------------------------------------------------------------------------------

    def _pair_footnotes(self) -> list[Pair]:
        """Footnotes that belong together: by their text, wherever they stand, and the rest by their label."""
        old, new = self.old.footnotes, self.new.footnotes
        pairing = pair_and_move(_texts(self.old, old), _texts(self.new, new))
        partners = {i: j for i, j, _ in [*pairing.in_order, *pairing.moved]}
        taken = set(partners.values())
        labels = {note.ident: j for j, note in enumerate(new) if j not in taken}
        for i, note in enumerate(old):
            if i not in partners and note.ident in labels:
                partners[i] = labels.pop(note.ident)
        return sorted(partners.items())

    def footnotes(self) -> list[Node]:
        """Footnotes in the order of the newer text; what became of the others stands between their old neighbours."""
        old, new = self.old.footnotes, self.new.footnotes
        straight = set(heaviest_chain(self.note_pairs, [1.0] * len(self.note_pairs)))
        groups = {pair: Group([], [], is_silent=True) for pair in self.note_pairs if pair not in straight}
        leaving = {i: group for (i, _), group in groups.items()}
        coming = {j: (i, group) for (i, j), group in groups.items()}
        out: list[Node] = []
        for kind, i, j in steps(sorted(straight), len(old), len(new)):
            if kind < 0:
                out.append(self._left(old[i], leaving.get(i)))
            elif kind == 0:
                out.append(self.pair(old[i], new[j]))
            elif j in coming:
                out.append(self._came(old[coming[j][0]], new[j], coming[j][1]))
            else:
                out.append(self._one_sided(new[j], 1))
        return out

    # -- the first level -------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        old, new = self.old.blocks, self.new.blocks
        pairing = pair_and_move(_weighty(_texts(self.old, old), old), _weighty(_texts(self.new, new), new))
        moved = [(i, j) for i, j, _ in pairing.moved if can_become(old[i], new[j])]
        return [Entry(node) for node in self._sequence(old, new, pairing, moved)]

    # -- neighbours ------------------------------------------------------------------------------

    def children(self, old: Sequence[Block], new: Sequence[Block]) -> list[Node]:
        """The blocks inside a pair of containers."""
        return self._sequence(old, new, pair_and_move(_texts(self.old, old), _texts(self.new, new)), [])

    def _sequence(self, old: Sequence[Block], new: Sequence[Block], pairing: Pairing, moved: list[Pair]) -> list[Node]:
        texts = _texts(self.old, old), _texts(self.new, new)
        pairs = [(i, j) for i, j in _with_large(pairing, *texts) if can_become(old[i], new[j])]
        moved = _with_neighbours(old, new, texts, pairs, moved)
        away = ({i for i, _ in moved}, {j for _, j in moved})
        pairs = matched(old, new, texts, pairs, away)
        groups = groups_of(moved)
        came_from = {j: i for i, j in moved}
        out: list[Node] = []
        for match in joined(old, new, texts, pairs, away):
            out += [self._left(old[k], groups.get((k, None))) for k in match.old_before]
            out += [
                self._came(old[came_from[k]], new[k], groups[None, k]) if k in came_from else self._one_sided(new[k], 1)
                for k in match.new_before
            ]
            out += self._matched(old, new, match)
        return out

    def _matched(self, old: Sequence[Block], new: Sequence[Block], match: Match) -> Iterator[Node]:
        if len(match.old) + len(match.new) > 2:
            yield self._joined([old[i] for i in match.old], [new[j] for j in match.new])
        elif match.old:
            yield self.pair(old[match.old[0]], new[match.new[0]])

    def _left(self, block: Block, group: Group | None) -> Node:
        node = self._one_sided(block, -1)
        self._set_off(node, group)
        return node

    def _came(self, old: Block, new: Block, group: Group) -> Node:
        node = self.pair(old, new)
        self._arrive(node, group)
        return node

    @staticmethod
    def _set_off(node: Node, group: Group | None) -> None:
        """Note at a block that it went elsewhere, if it did."""
        if group is not None:
            node.group, node.is_away = group, True
            node.is_changed = node.is_reworded = not group.is_silent
            group.left.append(node)

    @staticmethod
    def _arrive(node: Node, group: Group) -> None:
        node.group = group
        group.came.append(node)

    # -- pairs -----------------------------------------------------------------------------------

    def pair(self, old: Block, new: Block) -> Node:
        """Two blocks of which one became the other."""
        if self._is_same(old, new):
            return Node(old, new)
        node = Node(old, new, notes=block_notes(old, new))
        node.is_reworded = any(note.kind in WORDING for note in node.notes)
        if old.kind in LEAVES:
            is_code = old.kind == "code"
            self._compare(node, flatten(old, self.contexts[0]), flatten(new, self.contexts[1]), by_line=is_code)
            if old.kind != new.kind:  # what else should a heading have been but bold
                node.notes = [note for note in node.notes if note.kind != "formatting"]
        elif old.kind == "table":
            self._table(node, old, new)
        elif old.kind == "row":
            node.children = [self.pair(x, y) for x, y in zip(old.children, new.children, strict=True)]
        else:
            node.children = self.children(old.children, new.children)
        return summed(node)

    def _is_same(self, old: Block, new: Block) -> bool:
        """Whether two blocks are written alike and nothing in them means something else on either side."""
        source = self.new.source[new.start : new.end]
        if old.kind != new.kind or old.align != new.align or old.rank != new.rank:
            return False
        if source != self.old.source[old.start : old.end]:
            return False
        return "[" not in source or _meanings(old, self.contexts[0]) == _meanings(new, self.contexts[1])

    def _compare(self, node: Node, old: Flat, new: Flat, *, by_line: bool = False) -> None:
        leaf = compare_leaves(old, new, by_line=by_line)
        if not leaf.is_changed:
            return
        node.leaf = leaf
        for change in changes(leaf):
            note = form_note(leaf, change)
            if note is None or note.kind in WORDING:
                node.is_reworded = True
            if note is not None and len(node.notes) < MOST_NOTES:
                node.notes.append(note)

    def _joined(self, old: list[Block], new: list[Block]) -> Node:
        """A paragraph that was split, or several that were joined, as one passage."""
        node = Node(old[0], new[0], more_old=tuple(old[1:]), more_new=tuple(new[1:]))
        if len(old) != len(new):
            node.notes = [Note("split" if len(new) > len(old) else "joined", was=str(len(old)), now=str(len(new)))]
        node.is_reworded = True
        self._compare(node, flatten_together(old, self.contexts[0]), flatten_together(new, self.contexts[1]))
        return summed(node)

    def _one_sided(self, block: Block, side: int) -> Node:
        node = Node(block, None) if side < 0 else Node(None, block)
        node.is_changed = node.is_reworded = True
        if block.kind in LEAVES:
            flat = flatten(block, self.contexts[side > 0])
            node.leaf = compare_leaves(flat, _NOTHING) if side < 0 else compare_leaves(_NOTHING, flat)
            return node
        children = (caption_leaf(block), *block.children) if block.caption else block.children
        node.children = [self._one_sided(child, side) for child in children]
        return node

    # -- tables ----------------------------------------------------------------------------------

    def _table(self, node: Node, old: Block, new: Block) -> None:
        """Caption and rows; each row has all columns of both sides."""
        captions = [caption_leaf(block) if block.caption else None for block in (old, new)]
        out = node.children
        if captions[0] and captions[1]:
            out.append(self.pair(captions[0], captions[1]))
        else:
            out += [self._one_sided(leaf, side) for leaf, side in zip(captions, (-1, 1), strict=True) if leaf]
        pairing = pair_and_move(_texts(self.old, old.children), _texts(self.new, new.children))
        rows = [(i, j) for i, j, _ in pairing.in_order]
        moved = [(i, j) for i, j, _ in pairing.moved if i and j]
        if old.children and new.children:  # the head stays the head
            rows = [(0, 0), *((i, j) for i, j in rows if i and j)]
        columns = columns_of(old, new, rows, self.old.source, self.new.source)
        groups = groups_of(moved)
        came_from = {j: i for i, j in moved}
        for kind, i, j in steps(rows, len(old.children), len(new.children)):
            if kind < 0:
                out.append(self._row(old.children[i], None, columns))
                self._set_off(out[-1], groups.get((i, None)))
            elif j in came_from:
                out.append(self._row(old.children[came_from[j]], new.children[j], columns))
                self._arrive(out[-1], groups[None, j])
            else:
                out.append(self._row(None if kind else old.children[i], new.children[j], columns))
        node.has_moves = bool(moved)
        node.notes += self._column_notes(old, new, columns)

    def _row(self, old: Block | None, new: Block | None, columns: list[tuple[int, int, int]]) -> Node:
        node = Node(old, new)
        for kind, i, j in columns:
            x = cell_at(old, i) if kind <= 0 else None
            y = cell_at(new, j) if kind >= 0 else None
            if x and y:
                node.children.append(self.pair(x, y))
            elif cell := x or y:
                node.children.append(self._one_sided(cell, -1 if x else 1))
            elif kind:  # a column that only the other side has
                empty = Block("cell", 0, 0, header=node.block.header)
                node.children.append(self._one_sided(empty, kind))
        if old and new:  # a column that came or went is a change of the table, not of each row
            own = [child for (kind, _, _), child in zip(columns, node.children, strict=False) if not kind]
            node.is_reworded = any(child.is_reworded for child in own)
            node.is_changed = any(child.is_changed for child in own)
            return node
        return summed(node)

    def _column_notes(self, old: Block, new: Block, columns: list[tuple[int, int, int]]) -> Iterator[Note]:
        for kind, i, j in columns:
            if kind:
                table, source, at = (old, self.old.source, i) if kind < 0 else (new, self.new.source, j)
                cell = cell_at(table.children[0], at) if table.children else None
                quote = source[cell.start : cell.end] if cell else ""
                yield Note("column_gone" if kind < 0 else "column_new", quote)


def _with_neighbours(
    old: Sequence[Block], new: Sequence[Block], texts: tuple[list[str], list[str]], pairs: list[Pair], moved: list[Pair]
) -> list[Pair]:
    """Moves with what stood beside them on both sides: a short heading above a paragraph that moved."""
    taken_old = {i for i, _ in pairs} | {i for i, _ in moved}
    taken_new = {j for _, j in pairs} | {j for _, j in moved}
    found, waiting = list(moved), list(moved)
    while waiting:
        i, j = waiting.pop()
        for step in (-1, 1):
            x, y = i + step, j + step
            if (
                x in taken_old or y in taken_new or not (0 <= x < len(old) and 0 <= y < len(new))
                or old[x].kind != new[y].kind or texts[0][x] != texts[1][y]
            ):  # fmt: skip
                continue
            taken_old.add(x)
            taken_new.add(y)
            found.append((x, y))
            waiting.append((x, y))
    return sorted(found)


def _with_large(pairing: Pairing, old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs, with blocks that are too large to be looked at for pairing but stand alone between pairs."""
    found: list[Pair] = []
    for i, j in [*((i, j) for i, j, _ in pairing.in_order), (len(old), len(new))]:
        x, y = (found[-1][0] + 1, found[-1][1] + 1) if found else (0, 0)
        if i == x + 1 and j == y + 1 and len(old[x]) * len(new[y]) > EXACT_CELLS:
            found.append((x, y))
        found.append((i, j))
    return found[:-1]


def _meanings(block: Block, context: Context) -> list[tuple[object, ...]]:
    """What the links, pictures and footnotes in a block mean, each with its place in the block."""
    found: list[tuple[object, ...]] = []
    blocks = [block]
    while blocks:
        each = blocks.pop()
        blocks += each.children
        inlines: list[Inline] = [*each.inlines, *each.caption]
        while inlines:
            node = inlines.pop()
            if isinstance(node, Link):
                found.append(
                    (node.start - block.start, node.end - block.start, context.target(node.target), node.title)
                )
            elif isinstance(node, FootnoteRef):
                found.append((node.start - block.start, context.note(node.label)))
            elif isinstance(node, Image):
                found.append((node.start - block.start, node.name, node.alt, node.caption, node.width))
            if isinstance(node, Link | Mark | Code):
                inlines += node.children
    return found
