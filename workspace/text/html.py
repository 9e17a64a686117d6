"""Document tree → safe HTML of a reading page, and its outline.

Nothing of the source reaches the page but through `escape`; addresses have passed the allow-list when the
tree was built. Elements that are not text of the paper carry `data-skip`: without them the `textContent`
of a leaf's element is exactly `tree.rendered(leaf)`.

Ids begin with h- (headings), p- and i- (paragraphs, items), tab-, fig-, fn- and fnref-; pages keep away
from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workspace.text.html_blocks import Options, Page
from workspace.text.html_inline import GERMAN, Figure, Words
from workspace.text.inline import plain
from workspace.text.nodes import Block, Document
from workspace.text.passages import Mark

__all__ = ["RENDERER_VERSION", "Mark", "Section", "Words", "outline", "render"]

RENDERER_VERSION = 3
"""Part of every key under which rendered text is kept: raise it with every change of the output."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of rank 2 or 3 with the sections below it."""

    ident: str
    number: str
    title: str
    children: tuple[Section, ...] = ()


def render(
    document: Document,
    *,
    marks: Iterable[Mark] = (),
    figure: Figure | None = None,
    addresses: bool = True,
    guidance: bool = True,
    class_for: Callable[[Block], str] | None = None,
    numbers: bool = False,
    id_prefix: str = "",
    words: Words = GERMAN,
) -> str:
    """Render a paper.

    Args:
        marks: passages to mark; those that touch no visible text are left out.
        figure: finds the files of images; without it every image is shown as missing.
        addresses: whether a block (paragraph, heading, item, table, code, figure) ends in a sign with its address.
        guidance: whether writing guidance is shown.
        class_for: a CSS class for a block, or "".
        numbers: put section numbers into headings of rank 2 and 3.
        id_prefix: put before every id of this document, so that two can stand on one page.
    Returns: HTML for the inside of `<article class="prose">`.
    """
    sections = _flat(outline(document)) if numbers else []
    options = Options(
        figure=figure,
        addresses=addresses,
        class_for=class_for,
        guidance=guidance,
        id_prefix=id_prefix,
        words=words,
        numbers={section.ident: section.number for section in sections},
    )
    return Page(document, tuple(marks), options).render()


def outline(document: Document) -> tuple[Section, ...]:
    """The contents of a paper: headings of rank 2, each with those of rank 3, numbered 1, 1.1, 1.2, 2 …"""
    found: list[tuple[Block, list[Block]]] = []
    for block in document.blocks:
        if block.kind == "heading" and block.rank == 2:
            found.append((block, []))
        elif block.kind == "heading" and block.rank == 3 and found:
            found[-1][1].append(block)
    return tuple(
        Section(
            top.ident,
            str(n),
            _title(top),
            tuple(Section(b.ident, f"{n}.{k}", _title(b)) for k, b in enumerate(below, 1)),
        )
        for n, (top, below) in enumerate(found, 1)
    )


def _title(heading: Block) -> str:
    return " ".join(plain(heading.inlines).split())


def _flat(sections: Sequence[Section]) -> list[Section]:
    return [part for section in sections for part in (section, *section.children)]
