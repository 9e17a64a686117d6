"""What was typed since the newest revision: exactly which characters came and went, and whose doing each is.

The CRDT knows every unit by (client, clock), and each client belongs to one member. To read that in the order of the
text, the state is rewritten: every unit that stands in the older or the newer text becomes one letter that says what
became of it and through whom; all others stay deleted. A fresh document of that state, read as text, is the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from workspace.papers.document import Damaged, Document, Stored, read_mark, text_of_state
from workspace.papers.known import NOBODY
from workspace.papers.labels import FIRST_LABEL, relabelled
from workspace.papers.units import Spans
from workspace.papers.updates import Span, read_update
from workspace.text import authorship
from workspace.text.diff import Difference, Op, compare
from workspace.text.runs import Runs, joined
from workspace.text.tokens import words

_RUN = re.compile(r"(.)\1*", re.DOTALL)

Kind = Literal[-1, 0, 1]
SIDES: Final[tuple[Kind, Kind]] = (-1, 1)
Piece = tuple[Kind, str, int]
"""(kind as in a difference, text, member): who put it in or took it out; NOBODY for what was kept."""
Label = tuple[Kind, int]
"""(kind, member)"""


@dataclass(frozen=True, slots=True)
class Typed:
    """How the text of the newest revision became another one, and through whom."""

    difference: Difference
    runs: Runs
    """Over the new text; NOBODY for what was kept."""
    words: Mapping[int, tuple[int, int]]
    """Member → words put in and taken out; everybody who typed anything."""


def typed_since(document: Document, old: str, new: str, rows: Iterable[Stored], last_writer: int) -> Typed:
    """What lies between the newest revision and a document.

    Args:
        old: the text of that revision; new: the text of the one to be made. Both may differ from the log's text in
            their last line ends.
        rows: of the log, all behind that revision.
        last_writer: whose line ends at the end of the text are.
    Raises: Damaged.
    """
    pieces = list(_pieces(document, old, _Deleters(rows)))
    if _sides(pieces) != (old, new):
        pieces = list(_with_one_end(pieces, last_writer))
    if _sides(pieces) != (old, new):
        raise Damaged(f"mark of paper {document.paper_id}")
    difference = Difference(old, new, tuple(_ops(pieces)), (), False)
    runs = joined(((member, len(text)),) for kind, text, member in pieces if kind >= 0)
    return Typed(difference, runs, _words(pieces, last_writer))


def written_by(member_id: int, old: str, new: str) -> Typed:
    """The same where nothing is known but who was the last to write."""
    difference = compare(old, new, for_readers=False)
    pieces = [(kind, text, member_id) for kind, text in difference.ops]
    return Typed(difference, authorship.start(new, member_id), _words(pieces, member_id))


class _Deleters:
    """Who deleted which units: the first in the order of the log."""

    def __init__(self, rows: Iterable[Stored]) -> None:
        self._known: dict[int, Spans] = {}
        self._found: dict[int, list[tuple[int, int, int]]] = {}
        for row in rows:
            for member_id, update in row.updates:
                for client, start, end in read_update(update, limit=None).deletes:
                    known = self._known.setdefault(client, Spans())
                    for span in known.without(start, end):
                        self._found.setdefault(client, []).append((*span, member_id))
                    known.add(start, end)
        for spans in self._found.values():
            spans.sort()

    def spans(self, client: int) -> Sequence[tuple[int, int, int]]:
        """(first clock, clock behind, member), in order."""
        return self._found.get(client, ())


def _pieces(document: Document, old: str, deleters: _Deleters) -> Iterator[Piece]:
    """The pieces of the log's text at the revision and now, in order."""
    labels: list[Label] = []
    state = _labelled(document, deleters, labels)
    shown = text_of_state(state)
    runs = [(labels[ord(run[1]) - FIRST_LABEL], run.end() - run.start()) for run in _RUN.finditer(shown)]
    body = old.rstrip("\n")
    units = sum(length for (kind, _), length in runs if kind <= 0)
    before = _Units(body + "\n" * (units - _length(body)))
    after = _Units(document.text)
    if before.length != units or after.length != units + sum(kind * length for (kind, _), length in runs):
        raise Damaged(f"mark of paper {document.paper_id}")
    for (kind, member), length in runs:
        text = before.take(length) if kind <= 0 else after.take(length)
        if kind == 0:
            after.take(length)
        yield kind, text, member


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Units:
    """A text to be taken apart by lengths in UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._data, self._at = text.encode("utf-16-le"), 0

    @property
    def length(self) -> int:
        return len(self._data) // 2

    def take(self, length: int) -> str:
        start, self._at = self._at, self._at + 2 * length
        return self._data[start : self._at].decode("utf-16-le")


def _labelled(document: Document, deleters: _Deleters, labels: list[Label]) -> bytes:
    """The state with labels instead of letters; fills `labels`, by which they can be read."""
    numbers: dict[Label, str] = {}
    deleted_then, clocks_then = read_mark(document.kept.state)
    clients: dict[int, _Client] = {}

    def of(client: int) -> _Client:
        if client not in clients:
            clients[client] = _Client(
                clocks_then.get(client, 0), deleted_then.get(client, []),
                list(document.known.deleted.get(client, ())), deleters.spans(client),
                document.known.owners.get(client, NOBODY),
            )  # fmt: skip
        return clients[client]

    def letter(client: int, clock: int) -> str | None:
        fate = of(client).fate(clock)
        if fate is None:
            return None
        if fate not in numbers:
            numbers[fate] = chr(FIRST_LABEL + len(labels))
            labels.append(fate)
        return numbers[fate]

    return relabelled(document.snapshot().data, lambda client: of(client).borders, letter)


class _Client:
    """What became of one client's units."""

    def __init__(
        self, then: int, deleted_then: Sequence[Span], deleted_now: Sequence[Span],
        deleters: Sequence[tuple[int, int, int]], owner: int,
    ) -> None:  # fmt: skip
        self._then, self._owner = then, owner
        self._deleted_then, self._deleted_now, self._deleters = deleted_then, deleted_now, deleters
        borders = {then, *(clock for span in (*deleted_then, *deleted_now) for clock in span)}
        borders.update(clock for start, end, _ in deleters for clock in (start, end))
        self.borders = sorted(borders)
        """Clocks at which it may be another thing."""

    def fate(self, clock: int) -> Label | None:
        """What became of a unit; None for what stands in neither text."""
        stood = clock < self._then and _span_at(self._deleted_then, clock) is None
        stands = _span_at(self._deleted_now, clock) is None
        if stood and stands:
            return 0, NOBODY
        if stands:
            return 1, self._owner
        if not stood:
            return None
        by = _span_at(self._deleters, clock)
        return -1, by[2] if by is not None else NOBODY


