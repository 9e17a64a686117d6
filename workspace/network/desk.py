"""What waits for a member: mentions not seen, papers changed since they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from workspace.db import session
from workspace.discussion.models import Comment, Mention, Thread
from workspace.papers.models import Paper, ReadMark
from workspace.papers.queries import papers_visible_to
from workspace.permissions import Actor
from workspace.search import matching

ROWS = 12


@dataclass(frozen=True)
class PaperRow:
    """A paper with the revision the member has read last; 0 for never."""

    paper: Paper
    read_number: int

    @property
    def is_new(self) -> bool:
        return self.read_number == 0

    @property
    def is_changed(self) -> bool:
        return 0 < self.read_number < self.paper.head_number


def papers_of(actor: Actor) -> Sequence[PaperRow]:
    """The member's papers that are not parked, last changed first."""
    read = and_(ReadMark.paper_id == Paper.id, ReadMark.member_id == actor.member_id)
    query = (
        papers_visible_to(actor)
        .add_columns(ReadMark.revision_number)
        .outerjoin(ReadMark, read)
        .where(Paper.parked_at.is_(None))
        .order_by(Paper.changed_at.desc())
    )
    return [PaperRow(paper, number or 0) for paper, number in session().execute(query)]


def mentions_of(actor: Actor) -> Sequence[Comment]:
    """Comments that mention the member, in open threads of papers it may read, newest first."""
    return (
        session()
        .scalars(
            select(Comment)
            .join(Mention, Mention.comment_id == Comment.id)
            .join(Thread, Thread.id == Comment.thread_id)
            .join(Paper, Paper.id == Thread.paper_id)
            .where(
                Mention.member_id == actor.member_id,
                Thread.resolved_at.is_(None),
                Paper.group_id.in_(list(actor.group_roles)),
                Paper.parked_at.is_(None),
            )
            .order_by(Comment.id.desc())
            .limit(ROWS)
        )
        .unique()
        .all()
    )


def find_papers(actor: Actor, words: str, *, limit: int) -> Sequence[Paper]:
    """Papers the actor may read that hold all the words, last changed first."""
    found = matching("paper", Paper.id, words)
    if found is None:
        return []
    query = papers_visible_to(actor).where(found).order_by(Paper.changed_at.desc()).limit(limit)
    return session().scalars(query).all()
