"""The article of a reading page: the rendered text with tools at its blocks and bars beside what is new."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from workspace.text import html
from workspace.text.html_inline import GERMAN, Figure, Words
from workspace.text.nodes import Block, Document
from workspace.text.passages import Mark
from workspace.text.redline import Node, Redline

ARTICLE_VERSION = 1
"""Part of every cache key: raise it with every change of what is written here."""

Span = tuple[int, int]
ToolsFor = Callable[["Place"], str]

_INSIDE = frozenset({"item", "definition", "term", "footnote"})
"""Blocks whose element can hold the tools; all others are wrapped together with theirs."""
_PLACE = re.compile("\0(\\d+)-(\\d+)-(\\w+)\0")
"""Stands for the tools of a block while the text is rendered; no text of a paper holds NUL."""
_NEW = re.compile(r'<(?:p|li|h[2-6]|dt|dd|pre|figure|blockquote|div)\b[^<>]*\bclass="[^"<>]*\bis-new\b[^"<>]*"[^<>]*>')


@dataclass(frozen=True, slots=True)
class Place:
    """A block that has tools.

    edit: span of what is edited together, as a whole block of the text (a paragraph of a quote is edited with its
    quote, anything in a list with its item). words: span of the block's own words, to comment on.
    """

    kind: str
    edit: Span
    words: Span


def article_html(
    document: Document,
    *,
    marks: Iterable[Mark] = (),
    figure: Figure | None = None,
    tools_for: ToolsFor | None = None,
    new: frozenset[Span] = frozenset(),
    new_label: str = "",
    words: Words = GERMAN,
) -> str:
    """The inside of the article.

    Args:
        tools_for: safe HTML of a block's tools, marked `data-skip`.
        new: spans of the blocks that get a bar, see `new_spans`.
        new_label: what is read out before such a block.
    """
    places = {place[0]: place[1] for place in _places(document)} if tools_for else {}

    def css_class(block: Block) -> str:
        names = ["block"] if tools_for and block.kind in _INSIDE else []
        if (block.start, block.end) in new and block.kind not in _WITHOUT_BAR:
            names.append("is-new")
        return " ".join(names)

    rendered = html.render(
        document,
        marks=marks,
        figure=figure,
        block_tools=_placeholder if tools_for else None,
        class_for=css_class,
        numbers=True,
        words=words,
    )
    if tools_for is not None:
        rendered = "".join(_with_tools(rendered, places, tools_for))
    if new and new_label:
        rendered = _NEW.sub(lambda tag: f'{tag[0]}<span class="vh" data-skip>{new_label} </span>', rendered)
    return rendered


# Tools


def _placeholder(block: Block) -> str:
    return f"\0{block.start}-{block.end}-{block.kind}\0"


def _with_tools(rendered: str, places: dict[Span, Place], tools_for: ToolsFor) -> Iterator[str]:
    """Put the tools where their placeholders stand: into an item, behind a paragraph and wrapped with it."""
    at = 0
    for found in _PLACE.finditer(rendered):
        start, end, kind = int(found[1]), int(found[2]), found[3]
        tools = tools_for(places.get((start, end)) or Place(kind, (start, end), (start, end)))
        if kind in _INSIDE:
            # the last line of a footnote is a paragraph, which cannot hold them
            closing = "</p>" if rendered.startswith("</p>", found.end()) else ""
            yield rendered[at : found.start()] + closing + tools
            at = found.end() + len(closing)
            continue
        address = rendered.rindex(f'data-start="{start}" data-end="{end}"', at, found.start())
        opening = rendered.rindex("<", at, address)
        closed = rendered.index(">", found.end()) + 1
        yield f'{rendered[at:opening]}<div class="block">{rendered[opening : found.start()]}'
        yield f"{rendered[found.end() : closed]}{tools}</div>"
        at = closed
    yield rendered[at:]


def _places(document: Document) -> Iterator[tuple[Span, Place]]:
    """Each block that can have tools, by its span, with what is edited and commented on."""
    for top in (*document.blocks, *document.footnotes):
        for part in top.children if top.kind == "list" else (top,):
            stack = [part]
            while stack:
                block = stack.pop()
                stack.extend(block.children)
                yield (block.start, block.end), Place(block.kind, (part.start, part.end), _words(block))


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
