"""What waits for a member: questions to answer, answers to read, papers changed since they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from workspace.db import session
from workspace.discussion.models import Comment, Mention, Thread, ThreadKind
from workspace.papers.models import Paper, ReadMark, Revision
from workspace.papers.queries import papers_visible_to
from workspace.permissions import Actor
from workspace.search import matching

ROWS = 12


@dataclass(frozen=True)
class PaperRow:
    """A paper with length (code points) and hash of its text; number (0: none) and hash of what was read last."""

    paper: Paper
    length: int
    text_hash: str
    read_number: int
    read_hash: str

    @property
    def is_new(self) -> bool:
        return self.read_number == 0

    @property
    def is_changed(self) -> bool:
        return 0 < self.read_number < self.paper.head_number


def papers_of(actor: Actor) -> Sequence[PaperRow]:
    """The member's papers that are not parked, last changed first."""
    read = and_(ReadMark.paper_id == Paper.id, ReadMark.member_id == actor.member_id)
    before = aliased(Revision)
    query = (
        papers_visible_to(actor)
        .add_columns(Revision.length, Revision.text_hash, ReadMark.revision_number, before.text_hash)
        .join(Revision, and_(Revision.paper_id == Paper.id, Revision.number == Paper.head_number))
        .outerjoin(ReadMark, read)
        .outerjoin(before, and_(before.paper_id == Paper.id, before.number == ReadMark.revision_number))
        .where(Paper.parked_at.is_(None))
        .order_by(Paper.changed_at.desc())
    )
    return [
        PaperRow(paper, length, text_hash, number or 0, read_hash or "")
        for paper, length, text_hash, number, read_hash in session().execute(query)
    ]


def mentions_of(actor: Actor) -> Sequence[Comment]:
    """Comments that mention the member, newest first: one for each open thread.

    In a question until the member has answered, elsewhere until it has read the paper since.
    """
    mentioning = (
        select(func.max(Comment.id))
        .join(Mention, Mention.comment_id == Comment.id)
        .where(Mention.member_id == actor.member_id, Comment.author_id != actor.member_id)
        .group_by(Comment.thread_id)
    )
    waits = or_(Thread.kind == ThreadKind.QUESTION, _is_unread())
    return _newest(_unanswered(actor).where(Comment.id.in_(mentioning), waits))


def answers_for(actor: Actor) -> Sequence[Comment]:
    """What others wrote last in open threads that the member wrote in, until it has read the paper since."""
    mine, later = aliased(Comment), aliased(Comment)
    took_part = select(mine.id).where(mine.thread_id == Thread.id, mine.author_id == actor.member_id)
    followed = select(later.id).where(later.thread_id == Thread.id, later.id > Comment.id)
    is_last = and_(Comment.author_id != actor.member_id, took_part.exists(), ~followed.exists())
    return _newest(_unanswered(actor).where(is_last, _is_unread()))


def _is_unread() -> ColumnElement[bool]:
    """Times are kept to the second: what came in the second of reading is shown once more rather than never."""
    return or_(ReadMark.read_at.is_(None), ReadMark.read_at <= Comment.created_at)


def _unanswered(actor: Actor) -> Select[Comment]:
    """Comments in open threads of its papers, after which the member wrote nothing there; with its read mark."""
    later = aliased(Comment)
    answered = select(later.id).where(
        later.thread_id == Comment.thread_id, later.author_id == actor.member_id, later.id > Comment.id
    )
    return (
        select(Comment)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Paper, Paper.id == Thread.paper_id)
        .outerjoin(ReadMark, and_(ReadMark.paper_id == Paper.id, ReadMark.member_id == actor.member_id))
        .where(
            Thread.resolved_at.is_(None),
            Paper.group_id.in_(list(actor.group_roles)),
            Paper.parked_at.is_(None),
            ~answered.exists(),
        )
    )


def _newest(query: Select[Comment]) -> Sequence[Comment]:
    return session().scalars(query.order_by(Comment.id.desc()).limit(ROWS)).unique().all()


def find_papers(actor: Actor, words: str, *, limit: int) -> Sequence[Paper]:
    """Papers the actor may read that hold all the words, last changed first."""
    found = matching("paper", Paper.id, words)
    if found is None:
        return []
    query = papers_visible_to(actor).where(found).order_by(Paper.changed_at.desc()).limit(limit)
    return session().scalars(query).all()
