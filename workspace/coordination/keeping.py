"""What is to stay readable when revisions of a paper are sealed: texts stored against them, authors, passages, marks.

All of it is made from the texts before they go (`prepare`) and written in the transaction that takes them away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, delete, or_, select, update

from workspace.db import session
from workspace.discussion.models import Passage, Placed, Thread
from workspace.discussion.spans import words_in
from workspace.notices.models import Notice, NoticeKind
from workspace.papers.models import Authorship, Paper, ReadMark, Revision, RevisionText
from workspace.papers.seals import first_open, sealed_numbers
from workspace.papers.store import Authors, authors_of, text_of
from workspace.text import anchors, authorship, pack
from workspace.text.anchors import Anchor, State
from workspace.text.diff import compare
from workspace.text.mapping import Mapping as Passed
from workspace.text.tree import parse

SAME_WORDS = (State.EXACT, State.SHIFTED)


@dataclass(frozen=True)
class Coming:
    """The revision that takes the place of a sealed newest one."""

    number: int
    text: str


@dataclass(frozen=True)
class Kept:
    """A commented passage that stands word for word in a later text."""

    number: int
    anchor: Anchor
    words: str


@dataclass(frozen=True)
class Prepared:
    """Everything that sealing these revisions needs.

    rows: revision → its row, standing alone. authors: of the first text behind each sealed stretch. passages: id →
    where it stands from now on; None where its words go too.
    """

    chosen: frozenset[int]
    closed: frozenset[int]
    """These and those sealed before."""
    newest: int
    rows: Mapping[int, bytes] = field(default_factory=dict)
    authors: Mapping[int, Authors] = field(default_factory=dict)
    passages: Mapping[int, Kept | None] = field(default_factory=dict)

    def before(self, number: int) -> int | None:
        """The last readable revision up to this one."""
        return first_open(range(number, 0, -1), self.closed)

    def behind(self, number: int) -> int | None:
        """The first readable revision from this one on."""
        return first_open(range(number, self.newest + 1), self.closed)


def prepare(paper: Paper, chosen: frozenset[int], coming: Coming | None) -> Prepared:
    """The work before the lock.

    Args:
        chosen: numbers of the revisions; the newest only where another one is coming.
    """
    closed = chosen | sealed_numbers(paper)
    newest = coming.number if coming is not None else paper.head_number
    plain = Prepared(chosen, closed, newest)
    texts = _Texts(paper, coming)
    return Prepared(
        chosen, closed, newest, dict(_standing_alone(paper, plain, texts, coming)), dict(_authors_behind(paper, plain)),
        _passages(paper, plain, texts),
    )  # fmt: skip


class _Texts:
    """Texts of the paper, the coming one among them."""

    def __init__(self, paper: Paper, coming: Coming | None) -> None:
        self._paper, self._coming = paper, coming

    def __call__(self, number: int) -> str:
        if self._coming is not None and number == self._coming.number:
            return self._coming.text
        return text_of(self._paper, number)


def _standing_alone(paper: Paper, plan: Prepared, texts: _Texts, coming: Coming | None) -> Iterable[tuple[int, bytes]]:
    """New rows of the readable revisions that are stored as differences to a sealed one."""
    bases = (pack.base_number, pack.earlier_base_number)
    maybe = [
        number
        for number in range(1, paper.head_number + 1)
        if number not in plan.closed and any(base(number) in plan.chosen for base in bases)
    ]
    for number, data in session().execute(
        select(RevisionText.number, RevisionText.data).where(
            RevisionText.paper_id == paper.id, RevisionText.number.in_(maybe)
        )
    ):
        if pack.dictionary_number(number, data) in plan.chosen:
            yield number, pack.encode(texts(number), None)
    if coming is not None and pack.base_number(coming.number) in plan.chosen:
        yield coming.number, pack.encode(coming.text, None)


def _authors_behind(paper: Paper, plan: Prepared) -> Iterable[tuple[int, Authors]]:
    """Authorship is carried from text to text: behind a sealed one it begins anew, with what is known now."""
    for number in sorted(plan.chosen):
        after = number + 1
        if after <= paper.head_number and after not in plan.closed:
            yield after, authors_of(paper, after)


def _passages(paper: Paper, plan: Prepared, texts: _Texts) -> dict[int, Kept | None]:
    """A passage of a sealed text whose very words a later text has belongs to that from now on."""
    rows = session().scalars(
        select(Passage)
        .join(Thread, Thread.id == Passage.thread_id)
        .where(Thread.paper_id == paper.id, Passage.revision_number.in_(plan.chosen), Passage.quote != "")
    )
    by_number: dict[int, list[Passage]] = {}
    for row in rows:
        by_number.setdefault(row.revision_number, []).append(row)
    found: dict[int, Kept | None] = {}
    for number, passages in by_number.items():
        later = plan.behind(number)
        if later is None:
            found |= dict.fromkeys(row.id for row in passages)
            continue
        text = texts(later)
        way = Passed(compare(texts(number), text, for_readers=False))
        document = parse(text)
        for row in passages:
            place = anchors.find(Anchor(row.start, row.end, row.quote, row.prefix, row.suffix), text, way)
            found[row.id] = None
            if place.state in SAME_WORDS and place.start is not None and place.end is not None:
                span = place.start, place.end
                found[row.id] = Kept(later, anchors.describe(text, *span), words_in(document, *span))
    return found


def write(paper: Paper, plan: Prepared) -> None:
    """Take the texts away and put in place what was prepared. In the caller's writing transaction."""
    for number, data in plan.rows.items():
        session().execute(
            update(RevisionText)
            .where(RevisionText.paper_id == paper.id, RevisionText.number == number)
            .values(data=data)
        )
    for table in (RevisionText, Authorship):
        session().execute(delete(table).where(table.paper_id == paper.id, table.number.in_(plan.chosen)))
    _write_authors(paper, plan.authors)
    _write_passages(plan.passages)
    _move_read_marks(paper, plan)
    _move_notices(paper, plan)


