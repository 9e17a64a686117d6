"""Markdown → typed document tree with exact source positions.

The parser's block tokens come in order with their lines; here they become nodes, one pass, without
recursion. Footnotes are taken out of the text and put at the end in the order of their first mention.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from markdown_it.common.utils import MD_TRIM_CHARS, unescapeAll
from markdown_it.token import Token

from workspace.text.headings import Headings
from workspace.text.inline import inlines
from workspace.text.leaves import (
    blocks,
    caption_leaf,
    guidance_spans,
    headings,
    leaf_blocks,
    plain_text,
    rendered,
    source_span,
)
from workspace.text.links import is_allowed_target
from workspace.text.nodes import Block, Break, Document, Image, Inline, Text
from workspace.text.positions import Lines, PositionError, Segment, Spans, cell_spans, line_spans, trimmed_spans
from workspace.text.reader import LINES, LinkCheck, read, read_inline

__all__ = [
    "blocks",
    "caption_leaf",
    "guidance_spans",
    "headings",
    "leaf_blocks",
    "parse",
    "plain_text",
    "rendered",
    "source_span",
    "without_guidance",
]

GUIDANCE = "[!HINWEIS]"
"""The first line of a quote that tells writers what belongs here."""

_KINDS = {
    "blockquote": "quote",
    "bullet_list": "list",
    "ordered_list": "list",
    "list_item": "item",
    "table": "table",
    "tr": "row",
    "dl": "definitions",
    "dd": "definition",
    "footnote_reference": "footnote",
    "paragraph": "paragraph",
    "heading": "heading",
    "th": "cell",
    "td": "cell",
    "dt": "term",
}
_LEAVES = frozenset({"paragraph", "heading", "th", "td", "dt"})
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_PREFIX = re.compile(r"[ \t>]*")
_DEFINITION = re.compile(r"[\s>]*(?=[:~])")
_MARKER = re.compile(r"[-+*:~>]|\d{1,9}[.)]|\[\^[^\]]*\]:")
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def parse(text: str) -> Document:
    """Parse a paper.

    Text in the stored form is taken as it is. In any other text, characters that no page can show are
    replaced one by one, so that positions stay: `Document.source` is the text that was parsed.
    """
    return build(text)[0]


def build(text: str, link_check: LinkCheck = is_allowed_target) -> tuple[Document, list[PositionError]]:
    """Parse a paper and tell which blocks had to be shown as plain source because positions did not fit.

    The list is empty for every text we know; an entry is a fault of this package.
    """
    source = _UNREADABLE.sub(lambda match: " " if match[0] in "\r\v\f\x85" else "\ufffd", text)
    tokens, env = read(source, link_check=link_check)
    builder = _Builder(source, env, link_check)
    return builder.build(tokens), builder.faults


@dataclass(slots=True)
class _Frame:
    """A block that is open: its opening token, and what was found in it so far."""

    token: Token
    start: int
    children: list[Block] = field(default_factory=list)
    inlines: tuple[Inline, ...] = ()
    cells: list[Spans] = field(default_factory=list)
    text: tuple[int, int] = (-1, -1)
    """Leaves: where their content stands."""


class _Builder:
    def __init__(self, source: str, env: dict[str, Any], link_check: LinkCheck) -> None:
        self.lines = Lines(source)
        self.source = source
        self.env = env
        self.link_check = link_check
        self.faults: list[PositionError] = []
        self.order: list[str] = []
        self.mentions: dict[str, list[int]] = {}
        self.headings = Headings()
        self.frames: list[_Frame] = []
        self.in_head = False

    def build(self, tokens: list[Token]) -> Document:
        text, notes = _without_footnotes(tokens)
        found = self._blocks(text) + self._rest()
        footnotes: list[Block] = []
        # A footnote may mention others: the list of mentions grows while it is worked off.
        while len(footnotes) < len(self.order):
            label = self.order[len(footnotes)]
            number = len(footnotes) + 1
            footnotes.extend(replace(block, number=number, ident=label) for block in self._blocks(notes[label]))
        return Document(self.source, found, tuple(footnotes))

    def _rest(self) -> tuple[Block, ...]:
        """What stands behind the last line that is looked at: shown as it is, in one paragraph."""
        rest = self.source[self.lines.start(LINES) :]
        text = rest.strip()
        if not text:
            return ()
        start = self.lines.start(LINES) + rest.index(text[0])
        end = start + len(text)
        return (Block("paragraph", start, end, inlines=(Text(start, end, text),)),)

    def _number(self, label: str) -> tuple[int, int]:
        if label not in self.mentions:
            self.order.append(label)
            self.mentions[label] = [len(self.order), 0]
        self.mentions[label][1] += 1
        number, occurrence = self.mentions[label]
        return number, occurrence

    def _blocks(self, tokens: list[Token]) -> tuple[Block, ...]:
        self.frames = [_Frame(Token("", "", 1), 0)]
        for token in tokens:
            kind, _, way = token.type.rpartition("_")
            if way == "open":
                self._open(kind, token)
            elif way == "close":
                self._close(kind)
            elif token.type == "inline":
                self._inline(token)
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "hr":
                line = _first_line(token)
                self._add(Block("rule", token.meta["start"], self.lines.tail(line)))
        return _with_captions(self.frames[0].children)

    def _add(self, block: Block) -> None:
        self.frames[-1].children.append(block)

    def _open(self, kind: str, token: Token) -> None:
        if kind in ("thead", "tbody"):
            self.in_head = kind == "thead"
            return
        frame = _Frame(token, self._start(kind, token))
        if kind == "tr":
            frame.cells = cell_spans(self.source, frame.start, self.lines.end(_first_line(token)))
        self.frames.append(frame)

    def _start(self, kind: str, token: Token) -> int:
        """Where a block begins: as the parser noted, or behind its neighbour."""
        if "start" in token.meta:
            return int(token.meta["start"])
        parent = self.frames[-1]
        if not parent.children:
            return parent.start
        if kind == "dd":
            match = _DEFINITION.match(self.source, parent.children[-1].end)
            return match.end() if match else parent.children[-1].end
        if kind in ("th", "td"):
            return parent.children[-1].end
        line = self.lines.start(_first_line(token))
        match = _PREFIX.match(self.source, line)
        return match.end() if match else line

    def _inline(self, token: Token) -> None:
        frame = self.frames[-1]
        try:
            spans = self._spans(token, frame)
            frame.text = (spans.start(0), spans.end(len(spans.content)))
            children = read_inline(spans.content, self.env, link_check=self.link_check)
            if children is not None:
                frame.inlines = inlines(children, spans, self._number)
            elif spans.content:
                frame.inlines = tuple(spans.texts(0, len(spans.content)))
        except PositionError as fault:
            self.faults.append(fault)
            first, after = token.map or [0, 1]
            end = max(frame.start, self.lines.tail(max(first, after - 1)))
            frame.text = (frame.start, end)
            frame.inlines = (Text(frame.start, end, self.source[frame.start : end]),)

    def _spans(self, token: Token, frame: _Frame) -> Spans:
        kind, content = frame.token.type, token.content
        if kind in ("th_open", "td_open"):
            row = self.frames[-2]
            index = len(row.children)
            end = self.lines.tail(_first_line(token))
            spans = row.cells[index] if index < len(row.cells) else _plain_spans(self.source, "", end)
            if spans.content != content:
                raise PositionError(f"cell {content[:40]!r} is {spans.content[:40]!r} in the source")
            return spans
        if kind == "heading_open" and frame.token.markup.startswith("#"):
            start = frame.start + len(frame.token.markup)
            while content and self.source[start] in MD_TRIM_CHARS:
                start += 1
            return _plain_spans(self.source, content, start)
        if kind == "dt_open":
            return line_spans(self.lines, content, _first_line(token), trimmed=True)
        return trimmed_spans(self.lines, content, frame.start)

    def _code(self, token: Token) -> None:
        start, first, after = token.meta["start"], *(token.map or [0, 1])
        content = token.content
        is_fence = token.type == "fence"
        try:
            # Indented code gets a final newline from the parser that need not stand in the source.
            spans = line_spans(self.lines, content if is_fence else content[:-1], first + is_fence, trimmed=False)
            length = len(spans.content) - spans.content.endswith("\n") if is_fence else len(spans.content)
            texts = tuple(spans.texts(0, length)) if length else ()
        except PositionError as fault:
            self.faults.append(fault)
            texts = (Text(start, self.lines.tail(after - 1), self.source[start : self.lines.tail(after - 1)]),)
        end = max([start, *(text.end for text in texts[-1:])])
        if is_fence:
            end = max(end, self.lines.tail(after - 1))
        start = min([start, *(text.start for text in texts[:1])])
        language = unescapeAll(token.info).split(maxsplit=1)[:1]
        self._add(Block("code", start, end, inlines=texts, language=language[0] if language else ""))

    def _close(self, kind: str) -> None:
        if kind in ("thead", "tbody"):
            return
        frame = self.frames.pop()
        block = self._leaf(kind, frame) if kind in _LEAVES else self._container(kind, frame)
        self._add(block)

    def _leaf(self, kind: str, frame: _Frame) -> Block:
        start, end = frame.text
        token = frame.token
        if kind == "heading":
            _, after = token.map or [0, 1]
            level = int(token.tag[1])
            rank = self.headings.rank(level, is_nested=len(self.frames) > 1)
            ident = self.headings.ident(frame.inlines)
            end = max(end, self.lines.tail(after - 1))
            return Block("heading", frame.start, end, inlines=frame.inlines, level=level, rank=rank, ident=ident)
        if kind in ("th", "td"):
            align = str(token.attrGet("style") or "").removeprefix("text-align:")
            return Block("cell", start, end, inlines=frame.inlines, header=kind == "th", align=align)
        if kind == "dt":
            return Block("term", start, end, inlines=frame.inlines)
        return _paragraph(start, end, frame.inlines, is_tight=token.hidden)

    def _container(self, kind: str, frame: _Frame) -> Block:
        token = frame.token
        children = _with_captions(frame.children)
        first, after = token.map or [0, 1]
        block = Block(_KINDS[kind], frame.start, self._end(kind, frame), children)
        if kind == "blockquote":
            end = self.lines.tail(self.lines.last_filled(first, after))
            return self._quote(replace(block, end=max(block.end, end)))
        if kind in ("bullet_list", "ordered_list"):
            is_tight = not any(
                child.kind == "paragraph" and not child.tight for item in children for child in item.children
            )
            number = int(token.attrs.get("start", 1)) if kind == "ordered_list" else 0
            return replace(block, ordered=kind == "ordered_list", number=number, tight=is_tight)
        if kind == "list_item":
            return _task(block)
        if kind == "tr":
            return replace(block, header=self.in_head)
        if kind == "table":
            return replace(block, end=max(block.end, self.lines.tail(after - 1)))
        return block

    def _end(self, kind: str, frame: _Frame) -> int:
        if kind == "tr":
            return self.lines.tail(_first_line(frame.token))
        if frame.children:
            return frame.children[-1].end
        match = _MARKER.match(self.source, frame.start)
        return match.end() if match else frame.start

    def _quote(self, quote: Block) -> Block:
        """A quote, or guidance when its first line says so; that line then is no text."""
        first = quote.children[0] if quote.children else None
        if not first or first.kind != "paragraph":
            return quote
        line = self.source[first.start : min(first.end, self.lines.end(self.lines.number(first.start)))]
        if line.rstrip().upper() != GUIDANCE:
            return quote
        behind = first.start + len(line)
        rest = [node for node in first.inlines if node.start >= behind]
        if rest and isinstance(rest[0], Break):
            rest.pop(0)
        children = quote.children[1:]
        if rest:
            children = (_paragraph(rest[0].start, first.end, tuple(rest), is_tight=first.tight), *children)
        return replace(quote, kind="guidance", children=children)


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _plain_spans(source: str, content: str, start: int) -> Spans:
    return Spans(source, content, [Segment(0, start, len(content), len(content))])


def _paragraph(start: int, end: int, inlines: tuple[Inline, ...], *, is_tight: bool) -> Block:
    kind = "figure" if len(inlines) == 1 and isinstance(inlines[0], Image) else "paragraph"
    return Block(kind, start, end, inlines=inlines, tight=is_tight)


def _task(item: Block) -> Block:
    """An item whose text begins with `[ ]` or `[x]` is a task; the box is no text."""
    first = item.children[0] if item.children else None
    text = first.inlines[0] if first and first.kind == "paragraph" and first.inlines else None
    match = _TASK.match(text.text) if isinstance(text, Text) else None
    if not (first and match and isinstance(text, Text)):
        return item
    start = text.start + match.end()
    rest = first.inlines[1:]
    if start < text.end:
        rest = (Text(start, text.end, text.text[match.end() :]), *rest)
    if not rest:
        return item
    paragraph = replace(first, start=start, inlines=rest)
    return replace(item, checked=match.group(1) != " ", children=(paragraph, *item.children[1:]))


def _with_captions(siblings: list[Block]) -> tuple[Block, ...]:
    """Give tables the paragraph `: …` that follows them."""
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


def _without_footnotes(tokens: list[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Take the definitions of footnotes out of the text; of two with one label the first counts."""
    text: list[Token] = []
    notes: dict[str, list[Token]] = {}
    open_notes: list[list[Token]] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            open_notes.append([])
            notes.setdefault(token.meta["label"], open_notes[-1])
        (open_notes[-1] if open_notes else text).append(token)
        if token.type == "footnote_reference_close":
            open_notes.pop()
    return text, notes


def without_guidance(text: str) -> str:
    """The text without its writing guidance, as it is published.

    Whole lines go; what stood above and below stays apart. Guidance inside an item leaves the item.
    """
    while spans := guidance_spans(parse(text)):
        for start, end in reversed(spans):
            before, behind = text[:start], text[end:]
            is_line = not before.rpartition("\n")[2].strip(" \t")
            if is_line:
                before = before.rstrip(" \t\n")
                behind = behind.lstrip(" \t").lstrip("\n")
                before = before + "\n\n" if before and behind else before
            text = before + behind
    return text if not text or text.endswith("\n") else text + "\n"
