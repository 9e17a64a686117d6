"""Reads of notices that deserve a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.config import DAY, settings
from workspace.db import session
from workspace.groups.models import GroupMember
from workspace.notices.models import (
    DEFAULT_PACES,
    Notice,
    NoticeChoice,
    NoticeKind,
    Pace,
    PaperFollow,
    ThreadFollow,
    Topic,
    topic_of,
)
from workspace.permissions import Role

FOLLOWING_ROLES = (Role.LEAD, Role.EDITOR)
"""Who follows the group's papers without having chosen."""
COUNTED = 99
"""More unread notices are shown as "more than 99"."""
MAILED_WITHIN = 14 * DAY
"""Seconds after which a notice is no longer news for a mail, as when a member turns mail on after a year."""


def followers(paper_id: int, group_id: int, *, everybody: bool = False) -> Sequence[int]:
    """Members of the group who follow its paper; with `everybody` all of the group."""
    mine = and_(PaperFollow.member_id == GroupMember.member_id, PaperFollow.paper_id == paper_id)
    query = select(GroupMember.member_id).where(GroupMember.group_id == group_id)
    if not everybody:
        by_role = and_(PaperFollow.is_muted.is_(None), GroupMember.role.in_(FOLLOWING_ROLES))
        query = query.outerjoin(PaperFollow, mine).where(or_(PaperFollow.is_muted.is_(False), by_role))
    return session().scalars(query).all()


def follows_paper(member_id: int | None, paper_id: int, role: Role | None) -> bool:
    """Whether the member, who has this role in the paper's group, is told of changes."""
    row = session().get(PaperFollow, (paper_id, member_id)) if member_id is not None else None
    return not row.is_muted if row is not None else role in FOLLOWING_ROLES


def follows_thread(member_id: int | None, thread_id: int, *, took_part: bool) -> bool:
    """Whether the member is told of answers."""
    row = session().get(ThreadFollow, (thread_id, member_id)) if member_id is not None else None
    return not row.is_muted if row is not None else took_part


def muted_papers(member_id: int) -> Sequence[int]:
    """Ids of papers the member wants to hear nothing of."""
    query = select(PaperFollow.paper_id).where(PaperFollow.member_id == member_id, PaperFollow.is_muted)
    return session().scalars(query).all()


def paces_of(member_id: int) -> dict[Topic, Pace]:
    """How soon the member wants mail of each topic."""
    rows = session().execute(select(NoticeChoice.topic, NoticeChoice.pace).where(NoticeChoice.member_id == member_id))
    return {**DEFAULT_PACES, **{Topic(topic): Pace(pace) for topic, pace in rows}}


def _due(pace: Pace) -> Select[Notice]:
    """Notices that a mail of this pace is to tell of: not read, not mailed, of open accounts, not of muted papers."""
    topic = case({kind: topic_of(kind) for kind in NoticeKind}, value=Notice.kind)
    usual = case({kind: DEFAULT_PACES[topic_of(kind)] for kind in NoticeKind}, value=Notice.kind)
    chosen = and_(NoticeChoice.member_id == Notice.member_id, NoticeChoice.topic == topic)
    muted = and_(PaperFollow.member_id == Notice.member_id, PaperFollow.paper_id == Notice.paper_id)
    query = (
        select(Notice)
        .join(Member, Member.id == Notice.member_id)
        .outerjoin(NoticeChoice, chosen)
        .outerjoin(PaperFollow, muted)
        .where(
            Notice.read_at.is_(None), Notice.mailed_at.is_(None), Member.disabled_at.is_(None),
            Notice.created_at > now() - timedelta(seconds=MAILED_WITHIN),
            func.coalesce(NoticeChoice.pace, usual) == literal(str(pace)),
            func.coalesce(PaperFollow.is_muted, False).is_(False),
        )
    )  # fmt: skip
    if pace == Pace.AT_ONCE:
        query = query.where(or_(Notice.kind != NoticeKind.REVISION, _sitting_is_over()))
    return query


def _sitting_is_over() -> ColumnElement[bool]:
    """Who writes saves often: a mail waits until nobody has for a while."""
    return Notice.changed_at <= now() - timedelta(seconds=settings().sitting_pause)


def due_members(pace: Pace) -> Sequence[int]:
    """Members for whom a mail of this pace is due."""
    return session().scalars(_due(pace).with_only_columns(Notice.member_id).distinct().order_by(Notice.member_id)).all()


def due_notices(member_id: int, pace: Pace) -> Sequence[Notice]:
    """What a mail of this pace to this member is to tell of, oldest first."""
    query = _due(pace).where(Notice.member_id == member_id).order_by(Notice.id)
    return session().scalars(query.execution_options(populate_existing=True)).all()
