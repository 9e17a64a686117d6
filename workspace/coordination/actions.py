"""Sealing: a content is taken away for good, for law or copyright. Number, hash and reason stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update

from workspace.clock import now
from workspace.config import settings
from workspace.coordination.keeping import Coming, numbers_with_same_text, prepare, write
from workspace.coordination.traces import forget_traces
from workspace.db import begin_writing, session
from workspace.discussion.models import Comment, CommentWording
from workspace.editions.actions import open_submission, send_back
from workspace.editions.models import Edition, EditionState, Submission
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.groups.models import GroupMember
from workspace.jobs import enqueue
from workspace.notices.actions import tell
from workspace.notices.models import NoticeKind
from workspace.papers.actions import template_text
from workspace.papers.log import drop_typed
from workspace.papers.models import (
    Attachment,
    AttachmentContent,
    Paper,
    PaperGrant,
    PaperKind,
    Revision,
    Seal,
    SealKind,
    Source,
    Version,
)
from workspace.papers.seals import sealed_ids, sealed_numbers
from workspace.papers.sittings import settled
from workspace.papers.store import RECENT, text_of
from workspace.papers.text import change_text
from workspace.permissions import Actor, Permission, Role, require
from workspace.search import drop_document
from workspace.text.normal import normalize

SCRUB = "coordination.scrub"
"""The job that goes over what a page or a worker kept in the very moment of the sealing, and over the free space."""
PAGES_ARE_DONE = timedelta(minutes=10)
"""A page that was being made when the seal came may keep its part a little later; then nothing is left of it."""
RACES = 5


@dataclass(frozen=True)
class Content:
    """One thing to be sealed, as it will stay known."""

    kind: SealKind
    subject_id: int
    number: str
    content_hash: str


def checked_reason(raw: str) -> str:
    """The reason in its stored form. Raises: Invalid."""
    reason = normalize(raw).strip()
    if not reason:
        raise Invalid(fields={"reason": "required"})
    if len(reason) > settings().purpose_max:
        raise Invalid(fields={"reason": "too_long"}, limit=settings().purpose_max, now=len(reason))
    return reason


# Revisions


def seal_revisions(
    actor: Actor, paper: Paper, numbers: Collection[int], *, reason: str, summary: str = ""
) -> Sequence[Seal]:
    """Seal revisions of a paper, with all others that have the same text.

    Where the newest is among them, the newest readable text comes back as a new revision; where there is none, the
    template of the paper's kind.

    Args:
        summary: of that new revision.
    Raises: Forbidden; Invalid; Conflict when nothing is left to be sealed, or others write all the time.
    """
    require(actor, Permission.CONTENT_SEAL)
    reason = checked_reason(reason)
    for _attempt in range(RACES):
        settled(paper)
        chosen, head = numbers_with_same_text(paper, numbers), paper.head_number
        if not chosen:
            raise Conflict("sealed_already")
        back = comes_back(paper, chosen) if head in chosen else None
        plan = prepare(paper, chosen, back[0] if back is not None else None)
        contents = _contents_of_revisions(paper, chosen)
        newest = back[0].text if back is not None else text_of(paper, head)
        if back is not None:
            coming, restored = back
            made = change_text(
                actor, paper, base=head, new_text=coming.text, source=Source.RESTORE if restored else Source.FORM,
                summary=summary, restored=restored, permission=Permission.CONTENT_SEAL,
            )  # fmt: skip
            is_as_planned = made.number == coming.number
        else:
            begin_writing()
            session().refresh(paper, with_for_update=True)
            is_as_planned = paper.head_number == head
        if not is_as_planned or not drop_typed(paper, newest):
            session().rollback()
            session().refresh(paper)
            continue
        _return_what_waits(actor, paper, chosen, reason)
        made_seals = _seal(actor, paper, contents, reason)
        write(paper, plan)
        _empty_words_about(paper, chosen)
        _finish(actor, paper, made_seals, numbers=sorted(chosen))
        return made_seals
    raise Conflict("busy")


def comes_back(paper: Paper, chosen: frozenset[int]) -> tuple[Coming, int | None]:
    """The text that becomes the newest, and of which revision it is; None for the template of the paper's kind.

    Raises: Conflict when the paper is nothing but its template.
    """
    closed = chosen | sealed_numbers(paper)
    left = [number for number in range(paper.head_number, 0, -1) if number not in closed]
    if left:
        return Coming(paper.head_number + 1, text_of(paper, left[0])), left[0]
    text = template_text(PaperKind(paper.kind))
    if text == text_of(paper, paper.head_number):
        raise Conflict("nothing_to_seal")
    return Coming(paper.head_number + 1, text), None


def _contents_of_revisions(paper: Paper, chosen: frozenset[int]) -> list[Content]:
    rows = session().execute(
        select(Revision.id, Revision.number, Revision.text_hash)
        .where(Revision.paper_id == paper.id, Revision.number.in_(chosen))
        .order_by(Revision.number)
    )
    return [Content(SealKind.REVISION, row.id, str(row.number), row.text_hash) for row in rows]


def _return_what_waits(actor: Actor, paper: Paper, chosen: frozenset[int], reason: str) -> None:
    """A submitted version that nobody can read any more goes back to its group."""
    waiting = open_submission(paper)
    if waiting is not None and waiting.revision_number in chosen:
        send_back(actor, waiting, reason)
    session().execute(
        update(PaperGrant)
        .where(PaperGrant.paper_id == paper.id, PaperGrant.revision_number.in_(chosen), PaperGrant.until.is_(None))
        .values(until=now())
    )


def _empty_words_about(paper: Paper, chosen: frozenset[int]) -> None:
    """Summaries and notes say what stands in a text."""
    mine = (Revision.paper_id == paper.id, Revision.number.in_(chosen))
    for text_hash in session().scalars(select(Revision.text_hash).where(*mine)):
        RECENT.drop(text_hash)
    session().execute(update(Revision).where(*mine, Revision.summary != "").values(summary=""))
    session().execute(
        update(Version).where(Version.paper_id == paper.id, Version.revision_number.in_(chosen)).values(note="")
    )


# Comments, files, editions


def seal_comment(actor: Actor, comment: Comment, *, reason: str) -> Sequence[Seal]:
    """Seal one message of a discussion, with what it said before. Raises: Forbidden; Invalid; Conflict."""
    require(actor, Permission.CONTENT_SEAL)
    reason, paper = checked_reason(reason), comment.thread.paper
    begin_writing()
    session().refresh(comment, with_for_update=True)
    _require_unsealed(paper, SealKind.COMMENT, comment.id)
    digest = sha256(comment.body.encode()).hexdigest()
    made = _seal(
        actor, paper, [Content(SealKind.COMMENT, comment.id, str(comment.thread.number), digest)], reason
    )  # fmt: skip
    session().execute(delete(CommentWording).where(CommentWording.comment_id == comment.id))
    comment.body, comment.edited_at = "", None
    _finish(actor, paper, made, comments=[comment.id])
    return made


def seal_file(actor: Actor, file: Attachment, *, reason: str) -> Sequence[Seal]:
    """Seal a file, with all others of its paper that hold the same bytes. Raises: Forbidden; Invalid; Conflict."""
    require(actor, Permission.CONTENT_SEAL)
    reason, paper = checked_reason(reason), file.paper
    begin_writing()
    session().refresh(paper, with_for_update=True)
    _require_unsealed(paper, SealKind.FILE, file.id)
    same = select(Attachment).where(Attachment.paper_id == paper.id, Attachment.content_hash == file.content_hash)
    files = session().scalars(same.order_by(Attachment.id)).unique().all()
    made = _seal(actor, paper, [Content(SealKind.FILE, f.id, f.name, f.content_hash) for f in files], reason)
    session().execute(delete(AttachmentContent).where(AttachmentContent.attachment_id.in_([f.id for f in files])))
    _finish(actor, paper, made)
    return made


def seal_edition(
    actor: Actor, edition: Edition, *, reason: str, with_revision: bool = False, summary: str = ""
) -> Sequence[Seal]:
    """Seal an edition: text, abstract, names and contact go; title, number and hash stay. It is out of force.

    Args:
        with_revision: also the text in its paper that it was made of.
    Raises: Forbidden; Invalid; Conflict.
    """
    require(actor, Permission.CONTENT_SEAL)
    reason = checked_reason(reason)
    paper = session().get_one(Paper, edition.paper_id)
    more: Sequence[Seal] = ()
    if with_revision and edition.revision_number not in sealed_numbers(paper):
        more = seal_revisions(actor, paper, [edition.revision_number], reason=reason, summary=summary)
    begin_writing()
    session().refresh(edition, with_for_update=True)
    _require_unsealed(paper, SealKind.EDITION, edition.id)
    made = _seal(
        actor, paper, [Content(SealKind.EDITION, edition.id, edition.number, edition.text_hash)], reason
    )  # fmt: skip
    edition.text = edition.abstract = edition.contact = edition.authors = ""
    if edition.state == EditionState.IN_FORCE:
        edition.state, edition.withdrawn_at, edition.withdrawn_reason = EditionState.WITHDRAWN, now(), reason
    session().execute(
        update(Submission)
        .where(Submission.paper_id == paper.id, Submission.revision_number == edition.revision_number)
        .values(abstract="", contact="", authors="")
    )
    drop_document("edition", edition.id)
    _finish(actor, paper, made)
    return [*made, *more]


def _require_unsealed(paper: Paper, kind: SealKind, subject_id: int) -> None:
    if subject_id in sealed_ids(kind, paper.id):
        raise Conflict("sealed_already")


# What every sealing writes


def _seal(actor: Actor, paper: Paper, contents: Sequence[Content], reason: str) -> list[Seal]:
    """The rows that are left, in the caller's transaction."""
    if actor.member_id is None:
        raise Invalid("no_author")
    rows = [
        Seal(
            kind=one.kind, subject_id=one.subject_id, paper_id=paper.id, number=one.number,
            content_hash=one.content_hash, reason=reason, sealed_at=now(), sealed_by=actor.member_id, paper=paper,
        )
        for one in contents
    ]  # fmt: skip
    session().add_all(rows)
    session().flush()
    return rows


def _finish(
    actor: Actor, paper: Paper, seals: Sequence[Seal], *, numbers: Sequence[int] = (), comments: Sequence[int] = ()
) -> None:
    """Traces go, the log says it, the leads are told."""
    session().flush()
    forget_traces(paper, numbers, comments)
    first = seals[0]
    record(
        actor, "content.sealed", subject_id=first.id, paper_id=paper.id, group_id=paper.group_id,
        kind=str(first.kind), numbers=[seal.number for seal in seals],
    )  # fmt: skip
    leads = session().scalars(
        select(GroupMember.member_id).where(GroupMember.group_id == paper.group_id, GroupMember.role == Role.LEAD)
    )
    tell(actor, NoticeKind.SEALED, set(leads), paper_id=paper.id, subject_id=first.id)
    for moment in (None, now() + PAGES_ARE_DONE):
        enqueue(SCRUB, {"paper": paper.id, "numbers": list(numbers), "comments": list(comments)}, at=moment)
