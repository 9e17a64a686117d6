"""Where the characters that the Markdown parser hands out stand in the source.

The parser gives the content of a block with quote signs, list markers and indentation removed. `Spans`
leads from an offset in that content back to the source. Nothing is guessed: a line's content is always
the tail of its source line, and every segment is compared with the source before it is used.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from markdown_it.common.utils import MD_TRIM_CHARS

from workspace.text.nodes import Text


class PositionError(ValueError):
    """Content and source do not fit together; a fault of this package, never of a paper."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of content: `length` characters from `content`, `width` characters of source from `source`.

    Equal widths: letter for letter. Otherwise one piece (spaces made of a tab, a pipe made of `\\|`).
    """

    content: int
    source: int
    length: int
    width: int

    @property
    def is_verbatim(self) -> bool:
        return self.length == self.width


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
        start, end = self.start(line), self.end(line)
        return start + len(self.source[start:end].rstrip(" \t"))

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
    """The way from offsets in one block's content to the source, both half-open."""

    def __init__(self, source: str, content: str, segments: list[Segment]) -> None:
        self.source = source
        self.content = content
        self.segments = segments
        self._starts = [segment.content for segment in segments]
        self._delta = segments[0].source - segments[0].content if len(segments) == 1 else 0
        self._is_simple = len(segments) == 1 and segments[0].is_verbatim
        self._verify()

    def _verify(self) -> None:
        at = 0
        for segment in self.segments:
            if segment.content != at:
                raise PositionError(f"gap in content at {at}")
            at += segment.length
            content = self.content[segment.content : at]
            if segment.is_verbatim and content != self.source[segment.source : segment.source + segment.width]:
                raise PositionError(f"content at {segment.content} is not source at {segment.source}")
        if at != len(self.content):
            raise PositionError(f"content ends at {len(self.content)}, not {at}")

    def _segment(self, offset: int) -> Segment:
        return self.segments[bisect_right(self._starts, offset) - 1]

    def start(self, offset: int) -> int:
        """Source position of the character at `offset`; at the end of the content, the end of it."""
        if self._is_simple:
            return offset + self._delta
        if offset >= len(self.content):
            return self.end(offset)
        segment = self._segment(offset)
        return segment.source + (offset - segment.content if segment.is_verbatim else 0)

    def end(self, offset: int) -> int:
        """Source position behind the character before `offset`."""
        if self._is_simple:
            return offset + self._delta
        if not offset or not self.segments:
            return self.segments[0].source if self.segments else 0
        segment = self._segment(offset - 1)
        return segment.source + (offset - segment.content if segment.is_verbatim else segment.width)

    def texts(self, start: int, end: int) -> list[Text]:
        """The content between two offsets as text nodes, cut only where the source makes a jump."""
        if self._is_simple:
            return [Text(start + self._delta, end + self._delta, self.content[start:end])]
        found: list[Text] = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            segment = self.segments[index]
            stop = min(end, segment.content + segment.length)
            text = self.content[start:stop]
            if segment.is_verbatim:
                source = segment.source + start - segment.content
                last = found[-1] if found else None
                if last and last.end == source and last.end - last.start == len(last.text):
                    found[-1] = Text(last.start, source + len(text), last.text + text)
                else:
                    found.append(Text(source, source + len(text), text))
            else:
                found.append(Text(segment.source, segment.source + segment.width, text))
            start, index = stop, index + 1
        return found


def trimmed_spans(lines: Lines, content: str, start: int) -> Spans:
    """Spans of a paragraph or heading that begins at `start`; blanks at both its ends are not content."""
    source = lines.source
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
    segments: list[Segment] = []
    parts = content.split("\n")
    kept: list[str] = []
    at = 0
    for number, part in enumerate(parts):
        line = first + number
        is_last = number == len(parts) - 1
        end = lines.end(line)
        if trimmed and is_last:
            start = lines.start(line)
            end = start + len(lines.source[start:end].rstrip(MD_TRIM_CHARS))
        if is_last and not part and number and not trimmed:
            break  # behind the final newline of code stands no further line
        kept.append(_add_line(segments, lines, part, at, end))
        at += len(part)
        if not is_last and end < len(lines.source):
            segments.append(Segment(at, end, 1, 1))
            kept.append("\n")
            at += 1
    return Spans(lines.source, "".join(kept), _joined(segments))


def _add_line(segments: list[Segment], lines: Lines, part: str, at: int, end: int) -> str:
    source = lines.source
    start = end - len(part)
    if start >= 0 and source.startswith(part, start):
        if part or not segments:
            segments.append(Segment(at, start, len(part), len(part)))
        return part
    # The first blanks are what is left of a tab when part of it counted as indentation.
    kept = len(part.lstrip(" "))
    while kept < len(part) and source[end - kept - 1] == " ":
        kept += 1
    tab, padding = end - kept - 1, len(part) - kept
    if tab < 0 or source[tab] != "\t":
        raise PositionError(f"line content {part[:40]!r} does not end at {end}")
    segments.append(Segment(at, tab, padding, 1))
    if kept:
        segments.append(Segment(at + padding, end - kept, kept, kept))
    # One blank for one tab would look like a letter that stands there: the tab itself is taken.
    return "\t" + part[1:] if padding == 1 else part


def _joined(segments: list[Segment]) -> list[Segment]:
    """Join letter-for-letter neighbours without a jump, so that plain paragraphs stay cheap."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if last and last.is_verbatim and segment.is_verbatim and last.source + last.width == segment.source:
            length = last.length + segment.length
            joined[-1] = Segment(last.content, last.source, length, length)
        else:
            joined.append(segment)
    return joined


def cell_spans(source: str, start: int, end: int) -> list[Spans]:
    """The cells of a table row that stands at `start..end` of the source.

    Pipes separate cells unless a backslash stands before them; an empty first and last cell come from
    the pipes around the row and are none. Source: GitHub Flavored Markdown, 4.10.
    """
    row = source[start:end].strip(MD_TRIM_CHARS)
    start = source.index(row, start) if row else start
    borders = [-1]
    at = row.find("|")
    while at >= 0:
        if at == 0 or row[at - 1] != "\\":
            borders.append(at)
        at = row.find("|", at + 1)
    borders.append(len(row))
    cells = list(zip((border + 1 for border in borders), borders[1:], strict=False))
    if cells and cells[0][0] == cells[0][1]:
        cells.pop(0)
    if cells and cells[-1][0] == cells[-1][1]:
        cells.pop()
    return [_cell(source, start + first, start + after) for first, after in cells]


def _cell(source: str, start: int, end: int) -> Spans:
    text = source[start:end]
    trimmed = text.strip(MD_TRIM_CHARS)
    if trimmed:
        start += text.index(trimmed[0])
    end = start + len(trimmed)
    content: list[str] = []
    segments: list[Segment] = []
    at = 0
    while start < end:
        pipe = source.find("\\|", start, end)
        plain = (pipe if pipe >= 0 else end) - start
        if plain:
            segments.append(Segment(at, start, plain, plain))
            content.append(source[start : start + plain])
            at, start = at + plain, start + plain
        if pipe >= 0:
            segments.append(Segment(at, pipe, 1, 2))
            content.append("|")
            at, start = at + 1, pipe + 2
    return Spans(source, "".join(content), segments or [Segment(0, start, 0, 0)])
