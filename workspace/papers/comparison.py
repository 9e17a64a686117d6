"""Two revisions compared: the marked text, what it counts and who changed what. Made parts are kept as derived rows."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import Self

from markupsafe import Markup, escape
from sqlalchemy import func, select

from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.accounts.queries import members_by_id
from workspace.db import session
from workspace.papers.comparison_contents import Part, contents
from workspace.papers.comparison_words import redline_words
from workspace.papers.models import Attachment, Paper, Revision, RevisionAuthor, SealKind
from workspace.papers.reading import figures
from workspace.papers.seals import Sealed, require_open
from workspace.papers.store import authors_of, text_of
from workspace.text import diff, html
from workspace.text.authorship import Runs
from workspace.text.redline import REDLINE_VERSION, Counts, Redline, Section, redline
from workspace.text.redline_views import Look, changes_only, column, side_by_side
from workspace.text.redline_words import Person
from workspace.text.tree import parse
from workspace.web.derived import derived
from workspace.web.i18n import fmt_datetime, locale
from workspace.web.templating import initials

COMPARISON_VERSION = 5
"""Part of every cache key: raise it with every change of what is written here."""
MOST_TEXTS = 128
MOST_READ = 8_000_000
"""So many texts in between, and characters of them, are read to find who moved something or took it out."""
ENOUGH = 24
"""So many characters recognise a passage; shorter ones are looked for together with what stands around them."""


class View(StrEnum):
    COLUMN = "column"
    SIDE = "side"
    CHANGES = "changes"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of `old` in `new`.

    html: the marked text; empty for the clean view, which is the reading page's.
    since: when the first of the changes was saved; all of them lie between then and `new`.
    total: changes to step through. people: who changed how much, most first.
    sections: where the changes lie; empty where there are few.
    """

    old: Revision
    new: Revision
    view: View
    html: Markup
    since: datetime
    counts: Counts
    total: int
    people: Sequence[tuple[Member, int]]
    sections: Sequence[Part]
    is_coarse: bool

    @property
    def has_moves(self) -> bool:
        return self.counts.moved > 0

    @property
    def is_same(self) -> bool:
        """Whether both texts are letter for letter the same."""
        return self.old.text_hash == self.new.text_hash


@dataclass(frozen=True, slots=True)
class _Made:
    """What is kept of a comparison; people by their ids, their names come in when it is shown."""

    counts: Counts
    total: int
    people: list[tuple[int, int]]
    sections: list[Part]
    is_coarse: bool
    html: str

    def pack(self) -> str:
        counts = self.counts
        numbers = [counts.changed, counts.inserted, counts.moved, counts.deleted, counts.formatted]
        targets = [[section.number, section.title] for section in counts.moved_to]
        sections = [part.pack() for part in self.sections]
        return json.dumps([numbers, targets, self.total, self.people, sections, self.is_coarse]) + "\n" + self.html

    @classmethod
    def unpack(cls, kept: str) -> Self:
        head, _newline, made = kept.partition("\n")
        numbers, targets, total, people, sections, is_coarse = json.loads(head)
        changed, inserted, moved, deleted, formatted = numbers
        moved_to = tuple(Section(number, title) for number, title in targets)
        counts = Counts(changed, inserted, moved, deleted, formatted, moved_to)
        people = [(member, count) for member, count in people]
        return cls(counts, total, people, [Part.unpack(part) for part in sections], is_coarse, made)


def compare(paper: Paper, old: Revision, new: Revision, view: View = View.COLUMN) -> Comparison:
    """Compare two revisions of a paper; `old` is the earlier one. Raises: Sealed where one of them is."""
    require_open(SealKind.REVISION, old.id, new.id)

    def make() -> str:
        return _make(paper, old, new, view).pack()

    newest_file = session().scalar(select(func.max(Attachment.id)).where(Attachment.paper_id == paper.id))
    inputs = (
        COMPARISON_VERSION, REDLINE_VERSION, html.RENDERER_VERSION, old.number, new.number, old.text_hash,
        new.text_hash, view, locale(), newest_file,
    )  # fmt: skip
    made = _Made.unpack(derived(paper.id, "compare", inputs, make))
    members = members_by_id(member for member, _count in made.people)
    return Comparison(
        old, new, view, _with_names(made.html, members), _first_change(paper, old, new), made.counts, made.total,
        [(members[member], count) for member, count in made.people if member in members], made.sections,
        made.is_coarse,
    )  # fmt: skip


def _first_change(paper: Paper, old: Revision, new: Revision) -> datetime:
    """When the revision after the older one was saved; the moment of `new` where nothing lies between."""
    if old.number + 1 >= new.number:
        return new.created_at
    return (
        session()
        .scalars(select(Revision.created_at).where(Revision.paper_id == paper.id, Revision.number == old.number + 1))
        .one()
    )


def _make(paper: Paper, old: Revision, new: Revision, view: View) -> _Made:
    credit = _Credit.between(paper, old, new)
    difference = redline(
        parse(text_of(paper, old.number)),
        parse(text_of(paper, new.number)),
        authors=credit.wrote,
        removers=credit.removed,
    )
    look = Look(words=redline_words(), figure=figures(paper), people=_placeholders(difference))
    if view is View.SIDE:
        made = side_by_side(difference, fmt_datetime(old.created_at), fmt_datetime(new.created_at), look)
    elif view is View.CHANGES:
        made = changes_only(difference, look)
    else:
        made = column(difference, look) if view is View.COLUMN else ""
    people = [(author, count) for author, count in difference.people if isinstance(author, int)]
    if len(credit.everybody) == 1:
        people = [(author, difference.total) for author in credit.everybody]
    sections = contents(difference, notes=look.words.page.footnotes)
    return _Made(difference.counts, difference.total, people, sections, difference.is_coarse, made)


