"""The pictures a document shows."""

from __future__ import annotations

from collections.abc import Iterator

from workspace.text.nodes import Block, Document, Image, Inline, Link, Mark


def images(document: Document) -> tuple[Image, ...]:
    """Every image, in order of the text; footnotes last."""
    return tuple(_in_blocks((*document.blocks, *document.footnotes)))


def _in_blocks(blocks: tuple[Block, ...]) -> Iterator[Image]:
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        yield from _in_inlines((*block.inlines, *block.caption))
        waiting += reversed(block.children)


def _in_inlines(inlines: tuple[Inline, ...]) -> Iterator[Image]:
    waiting = list(reversed(inlines))
    while waiting:
        inline = waiting.pop()
        if isinstance(inline, Image):
            yield inline
        elif isinstance(inline, Mark | Link):
            waiting += reversed(inline.children)
