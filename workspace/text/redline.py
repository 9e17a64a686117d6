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
from workspace.text.redline_inline import FORM, Leaf
from workspace.text.redline_pairing import Entry, Group, Merged, Node, merge_documents

__all__ = ["Counts", "Entry", "Group", "Node", "Redline", "Section", "redline"]

REDLINE_VERSION = 3
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

    def section_of(self, group: Group, *, is_away: bool) -> Section | None:
        """Where moved blocks stand, or stood (`is_away`)."""
        for entry, section in zip(self.entries, self.sections, strict=True):
            if entry.group is group and entry.is_away == is_away:
                return section
        return None


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
    changes = list(_numbered(merged))
    people: Counter[Hashable] = Counter()
    if authors is not None:
        credit = _Credit(authors, removers or (lambda start, end: ()), old.source, new.source)
        for nodes in changes:
            people.update(credit.change(nodes))
    return Redline(
        old, new, tuple(merged.entries), tuple(merged.notes), sections,
        _counts(changes, merged.entries, sections), len(changes),
        tuple(sorted(people.items(), key=lambda item: (-item[1], str(item[0])))),
        any(leaf.is_coarse for leaf in _leaves(merged)),
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


# -- what counts as one change -------------------------------------------------------------------------


def _numbered(merged: Merged) -> Iterator[list[Node]]:
    """Number the changes in the order of the page; gives the nodes of each (several where they moved together)."""
    number = 0
    groups: dict[int, list[Node]] = {}
    for entry in merged.entries:
        if entry.group is not None and not entry.is_away:
            groups.setdefault(id(entry.group), []).append(entry.node)
    for entry in merged.entries:
        if entry.is_away:
            continue
        if entry.group is not None:
            if entry.group.number:
                continue
            number += 1
            entry.group.number = entry.node.number = number
            entry.node.change = "move"
            yield groups[id(entry.group)]
            continue
        for node in _units(entry.node):
            number += 1
            node.number = number
            yield [node]
    for note in merged.notes:
        for node in _units(note):
            number += 1
            node.number = number
            yield [node]


def _units(node: Node) -> Iterator[Node]:
    """The changes inside a block: the outermost that came or went, else changed leaves, rows and task items."""
    if node.side:
        node.change = "new" if node.side > 0 else "out"
        yield node
        return
    if not node.is_changed:
        return
    is_whole = node.leaf is not None or node.block.kind == "row" or any(note.kind in _ITEM for note in node.notes)
    inner = [] if is_whole else [unit for child in node.children for unit in _units(child)]
    if not inner:
        node.change = "edit" if node.is_reworded or any(note.kind not in FORM for note in node.notes) else "form"
        yield node
    yield from inner


_ITEM = frozenset({"checked", "unchecked"})


def _counts(changes: list[list[Node]], entries: Sequence[Entry], sections: Sequence[Section | None]) -> Counts:
    kinds = Counter(nodes[0].change for nodes in changes)
    moved = sum(
        sum(node.block.kind != "heading" for node in nodes) or 1 for nodes in changes if nodes[0].change == "move"
    )
    return Counts(
        kinds["edit"], kinds["new"], moved, kinds["out"], kinds["form"], _moved_to(entries, sections)
    )  # fmt: skip


def _moved_to(entries: Sequence[Entry], sections: Sequence[Section | None]) -> tuple[Section, ...]:
    left: dict[int, Section | None] = {}
    came: dict[int, Section | None] = {}
    for entry, section in zip(entries, sections, strict=True):
        if entry.group is not None:
            (left if entry.is_away else came).setdefault(id(entry.group), section)
    targets: list[Section] = []
    for group, target in came.items():
        if target is None or target == left.get(group):
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
        for child in node.children if not node.side else ():
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
    waiting = [entry.node for entry in merged.entries] + list(merged.notes)
    while waiting:
        node = waiting.pop()
        if node.leaf is not None:
            yield node.leaf
        waiting += node.children
