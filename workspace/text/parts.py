"""What a paragraph, a quote, an item or a paragraph behind a table is in a paper.

Markdown knows no figures, guidance, tasks or captions of tables: they are told by what stands in them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from workspace.text.nodes import Block, Break, Image, Inline, Text
from workspace.text.positions import Lines

GUIDANCE = "[!HINWEIS]"
"""The first line of a quote that tells writers what belongs here."""
_TASK = re.compile(r"\[([ xX])\][ \t]+")


def paragraph(start: int, end: int, inlines: tuple[Inline, ...], *, is_tight: bool) -> Block:
    """A paragraph, or the figure that it is when it holds one image and nothing else."""
    kind = "figure" if len(inlines) == 1 and isinstance(inlines[0], Image) else "paragraph"
    return Block(kind, start, end, inlines=inlines, tight=is_tight)


def guidance_or_quote(lines: Lines, start: int, end: int, children: tuple[Block, ...]) -> Block:
    """A quote, or guidance when its first line says so; that line then is no text.

    Guidance within it that stands before that line does not count: published, it is not there.
    """
    before = next((n for n, child in enumerate(children) if child.kind != "guidance"), 0)
    first = children[before] if children else None
    if not first or first.kind != "paragraph":
        return Block("quote", start, end, children)
    line = lines.source[first.start : min(first.end, lines.end(lines.number(first.start)))]
    if line.rstrip().upper() != GUIDANCE:
        return Block("quote", start, end, children)
    behind = first.start + len(line)
    rest = [node for node in first.inlines if node.start >= behind]
    if rest and isinstance(rest[0], Break):
        rest.pop(0)
    behind_it = children[before + 1 :]
    if rest:
        behind_it = (paragraph(rest[0].start, first.end, tuple(rest), is_tight=first.tight), *behind_it)
    return Block("guidance", start, end, (*children[:before], *behind_it))


def task(start: int, end: int, children: tuple[Block, ...]) -> Block:
    """An item; one whose text begins with `[ ]` or `[x]` is a task, and the box is no text."""
    first = children[0] if children else None
    text = first.inlines[0] if first and first.kind == "paragraph" and first.inlines else None
    match = _TASK.match(text.text) if isinstance(text, Text) else None
    if not (first and match and isinstance(text, Text)):
        return Block("item", start, end, children)
    behind = text.start + match.end()
    rest = first.inlines[1:]
    if behind < text.end:
        rest = (Text(behind, text.end, text.text[match.end() :]), *rest)
    if not rest:
        return Block("item", start, end, children)
    line = replace(first, start=behind, inlines=rest)
    return Block("item", start, end, (line, *children[1:]), checked=match.group(1) != " ")


def with_captions(siblings: list[Block]) -> tuple[Block, ...]:
    """Give tables the paragraph `: …` that follows them."""
    if not any(block.kind == "table" for block in siblings):
        return tuple(siblings)
    found: list[Block] = []
    for block in siblings:
        table = found[-1] if found else None
        if table and table.kind == "table" and not table.caption and (caption := _caption(block)):
            found[-1] = replace(table, end=block.end, caption=caption)
        else:
            found.append(block)
    return tuple(found)


def _caption(block: Block) -> tuple[Inline, ...]:
    first = block.inlines[0] if block.inlines else None
    if block.kind != "paragraph" or not isinstance(first, Text) or not first.text.startswith(": "):
        return ()
    text = first.text[1:].lstrip(" ")
    rest = block.inlines[1:]
    return (Text(first.end - len(text), first.end, text), *rest) if text else rest
