"""The history of a paper as its page shows it: by day and sitting, with milestones. Quick however long the history is.

Rows are read in few columns and by number, never by counting from the beginning: a page costs the same at ten and at
ten thousand revisions. Only the list of contributors looks at all rows; it is kept as a derived row for each head.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Row, Select, func, or_, select

from workspace.accounts.models import Member
from workspace.accounts.queries import members_by_id
from workspace.config import settings
from workspace.db import session
from workspace.papers.models import Paper, ReadMark, Revision, RevisionAuthor, Source, Version
from workspace.papers.queries import contributors_of
from workspace.papers.seals import sealed_numbers
from workspace.text.grouping import Kept, sittings
from workspace.web.derived import derived
from workspace.web.i18n import local

TIMELINE_VERSION = 3
"""Part of the key under which pages of the history are kept; count up when they look different."""
ROWS_PER_LINE = 4
"""So many revisions are read for each line of a page: neighbours of one sitting fold into one."""
SMALL_WORDS = 10
"""A sitting with no more words, put in and taken out, is small."""
FOLDED_FROM = 3
"""So many small sittings in a row become one line that opens."""
MOST_STANDS = 60
"""Days to choose from when other revisions are compared; older texts are reached through the history."""
STAND_ROWS = 400


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the history is asked for."""

    who: int | None = None
    named_only: bool = False
    words: str = ""

    @property
    def is_empty(self) -> bool:
        return self.who is None and not self.named_only and not self.words


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the revisions of a sitting, newest first."""

    numbers: Sequence[int]
    summaries: Sequence[str]
    source: Source
    authors: Sequence[Member | None]
    inserted: int
    deleted: int
    start: datetime
    end: datetime
    version: Version | None
    is_sealed: bool

    @property
    def newest(self) -> int:
        return self.numbers[0]

    @property
    def start_time(self) -> str:
        """14:03"""
        return f"{local(self.start):%H:%M}"

    @property
    def end_time(self) -> str:
        return f"{local(self.end):%H:%M}"

    @property
    def before(self) -> int:
        """The revision before this sitting; 0 before the first."""
        return self.numbers[-1] - 1


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    lines: Sequence[Line]
    has_read_mark: bool
    """Up to a revision of this day the reader has read."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Days of small sittings, folded into one line."""

    days: Sequence[Day]

    @property
    def lines(self) -> Sequence[Line]:
        return [line for day in self.days for line in day.lines]

    @property
    def authors(self) -> Sequence[Member | None]:
        return list(dict.fromkeys(author for line in self.lines for author in line.authors))

    @property
    def inserted(self) -> int:
        return sum(line.inserted for line in self.lines)

    @property
    def deleted(self) -> int:
        return sum(line.deleted for line in self.lines)


@dataclass(frozen=True, slots=True)
class Timeline:
    stretches: Sequence[Day | Gap]
    older: int | None
    """`before` of the next page; None at the end."""


Found = Row[int, int, datetime, str, str, int]


def timeline(
    paper: Paper, filters: Filters, before: int | None, mark: ReadMark | None, members: Mapping[int, Member]
) -> Timeline:
    """One page of the history, newest first.

    Args:
        members: everybody who wrote in the paper, by id.
        before: only revisions below this number.
    """
    size = settings().page_size
    most = size * ROWS_PER_LINE if filters.is_empty else size
    rows = session().execute(_rows(paper, filters, before).limit(most + 1)).all()
    has_more = len(rows) > most
    rows = rows[:most]
    credits_of = _credits([row.id for row in rows])
    versions = _versions([row.id for row in rows])
    sealed = sealed_numbers(paper)
    folded = list(_folded(rows, credits_of, versions, sealed, is_folding=filters.is_empty))
    if has_more and len(folded) > 1 and filters.is_empty:
        folded.pop()  # it may go on behind the last row that was read
    shown = folded[:size]
    has_more = has_more or len(folded) > size
    lines = [_line(found, credits_of, versions, members, sealed) for found in shown]
    stretches = _stretches(paper, lines, mark) if filters.is_empty else _days(lines, mark)
    return Timeline(list(stretches), lines[-1].numbers[-1] if has_more and lines else None)


def _rows(paper: Paper, filters: Filters, before: int | None) -> Select[int, int, datetime, str, str, int]:
    query = (
        select(
            Revision.id, Revision.number, Revision.created_at, Revision.summary, Revision.source, Revision.committed_by
        )
        .where(Revision.paper_id == paper.id)
        .order_by(Revision.number.desc())
    )
    if before is not None:
        query = query.where(Revision.number < before)
    if filters.who is not None:
        wrote = select(RevisionAuthor.revision_id).where(
            RevisionAuthor.revision_id == Revision.id, RevisionAuthor.member_id == filters.who
        )
        query = query.where(wrote.exists())
    if filters.named_only:
        query = query.join(Version, Version.revision_id == Revision.id)
    if filters.words:
        words = filters.words
        # SQLite folds only a to z, so a capital umlaut is asked for as well
        query = query.where(
            or_(
                func.lower(Revision.summary).contains(words.lower(), autoescape=True),
                Revision.summary.contains(words.capitalize(), autoescape=True),
                Revision.summary.contains(words, autoescape=True),
            )
        )
    return query


Credits = Mapping[int, Sequence[tuple[int, int, int]]]
"""Revision id → (member id, words put in, words taken out)."""


