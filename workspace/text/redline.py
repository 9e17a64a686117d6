"""The rendered difference: which paragraphs of a text changed, came, went and moved, and who did it.

The difference is taken on the two typed trees (`redline_pairing`, `redline_inline`), never on finished
HTML. `redline_views` writes it: one column, side by side, changes only. Words come from there too
(`redline_words`), so that page, print, mail and Word say the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workspace.text import html
from workspace.text.html import outline
from workspace.text.nodes import Document
from workspace.text.redline_inline import Leaf
from workspace.text.redline_nodes import Entry, Group, Merged, Node
from workspace.text.redline_notes import WORDING
from workspace.text.redline_pairing import merge_documents

__all__ = ["Counts", "Entry", "Group", "Node", "Redline", "Section", "redline"]

REDLINE_VERSION = 6
"""Part of every cache key of a rendered difference: counts up with each change of what is written."""

Authors = Callable[[int, int], Sequence[Hashable]]
"""(start, end) in a source → who wrote it, most first."""

CONTEXT = 40
"""With so many characters before it, a block is recognised in its place."""
_OWN_NUMBER = re.compile(r"(\d+(?:\.\d+)*)[.)]?\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the newer text: its number as the reading page counts, and its title."""

    number: str
    title: str
    has_own_number: bool = False
    """The heading itself says its number."""

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Counts:
    """Paragraphs (list items, rows of tables) by what happened to them. `formatted` kept all their words."""

    changed: int = 0
    inserted: int = 0
    moved: int = 0
    deleted: int = 0
    formatted: int = 0
    moved_to: tuple[Section, ...] = ()
    """Sections that paragraphs moved into from elsewhere; empty where one moved without leaving its section."""

    @property
    def is_empty(self) -> bool:
        return not (self.changed or self.inserted or self.moved or self.deleted or self.formatted)


@dataclass(frozen=True, slots=True)
class Redline:
    """What became of one document in another: its blocks in the order of the merged page, its changes, its notes."""

    old: Document
    new: Document
    entries: tuple[Entry, ...]
    """Blocks of the first level in order."""
    notes: tuple[Node, ...]
    """Footnotes."""
    sections: tuple[Section | None, ...]
    """For each entry the section it stands in."""
    counts: Counts
    total: int
    """How many changes there are to step through: ids c1, c2 …"""
    people: tuple[tuple[Hashable, int], ...]
    """(author, number of changes), most first; empty without authors."""
    is_coarse: bool
    """A passage was too long for the smallest difference."""

    places: dict[tuple[Group, bool], Section | None]

    def section_of(self, group: Group, *, is_away: bool) -> Section | None:
        """Where moved blocks stand, or stood (`is_away`)."""
        return self.places.get((group, is_away))


def redline(
    old: Document, new: Document, *, authors: Authors | None = None, removers: Authors | None = None
) -> Redline:
    """Merge two documents and name what changed.

    Args:
        authors: who wrote a passage of `new.source`.
        removers: who took a passage of `old.source` out.
    Deterministic and bounded: work grows with the length of the texts, longer passages are compared coarsely.
    """
    merged = merge_documents(old, new)
    sections = tuple(_sections(merged.entries, new))
    places = _places(merged, sections)
    changes = list(_numbered(merged))
    people: Counter[Hashable] = Counter()
    if authors is not None:
        credit = _Credit(authors, removers or (lambda start, end: ()), old.source, new.source)
        for nodes in changes:
            people.update(credit.change(nodes))
    return Redline(
        old, new, tuple(merged.entries), tuple(merged.notes), sections, _counts(changes, places), len(changes),
        tuple(sorted(people.items(), key=lambda item: (-item[1], str(item[0])))),
        any(leaf.is_coarse for leaf in _leaves(merged)), places,
    )  # fmt: skip


# -- sections ----------------------------------------------------------------------------------------


def _sections(entries: Iterable[Entry], new: Document) -> Iterator[Section | None]:
    """For each entry its section, numbered as in the outline of the newer text."""
    known = {part.ident: _section(part) for top in outline(new) for part in (top, *top.children)}
    section: Section | None = None
    for entry in entries:
        block = entry.node.new
        if block is not None and block.kind == "heading":
            section = known.get(block.ident, section)
        yield section


def _section(part: html.Section) -> Section:
    own = _OWN_NUMBER.match(part.title)
    return Section(own[1], part.title[own.end() :], has_own_number=True) if own else Section(part.number, part.title)


def _places(merged: Merged, sections: Sequence[Section | None]) -> dict[tuple[Group, bool], Section | None]:
    """For each move the sections it came to and left; tells the move whether it went up."""
    found: dict[tuple[Group, bool], Section | None] = {}
    rest: list[Section | None] = [None] * len(merged.notes)
    for top, section in zip(merged.nodes, [*sections, *rest], strict=True):
        for node in top.walk() if top.is_changed or top.group else ():
            if node.group is not None and (node.group, node.is_away) not in found:
                found[node.group, node.is_away] = section
                # What came stands already where what left is met: it moved upwards.
                node.group.is_upwards = node.is_away == ((node.group, False) in found)
    return found


