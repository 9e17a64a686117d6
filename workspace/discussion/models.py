"""Tables of the register, its threads and their comments."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment
from workspace.papers.models import Paper


class ThreadKind(StrEnum):
    QUESTION = "question"
    REMARK = "remark"
    OBJECTION = "objection"


class Entry(Base):
    """A line of the paper's register: the next number of its paper, never used again."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("paper_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    number: Mapped[int] = mapped_column()
    channel: Mapped[str] = mapped_column(String(10), default="page")
    """Where the remark came from: page."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))


class Thread(Base):
    """A discussion on a passage or the whole paper."""

    __tablename__ = "thread"
    __table_args__ = (Index("ix_thread_paper", "paper_id", "resolved_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("entry.id"), unique=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    number: Mapped[int] = mapped_column()
    """The entry's number, kept here too so that lists need no join."""
    kind: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    revision_number: Mapped[int] = mapped_column()
    """The revision it was written on."""
    by_grant: Mapped[bool] = mapped_column(default=False)
    """Opened from outside the group on a frozen version: its author's audience sees it, as the group does."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("member.id"))

    paper: Mapped[Paper] = relationship()
    author: Mapped[Member] = relationship(lazy="joined", foreign_keys=author_id)
    comments: Mapped[list[Comment]] = relationship(back_populates="thread", order_by="Comment.id", lazy="selectin")
    passages: Mapped[list[Passage]] = relationship(order_by="Passage.id", lazy="selectin")

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None

    @property
    def passage(self) -> Passage | None:
        """The anchor in force: the newest; None for a thread on the whole paper."""
        return self.passages[-1] if self.passages else None


class Passage(Base):
    """An anchor of a thread. The first is what was commented on; later ones were pinned by hand."""

    __tablename__ = "passage"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(BigId, ForeignKey("thread.id"), index=True)
    revision_number: Mapped[int] = mapped_column()
    start: Mapped[int] = mapped_column("start_at")
    end: Mapped[int] = mapped_column("end_at")
    quote: Mapped[str] = mapped_column(Text)
    """Source text of the passage; empty, with the three below, where its revision is sealed and no later one has it."""
    words: Mapped[str] = mapped_column(Text)
    """The passage as readers saw it, without markup; one line for each block."""
    prefix: Mapped[str] = mapped_column(String(64))
    suffix: Mapped[str] = mapped_column(String(64))
    pinned_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    pinned_at: Mapped[datetime] = mapped_column(Moment)


class Placed(Base):
    """Where a passage stands in a later revision; derived, may be dropped at any time."""

    __tablename__ = "placed"

    passage_id: Mapped[int] = mapped_column(BigId, ForeignKey("passage.id"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    start: Mapped[int | None] = mapped_column("start_at")
    end: Mapped[int | None] = mapped_column("end_at")


class Comment(Base):
    """One message of a thread."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(BigId, ForeignKey("thread.id"), index=True)
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    body: Mapped[str] = mapped_column(Text)
    """Empty where it is sealed, never else."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)

    thread: Mapped[Thread] = relationship(back_populates="comments")
    author: Mapped[Member] = relationship(lazy="joined")
    wordings: Mapped[list[CommentWording]] = relationship(order_by="CommentWording.id", lazy="select")

    @property
    def paper(self) -> Paper:
        """The paper it belongs to, for the rules."""
        return self.thread.paper

    @property
    def revision_number(self) -> int:
        """The revision its thread was written on, for the rules."""
        return self.thread.revision_number


class CommentWording(Base):
    """What a comment said before it was edited."""

    __tablename__ = "comment_wording"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(BigId, ForeignKey("comment.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime] = mapped_column(Moment)


class Mention(Base):
    """A member named with @handle in a comment."""

    __tablename__ = "mention"

    comment_id: Mapped[int] = mapped_column(BigId, ForeignKey("comment.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
