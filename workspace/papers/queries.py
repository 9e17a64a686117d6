"""Reads of papers that deserve a name. Loaders answer NotFound where the actor may not know the thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import lazyload

from workspace.accounts.models import Member
from workspace.accounts.queries import members_by_id
from workspace.clock import now
from workspace.config import settings
from workspace.db import session
from workspace.errors import NotFound
from workspace.papers.models import (
    Attachment,
    OpenEditor,
    Paper,
    ReadMark,
    Revision,
    RevisionAuthor,
    Seal,
    SealKind,
    Version,
)
from workspace.permissions import Actor, Permission, can, require

PEOPLE_NAMED = 12
"""People at a paper who are named; of more it is told how many they are."""


def get_paper(actor: Actor, key: str) -> Paper:
    """The paper of this key, for those who may read it.

    Raises: NotFound also where the actor may not know of it.
    """
    paper = session().scalar(select(Paper).where(Paper.key == key))
    if paper is None:
        raise NotFound
    require(actor, Permission.PAPER_READ, paper, knows=False)
    return paper


def papers_visible_to(actor: Actor) -> Select[Paper]:
    """A query for the papers this actor may read; the same rule as `paper.read` (a test holds both together)."""
    return select(Paper).where(Paper.group_id.in_(list(actor.group_roles)))


def papers_of_groups(actor: Actor) -> Sequence[Paper]:
    """The papers of the actor's groups, changed last first."""
    query = papers_visible_to(actor).order_by(Paper.changed_at.desc(), Paper.id.desc())
    return session().scalars(query).unique().all()


def read_numbers(actor: Actor, papers: Iterable[Paper]) -> dict[int, int]:
    """Paper id → revision the actor has read last; papers never read are missing."""
    rows = session().execute(
        select(ReadMark.paper_id, ReadMark.revision_number).where(
            ReadMark.member_id == actor.member_id, ReadMark.paper_id.in_([paper.id for paper in papers])
        )
    )
    return {row.paper_id: row.revision_number for row in rows}


def writers_since_read(actor: Actor) -> dict[int, list[Member]]:
    """Paper id → who else wrote in it after what the actor has read last, newest first; unread papers are missing."""
    query = (
        select(Revision.paper_id, RevisionAuthor.member_id)
        .join(RevisionAuthor, RevisionAuthor.revision_id == Revision.id)
        .join(ReadMark, ReadMark.paper_id == Revision.paper_id)
        .where(
            ReadMark.member_id == actor.member_id,
            Revision.number > ReadMark.revision_number,
            RevisionAuthor.member_id != actor.member_id,
        )
        .group_by(Revision.paper_id, RevisionAuthor.member_id)
        .order_by(func.max(Revision.number).desc())
    )
    rows = session().execute(query).all()
    members = members_by_id(member_id for _paper_id, member_id in rows)
    found: dict[int, list[Member]] = {}
    for paper_id, member_id in rows:
        found.setdefault(paper_id, []).append(members[member_id])
    return found


def paper_counts(actor: Actor) -> dict[int, int]:
    """Group id → how many papers of it are not parked, for the actor's groups; groups without one are missing."""
    visible = papers_visible_to(actor).where(Paper.parked_at.is_(None)).with_only_columns(Paper.group_id, func.count())
    return dict(iter(session().execute(visible.group_by(Paper.group_id))))


def get_revision(paper: Paper, number: int) -> Revision:
    """Raises: NotFound."""
    found = (
        session()
        .scalars(select(Revision).where(Revision.paper_id == paper.id, Revision.number == number))
        .unique()
        .first()
    )
    if found is None:
        raise NotFound
    return found


def head_of(paper: Paper) -> Revision:
    """The newest revision; its authors and its version are read only when somebody asks for them."""
    query = select(Revision).where(Revision.paper_id == paper.id, Revision.number == paper.head_number)
    lazily = (lazyload(Revision.authors), lazyload(Revision.version))
    return session().scalars(query.options(*lazily)).unique().one()