def _span_at(spans: Sequence[tuple[int, ...]], clock: int) -> tuple[int, ...] | None:
    at = bisect_right(spans, clock, key=lambda span: span[0]) - 1
    return spans[at] if at >= 0 and clock < spans[at][1] else None


def _sides(pieces: Iterable[Piece]) -> tuple[str, str]:
    """The older and the newer text."""
    old, new = ("".join(text for kind, text, _ in pieces if kind != side) for side in (1, -1))
    return old, new


def _with_one_end(pieces: Sequence[Piece], last_writer: int) -> Iterator[Piece]:
    """The pieces of texts that end in exactly one line end, as they are stored."""
    left = [len(side.rstrip("\n")) for side in _sides(pieces)]
    has_text = [length > 0 for length in left]
    for kind, text, member in pieces:
        in_old = min(len(text), left[0]) if kind <= 0 else 0
        in_new = min(len(text), left[1]) if kind >= 0 else 0
        left = [left[0] - in_old, left[1] - in_new]
        both = min(in_old, in_new)
        if both:
            yield 0, text[:both], NOBODY
        if in_old > both:
            yield -1, text[both:in_old], member or last_writer
        if in_new > both:
            yield 1, text[both:in_new], member or last_writer
    if all(has_text):
        yield 0, "\n", NOBODY
    else:
        yield from ((side, "\n", last_writer) for side, has in zip(SIDES, has_text, strict=True) if has)


def _ops(pieces: Iterable[Piece]) -> Iterator[Op]:
    """The pieces as a difference has them: what went before what came, and neighbours joined."""
    for is_kept, group in groupby(pieces, lambda piece: piece[0] == 0):
        texts = [(kind, text) for kind, text, _ in group]
        if is_kept:
            yield 0, "".join(text for _, text in texts)
            continue
        for side in SIDES:
            changed = "".join(text for kind, text in texts if kind == side)
            if changed:
                yield side, changed


def _words(pieces: Sequence[Piece], last_writer: int) -> dict[int, tuple[int, int]]:
    """Neighbouring pieces of one member count together: a word is typed letter by letter."""
    counts: dict[int, Counter[int]] = {}
    for (kind, member), group in groupby(pieces, lambda piece: (piece[0], piece[2])):
        if kind and member != NOBODY:
            counts.setdefault(member, Counter())[kind] += len(words("".join(text for _, text, _ in group)))
    return {member: (found[1], found[-1]) for member, found in counts.items()} or {last_writer: (0, 0)}
