"""What one can do with a paper besides writing it."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import and_, delete, select

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.groups.models import Group
from workspace.notices.actions import read_notices
from workspace.notices.models import Notice, NoticeKind
from workspace.papers.models import OpenEditor, Paper, PaperKind, ReadMark, Revision, SealKind, Source, Version
from workspace.papers.seals import first_open, require_open, sealed_numbers
from workspace.papers.sittings import settled
from workspace.papers.store import text_of
from workspace.papers.text import change_text
from workspace.permissions import Actor, Permission, require
from workspace.search import fold, index_document

TEMPLATES = Path(__file__).parent / "templates"
KEY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without letters that are taken for others."""


def template_text(kind: PaperKind) -> str:
    """The sections a paper of this kind has, with writing guidance."""
    return (TEMPLATES / f"{kind}.md").read_text(encoding="utf-8")


def create_paper(
    actor: Actor, group: Group, *, kind: PaperKind, title: str, abstract: str = "", contact: str = "",
    text: str | None = None, summary: str = "", key: str | None = None,
) -> Paper:  # fmt: skip
    """Start a paper of a group, from the template of its kind where no text is given.

    Args:
        key: the paper's address; random when not given.
    Raises: Forbidden; Invalid; TooLarge.
    """
    require(actor, Permission.PAPER_CREATE, group)
    _check_description(title, abstract, contact)
    begin_writing()
    if actor.member_id is None:
        raise Invalid("no_author")
    paper = Paper(
        key=key or "".join(secrets.choice(KEY_LETTERS) for _ in range(16)),
        group=group,
        group_id=group.id,
        kind=kind,
        title=title,
        abstract=abstract,
        contact=contact,
        head_number=0,
        entry_count=0,
        created_at=now(),
        created_by=actor.member_id,
        changed_at=now(),
    )
    session().add(paper)
    session().flush()
    record(actor, "paper.created", subject_id=paper.id, paper_id=paper.id, group_id=group.id, title=title)
    change_text(
        actor, paper, base=0, new_text=text if text is not None else template_text(kind), source=Source.FORM,
        summary=summary,
    )  # fmt: skip
    session().add(ReadMark(paper_id=paper.id, member_id=actor.member_id, revision_number=1, read_at=now()))
    return paper


def _check_description(title: str, abstract: str, contact: str) -> None:
    if not any(sign.isalnum() for sign in title):
        raise Invalid(fields={"title": "required"})
    given = {"title": title, "abstract": abstract, "contact": contact}
    for name, value in given.items():
        limit: int = getattr(settings(), f"{name}_max")
        if len(value) > limit:
            raise Invalid(fields={name: "too_long"}, limit=limit, now=len(value))


def describe_paper(actor: Actor, paper: Paper, *, title: str, abstract: str, contact: str) -> None:
    """Change title, abstract and contact. What was submitted or published keeps its own.

    Raises: Forbidden; Invalid.
    """
    require(actor, Permission.PAPER_DESCRIBE, paper)
    _check_description(title, abstract, contact)
    head = paper.head_number
    folded = fold(text_of(paper, head))
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.PAPER_DESCRIBE, paper)
    if paper.head_number != head:
        folded = fold(text_of(paper, paper.head_number))
    before = (paper.title, paper.abstract, paper.contact)
    if before == (title, abstract, contact):
        return
    paper.title, paper.abstract, paper.contact = title, abstract, contact
    index_document("paper", paper.id, fold(title, abstract) + "\n" + folded)
    record(
        actor, "paper.described", subject_id=paper.id, paper_id=paper.id, group_id=paper.group_id,
        title=title, title_before=before[0],
    )  # fmt: skip


def restore_revision(actor: Actor, paper: Paper, number: int, *, summary: str = "") -> Revision:
    """Bring the text of an earlier revision back, as a new revision.

    Raises: Forbidden; NotFound; Conflict("nothing_to_restore") when the text is like that already.
    """
    require(actor, Permission.REVISION_SAVE, paper)
    settled(paper)
    text, head = text_of(paper, number), paper.head_number
    if number == 0 or text == text_of(paper, head):
        raise Conflict("nothing_to_restore")
    return change_text(actor, paper, base=head, new_text=text, source=Source.RESTORE, summary=summary, restored=number)