def _credits(ids: Sequence[int]) -> Credits:
    rows = session().execute(
        select(
            RevisionAuthor.revision_id, RevisionAuthor.member_id, RevisionAuthor.inserted, RevisionAuthor.deleted
        ).where(RevisionAuthor.revision_id.in_(ids))
    )
    found: dict[int, list[tuple[int, int, int]]] = {}
    for revision, member, inserted, deleted in rows:
        found.setdefault(revision, []).append((member, inserted, deleted))
    return found


def _versions(ids: Sequence[int]) -> Mapping[int, Version]:
    rows = session().scalars(select(Version).where(Version.revision_id.in_(ids)))
    return {version.revision_id: version for version in rows}


def _folded(
    rows: Sequence[Found], credits_of: Credits, versions: Mapping[int, Version], sealed: Set[int], *, is_folding: bool
) -> Iterator[Sequence[Found]]:
    """The rows of each line. What a filter leaves stands alone, its neighbours may be missing; and what is sealed."""
    if not is_folding:
        yield from ([row] for row in rows)
        return
    by_number = {row.number: row for row in rows}
    kept = (
        Kept(
            row.number, frozenset(member for member, _in, _out in credits_of.get(row.id, ())), row.created_at,
            row.id in versions or row.number in sealed,
        )
        for row in rows
    )  # fmt: skip
    for sitting in sittings(kept):
        yield from _by_day([by_number[number] for number in sitting.numbers])


def _by_day(rows: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """A sitting over midnight is a line in each day."""
    for _day, found in groupby(rows, lambda row: local(row.created_at).date()):
        yield list(found)


def _line(
    rows: Sequence[Found], credits_of: Credits, versions: Mapping[int, Version], members: Mapping[int, Member],
    sealed: Set[int],
) -> Line:  # fmt: skip
    found = [credit for row in rows for credit in credits_of.get(row.id, ())]
    authors = dict.fromkeys(member for member, _in, _out in found) or dict.fromkeys([rows[0].committed_by])
    sources = {row.source for row in rows}
    return Line(
        numbers=[row.number for row in rows],
        summaries=list(dict.fromkeys(row.summary for row in rows if row.summary)),
        source=Source(sources.pop()) if len(sources) == 1 else Source.FORM,
        authors=[members.get(author) for author in authors],
        inserted=sum(inserted for _member, inserted, _out in found),
        deleted=sum(deleted for _member, _in, deleted in found),
        start=rows[-1].created_at,
        end=rows[0].created_at,
        version=versions.get(rows[0].id),
        is_sealed=rows[0].number in sealed,
    )


def _days(lines: Iterable[Line], mark: ReadMark | None) -> Iterator[Day]:
    for day, found in groupby(lines, lambda line: local(line.end).date()):
        of_day = list(found)
        has_mark = mark is not None and any(mark.revision_number in line.numbers for line in of_day)
        yield Day(day, of_day, has_mark)


def _stretches(paper: Paper, lines: Iterable[Line], mark: ReadMark | None) -> Iterator[Day | Gap]:
    """Days, and between them what is small enough to be folded. What one looks for here is never folded."""
    read = mark.revision_number if mark is not None else 0

    def is_small(line: Line) -> bool:
        is_sought = (
            line.is_sealed or line.version is not None or line.newest == paper.head_number or read in line.numbers
        )
        return not is_sought and line.before > 0 and line.inserted + line.deleted <= SMALL_WORDS

    open_lines: list[Line] = []
    for is_quiet, found in groupby(lines, is_small):
        stretch = list(found)
        if is_quiet and len(stretch) >= FOLDED_FROM:
            yield from _days(open_lines, mark)
            yield Gap(list(_days(stretch, mark)))
            open_lines = []
        else:
            open_lines += stretch
    yield from _days(open_lines, mark)


def contributors(paper: Paper) -> Sequence[tuple[Member, int]]:
    """Who wrote in a paper and in how many revisions, most first."""

    def make() -> str:
        return json.dumps([[member, count] for member, count in contributors_of(paper)])

    rows = json.loads(derived(paper.id, "contributors", (1, paper.head_number), make))
    members = members_by_id(member for member, _count in rows)
    return [(members[member], count) for member, count in rows if member in members]


@dataclass(frozen=True, slots=True)
class Stand:
    """A revision to choose for a comparison."""

    number: int
    at: datetime
    version: str


def stands(paper: Paper, *needed: int) -> Sequence[Stand]:
    """Revisions worth choosing, newest first: the last of each day lately, all named versions, and those needed.

    Sealed ones are not among them.
    """
    sealed = sealed_numbers(paper)
    named = select(Version.revision_number, Version.name).where(Version.paper_id == paper.id)
    names = {row.revision_number: row.name for row in session().execute(named)}
    lately = session().execute(
        select(Revision.number, Revision.created_at)
        .where(Revision.paper_id == paper.id, Revision.number > paper.head_number - STAND_ROWS)
        .order_by(Revision.number.desc())
    )
    last_of_day = [next(found) for _day, found in groupby(lately, lambda row: local(row.created_at).date())]
    chosen = {row.number: row.created_at for row in last_of_day[:MOST_STANDS]}
    missing = ({*names, *needed} - chosen.keys()) - {0}
    others = select(Revision.number, Revision.created_at).where(
        Revision.paper_id == paper.id, Revision.number.in_(sorted(missing))
    )
    chosen |= {row.number: row.created_at for row in session().execute(others)}
    return [
        Stand(number, chosen[number], names.get(number, "")) for number in sorted(chosen.keys() - sealed, reverse=True)
    ]
