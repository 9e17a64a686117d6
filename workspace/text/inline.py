"""Tokens of one paragraph → inline nodes with positions.

A cursor walks over the content beside the tokens. Each token says what must stand at the cursor, and
that is checked: what cannot be verified raises `PositionError` instead of giving a wrong position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markdown_it.token import Token

from workspace.text.links import ImageAttributes, attachment_name
from workspace.text.nodes import Break, Code, FootnoteRef, Image, Inline, Link, Mark, Text
from workspace.text.positions import PositionError, Spans

INLINE_NESTING = 20
"""Formatting within formatting. What lies deeper keeps its text and loses the formatting, so that
nobody who walks the tree needs more than this many steps downwards."""

_STYLES = {"strong": "strong", "em": "emphasis", "s": "strike"}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HARD_BREAK = re.compile(r"\\\n[ \t]*")

Number = Callable[[str], tuple[int, int]]
"""Label of a footnote → its number and the number of this mention."""


def inlines(content_tokens: list[Token] | None, spans: Spans, number: Number) -> tuple[Inline, ...]:
    """Build the inline nodes of one paragraph, heading, cell or term.

    Args:
        content_tokens: what `reader.read_inline` made of `spans.content`; None for plain text.
        spans: where that content stands in the source.
        number: called for each mention of a footnote, in order.
    Raises: PositionError when a token does not stand where it must.
    """
    walker = _Walker(spans, number)
    if content_tokens is None:
        walker.add_text(spans.content)
    else:
        walker.walk(content_tokens)
    if spans.content[walker.pos :].strip(" \t\n"):
        raise PositionError(f"content left at {walker.pos}")
    return tuple(walker.frames[0].children)


@dataclass(slots=True)
class _Frame:
    start: int
    children: list[Inline] = field(default_factory=list)
    target: str = ""
    title: str = ""
    is_link: bool = False
    is_autolink: bool = False
    is_flat: bool = False
    """Nested too deeply, or a link within a link: the children go into the frame below."""


class _Walker:
    def __init__(self, spans: Spans, number: Number, pos: int = 0) -> None:
        self.spans = spans
        self.content = spans.content
        self.number = number
        self.pos = pos
        self.base = pos
        self.frames = [_Frame(0)]

    def walk(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            kind = token.type
            if kind == "text":
                self.add_text(token.content)
            elif kind in ("strong_open", "em_open", "s_open"):
                self._open(token.markup)
            elif kind in ("strong_close", "em_close", "s_close"):
                self._close_mark(token)
            else:
                self._other(kind, token)

    def _other(self, kind: str, token: Token) -> None:
        if kind == "text_special":
            self._special(token)
        elif kind == "code_inline":
            self._code(token)
        elif kind == "link_open":
            self._open_link(token)
        elif kind == "link_close":
            self._close_link(token)
        elif kind == "image":
            self._image(token)
        elif kind == "hardbreak":
            self._hard_break()
        elif kind == "footnote_ref":
            self._footnote(token)
        else:
            raise PositionError(f"token {kind} is not known")

    def _expect(self, text: str) -> None:
        if not self.content.startswith(text, self.pos):
            raise PositionError(f"{text[:40]!r} does not stand at {self.pos}")

    def _add(self, node: Inline) -> None:
        self.frames[-1].children.append(node)

    def add_text(self, text: str) -> None:
        """Add text that stands at the cursor; its line ends become breaks. Source: CommonMark 0.31.2, 6.7."""
        self._expect(text)
        children, spans, at = self.frames[-1].children, self.spans, self.pos
        self.pos += len(text)
        if "\n" not in text:
            if text:
                children.extend(spans.texts(at, self.pos))
            return
        lines = text.split("\n")
        end, is_hard = -1, False
        for number, line in enumerate(lines):
            shown = line.lstrip(" \t") if number else line
            first, at = at + len(line) - len(shown), at + len(line) + 1
            if number:
                children.append(Break(spans.start(end), spans.end(first), is_hard))
            if number < len(lines) - 1:
                shown = shown.rstrip(" ")
            end = first + len(shown)
            is_hard = at - 1 - end > 1
            if shown:
                children.extend(spans.texts(first, end))

    def _special(self, token: Token) -> None:
        self._expect(token.markup)
        end = self.pos + len(token.markup)
        if token.content == token.markup:
            self.add_text(token.markup)
        else:
            text = _CONTROL.sub("\ufffd", token.content)
            self._add(Text(self.spans.start(self.pos), self.spans.end(end), text))
            self.pos = end

    def _hard_break(self) -> None:
        match = _HARD_BREAK.match(self.content, self.pos)
        if not match:
            raise PositionError(f"no line end at {self.pos}")
        self._add(Break(self.spans.start(self.pos), self.spans.end(match.end()), hard=True))
        self.pos = match.end()

    def _code(self, token: Token) -> None:
        self._expect(token.markup)
        fence, length, start = len(token.markup), len(token.content), self.pos
        body = start + fence
        for padding in (0, 1):
            first, after = body + padding, body + padding + length
            if (
                self.content[first:after].replace("\n", " ") == token.content
                and self.content[body:first] in ("", " ", "\n")
                and self.content[after : after + padding] in ("", " ", "\n")
                and self.content.startswith(token.markup, after + padding)
            ):
                children = self._code_children(first, after)
                self.pos = after + padding + fence
                self._add(Code(self.spans.start(start), self.spans.end(self.pos), children))
                return
        raise PositionError(f"code does not stand at {start}")

    def _code_children(self, first: int, after: int) -> tuple[Text | Break, ...]:
        children: list[Text | Break] = []
        while first < after:
            newline = self.content.find("\n", first, after)
            stop = newline if newline >= 0 else after
            if stop > first:
                children.extend(self.spans.texts(first, stop))
            if newline >= 0:
                children.append(Break(self.spans.start(newline), self.spans.end(newline + 1), hard=False))
            first = stop + 1
        return tuple(children)

    def _open(self, markup: str, *, is_link: bool = False) -> None:
        self._expect(markup)
        is_flat = len(self.frames) > INLINE_NESTING or (is_link and any(frame.is_link for frame in self.frames))
        # A flat frame shares the list of the one below: its children stand there at once.
        children = self.frames[-1].children if is_flat else []
        self.frames.append(_Frame(self.spans.start(self.pos), children, is_link=is_link, is_flat=is_flat))
        self.pos += len(markup)

    def _close_mark(self, token: Token) -> None:
        self._expect(token.markup)
        self.pos += len(token.markup)
        frame = self.frames.pop()
        if not frame.is_flat:
            style = _STYLES[token.tag]
            self._add(Mark(frame.start, self.spans.end(self.pos), style, tuple(frame.children)))

    def _open_link(self, token: Token) -> None:
        is_autolink = token.markup == "autolink"
        self._open("<" if is_autolink else "[", is_link=True)
        frame = self.frames[-1]
        frame.is_autolink = is_autolink
        frame.target, frame.title = str(token.attrGet("href")), _CONTROL.sub(" ", str(token.attrGet("title") or ""))

    def _close_link(self, token: Token) -> None:
        frame = self.frames.pop()
        self._expect(">" if frame.is_autolink else "]")
        self.pos = self.pos + 1 if frame.is_autolink else self.base + token.meta["end"]
        if not frame.is_flat:
            start, end = frame.start, self.spans.end(self.pos)
            self._add(Link(start, end, frame.target, frame.title, tuple(frame.children)))

    def _image(self, token: Token) -> None:
        self._expect("![")
        start, end = self.pos, self.base + token.meta["end"]
        inner = _Walker(self.spans, lambda _label: (0, 0), self.base + token.meta["label"])
        inner.walk(token.children or ())
        children = inner.frames[0].children
        name = attachment_name(str(token.attrGet("src")))
        if name is None:
            self.frames[-1].children.extend(_flat(children))
        else:
            attributes: ImageAttributes = token.meta["attributes"]
            alt = _line(plain(children) if attributes.alt is None else attributes.alt)
            title = str(token.attrGet("title") or "")
            caption = _line(title if attributes.caption is None else attributes.caption)
            begin = self._caption_start(attributes, caption)
            position = (self.spans.start(start), self.spans.end(end))
            self._add(Image(*position, name, alt, caption, attributes.width, begin))
        self.pos = end

    def _caption_start(self, attributes: ImageAttributes, caption: str) -> int:
        if attributes.caption_start < 0 or not caption:
            return -1
        begin = self.spans.start(self.base + attributes.caption_start)
        return begin if self.spans.source.startswith(caption, begin) else -1

    def _footnote(self, token: Token) -> None:
        label = token.meta["label"]
        self._expect(f"[^{label}]")
        start, self.pos = self.pos, self.base + token.meta["end"]
        number, occurrence = self.number(label)
        self._add(FootnoteRef(self.spans.start(start), self.spans.end(self.pos), label, number, occurrence))


def _line(text: str) -> str:
    """Text for an attribute or a caption: one line, no control characters (entities can make them)."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _flat(children: Iterable[Inline]) -> list[Inline]:
    """Only what is text; for a picture that may not be shown, its alternative text stands alone."""
    found: list[Inline] = []
    for child in children:
        if isinstance(child, Text | Break | Code):
            found.append(child)
        elif isinstance(child, Mark | Link):
            found.extend(_flat(child.children))
    return found


def plain(children: Iterable[Inline]) -> str:
    """The letters of inline nodes without any formatting; a line end becomes a blank, an image its alt text."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Text):
            parts.append(child.text)
        elif isinstance(child, Break):
            parts.append(" ")
        elif isinstance(child, Image):
            parts.append(child.alt)
        elif not isinstance(child, FootnoteRef):
            parts.append(plain(child.children))
    return "".join(parts)
