"""The article of a reading page: the text with bars beside what is new, and what of it can be edited by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from workspace.text import html
from workspace.text.html_inline import GERMAN, Figure, Words
from workspace.text.nodes import Block, Document
from workspace.text.passages import Mark
from workspace.text.redline import Node, Redline

ARTICLE_VERSION = 2
"""Part of every cache key: raise it with every change of what is written here."""

Span = tuple[int, int]

_UNUSED = re.compile(r'(<(?:li|dd|div)\b[^<>]*) data-start="\d+"(?= data-end)| data-end="\d+"')
"""Positions of no use in a browser: a selection counts from the beginning of the block that holds its words."""
_ADDRESS = re.compile(r'<(?!caption)\w+[^<>]* id="([^"]+)" data-start="(\d+)" data-end="(\d+)"')
_NEW = re.compile(r'<(?:p|li|h[2-6]|dt|dd|pre|figure|blockquote|div)\b[^<>]*\bclass="[^"<>]*\bis-new\b[^"<>]*"[^<>]*>')


@dataclass(frozen=True, slots=True)
class Place:
    """A block that has tools.

    edit: span of what is edited together, as a whole block of the text (a paragraph of a quote is edited with its
    quote, anything in a list with its item). words: span of the block's own words, to comment on.
    """

    ident: str
    """Its permanent address, without "#"."""
    edit: Span
    words: Span


def article_html(
    document: Document,
    *,
    marks: Iterable[Mark] = (),
    figure: Figure | None = None,
    has_handles: bool = False,
    new: frozenset[Span] = frozenset(),
    new_label: str = "",
    words: Words = GERMAN,
) -> str:
    """The inside of the article.

    Args:
        has_handles: a script gives each block a handle that holds its tools, so that the sign with its address is
            left out.
        new: spans of the blocks that get a bar, see `new_spans`.
        new_label: what is read out before such a block.
    """

    def css_class(block: Block) -> str:
        return "is-new" if (block.start, block.end) in new and block.kind not in _WITHOUT_BAR else ""

    rendered = html.render(
        document,
        marks=marks,
        figure=figure,
        addresses=not has_handles,
        class_for=css_class,
        numbers=True,
        words=words,
    )
    rendered = _UNUSED.sub(lambda found: found[1] or "", rendered)
    if new and new_label:
        rendered = _NEW.sub(lambda tag: f'{tag[0]}<span class="vh" data-skip>{new_label} </span>', rendered)
    return rendered


# Tools


def places(document: Document) -> dict[str, Place]:
    """Everything that can be edited or commented on by itself, by its address, in the order of the page."""
    spans = dict(_spans(document))
    found: dict[str, Place] = {}
    for ident, start, end in _ADDRESS.findall(html.render(document)):
        if place := spans.get((int(start), int(end))):
            found[unescape(ident)] = Place(unescape(ident), *place)
    return found


def _spans(document: Document) -> Iterator[tuple[Span, tuple[Span, Span]]]:
    """Each block with what is edited together with it, and with its own words."""
    for top in (*document.blocks, *document.footnotes):
        for part in top.children if top.kind == "list" else (top,):
            stack = [part]
            while stack:
                block = stack.pop()
                stack.extend(block.children)
                yield (block.start, block.end), ((part.start, part.end), _words(block))


def _words(block: Block) -> Span:
    """Where the words of a block stand, without the signs before them."""
    leaf = block
    while not leaf.inlines and leaf.children and leaf.kind in {"item", "definition", "footnote", "quote", "guidance"}:
        leaf = leaf.children[0]
    if leaf.inlines and leaf.kind not in {"code", "figure"}:
        return leaf.inlines[0].start, leaf.inlines[-1].end
    return leaf.start, leaf.end


# Bars

_WITHOUT_BAR = frozenset({"list", "definitions", "row", "cell", "caption", "rule"})
"""Blocks whose element cannot carry the bar and its words; their table or their items do."""


def new_spans(difference: Redline) -> frozenset[Span]:
    """Spans of the blocks of the newer text that are new, reworded, reformatted or moved here."""
    found: set[Span] = set()
    for entry in difference.entries:
        if not entry.is_away:
            found.update(_new_in(entry.node, None, is_moved=entry.group is not None))
    for note in difference.notes:
        found.update(_new_in(note, None))
    return frozenset(found)


def _new_in(node: Node, holder: Block | None, *, is_moved: bool = False) -> Iterator[Span]:
    block = node.new
    if block is None:
        return
    if block.kind in {"item", "definition", "table"}:
        holder = block
    if is_moved or node.change in {"edit", "form", "new", "move"}:
        for part in (block, *node.more_new):
            yield from _shown_on(part, holder)
    elif node.children:
        for child in node.children:
            yield from _new_in(child, holder)


def _shown_on(block: Block, holder: Block | None) -> Iterator[Span]:
    if block.kind in {"list", "definitions"}:
        for child in block.children:
            yield child.start, child.end
    elif holder is not None and (block.tight or block.kind in {"row", "cell", "caption"}):
        yield holder.start, holder.end
    elif block.kind != "rule":
        yield block.start, block.end
