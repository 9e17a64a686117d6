"""Revisions out of typing: what was written in one sitting of the live editor becomes one revision of all its authors.

A sitting is closed when it was quiet for a while, at the latest after some time, when the last person leaves, when
somebody saves, before much is deleted, and before anything that rests on the newest revision. Closing commits by
itself: it is a fact, whatever becomes of the request that asked for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.papers.document import Damaged, Document, Stored
from workspace.papers.keeping import Overtaken, Place, Prepared, keep_place, keep_revision
from workspace.papers.known import Checked
from workspace.papers.log import begin_anew, compact, read_log, rows_behind
from workspace.papers.models import LiveDocument, Paper, ReadMark, Revision, Source
from workspace.papers.queries import get_revision
from workspace.papers.store import authors_of, packed_text, text_of
from workspace.papers.typed import Typed, typed_since, written_by
from workspace.permissions import Actor, Permission, require
from workspace.search import fold
from workspace.text.diff import Op, compare
from workspace.text.normal import normalize

log = logging.getLogger(__name__)
RACES = 5
"""How often closing starts again because somebody else was first."""


def save_sitting(actor: Actor, paper: Paper, *, summary: str = "") -> Revision:
    """Keep what was typed as a revision now; the newest one where nothing was. Raises: Forbidden; Invalid."""
    require(actor, Permission.REVISION_SAVE, paper)
    if len(summary) > settings().summary_max:
        raise Invalid(fields={"summary": "too_long"}, limit=settings().summary_max, now=len(summary))
    close_sitting(paper, by=actor, summary=summary)
    return get_revision(paper, paper.head_number)


def close_sitting(paper: Paper, *, by: Actor | None = None, summary: str = "") -> Revision | None:
    """Make a revision of what was typed behind the newest one, and commit it.

    Args:
        by: who asked for it; the one who typed last where nobody did.
    Returns: None when nothing was typed, nothing of it is left, or all was deleted: an empty text is no revision.
    Raises: Conflict("busy").
    """
    before = paper.head_number
    settled(paper, by=by, summary=summary)
    return get_revision(paper, paper.head_number) if paper.head_number > before else None


def settled(paper: Paper, *, by: Actor | None = None, summary: str = "") -> Document | None:
    """Close the sitting where one is open.

    Returns: the paper's document as it is in the newest revision; ahead of it only where all was deleted. None for a
        paper without a log.
    Raises: Conflict("busy").
    """
    for _attempt in range(RACES):
        document = _document(paper)
        if document is None or not document.is_ahead:
            return document
        if session().info.get("writing"):
            raise RuntimeError("work first, then lock: a sitting is closed before begin_writing")
        try:
            is_same_log = _close(paper, document, by, summary)
        except (Overtaken, IntegrityError):
            session().rollback()
            session().refresh(paper)
            continue
        session().commit()
        return document if is_same_log else _document(paper)
    raise Conflict("busy")


def is_open(paper: Paper) -> bool:
    """Whether something was typed behind the newest revision; reads one small row."""
    query = select(LiveDocument.head > LiveDocument.kept_seq).where(LiveDocument.paper_id == paper.id)
    return bool(session().scalar(query))


def _document(paper: Paper) -> Document | None:
    """The document, and `paper` as it was at the same moment."""
    loaded = read_log(paper.id)
    if loaded is None:
        return None
    document = Document.of(loaded)
    if document.kept.number != paper.head_number:
        session().refresh(paper)
    if len(loaded.rows) >= settings().live_compact_rows and not session().info.get("writing"):
        compact(paper.id, document.epoch, document.snapshot())
    return document


def _close(paper: Paper, document: Document, by: Actor | None, summary: str) -> bool:
    """Raises: Overtaken. Returns: whether the log goes on; one that does not say the same to everybody begins anew."""
    if document.kept.number != paper.head_number:
        raise Overtaken
    raw = document.text
    new = normalize(raw)
    if not new.strip():
        return True
    rows = rows_behind(paper.id, document.kept.seq)
    last_writer = rows[-1].updates[-1][0]
    edit = document.edit(_normalizing(raw, new), last_writer)
    old = text_of(paper, paper.head_number)
    place = Place(document, edit)
    if new == old:
        _lock(paper, document)
        keep_place(paper, place, paper.head_number)
        return True
    if edit is not None:
        rows = [*rows, Stored(document.seq + 1, [(edit.member_id, edit.update)])]
    writer = by if by is not None else Actor(last_writer)
    typed = _typed(document, old, new, rows)
    prepared = _prepared(paper, place, typed or written_by(last_writer, old, new), new, summary)
    _lock(paper, document)
    keep_revision(writer, paper, prepared)
    _read_by_writers(paper, prepared)
    if typed is None:
        log.error("a log was begun anew: it did not say the same to everybody", extra={"paper": paper.id})
        begin_anew(paper, new)
    return typed is not None


def _typed(document: Document, old: str, new: str, rows: Sequence[Stored]) -> Typed | None:
    """What the log says of who wrote; None where it contradicts itself, which must not keep anybody from saving."""
    try:
        return typed_since(document, old, new, rows, rows[-1].updates[-1][0])
    except Damaged:
        return None


def _normalizing(raw: str, new: str) -> Sequence[Op]:
    """What leads to the stored form. Line ends at the end stay, because somebody may be about to write there."""
    tail = raw[len(raw.rstrip("\n")) :]
    target = new.rstrip("\n") + tail
    return edits(raw, target) if raw != target else ()


def edits(old: str, new: str) -> Sequence[Op]:
    """What leads from a text to another one, as little as possible of it."""
    ops = compare(old, new, for_readers=False).ops
    if "".join(text for kind, text in ops if kind <= 0) == old and "".join(t for kind, t in ops if kind >= 0) == new:
        return ops
    return [op for op in ((-1, old), (1, new)) if op[1]]


def _prepared(paper: Paper, place: Place, typed: Typed, new: str, summary: str) -> Prepared:
    number = paper.head_number + 1
    authors = authors_of(paper, paper.head_number)
    authors.carry(typed.difference, typed.runs)
    return Prepared(
        number=number, base=paper.head_number, text=new, source=Source.LIVE, packed=packed_text(paper, number, new),
        authors=authors, words=typed.words, folded=fold(new), summary=summary, place=place,
    )  # fmt: skip


def _lock(paper: Paper, document: Document) -> None:
    """Raises: Overtaken."""
    begin_writing()
    session().refresh(paper, with_for_update=True)
    if paper.head_number != document.kept.number:
        raise Overtaken


def _read_by_writers(paper: Paper, prepared: Prepared) -> None:
    """What one wrote oneself is not news, where one had read all that came before."""
    session().execute(
        update(ReadMark)
        .where(
            ReadMark.paper_id == paper.id, ReadMark.member_id.in_(list(prepared.words)),
            ReadMark.revision_number == prepared.number - 1,
        )
        .values(revision_number=prepared.number, read_at=now())
    )  # fmt: skip


# When a sitting ends


def closes_at(open_since: datetime, written_at: datetime) -> datetime:
    """When a sitting is to be closed if nobody writes any more.

    Args:
        open_since: when the first row behind the newest revision was written.
        written_at: when the newest one was.
    """
    quiet = written_at + timedelta(seconds=settings().sitting_quiet)
    return min(quiet, open_since + timedelta(seconds=settings().sitting_longest))


def ends_sitting(row: Sequence[Checked]) -> bool:
    """Whether updates take out so much that what was there is to be kept first."""
    return sum(checked.deleted for checked in row) >= settings().sitting_large_deletion


def due_sittings() -> Sequence[int]:
    """Ids of papers whose sitting should be closed by now: left open by a crash, or by a process that is gone."""
    quiet = now() - timedelta(seconds=settings().sitting_quiet)
    longest = now() - timedelta(seconds=settings().sitting_longest)
    is_due = or_(LiveDocument.written_at <= quiet, LiveDocument.open_since <= longest)
    query = select(LiveDocument.paper_id).where(LiveDocument.head > LiveDocument.kept_seq, is_due)
    return session().scalars(query.order_by(LiveDocument.paper_id)).all()


def close_due_sittings() -> int:
    """Close them, each in a transaction of its own; one that cannot be closed does not hold up the others.

    Returns: how many revisions came of it.
    """
    made = 0
    for paper_id in due_sittings():
        try:
            made += close_sitting(session().get_one(Paper, paper_id)) is not None
        except (Conflict, Damaged) as error:
            session().rollback()
            log.error("a sitting cannot be closed", exc_info=error, extra={"paper": paper_id})
    return made