def name_version(actor: Actor, revision: Revision, *, name: str, note: str = "") -> Version:
    """Freeze a revision under a name so that people can refer to it.

    Raises: Forbidden; Invalid when the name is taken in this paper; Conflict when the revision has one; Sealed.
    """
    paper = revision.paper
    require(actor, Permission.VERSION_NAME, paper)
    require_open(SealKind.REVISION, revision.id)
    if not name:
        raise Invalid(fields={"name": "required"})
    for field, value, limit in (
        ("name", name, settings().version_name_max),
        ("note", note, settings().summary_max),
    ):
        if len(value) > limit:
            raise Invalid(fields={field: "too_long"}, limit=limit, now=len(value))
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.VERSION_NAME, paper)
    if session().scalar(select(Version.id).where(Version.paper_id == paper.id, Version.name == name)):
        raise Invalid(fields={"name": "taken"})
    if session().scalar(select(Version.id).where(Version.revision_id == revision.id)):
        raise Conflict("version_named")
    if actor.member_id is None:
        raise Invalid("no_author")
    version = Version(
        paper_id=paper.id, revision_id=revision.id, revision_number=revision.number, name=name, note=note,
        created_at=now(), created_by=actor.member_id, paper=paper,
    )  # fmt: skip
    session().add(version)
    session().flush()
    record(
        actor, "version.named", subject_id=version.id, paper_id=paper.id, group_id=paper.group_id,
        name=name, number=revision.number,
    )  # fmt: skip
    return version


def park_paper(actor: Actor, paper: Paper, *, reason: str = "") -> None:
    """Put a paper aside: it stays readable, nobody writes. Raises: Forbidden; Invalid."""
    require(actor, Permission.PAPER_PARK, paper)
    if len(reason) > settings().summary_max:
        raise Invalid(fields={"reason": "too_long"}, limit=settings().summary_max, now=len(reason))
    begin_writing()
    if paper.is_parked:
        return
    paper.parked_at, paper.parked_reason = now(), reason
    record(actor, "paper.parked", subject_id=paper.id, paper_id=paper.id, group_id=paper.group_id, reason=reason)


def unpark_paper(actor: Actor, paper: Paper) -> None:
    """Take a parked paper up again. Raises: Forbidden."""
    require(actor, Permission.PAPER_PARK, paper)
    begin_writing()
    if not paper.is_parked:
        return
    paper.parked_at, paper.parked_reason = None, ""
    record(actor, "paper.unparked", subject_id=paper.id, paper_id=paper.id, group_id=paper.group_id)


def mark_read(actor: Actor, paper: Paper, number: int) -> None:
    """Note that the actor has read the paper up to a revision; never backwards. Raises: Forbidden."""
    require(actor, Permission.PAPER_READ, paper)
    if actor.member_id is None or not 1 <= number <= paper.head_number:
        raise Invalid
    begin_writing()
    number = _readable(paper, number)
    mark = session().get(ReadMark, (paper.id, actor.member_id))
    if number == 0:
        return
    if mark is None:
        session().add(ReadMark(paper_id=paper.id, member_id=actor.member_id, revision_number=number, read_at=now()))
    elif mark.revision_number <= number:
        mark.revision_number, mark.read_at = number, now()
    still_new = and_(Notice.kind == NoticeKind.REVISION, Notice.subject_id > number)
    read_notices(actor.member_id, Notice.paper_id == paper.id, ~still_new)


def _readable(paper: Paper, number: int) -> int:
    """The last revision up to this one that is not sealed; 0 where there is none."""
    return first_open(range(number, 0, -1), sealed_numbers(paper)) or 0


def mark_unread(actor: Actor, paper: Paper, number: int) -> None:
    """Set the actor's mark back to an earlier revision, 0 for never read. Raises: Forbidden; Invalid."""
    require(actor, Permission.PAPER_READ, paper)
    if actor.member_id is None or not 0 <= number <= paper.head_number:
        raise Invalid
    begin_writing()
    number = _readable(paper, number)
    mark = session().get(ReadMark, (paper.id, actor.member_id))
    if mark is None or number >= mark.revision_number:
        return
    if number == 0:
        session().delete(mark)
    else:
        mark.revision_number = number


def follow_own_save(actor: Actor, paper: Paper, number: int) -> None:
    """After one's own save: what one wrote oneself is not news, and the edit page is closed.

    The read mark goes along only where the member had read all that came before; what others wrote meanwhile
    stays new. Raises: Forbidden.
    """
    require(actor, Permission.PAPER_READ, paper)
    begin_writing()
    mark = session().get(ReadMark, (paper.id, actor.member_id))
    if mark is not None and mark.revision_number == number - 1:
        mark.revision_number, mark.read_at = number, now()
    session().execute(
        delete(OpenEditor).where(OpenEditor.paper_id == paper.id, OpenEditor.member_id == actor.member_id)
    )
