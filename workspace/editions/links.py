"""Links of a text that leaves its group: files get public addresses, links into the workspace become plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from workspace.config import settings
from workspace.papers.attachments import linked_file
from workspace.text.nodes import Block, Document, Inline, Link, Mark

PUBLIC_PATHS = ("/p/", "/library")

FileAddress = Callable[[str], str | None]
"""Name of a file of the paper → its address for these readers; None when it is not theirs to see."""


def is_private(key: str, target: str) -> bool:
    """Whether a link leads to a page that readers of an edition cannot open; files of the paper itself are carried."""
    path = target.removeprefix(settings().base_url)
    if not path.startswith("/") or urlsplit(path).path == "/" or path.startswith(PUBLIC_PATHS):
        return False
    return linked_file(key, target) is None


def for_readers(document: Document, key: str, file_address: FileAddress) -> Document:
    """The document with the links that readers outside the group may follow, and no trace of the paper's key."""

    def target_of(link: Link) -> str | None:
        name = linked_file(key, link.target)
        if name is not None:
            return file_address(name)
        return None if is_private(key, link.target) else link.target

    def block(given: Block) -> Block:
        return replace(
            given,
            children=tuple(block(child) for child in given.children),
            inlines=tuple(_inlines(given.inlines, target_of)),
            caption=tuple(_inlines(given.caption, target_of)),
        )

    return replace(
        document,
        blocks=tuple(block(given) for given in document.blocks),
        footnotes=tuple(block(given) for given in document.footnotes),
    )


def _inlines(given: Iterable[Inline], target_of: Callable[[Link], str | None]) -> Iterator[Inline]:
    for inline in given:
        if isinstance(inline, Mark):
            yield replace(inline, children=tuple(_inlines(inline.children, target_of)))
        elif isinstance(inline, Link):
            target, children = target_of(inline), tuple(_inlines(inline.children, target_of))
            if target is None:
                yield from children
            else:
                yield replace(inline, target=target, children=children)
        else:
            yield inline
