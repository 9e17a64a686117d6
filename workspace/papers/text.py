"""`change_text`: the one function that changes a paper's text."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, TooLarge
from workspace.events import record
from workspace.notices.actions import tell_of_revision
from workspace.papers.models import Paper, Revision, RevisionAuthor, RevisionText, Source
from workspace.papers.store import Authors, authors_of, carry_authors, keep_authors, packed_text, text_of
from workspace.permissions import Actor, Permission, require
from workspace.search import fold, index_document
from workspace.text import pack
from workspace.text.diff import Difference, compare
from workspace.text.merge import Merged, merge
from workspace.text.normal import normalize
from workspace.text.tokens import words

RACES = 5
"""How often a save starts again because somebody else was first."""


class EditConflict(Conflict):
    """Both sides changed the same passage since the base; neither is lost.

    Attributes:
        base, theirs, mine: the three whole texts.
        merged: what could be joined, with the conflicting passages named.
        theirs_number: the head that `theirs` is.
    """

    def __init__(self, base: str, theirs: str, mine: str, merged: Merged, theirs_number: int) -> None:
        super().__init__("edit_conflict")
        self.base, self.theirs, self.mine = base, theirs, mine
        self.merged, self.theirs_number = merged, theirs_number


@dataclass(frozen=True)
class _Prepared:
    """Everything a new revision needs, made before the lock."""

    number: int
    text: str
    source: Source
    packed: bytes
    authors: Authors
    inserted: int
    deleted: int
    folded: str
    """The text as search looks at it."""


def checked_text(raw: str) -> str:
    """The text in its stored form.

    Raises: TooLarge beyond the limit; Invalid when nothing is left.
    """
    text = normalize(raw)
    size = len(text.encode())
    if size > settings().paper_max_bytes:
        raise TooLarge("paper_too_large", {"body": "paper_too_large"}, limit=settings().paper_max_bytes, now=size)
    if not text.strip():
        raise Invalid("paper_empty", {"body": "paper_empty"})
    return text


def change_text(
    actor: Actor,
    paper: Paper,
    *,
    base: int,
    new_text: str,
    source: Source,
    summary: str = "",
    restored: int | None = None,
    permission: Permission = Permission.REVISION_SAVE,
) -> Revision:
    """Make `new_text`, written on revision `base`, the newest text of the paper.

    Nothing changed: gives the head. The head moved on meanwhile: both are joined. All heavy work is done before the
    lock; the head is looked at again behind it, and the work starts anew where somebody else was first.

    Args:
        permission: what the change rests on; sealing the newest text brings an earlier one back.
    Raises: Forbidden; TooLarge; Invalid, also for a base that is not there; EditConflict.
    """
    require(actor, permission, paper)
    text = checked_text(new_text)
    if base != paper.head_number and not 1 <= base < paper.head_number:
        raise Invalid("base_unknown")
    if len(summary) > settings().summary_max:
        raise Invalid(fields={"summary": "too_long"}, limit=settings().summary_max, now=len(summary))
    for _attempt in range(RACES):
        head = paper.head_number
        prepared = _prepare(actor, paper, base, text, source, restored)
        if prepared is None:
            return get_revision_row(paper, head)
        begin_writing()
        session().refresh(paper, with_for_update=True)
        require(actor, permission, paper)
        if paper.head_number != head:
            session().rollback()
            session().refresh(paper)
            continue
        try:
            return _append(actor, paper, base, prepared, summary, restored)
        except IntegrityError:
            session().rollback()
            session().refresh(paper)
    raise Conflict("busy")


def get_revision_row(paper: Paper, number: int) -> Revision:
    """The row of a revision that is known to exist."""
    return (
        session()
        .scalars(select(Revision).where(Revision.paper_id == paper.id, Revision.number == number))
        .unique()
        .one()
    )


def _prepare(
    actor: Actor, paper: Paper, base: int, text: str, source: Source, restored: int | None
) -> _Prepared | None:
    head = paper.head_number
    head_text = text_of(paper, head)
    if base != head:
        base_text = text_of(paper, base)
        merged = merge(base_text, text, head_text)
        if merged.conflicts:
            raise EditConflict(base_text, head_text, text, merged, head)
        text, source = merged.text, Source.MERGE
    if text == head_text:
        return None
    number = head + 1
    difference = compare(head_text, text, for_readers=False)
    inserted, deleted = _words_changed(difference)
    return _Prepared(
        number, text, source, packed_text(paper, number, text), _authors(actor, paper, difference, restored),
        inserted, deleted, fold(text),
    )  # fmt: skip


def _authors(actor: Actor, paper: Paper, difference: Difference, restored: int | None) -> Authors:
    if actor.member_id is None:
        raise Invalid("no_author")
    authors = authors_of(paper, paper.head_number)
    carry_authors(paper, authors, difference, actor.member_id, restored)
    return authors


def _words_changed(difference: Difference) -> tuple[int, int]:
    inserted = sum(len(words(text)) for op, text in difference.ops if op > 0)
    deleted = sum(len(words(text)) for op, text in difference.ops if op < 0)
    return inserted, deleted


def _append(actor: Actor, paper: Paper, base: int, prepared: _Prepared, summary: str, restored: int | None) -> Revision:
    if actor.member_id is None:
        raise Invalid("no_author")
    revision = Revision(
        paper_id=paper.id,
        number=prepared.number,
        base_number=base or None,
        source=prepared.source,
        committed_by=actor.member_id,
        created_at=now(),
        text_hash=pack.text_hash(prepared.text),
        length=len(prepared.text),
        summary=summary,
        restored_number=restored,
        authors=[RevisionAuthor(member_id=actor.member_id, inserted=prepared.inserted, deleted=prepared.deleted)],
    )
    session().add(revision)
    session().add(RevisionText(paper_id=paper.id, number=prepared.number, data=prepared.packed))
    keep_authors(paper, prepared.number, prepared.authors)
    paper.head_number = prepared.number
    paper.changed_at = now()
    index_document("paper", paper.id, fold(paper.title, paper.abstract) + "\n" + prepared.folded)
    session().flush()
    record(
        actor, "revision.saved", subject_id=revision.id, paper_id=paper.id, group_id=paper.group_id,
        number=prepared.number, source=str(prepared.source), restored=restored,
    )  # fmt: skip
    tell_of_revision(actor, paper_id=paper.id, group_id=paper.group_id, number=prepared.number)
    return revision
