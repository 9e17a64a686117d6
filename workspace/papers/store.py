"""Revision texts and authorship in the database: packed when written, checked when read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import and_, delete, func, or_, select

from workspace.config import settings
from workspace.db import session
from workspace.errors import Conflict, NotFound
from workspace.papers.models import (
    Authorship,
    Paper,
    Revision,
    RevisionAuthor,
    RevisionText,
    Seal,
    SealKind,
    Source,
)
from workspace.papers.seals import Sealed
from workspace.text import authorship, pack
from workspace.text.diff import Difference, compare


class RecentTexts:
    """Texts read lately, by their hash: what has this hash is this text, whoever asks and whatever happened since.

    Rights and seals are looked at before a text is read, never here.
    """

    def __init__(self, most_characters: int) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._room, self._lock = most_characters, Lock()

    def get(self, text_hash: str) -> str | None:
        with self._lock:
            found = self._texts.get(text_hash)
            if found is not None:
                self._texts.move_to_end(text_hash)
            return found

    def keep(self, text_hash: str, text: str) -> None:
        """Keep a text, and let the longest unread ones go where there is no room."""
        with self._lock:
            if text_hash in self._texts:
                return
            self._texts[text_hash] = text
            self._room -= len(text)
            while self._room < 0:
                _, gone = self._texts.popitem(last=False)
                self._room += len(gone)

    def drop(self, text_hash: str) -> None:
        """Forget a text at once."""
        with self._lock:
            self._room += len(self._texts.pop(text_hash, ""))


RECENT = RecentTexts(most_characters=8_000_000)


def text_of(paper: Paper, number: int) -> str:
    """The text of a revision; "" for number 0, the state before the first.

    Raises: NotFound; Sealed; Conflict("damaged_revision") when the stored text is not what was stored.
    """
    if number == 0:
        return ""
    of_revision = and_(Seal.kind == SealKind.REVISION, Seal.subject_id == Revision.id)
    row = (
        session()
        .execute(
            select(Revision.text_hash, Seal.id.label("seal_id"))
            .outerjoin(Seal, of_revision)
            .where(Revision.paper_id == paper.id, Revision.number == number)
        )
        .first()
    )
    if row is None:
        raise NotFound
    expected = row.text_hash
    if row.seal_id is not None:
        RECENT.drop(expected)
        raise Sealed(session().get_one(Seal, row.seal_id))
    known = RECENT.get(expected)
    if known is not None:
        return known
    try:
        found = pack.read(number, _Rows(paper, number))
    except pack.DamagedRevision as error:
        raise Conflict("damaged_revision", number=error.number) from error
    if pack.text_hash(found) != expected:
        raise Conflict("damaged_revision", number=number)
    RECENT.keep(expected, found)
    return found


class _Rows:
    """The packed rows of a paper: those that a revision is read from in one query.

    Rows of earlier versions of the workspace hang together in another way, which is one query more.
    """

    def __init__(self, paper: Paper, number: int) -> None:
        self._paper = paper
        self._found: dict[int, bytes] = {}
        self._look(pack.chain(number))

    def __call__(self, number: int) -> bytes:
        """Raises: KeyError for a row that is missing."""
        if number not in self._found:
            self._look(pack.chain(number, pack.earlier_base_number))
        return self._found[number]

    def _look(self, numbers: Iterable[int]) -> None:
        rows = session().execute(
            select(RevisionText.number, RevisionText.data).where(
                RevisionText.paper_id == self._paper.id, RevisionText.number.in_(list(numbers))
            )
        )
        self._found |= {row.number: row.data for row in rows}


def packed_text(paper: Paper, number: int, new_text: str) -> bytes:
    """The bytes that keep `new_text` as this revision; the work before the lock."""
    base = pack.base_number(number)
    try:
        dictionary = text_of(paper, base) if base is not None else None
    except Sealed:
        dictionary = None  # the row stands alone
    return pack.encode(new_text, dictionary)


@dataclass
class Authors:
    """Who wrote which characters of a text, and who wrote what was removed before it."""

    runs: authorship.Runs
    graveyard: authorship.Graveyard

    @classmethod
    def of(cls, row: Authorship) -> Authors:
        return cls(authorship.decode(row.runs), authorship.Graveyard.decode(row.graveyard))

    def carry(self, difference: Difference, author: int | authorship.Runs) -> None:
        """Go on to the new text, which this author made, or these where several did."""
        self.runs = authorship.carry(self.runs, difference, author, self.graveyard)


def authors_of(paper: Paper, number: int) -> Authors:
    """Who wrote which characters of a revision: kept rows, carried on to it where it has none itself.

    Raises: NotFound for a revision that is not there.
    """
    nearest = session().scalar(
        select(func.max(Authorship.number)).where(Authorship.paper_id == paper.id, Authorship.number <= number)
    )
    row = session().get(Authorship, (paper.id, nearest)) if nearest is not None else None
    # before the first milestone there may be no row: the empty text before revision 1 has no authors
    authors, start = (Authors.of(row), row.number) if row is not None else (Authors((), authorship.Graveyard()), 0)
    for step in range(start + 1, number + 1):
        difference = compare(text_of(paper, step - 1), text_of(paper, step), for_readers=False)
        carry_authors(paper, authors, difference, _credited(paper, step), _restored(paper, step))
    return authors


def carry_authors(paper: Paper, authors: Authors, difference: Difference, author: int, restored: int | None) -> None:
    """Carry authorship over one step; a text that was brought back gets exactly the authors it had."""
    authors.carry(difference, author)
    if restored is not None and difference.new == text_of(paper, restored):  # else merged with what came meanwhile
        authors.runs = authors_of(paper, restored).runs


def _credited(paper: Paper, number: int) -> int:
    author = session().scalar(
        select(RevisionAuthor.member_id)
        .join(Revision, Revision.id == RevisionAuthor.revision_id)
        .where(Revision.paper_id == paper.id, Revision.number == number)
        .limit(1)
    )
    if author is None:
        raise NotFound
    return author


def _restored(paper: Paper, number: int) -> int | None:
    return session().scalar(
        select(Revision.restored_number).where(Revision.paper_id == paper.id, Revision.number == number)
    )


def _is_sealed(paper: Paper, number: int) -> bool:
    query = (
        select(Seal.id)
        .join(Revision, Revision.id == Seal.subject_id)
        .where(Seal.kind == SealKind.REVISION, Revision.paper_id == paper.id, Revision.number == number)
    )
    return session().scalar(query) is not None


def _is_milestone(paper: Paper, number: int) -> bool:
    query = select(Revision.id).where(Revision.paper_id == paper.id, Revision.number == number)
    return (
        session().scalar(query.where(or_(Revision.restored_number.is_not(None), Revision.source == Source.LIVE)))
        is not None
    )


def keep_authors(paper: Paper, number: int, authors: Authors) -> None:
    """Keep the authorship of the newest revision; of the one before only where it is a milestone.

    Milestones are every so many-th revision, every restore (so no way back leads through several restores), and every
    sitting of the live editor: what the log knew of its authors is known nowhere else. What follows a sealed text is
    one too: no way leads through that.
    """
    before = number - 1
    is_milestone = not before % settings().authorship_every or _is_milestone(paper, before)
    if before and not is_milestone and not _is_sealed(paper, before - 1):
        session().execute(delete(Authorship).where(Authorship.paper_id == paper.id, Authorship.number == before))
    session().add(
        Authorship(
            paper_id=paper.id,
            number=number,
            runs=authorship.encode(authors.runs),
            graveyard=authors.graveyard.encode(),
        )
    )
