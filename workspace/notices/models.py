"""Tables of notices: what reached whom, what members follow, how soon they want mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, BigId, Moment


class NoticeKind(StrEnum):
    MENTION = "mention"
    ANSWER = "answer"
    """A comment in a discussion the member takes part in or follows."""
    COMMENT = "comment"
    """A comment in a paper the member follows."""
    REVISION = "revision"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    SEALED = "sealed"
    """Coordination took something of the group's paper away."""


class Topic(StrEnum):
    """What a member chooses a pace for."""

    MENTION = "mention"
    ANSWER = "answer"
    COMMENT = "comment"
    REVISION = "revision"
    PUBLICATION = "publication"


class Pace(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"
    """On the page only."""


DEFAULT_PACES: Mapping[Topic, Pace] = MappingProxyType(
    {
        Topic.MENTION: Pace.AT_ONCE,
        Topic.ANSWER: Pace.AT_ONCE,
        Topic.COMMENT: Pace.DAILY,
        Topic.REVISION: Pace.DAILY,
        Topic.PUBLICATION: Pace.DAILY,
    }
)


def topic_of(kind: str) -> Topic:
    """What a member chose for this kind of notice."""
    publishing = (NoticeKind.SUBMITTED, NoticeKind.RETURNED, NoticeKind.PUBLISHED, NoticeKind.SEALED)
    return Topic.PUBLICATION if kind in publishing else Topic(kind)


UNREAD = text("read_at IS NULL")
WAITING = text("read_at IS NULL AND mailed_at IS NULL")


class Notice(Base):
    """One event that one member is told of. It says where to look, never what stands there: rights may change."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_member", "member_id", "changed_at", "id"),
        Index("ix_notice_unread", "member_id", "paper_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_notice_waiting", "member_id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(10))
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("thread.id"))
    subject_id: Mapped[int] = mapped_column(BigId)
    """Id of the comment or submission; number of the newest revision."""
    since: Mapped[int | None] = mapped_column()
    """Number of the revision before the first change, where several are told of as one."""
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    """When the newest change came to it."""
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its mail was put into the outbox."""
    mail_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mail.id", ondelete="SET NULL"), index=True)


class PaperFollow(Base):
    """A member's own choice to follow a paper or not; without one, lead and editors of its group follow it."""

    __tablename__ = "paper_follow"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True, index=True)
    is_muted: Mapped[bool] = mapped_column()
    """No notices of what happens in it, and no mail about it at all."""


class ThreadFollow(Base):
    """A member's own choice to follow a discussion or not; without one, those who wrote in it follow it."""

    __tablename__ = "thread_follow"

    thread_id: Mapped[int] = mapped_column(BigId, ForeignKey("thread.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True, index=True)
    is_muted: Mapped[bool] = mapped_column()


class NoticeChoice(Base):
    """How soon a member wants mail of a topic, where it is not the default."""

    __tablename__ = "notice_choice"

    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(12), primary_key=True)
    pace: Mapped[str] = mapped_column(String(8))
