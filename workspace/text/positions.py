"""Where the characters that the Markdown parser hands out stand in the source.

The parser gives the content of a block with quote signs, list markers and indentation removed. `Spans`
leads from an offset in that content back to the source. Nothing is guessed: a line's content is always
the tail of its source line, and every piece is compared with the source before it is used.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from markdown_it.common.utils import MD_TRIM_CHARS

from workspace.text.nodes import Text


class PositionError(ValueError):
    """Content and source do not fit together; a fault of this package, never of a paper."""


class Segment(NamedTuple):
    """A piece of content: `length` characters from `content`, `width` characters of source from `source`.

    Equal widths: letter for letter. Otherwise one piece (spaces made of a tab, a pipe made of `\\|`).
    """

    content: int
    source: int
    length: int
    width: int


class Lines:
    """The lines of a source, found by number. Positions are code points of the source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        find = source.find
        at = find("\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = find("\n", at + 1)

    def start(self, line: int) -> int:
        return self.starts[line] if line < len(self.starts) else len(self.source)

    def end(self, line: int) -> int:
        """End of a line without its newline."""
        if line + 1 < len(self.starts):
            return self.starts[line + 1] - 1
        return len(self.source)

    def tail(self, line: int) -> int:
        """End of a line without its newline and without blanks before it."""
        end = self.end(line)
        if end and self.source[end - 1] in " \t":
            start = self.start(line)
            return start + len(self.source[start:end].rstrip(" \t"))
        return end

    def number(self, position: int) -> int:
        """The line a position stands in."""
        return bisect_right(self.starts, position) - 1

    def last_filled(self, first: int, after: int) -> int:
        """The last line in `first..after` that is not blank; `first` when all are."""
        line = min(after, len(self.starts)) - 1
        while line > first and self.tail(line) <= self.start(line):
            line -= 1
        return line


class Spans:
    """The way from offsets in one block's content to the source, both half-open.

    Segments cover the content in order and have been compared with the source.
    """

    def __init__(self, source: str, content: str, segments: list[Segment]) -> None:
        self.source = source
        self.content = content
        self.segments = segments
        self._starts = [segment.content for segment in segments]

    def start(self, offset: int) -> int:
        """Source position of the character at `offset`; at the end of the content, the end of it."""
        if offset >= len(self.content):
            return self.end(offset)
        segment = self.segments[bisect_right(self._starts, offset) - 1]
        return segment.source + (offset - segment.content if segment.length == segment.width else 0)

    def end(self, offset: int) -> int:
        """Source position behind the character before `offset`."""
        if not offset:
            return self.segments[0].source
        segment = self.segments[bisect_right(self._starts, offset - 1) - 1]
        return segment.source + (offset - segment.content if segment.length == segment.width else segment.width)

    def texts(self, start: int, end: int) -> list[Text]:
        """The content between two offsets as text nodes, cut only where the source makes a jump."""
        found: list[Text] = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            content, source, length, width = self.segments[index]
            stop = min(end, content + length)
            if length == width:
                first = source + start - content
                found.append(Text(first, first + stop - start, self.content[start:stop]))
            else:
                found.append(Text(source, source + width, self.content[start:stop]))
            start, index = stop, index + 1
        return found


class Straight(Spans):
    """Content that stands in the source in one piece, letter for letter, from `start` on."""

    def __init__(self, source: str, content: str, start: int) -> None:
        self.source = source
        self.content = content
        self._first = start

    def start(self, offset: int) -> int:
        return self._first + offset

    def end(self, offset: int) -> int:
        return self._first + offset

    def texts(self, start: int, end: int) -> list[Text]:
        first = self._first
        return [Text(first + start, first + end, self.content[start:end])]


def trimmed_spans(lines: Lines, content: str, start: int) -> Spans:
    """Spans of a paragraph or heading that begins at `start`; blanks at both its ends are not content."""
    source = lines.source
    if source.startswith(content, start):
        return Straight(source, content, start)
    while content and start < len(source) and source[start] in MD_TRIM_CHARS:
        # Other blanks than space and tab (no-break spaces) open a paragraph and are then cut off.
        start += 1
        if source[start - 1] == "\n":
            while start < len(source) and source[start] in " \t>":
                start += 1
    return line_spans(lines, content, lines.number(start), trimmed=True)


def line_spans(lines: Lines, content: str, first: int, *, trimmed: bool) -> Spans:
    """Spans of content made of whole source lines from `first` on, each without its prefix.

    `trimmed` says that blanks at both ends of the content were removed as well.
    Raises: PositionError when a line of content is not the tail of its source line.
    """
    source = lines.source
    if not trimmed and source.startswith(content, lines.start(first)):
        return Straight(source, content, lines.start(first))
    segments: list[Segment] = []
    parts = content.split("\n")
    last = len(parts) - 1
    if not trimmed and last and not parts[last]:
        last -= 1  # behind the final newline of code stands no further line
    kept: list[str] = []
    at = 0
    for number, part in enumerate(parts[: last + 1]):
        end = lines.end(first + number)
        if trimmed and number == last:
            start = lines.start(first + number)
            end = start + len(source[start:end].rstrip(MD_TRIM_CHARS))
        if number < len(parts) - 1 and end < len(source):
            part, end = part + "\n", end + 1
        kept.append(_add_line(segments, source, part, at, end))
        at += len(part)
    return Spans(source, "".join(kept), segments)


def _add_line(segments: list[Segment], source: str, part: str, at: int, end: int) -> str:
    """Add a line of content that ends at `end`. Returns: the line as content."""
    start = end - len(part)
    if start >= 0 and source.startswith(part, start):
        _add(segments, at, start, len(part))
        return part
    # The first blanks are what is left of a tab when part of it counted as indentation.
    kept = len(part.lstrip(" "))
    while kept < len(part) and source[end - kept - 1] == " ":
        kept += 1
    tab, padding = end - kept - 1, len(part) - kept
    if tab < 0 or source[tab] != "\t" or not source.startswith(part[padding:], tab + 1):
        raise PositionError(f"line content {part[:40]!r} does not end at {end}")
    if padding == 1:
        # One blank for one tab would look like a letter that stands there: the tab itself is taken.
        _add(segments, at, tab, len(part))
        return "\t" + part[1:]
    segments.append(Segment(at, tab, padding, 1))
    if kept:
        segments.append(Segment(at + padding, tab + 1, kept, kept))
    return part


def _add(segments: list[Segment], at: int, start: int, length: int) -> None:
    """Add what stands letter for letter; it joins its neighbour where there is no jump between them."""
    if segments:
        content, source, before, width = segments[-1]
        if before == width and source + width == start:
            segments[-1] = Segment(content, source, before + length, before + length)
            return
        if not length:
            return
    segments.append(Segment(at, start, length, length))


def cell_spans(source: str, start: int, end: int, columns: int) -> list[Spans]:
    """The first cells of a table row that stands at `start..end` of the source, at most `columns`.

    Pipes separate cells unless a backslash stands before them; an empty first and last cell come from
    the pipes around the row and are none. Source: GitHub Flavored Markdown, 4.10.
    """
    row = source[start:end].strip(MD_TRIM_CHARS)
    start = source.index(row, start) if row else start
    borders = [-1]
    at = row.find("|")
    while at >= 0 and len(borders) < columns + 3:
        if at == 0 or row[at - 1] != "\\":
            borders.append(at)
        at = row.find("|", at + 1)
    borders.append(len(row))
    cells = list(zip((border + 1 for border in borders), borders[1:], strict=False))
    if cells and cells[0][0] == cells[0][1]:
        cells.pop(0)
    if cells and cells[-1][0] == cells[-1][1]:
        cells.pop()
    return [_cell(source, start + first, start + after) for first, after in cells[:columns]]


def _cell(source: str, start: int, end: int) -> Spans:
    text = source[start:end]
    trimmed = text.strip(MD_TRIM_CHARS)
    if trimmed:
        start += text.index(trimmed[0])
    if "\\|" not in trimmed:
        return Straight(source, trimmed, start)
    segments: list[Segment] = []
    at, end = 0, start + len(trimmed)
    while start < end:
        pipe = source.find("\\|", start, end)
        plain = (pipe if pipe >= 0 else end) - start
        if plain:
            segments.append(Segment(at, start, plain, plain))
            at, start = at + plain, start + plain
        if pipe >= 0:
            segments.append(Segment(at, pipe, 1, 2))
            at, start = at + 1, pipe + 2
    return Spans(source, trimmed.replace("\\|", "|"), segments)
