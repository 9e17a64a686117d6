"""Block tokens of the parser → blocks with source positions.

The tokens come in order with their lines; here they become nodes, one pass, without recursion.
Footnotes are taken out of the text and put at the end in the order of their first mention.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from markdown_it.common.utils import MD_TRIM_CHARS, unescapeAll
from markdown_it.token import Token

from workspace.text.block_rules import TABLE_COLUMNS
from workspace.text.headings import Headings
from workspace.text.inline import inlines
from workspace.text.nodes import Block, Document, Inline, Text
from workspace.text.parts import guidance_or_quote, paragraph, task, with_captions
from workspace.text.positions import Lines, PositionError, Spans, Straight, cell_spans, line_spans, trimmed_spans
from workspace.text.reader import LINES, LinkCheck, read_inline

_PREFIX = re.compile(r"[ \t>]*")
_DEFINITION = re.compile(r"[\s>]*(?=[:~])")
_MARKER = re.compile(r"[-+*:~>]|\d{1,9}[.)]|\[\^[^\]]*\]:")


@dataclass(slots=True)
class _Frame:
    """A container that is open: its first token, and what was found in it so far."""

    token: Token
    start: int
    children: list[Block] = field(default_factory=list)
    cells: list[Spans] = field(default_factory=list)


class Builder:
    """Makes the tree of one document; `faults` are the blocks whose positions did not fit."""

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
        self.leaf = Token("", "", 0)
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
        acts = _ACTS
        for token in tokens:
            act = acts.get(token.type)
            if act:
                act(self, token)
        return with_captions(self.frames[0].children)

    def _add(self, block: Block) -> None:
        self.frames[-1].children.append(block)

    def _start(self, token: Token) -> int:
        """Where a block begins: as the parser noted, or behind its neighbour."""
        if "start" in token.meta:
            return int(token.meta["start"])
        parent = self.frames[-1]
        if not parent.children:
            return parent.start
        if token.type == "dd_open":
            match = _DEFINITION.match(self.source, parent.children[-1].end)
            return match.end() if match else parent.children[-1].end
        line = self.lines.start(_first_line(token))
        match = _PREFIX.match(self.source, line)
        return match.end() if match else line

    # Containers

    def _open(self, token: Token) -> None:
        self.frames.append(_Frame(token, self._start(token)))

    def _head(self, token: Token) -> None:
        self.in_head = token.type == "thead_open"

    def _row(self, token: Token) -> None:
        start = self._start(token)
        cells = cell_spans(self.source, start, self.lines.end(_first_line(token)), TABLE_COLUMNS)
        self.frames.append(_Frame(token, start, cells=cells))

    def _close_row(self, _token: Token) -> None:
        frame = self.frames.pop()
        end = self.lines.tail(_first_line(frame.token))
        self._add(Block("row", frame.start, end, tuple(frame.children), header=self.in_head))

    def _close_table(self, _token: Token) -> None:
        frame = self.frames.pop()
        end = max(frame.children[-1].end, self.lines.tail(_lines_of(frame.token)[1] - 1))
        self._add(Block("table", frame.start, end, tuple(frame.children)))

    def _close_quote(self, _token: Token) -> None:
        frame = self.frames.pop()
        last = self.lines.last_filled(*_lines_of(frame.token))
        end = max(self._end(frame), self.lines.tail(last))
        self._add(guidance_or_quote(self.lines, frame.start, end, with_captions(frame.children)))

    def _close_list(self, _token: Token) -> None:
        frame = self.frames.pop()
        items = tuple(frame.children)
        is_tight = not any(child.kind == "paragraph" and not child.tight for item in items for child in item.children)
        ordered = frame.token.type == "ordered_list_open"
        number = int(frame.token.attrs.get("start", 1)) if ordered else 0
        end = self._end(frame)
        self._add(Block("list", frame.start, end, items, ordered=ordered, number=number, tight=is_tight))

    def _close_item(self, _token: Token) -> None:
        frame = self.frames.pop()
        self._add(task(frame.start, self._end(frame), with_captions(frame.children)))

    def _close(self, token: Token) -> None:
        frame = self.frames.pop()
        self._add(Block(_CONTAINERS[token.type], frame.start, self._end(frame), with_captions(frame.children)))

    def _end(self, frame: _Frame) -> int:
        if frame.children:
            return frame.children[-1].end
        match = _MARKER.match(self.source, frame.start)
        return match.end() if match else frame.start

    # Leaves

    def _open_leaf(self, token: Token) -> None:
        self.leaf = token

    def _rule(self, token: Token) -> None:
        self._add(Block("rule", token.meta["start"], self.lines.tail(_first_line(token))))

    def _code(self, token: Token) -> None:
        start, (first, after), content = token.meta["start"], _lines_of(token), token.content
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

    def _inline(self, token: Token) -> None:
        """The content of a leaf: with it the leaf is complete."""
        is_cell = self.leaf.type in ("th_open", "td_open")
        begin = self.frames[-1].start if is_cell else self._start(self.leaf)
        try:
            spans = self._cell(token) if is_cell else self._spans(token.content, begin)
            start, end = spans.start(0), spans.end(len(spans.content))
            nodes = self._nodes(spans)
        except PositionError as fault:
            self.faults.append(fault)
            first, after = _lines_of(token)
            start, end = begin, max(begin, self.lines.tail(max(first, after - 1)))
            nodes = (Text(start, end, self.source[start:end]),)
        if is_cell:
            align = str(self.leaf.attrs.get("style", "")).removeprefix("text-align:")
            self._add(Block("cell", start, end, inlines=nodes, header=self.leaf.type == "th_open", align=align))
        elif self.leaf.type == "heading_open":
            self._add(self._heading(begin, end, nodes))
        elif self.leaf.type == "dt_open":
            self._add(Block("term", start, end, inlines=nodes))
        else:
            self._add(paragraph(start, end, nodes, is_tight=self.leaf.hidden))

    def _nodes(self, spans: Spans) -> tuple[Inline, ...]:
        tokens = read_inline(spans.content, self.env, link_check=self.link_check)
        return inlines(tokens, spans, self._number)

    def _cell(self, token: Token) -> Spans:
        row = self.frames[-1]
        index = len(row.children)
        if index < len(row.cells):
            spans = row.cells[index]
        else:
            spans = Straight(self.source, "", self.lines.tail(_first_line(token)))
        if spans.content != token.content:
            raise PositionError(f"cell {token.content[:40]!r} is {spans.content[:40]!r} in the source")
        return spans

    def _spans(self, content: str, start: int) -> Spans:
        leaf = self.leaf
        if leaf.type == "heading_open" and leaf.markup.startswith("#"):
            start += len(leaf.markup)
            while content and self.source[start] in MD_TRIM_CHARS:
                start += 1
            if not self.source.startswith(content, start):
                raise PositionError(f"heading {content[:40]!r} does not stand at {start}")
            return Straight(self.source, content, start)
        if leaf.type == "dt_open":
            return line_spans(self.lines, content, _first_line(leaf), trimmed=True)
        return trimmed_spans(self.lines, content, start)

    def _heading(self, start: int, end: int, nodes: tuple[Inline, ...]) -> Block:
        level = int(self.leaf.tag[1])
        rank = self.headings.rank(level, is_nested=len(self.frames) > 1)
        ident = self.headings.ident(nodes)
        end = max(end, self.lines.tail(_lines_of(self.leaf)[1] - 1))
        return Block("heading", start, end, inlines=nodes, level=level, rank=rank, ident=ident)


_CONTAINERS = {"dl_close": "definitions", "dd_close": "definition", "footnote_reference_close": "footnote"}
_ACTS: dict[str, Callable[[Builder, Token], None]] = {
    "inline": Builder._inline,
    "fence": Builder._code,
    "code_block": Builder._code,
    "hr": Builder._rule,
    "thead_open": Builder._head,
    "tbody_open": Builder._head,
    "tr_open": Builder._row,
    "tr_close": Builder._close_row,
    "table_close": Builder._close_table,
    "blockquote_close": Builder._close_quote,
    "bullet_list_close": Builder._close_list,
    "ordered_list_close": Builder._close_list,
    "list_item_close": Builder._close_item,
}
for _name in ("paragraph", "heading", "th", "td", "dt"):
    _ACTS[f"{_name}_open"] = Builder._open_leaf
for _name in ("blockquote", "bullet_list", "ordered_list", "list_item", "table", "dl", "dd", "footnote_reference"):
    _ACTS[f"{_name}_open"] = Builder._open
for _name in _CONTAINERS:
    _ACTS[_name] = Builder._close


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _lines_of(token: Token) -> tuple[int, int]:
    first, after = token.map or (0, 1)
    return first, after


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