# -- what counts as one change -------------------------------------------------------------------------


def _numbered(merged: Merged) -> Iterator[list[Node]]:
    """Number the changes in the order of the page; gives the nodes of each (several where they moved together)."""
    number = 0
    for top in merged.nodes:
        for node in _units(top):
            group = node.group
            if group is not None and group.number:
                continue
            number += 1
            node.number = number
            if group is None:
                yield [node]
                continue
            group.number = number
            for moved in group.came:
                moved.change = "move"
            yield group.came


def _units(node: Node) -> Iterator[Node]:
    """The changes inside a block: the outermost that came, went or moved, else changed leaves, rows and task items."""
    if node.is_away:
        return
    if node.group is not None and not node.group.is_silent:
        yield node
    elif node.has_moves and node.side:
        for child in node.children:
            yield from _units(child)
    elif node.side:
        node.change = "new" if node.side > 0 else "out"
        yield node
    elif node.is_changed:
        yield from _changed(node)


def _changed(node: Node) -> Iterator[Node]:
    """The changes of a block that stands on both sides."""
    is_whole = node.leaf is not None or node.block.kind == "row" or any(note.kind in _ITEM for note in node.notes)
    inner = [] if is_whole else [unit for child in node.children for unit in _units(child)]
    if not (inner or node.has_moves) or any(note.kind in _COLUMNS for note in node.notes):
        is_edit = node.is_reworded or any(note.kind in WORDING for note in node.notes)
        node.change = "edit" if is_edit else "form"
        yield node
    yield from inner


_NAMES = frozenset({"heading", "term"})
"""Blocks that go with what stands below them and are not counted where that moved."""
_COLUMNS = frozenset({"column_new", "column_gone"})
_ITEM = frozenset({"checked", "unchecked", "task", "no_task"})


def _counts(changes: list[list[Node]], places: dict[tuple[Group, bool], Section | None]) -> Counts:
    kinds = Counter(nodes[0].change for nodes in changes)
    moves = [nodes for nodes in changes if nodes[0].change == "move"]
    moved = sum(sum(node.block.kind not in _NAMES for node in nodes) or 1 for nodes in moves)
    targets = _moved_to([nodes[0].group for nodes in moves if nodes[0].group is not None], places)
    return Counts(kinds["edit"], kinds["new"], moved, kinds["out"], kinds["form"], targets)


def _moved_to(moves: Iterable[Group], places: dict[tuple[Group, bool], Section | None]) -> tuple[Section, ...]:
    targets: list[Section] = []
    for group in moves:
        target = places.get((group, False))
        if target is None or target == places.get((group, True)):
            return ()
        if target not in targets:
            targets.append(target)
    return tuple(targets)


# -- who did it ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Credit:
    """Asks who wrote and who removed what, and notes it at the nodes."""

    wrote: Authors
    removed: Authors
    old: str
    new: str

    def change(self, nodes: list[Node]) -> tuple[Hashable, ...]:
        """The authors of one change, most first."""
        found: Counter[Hashable] = Counter()
        for node in nodes:
            self._node(node, found)
        first = nodes[0]
        if first.change == "move" and not found and first.old is not None:
            start = max(0, first.old.start - CONTEXT)
            found.update(dict.fromkeys(self.removed(start, first.old.end), 1))
        first.authors = tuple(author for author, _ in found.most_common())
        return first.authors

    def _node(self, node: Node, found: Counter[Hashable]) -> None:
        if node.side:
            self._one_sided(node, found)
        elif node.leaf is not None:
            self._leaf(node, node.leaf, found)
        elif node.notes and not node.children and node.new is not None:
            self._add(self.wrote(node.new.start, node.new.end), 1, found)
        for child in () if node.side else node.children:
            self._node(child, found)

    def _one_sided(self, node: Node, found: Counter[Hashable]) -> None:
        block = node.block
        if block.start >= block.end:
            return
        who = (self.wrote if node.side > 0 else self.removed)(block.start, block.end)
        self._add(who, block.end - block.start, found)
        node.authors = tuple(who)

    def _leaf(self, node: Node, leaf: Leaf, found: Counter[Hashable]) -> None:
        for index, span in enumerate(leaf.spans):
            if not span.kind:
                continue
            flat, at = (leaf.new, span.new) if span.kind > 0 else (leaf.old, span.old)
            if not flat.text[at : at + span.length].strip():
                continue
            ask = self.wrote if span.kind > 0 else self.removed
            who = tuple(ask(*flat.source_span(at, at + span.length)))
            node.span_authors[index] = who
            self._add(who, span.length, found)

    @staticmethod
    def _add(who: Sequence[Hashable], size: int, found: Counter[Hashable]) -> None:
        for place, author in enumerate(who):
            found[author] += max(1, size >> place)


def _leaves(merged: Merged) -> Iterator[Leaf]:
    return (node.leaf for top in merged.nodes for node in top.walk() if node.leaf is not None)