def revisions_before(
    paper: Paper, before: int | None, *, limit: int, author: int | None = None, named_only: bool = False,
    words: str = "",
) -> Sequence[Revision]:  # fmt: skip
    """Up to `limit` revisions below a number, newest first.

    Args:
        author: only those this member wrote in.
        named_only: only those that are versions.
        words: only those whose summary holds them.
    """
    query = select(Revision).where(Revision.paper_id == paper.id).order_by(Revision.number.desc()).limit(limit)
    if before is not None:
        query = query.where(Revision.number < before)
    if author is not None:
        query = query.join(RevisionAuthor, RevisionAuthor.revision_id == Revision.id).where(
            RevisionAuthor.member_id == author
        )
    if named_only:
        query = query.join(Version, Version.revision_id == Revision.id)
    if words:
        query = query.where(func.lower(Revision.summary).contains(words.lower(), autoescape=True))
    return session().scalars(query).unique().all()


def versions_of(paper: Paper) -> Sequence[Version]:
    """Named versions, newest first."""
    return (
        session()
        .scalars(select(Version).where(Version.paper_id == paper.id).order_by(Version.revision_number.desc()))
        .all()
    )


def contributors_of(paper: Paper) -> Sequence[tuple[int, int]]:
    """(member id, revisions written in), most first."""
    rows = session().execute(
        select(RevisionAuthor.member_id, func.count())
        .join(Revision, Revision.id == RevisionAuthor.revision_id)
        .where(Revision.paper_id == paper.id)
        .group_by(RevisionAuthor.member_id)
        .order_by(func.count().desc(), RevisionAuthor.member_id)
    )
    return [(member_id, count) for member_id, count in rows]


def last_read(actor: Actor, paper: Paper) -> ReadMark | None:
    """What the actor has read last."""
    return session().get(ReadMark, (paper.id, actor.member_id)) if actor.member_id is not None else None


@dataclass(frozen=True, slots=True)
class Others:
    """Who else is at a paper: so many, of whom the newest are named."""

    members: Sequence[Member]
    count: int

    def __len__(self) -> int:
        return self.count


def others_editing(actor: Actor, paper: Paper) -> Others:
    """Who else opened the edit page lately, newest first."""
    since = now() - timedelta(seconds=settings().open_editors_seconds)
    theirs = (
        OpenEditor.paper_id == paper.id, OpenEditor.opened_at > since, OpenEditor.member_id != actor.member_id
    )  # fmt: skip
    rows = select(Member).join(OpenEditor, OpenEditor.member_id == Member.id).where(*theirs)
    members = session().scalars(rows.order_by(OpenEditor.opened_at.desc()).limit(PEOPLE_NAMED + 1)).unique().all()
    if len(members) <= PEOPLE_NAMED:
        return Others(members, len(members))
    return Others(members[:PEOPLE_NAMED], session().scalar(select(func.count()).where(*theirs)) or 0)


def attachments_of(paper: Paper, *, with_sealed: bool = False) -> Sequence[Attachment]:
    """All files of a paper, newest first; without those that are sealed."""
    query = select(Attachment).where(Attachment.paper_id == paper.id).order_by(Attachment.id.desc())
    if not with_sealed:
        sealed = select(Seal.subject_id).where(Seal.kind == SealKind.FILE, Seal.paper_id == paper.id)
        query = query.where(Attachment.id.not_in(sealed))
    return session().scalars(query).unique().all()


def find_attachment(paper_id: int, name: str) -> Attachment | None:
    """The file of this name, whatever its letters' case."""
    return (
        session()
        .scalars(select(Attachment).where(Attachment.paper_id == paper_id, Attachment.name_folded == name.casefold()))
        .unique()
        .first()
    )


def may_write(actor: Actor, paper: Paper) -> bool:
    return can(actor, Permission.REVISION_SAVE, paper)
