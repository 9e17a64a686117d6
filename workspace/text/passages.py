"""Marked passages inside rendered text: any overlap, always well-formed.

Only text itself is wrapped, never formatting, so a passage that begins in one element and ends in another
becomes several `<mark>` elements. The first carries the id, the others name it in `data-for`; behind the last
stands the counter link.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workspace.text.nodes import Block


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage to be marked, in positions of the source, half-open.

    `ident` becomes the id of its first piece and is the caller's to keep unique. `href` leads to the
    thread; without it there is no counter. `label` is read out before `count`.
    """

    start: int
    end: int
    ident: str
    css_class: str = ""
    label: str = ""
    count: int = 0
    href: str = ""


def escape(text: str) -> str:
    """Text as it may stand in HTML, in elements and in quoted attributes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


class Writer:
    """Collects HTML; wraps what lies in a marked passage."""

    def __init__(self, leaves: Sequence[Block], marks: Iterable[Mark]) -> None:
        self.out: list[str] = []
        self._of_leaf = _marks_of_leaves(leaves, marks)
        self._here: tuple[Mark, ...] = ()
        self._open: tuple[Mark, ...] = ()
        self._begun: set[Mark] = set()
        self._slots: dict[Mark, int] = {}
        self._waiting: dict[Mark, None] = {}
        self._links = 0

    def raw(self, html: str) -> None:
        """Write markup. Ends the piece that is open."""
        if self._open:
            self._close()
        self.out.append(html)

    def enter(self, leaf: Block) -> None:
        self._here = self._of_leaf.get((leaf.start, leaf.end), ())

    def leave(self) -> None:
        if self._open:
            self._close()
        self._here = ()

    def begin_link(self, html: str) -> None:
        self.raw(html)
        self._links += 1

    def end_link(self) -> None:
        self.raw("</a>")
        self._links -= 1
        # A link cannot stand in a link: counters of passages that ended inside stand behind it.
        self._place(tuple(self._waiting))
        self._waiting.clear()

    def text(self, start: int, end: int, text: str) -> None:
        """Write text that stands at a span; letter for letter when both are equally long."""
        if not self._here:
            self.out.append(escape(text))
        elif end - start != len(text):
            self.atom(start, end, escape(text))
        else:
            cuts = {cut for mark in self._here for cut in (mark.start, mark.end) if start < cut < end}
            borders = [start, *sorted(cuts), end]
            for first, after in itertools.pairwise(borders):
                self.atom(first, after, escape(text[first - start : after - start]))

    def atom(self, start: int, end: int, html: str) -> None:
        """Write a piece that is marked as a whole or not at all."""
        if self._here:
            covering = tuple(mark for mark in self._here if mark.start < end and mark.end > start)
            if covering != self._open:
                self._close()
                self._begin(covering)
        self.out.append(html)

    def _begin(self, marks: tuple[Mark, ...]) -> None:
        for mark in marks:
            name = "data-for" if mark in self._begun else "id"
            css = f' class="{escape(mark.css_class)}"' if mark.css_class else ""
            self.out.append(f'<mark {name}="{escape(mark.ident)}"{css}>')
            self._begun.add(mark)
        self._open = marks

    def _close(self) -> None:
        marks, self._open = self._open, ()
        self.out.append("</mark>" * len(marks))
        if self._links:
            self._waiting.update(dict.fromkeys(marks))
        else:
            self._place(marks)

    def _place(self, marks: Iterable[Mark]) -> None:
        """Note the place behind a piece: should no further one come, the counter stands here."""
        for mark in marks:
            self._slots[mark] = len(self.out)
            self.out.append("")

    def finish(self) -> str:
        for mark, slot in self._slots.items():
            if mark.href:
                label = f'<span class="vh">{escape(mark.label)}</span>' if mark.label else ""
                counter = f'<a class="cref" data-skip href="{escape(mark.href)}">{label}{mark.count}</a>'
                self.out[slot] = counter
        return "".join(self.out)


def _marks_of_leaves(leaves: Sequence[Block], marks: Iterable[Mark]) -> dict[tuple[int, int], tuple[Mark, ...]]:
    """Which marks touch which leaf; leaves are told apart by their spans."""
    found: dict[tuple[int, int], list[Mark]] = {}
    wanted = sorted(set(marks), key=lambda mark: (mark.start, -mark.end, mark.ident))
    if not wanted:
        return {}
    ordered = sorted((leaf.start, leaf.end) for leaf in leaves if leaf.start < leaf.end)
    ends = [end for _, end in ordered]
    for mark in wanted:
        index = bisect_right(ends, mark.start)
        while index < len(ordered) and ordered[index][0] < mark.end:
            found.setdefault(ordered[index], []).append(mark)
            index += 1
    return {span: tuple(touching) for span, touching in found.items()}
