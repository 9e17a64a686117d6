"""Writing a revision, and where the paper has a log, its place there: what happens behind the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import update

from workspace.clock import now
from workspace.db import session
from workspace.errors import Invalid
from workspace.events import record
from workspace.notices.actions import tell_of_revision
from workspace.papers.document import Document, Kept
from workspace.papers.known import Checked
from workspace.papers.log import Row, drop_used_rows, insert_rows, tell_processes
from workspace.papers.models import LiveDocument, Paper, Revision, RevisionAuthor, RevisionText, Source
from workspace.papers.store import Authors, keep_authors
from workspace.permissions import Actor
from workspace.search import fold, index_document
from workspace.text import pack


class Overtaken(Exception):  # noqa: N818 - an answer
    """Somebody else made a revision meanwhile; nothing counts, begin anew."""


@dataclass(frozen=True)
class Prepared:
    """Everything a new revision needs, made before the lock."""

    number: int
    base: int
    text: str
    source: Source
    packed: bytes
    authors: Authors
    words: Mapping[int, tuple[int, int]]
    """Member → words put in and taken out, of everybody who wrote in it."""
    folded: str
    """The text as search looks at it."""
    summary: str = ""
    restored: int | None = None
    place: Place | None = None
    """None where the paper has no log."""


@dataclass(frozen=True)
class Place:
    """A document that stands exactly at the new revision, with the edit that led there from the log."""

    document: Document
    edit: Checked | None


def keep_revision(actor: Actor, paper: Paper, prepared: Prepared) -> Revision:
    """Write a revision, in the caller's transaction, with the paper locked.

    Raises: Overtaken when the paper's log is not where it was.
    """
    if actor.member_id is None:
        raise Invalid("no_author")
    number = prepared.number
    log_seq = keep_place(paper, prepared.place, number) if prepared.place is not None else None
    revision = Revision(
        paper_id=paper.id,
        number=number,
        base_number=prepared.base or None,
        source=prepared.source,
        committed_by=actor.member_id,
        created_at=now(),
        text_hash=pack.text_hash(prepared.text),
        length=len(prepared.text),
        summary=prepared.summary,
        restored_number=prepared.restored,
        log_seq=log_seq,
        authors=[
            RevisionAuthor(member_id=member_id, inserted=inserted, deleted=deleted)
            for member_id, (inserted, deleted) in prepared.words.items()
        ],
    )
    session().add(revision)
    session().add(RevisionText(paper_id=paper.id, number=number, data=prepared.packed))
    keep_authors(paper, number, prepared.authors)
    paper.head_number = number
    paper.changed_at = now()
    index_document("paper", paper.id, fold(paper.title, paper.abstract) + "\n" + prepared.folded)
    session().flush()
    record(
        actor, "revision.saved", subject_id=revision.id, paper_id=paper.id, group_id=paper.group_id,
        number=number, source=str(prepared.source), restored=prepared.restored, writers=len(prepared.words),
    )  # fmt: skip
    tell_of_revision(actor, paper_id=paper.id, group_id=paper.group_id, number=number, writers=prepared.words)
    return revision


def keep_place(paper: Paper, place: Place, number: int) -> int:
    """Write the edit into the log and note that this revision is what the document holds.

    What others typed meanwhile stands in the log before the edit and stays for the next revision.

    Returns: the last row that is in the revision wholly.
    Raises: Overtaken.
    """
    document, edit = place.document, place.edit
    mine = (
        LiveDocument.paper_id == paper.id, LiveDocument.epoch == document.epoch,
        LiveDocument.kept_number == document.kept.number, LiveDocument.kept_seq == document.kept.seq,
    )  # fmt: skip
    moved = update(LiveDocument).where(*mine).values(head=LiveDocument.head + (1 if edit is not None else 0))
    head = session().scalar(moved.returning(LiveDocument.head))
    if head is None:
        raise Overtaken
    if edit is not None:
        insert_rows([Row(paper.id, document.epoch, head, [(edit.member_id, edit.update)])], session().connection())
        document.seq += document.seq == head - 1
    tell_processes([str(paper.id)], session().connection())
    document.kept = Kept(number, document.seq, document.marked())
    values = {
        "kept_number": number, "kept_seq": document.seq, "kept_state": document.kept.state,
        "open_since": None if document.seq == head else now(),
    }  # fmt: skip
    if edit is not None:
        values["written_at"] = now()
    session().execute(update(LiveDocument).where(LiveDocument.paper_id == paper.id).values(values))
    drop_used_rows(paper.id)
    return document.seq
