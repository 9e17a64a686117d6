"""Where a comparison's changes lie: its sections with the changes they hold. Pure: no request, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workspace.text.html import outline
from workspace.text.redline import Redline
from workspace.text.redline_nodes import Node
from workspace.text.redline_views import numbered

ENOUGH_CHANGES = 6
ENOUGH_SECTIONS = 2
"""With fewer changes or sections one sees the text faster than a list of them."""


@dataclass(slots=True)
class Part:
    """A section that holds changes.

    Attributes:
        number, title: as its heading says; both empty before the first heading.
        first: number of its first change, where a link to it leads.
        count: changes in it, its parts' among them.
    """

    number: str
    title: str
    first: int = 0
    count: int = 0
    parts: list[Part] = field(default_factory=list)

    def pack(self) -> list[object]:
        return [self.number, self.title, self.first, self.count, [part.pack() for part in self.parts]]

    @classmethod
    def unpack(cls, kept: Sequence[object]) -> Part:
        number, title, first, count, parts = kept
        if not (isinstance(first, int) and isinstance(count, int) and isinstance(parts, list)):
            raise TypeError("not a packed part")
        return cls(str(number), str(title), first, count, [cls.unpack(part) for part in parts])


def contents(difference: Redline, *, notes: str) -> list[Part]:
    """The sections with changes in order; empty where a list of them would not help.

    Args:
        notes: the title of the footnotes.
    """
    sections = outline(difference.new)
    tops = {top.ident for top in sections}
    known = tops | {part.ident for top in sections for part in top.children}
    whole = part = Part("", "")
    found = [whole]
    for entry, section in zip(difference.entries, difference.sections, strict=True):
        block = entry.node.new
        if block is not None and section is not None and block.kind == "heading" and block.ident in known:
            part = Part(section.number, section.title)
            if block.ident in tops:
                whole = part
            (found if part is whole else whole.parts).append(part)
        _count([whole] if part is whole else [whole, part], [entry.node])
    found.append(Part("", notes))
    _count(found[-1:], difference.notes)
    found = _with_changes(found)
    for top in found:
        top.parts = _with_changes(top.parts)
    has_enough = difference.total >= ENOUGH_CHANGES and len(found) >= ENOUGH_SECTIONS
    return found if has_enough else []


def _count(parts: Iterable[Part], nodes: Iterable[Node]) -> None:
    numbers = [unit.number for node in nodes for unit in numbered(node)]
    for part in parts:
        part.count += len(numbers)
        part.first = part.first or next(iter(numbers), 0)


def _with_changes(parts: Iterable[Part]) -> list[Part]:
    return [part for part in parts if part.count]