def _write_authors(paper: Paper, authors: Mapping[int, Authors]) -> None:
    known = set(
        session().scalars(
            select(Authorship.number).where(Authorship.paper_id == paper.id, Authorship.number.in_(list(authors)))
        )
    )
    session().add_all(
        Authorship(
            paper_id=paper.id, number=number, runs=authorship.encode(found.runs), graveyard=found.graveyard.encode()
        )
        for number, found in authors.items()
        if number not in known
    )  # fmt: skip


def _write_passages(passages: Mapping[int, Kept | None]) -> None:
    for passage_id, kept in passages.items():
        values: dict[str, object] = {"quote": "", "words": "", "prefix": "", "suffix": ""}
        if kept is not None:
            anchor = kept.anchor
            values = {
                "quote": anchor.quote, "words": kept.words, "prefix": anchor.prefix, "suffix": anchor.suffix,
                "start": anchor.start, "end": anchor.end, "revision_number": kept.number,
            }  # fmt: skip
        session().execute(update(Passage).where(Passage.id == passage_id).values(values))
    session().execute(delete(Placed).where(Placed.passage_id.in_(list(passages))))


def _move_read_marks(paper: Paper, plan: Prepared) -> None:
    """Who read a sealed text last has read the one before it: what changed since is shown once more."""
    marked = and_(ReadMark.paper_id == paper.id, ReadMark.revision_number.in_(plan.chosen))
    for number in set(session().scalars(select(ReadMark.revision_number).where(marked))):
        mine = and_(marked, ReadMark.revision_number == number)
        before = plan.before(number)
        session().execute(
            delete(ReadMark).where(mine)
            if before is None
            else update(ReadMark).where(mine).values(revision_number=before)
        )


def _move_notices(paper: Paper, plan: Prepared) -> None:
    """A notice of changed text tells of the readable texts around a sealed one, or goes."""
    touched = or_(Notice.since.in_(plan.chosen), Notice.subject_id.in_(plan.chosen))
    rows = session().scalars(
        select(Notice).where(Notice.paper_id == paper.id, Notice.kind == NoticeKind.REVISION, touched)
    )
    for row in rows:
        since = plan.before(row.since or 1) or plan.behind(row.since or 1)
        until = plan.behind(row.subject_id)
        if since is None or until is None or since >= until:
            session().delete(row)
        else:
            row.since, row.subject_id = since, until


def numbers_with_same_text(paper: Paper, chosen: Collection[int]) -> frozenset[int]:
    """These revisions and all others of the paper that have the same text, without what is sealed already."""
    hashes = select(Revision.text_hash).where(Revision.paper_id == paper.id, Revision.number.in_(list(chosen)))
    same = select(Revision.number).where(Revision.paper_id == paper.id, Revision.text_hash.in_(hashes))
    return frozenset(session().scalars(same)) - sealed_numbers(paper)
