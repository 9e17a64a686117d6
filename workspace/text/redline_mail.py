"""A difference for a mail: the changed passages, one after the other, in HTML or in plain text.

Mail programs drop style sheets and know neither addresses in the page nor parts that fold. So this is not
the page's HTML with less in it but the rows of the same difference (`redline_rows`) in the few elements that
read well everywhere; the look of `<ins>` and `<del>` is a `style` attribute. Pages must not get this HTML:
their policy forbids style attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from workspace.text.nodes import FootnoteRef, Image
from workspace.text.passages import escape
from workspace.text.redline import Redline
from workspace.text.redline_inline import Border, Style
from workspace.text.redline_rows import Row, Run, rows
from workspace.text.redline_words import GERMAN, Words, said

MOST = 20
"""So many changes stand in a mail; the page has them all."""
AROUND = 160
"""Letters of unchanged words that stay on either side of a change."""
LONGEST = 1_200
"""Letters of one change that stay; of a longer one the beginning is shown."""
CUT = " … "
STYLES: Mapping[int, str] = MappingProxyType(
    {
        -1: "color:#8b0001;background-color:#fde9e6;text-decoration:line-through",
        1: "color:#004e10;background-color:#def4e1;text-decoration:underline",
    }
)
"""How a deletion and an insertion look; dark letters on light ground, as on the page in daylight."""
_MARGIN = "margin:0 0 12px 0"
_TAGS = {"strong": "strong", "emphasis": "em", "strike": "s", "code": "code"}


@dataclass(frozen=True, slots=True)
class MailPart:
    """One changed passage."""

    section: str
    """Number and title of the section it stands in, "" before the first."""
    rows: tuple[Row, ...]
    """Its leaves in order: of a table the changed cells."""


def mail_parts(redline: Redline, most: int = MOST) -> tuple[list[MailPart], int]:
    """The first `most` changes in order, and how many more there are (a number to say with a link to the page)."""
    names: dict[int, str] = {}
    for entry, section in zip(redline.entries, redline.sections, strict=True):
        names.setdefault(id(entry.node.block), section.name if section else "")
    changed = (row for row in rows(redline) if row.number and not row.is_away and _says_something(row))
    parts: list[MailPart] = []
    for number, found in groupby(changed, lambda row: row.number):
        if number <= most:
            of_change = tuple(found)
            parts.append(MailPart(names.get(id(of_change[0].path[0]), ""), of_change))
    return parts, max(0, redline.total - most)


def _says_something(row: Row) -> bool:
    """Whether a leaf of a change changed itself: of a table with one more column most cells did not."""
    return bool(row.side or row.notes or row.change == "move" or any(run.kind for run in row.runs))


def mail_html(redline: Redline, *, most: int = MOST, words: Words = GERMAN) -> str:
    """The first `most` changes as HTML for a mail, each under the name of its section; "" without a change."""
    return _written(redline, most, _Html(words))


def mail_text(redline: Redline, *, most: int = MOST, words: Words = GERMAN) -> str:
    """The same as plain text: what came and what went stands in square brackets and says so."""
    return _written(redline, most, _Plain(words))


def _written(redline: Redline, most: int, way: _Way) -> str:
    out: list[str] = []
    section = ""
    for part in mail_parts(redline, most)[0]:
        if part.section and part.section != section:
            out.append(way.line(way.strong(way.text(part.section))))
        section = part.section
        out += map(way.line, _lines(part, way))
    return "".join(out)


def _lines(part: MailPart, way: _Way) -> Iterator[str]:
    """A change line by line: cells of one row in one line, remarks last."""
    if part.rows[0].change == "move":
        yield way.text(way.words.signs["move"])
    for _, cells in groupby(part.rows, _line_of):
        of_line = list(cells)
        written = " | ".join(filter(None, (_leaf(row, way) for row in of_line)))
        if not written:
            continue  # a line across the page, an empty cell
        yield _lead(of_line[0], way) + (way.strong(written) if of_line[0].path[-1].kind == "heading" else written)
    for note in dict.fromkeys(note for row in part.rows for note in row.notes):
        if remark := said(note, way.words):
            yield way.text(f"({remark})")


def _line_of(row: Row) -> int:
    """What tells one line from the next: the row of a table, else the leaf."""
    return id(next((block for block in row.path if block.kind == "row"), row.path[-1]))


def _lead(row: Row, way: _Way) -> str:
    return way.text("• ") if row.path[-1].kind == "paragraph" and any(b.kind == "item" for b in row.path) else ""


class _Stretch(NamedTuple):
    """Neighbouring runs of one kind."""

    kind: int
    runs: Sequence[Run]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def _leaf(row: Row, way: _Way) -> str:
    stretches = [_Stretch(kind, tuple(runs)) for kind, runs in groupby(row.runs, lambda run: run.kind)]
    out: list[str] = []
    for at, stretch in enumerate(stretches):
        after = stretches[at + 1] if at + 1 < len(stretches) else None
        before = stretches[at - 1] if at else None
        if stretch.kind < 0 and after and after.kind > 0 and after.text == stretch.text:
            continue  # only its formatting changed: a remark says so, nothing is read twice
        is_kept = not stretch.kind or bool(before and before.kind < 0 and before.text == stretch.text)
        if is_kept:
            runs = _shortened(stretch.runs, AROUND if at else 0, AROUND if after else 0)
        else:
            runs = _shortened(stretch.runs, LONGEST, 0)
        written = "".join(way.run(run) for run in runs)
        out.append(written if is_kept or not stretch.text.strip() else way.change(stretch.kind, written))
        if stretch.kind < 0 and after and after.kind > 0 and not stretch.text[-1:].isspace():
            out.append(" ")  # no style keeps a deletion and its insertion apart
    return "".join(out)


def _shortened(runs: Iterable[Run], head: int, foot: int) -> list[Run]:
    """Runs of which only so many letters at the beginning and at the end stay, cut between words."""
    runs = list(runs)
    size = sum(len(run.text) for run in runs)
    if size <= head + foot + AROUND:
        return runs
    out: list[Run] = []
    at, is_cut = 0, False
    for run in runs:
        first = run.text[: max(0, head - at)]
        last = run.text[max(len(first), size - foot - at) :] if foot else ""
        at += len(run.text)
        if len(first) + len(last) == len(run.text):
            out.append(run)
            continue
        if run.atom is not None:
            first = last = ""
        if first:
            out.append(run._replace(text=first.rpartition(" ")[0] or first))
        if not is_cut:
            out.append(Run(run.kind, CUT, (), None))
            is_cut = True
        if last:
            out.append(run._replace(text=last.partition(" ")[2] or last))
    return out


def _in_gaps(text: str) -> tuple[str, str, str]:
    """The blanks in front, the words, the blanks behind; marks are for words."""
    words = text.strip()
    head, _, foot = text.partition(words)
    return head, words, foot


@dataclass(frozen=True, slots=True)
class _Way:
    """How a mail is written; plain text."""

    words: Words

    def text(self, text: str) -> str:
        return text

    def line(self, inside: str) -> str:
        return f"{inside}\n\n"

    def strong(self, inside: str) -> str:
        return inside

    def change(self, kind: int, inside: str) -> str:
        label = self.words.deleted if kind < 0 else self.words.inserted
        head, words, foot = _in_gaps(inside)
        return f"{head}[{label} {words}]{foot}"

    def styled(self, inside: str, styles: tuple[Style, ...]) -> str:
        return inside

    def new_line(self) -> str:
        return "\n"

    def run(self, run: Run) -> str:
        """A stretch of words with one formatting."""
        atom = run.atom
        if atom is None:
            return self.styled(self.text(run.text), run.styles)
        if isinstance(atom, Image):
            return self.text(f"[{self.words.page.figure}: {atom.alt or atom.name}]")
        if isinstance(atom, FootnoteRef):
            return self.text(f"[{atom.number}]")
        return self.text(" ¶ ") if isinstance(atom, Border) else self.new_line()


class _Plain(_Way):
    """Plain text."""


class _Html(_Way):
    """The few elements that every mail program shows."""

    def text(self, text: str) -> str:
        return escape(text)

    def line(self, inside: str) -> str:
        return f'<p style="{_MARGIN}">{inside}</p>\n'

    def strong(self, inside: str) -> str:
        return f"<strong>{inside}</strong>"

    def change(self, kind: int, inside: str) -> str:
        tag = "del" if kind < 0 else "ins"
        head, words, foot = _in_gaps(inside)
        return f'{head}<{tag} style="{STYLES[kind]}">{words}</{tag}>{foot}'

    def styled(self, inside: str, styles: tuple[Style, ...]) -> str:
        for style in reversed(styles):
            if style[0] != "link":
                inside = f"<{_TAGS[style[0]]}>{inside}</{_TAGS[style[0]]}>"
            elif style[1].lower().startswith(("http:", "https:", "mailto:")):
                inside = f'<a href="{escape(style[1])}">{inside}</a>'
        return inside

    def new_line(self) -> str:
        return "<br>"