# Names come in last, so that what is kept never holds the name of somebody who left.

_NAME = re.compile("\x01([in])(\\d+)\x01")


def _placeholders(difference: Redline) -> Mapping[Hashable, Person]:
    return {author: Person(f"\x01i{author}\x01", f"\x01n{author}\x01") for author, _count in difference.people}


def _with_names(made: str, members: Mapping[int, Member]) -> Markup:
    def name(found: re.Match[str]) -> str:
        member = members.get(int(found[2]))
        text = shown_name(member) if member is not None else "–"
        return str(escape(initials(text) if found[1] == "i" and member is not None else text))

    # the writer escapes whatever people wrote, and a text in the stored form holds no such sign
    return Markup(_NAME.sub(name, made))  # noqa: S704


# Who changed what


@dataclass(slots=True)
class _Credit:
    """Who wrote and who took out what between two revisions."""

    paper: Paper
    old: int
    new: int
    by_number: dict[int, frozenset[int]]
    """Revision → who is credited in it, for the revisions after the old one up to the new one."""
    everybody: frozenset[int]
    texts: dict[int, str] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _written: list[tuple[int, int, int]] = field(default_factory=list)
    """(start, end, author) of what is new in the newer text, in order."""

    @classmethod
    def between(cls, paper: Paper, old: Revision, new: Revision) -> Self:
        rows = session().execute(
            select(Revision.number, RevisionAuthor.member_id)
            .join(RevisionAuthor, RevisionAuthor.revision_id == Revision.id)
            .where(Revision.paper_id == paper.id, Revision.number > old.number, Revision.number <= new.number)
        )
        found: dict[int, set[int]] = {}
        for number, member in rows:
            found.setdefault(number, set()).add(member)
        by_number = {number: frozenset(who) for number, who in found.items()}
        credit = cls(paper, old.number, new.number, by_number, frozenset[int]().union(*by_number.values()))
        if len(credit.everybody) > 1:
            runs = authors_of(paper, new.number).runs
            # A change as readers see it holds words that stood there before: only what is really new has an author.
            difference = diff.compare(credit._text(old.number), credit._text(new.number), for_readers=False)
            credit._written = [piece for piece in _new_pieces(difference, runs) if piece[2] in credit.everybody]
            credit._starts = [start for start, _end, _author in credit._written]
        return credit

    def wrote(self, start: int, end: int) -> Sequence[Hashable]:
        """Who wrote new[start:end], most first; only those who wrote since the old revision."""
        if len(self.everybody) < 2:
            return tuple(self.everybody)
        written: Counter[int] = Counter()
        at = max(0, bisect_right(self._starts, start) - 1)
        while at < len(self._written) and self._starts[at] < end:
            first, after, author = self._written[at]
            if after > start:
                written[author] += min(end, after) - max(start, first)
            at += 1
        if not written:  # words that stood elsewhere before: who brought them here
            return self._at_the_turn(_recognisable(self._text(self.new), start, end), is_there_at_last=True)
        return [author for author, _count in written.most_common()]

    def removed(self, start: int, end: int) -> Sequence[Hashable]:
        """Who is credited in the revision in which old[start:end] was there no more."""
        if len(self.everybody) < 2:
            return tuple(self.everybody)
        return self._at_the_turn(_recognisable(self._text(self.old), start, end), is_there_at_last=False)

    def _at_the_turn(self, words: str, *, is_there_at_last: bool) -> Sequence[Hashable]:
        """Who is credited in a revision in which these words came or went; nobody where too much were to be read."""
        low, high = self.old, self.new  # in `high` it is as at last, in `low` not yet
        while high - low > 1 and len(self._who(low, high)) > 1:
            middle = (low + high) // 2
            if middle not in self.texts and self._has_read_enough():
                return ()
            if (words in self._text(middle)) is is_there_at_last:
                high = middle
            else:
                low = middle
        return sorted(self._who(low, high))

    def _has_read_enough(self) -> bool:
        return len(self.texts) >= MOST_TEXTS or sum(map(len, self.texts.values())) >= MOST_READ

    def _who(self, low: int, high: int) -> frozenset[int]:
        """Who is credited after one revision up to another."""
        found: set[int] = set()
        for number in range(low + 1, high + 1):
            found |= self.by_number.get(number, frozenset())
            if len(found) > 1 and high - low > 1:
                break
        return frozenset(found)

    def _text(self, number: int) -> str:
        if number not in self.texts:
            try:
                self.texts[number] = text_of(self.paper, number)
            except Sealed:
                self.texts[number] = ""  # what came or went in it is told of the next one
        return self.texts[number]


def _new_pieces(difference: diff.Difference, runs: Runs) -> Iterator[tuple[int, int, int]]:
    """What was inserted, cut where its author changes."""
    authors = iter([(end, author) for end, (author, _length) in zip(
        accumulate(length for _author, length in runs), runs, strict=True
    )])  # fmt: skip
    run_end, author = next(authors, (0, 0))
    at = 0
    for kind, text in difference.ops:
        if kind < 0:
            continue
        end = at + len(text)
        while at < end:
            while run_end <= at:
                run_end, author = next(authors)
            cut = min(end, run_end)
            if kind > 0 and isinstance(author, int):
                yield at, cut, author
            at = cut


def _recognisable(text: str, start: int, end: int) -> str:
    """text[start:end], a short one with what stands before and after it in its line."""
    if end - start >= ENOUGH:
        return text[start:end]
    first = max(text.rfind("\n", 0, start) + 1, start - ENOUGH)
    line_end = text.find("\n", end)
    return text[first : min(end + ENOUGH, line_end if line_end >= 0 else len(text))]
