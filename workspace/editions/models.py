"""Tables of submitted versions and published editions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment
from workspace.papers.models import Paper, Version


class SubmissionState(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"


class Submission(Base):
    """A named version handed to coordination, with the words that will stand on its cover."""

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_state", "state", "submitted_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), index=True)
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("version.id"))
    revision_number: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    abstract: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(300))
    authors: Mapped[str] = mapped_column(String(1000))
    """As printed: persons or the group, one a line."""
    note: Mapped[str] = mapped_column(String(1000), default="")
    """What the lead tells coordination."""
    state: Mapped[str] = mapped_column(String(12), default=SubmissionState.WAITING)
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    submitted_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("member.id"))
    answer: Mapped[str] = mapped_column(String(1000), default="")

    paper: Mapped[Paper] = relationship()
    version: Mapped[Version] = relationship(lazy="joined")
    submitter: Mapped[Member] = relationship(lazy="joined", foreign_keys=submitted_by)


class EditionState(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Edition(Base):
    """A published version with a permanent address. Everything it shows is kept here, not in its paper."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("paper_id", "major", "minor"),
        UniqueConstraint("slug", "major", "minor"),
        Index("ix_edition_state", "state", "published_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    slug: Mapped[str] = mapped_column(String(80))
    major: Mapped[int] = mapped_column()
    minor: Mapped[int] = mapped_column()
    revision_number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    abstract: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(300))
    authors: Mapped[str] = mapped_column(String(1000))
    group_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    """The Markdown as published: without writing guidance. Empty where the edition is sealed, never else."""
    text_hash: Mapped[str] = mapped_column(String(64))
    year: Mapped[int] = mapped_column(index=True)
    """Of publication, in the installation's time zone."""
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(String(12), default=EditionState.IN_FORCE)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_reason: Mapped[str] = mapped_column(String(1000), default="")

    @property
    def is_sealed(self) -> bool:
        return not self.text

    @property
    def number(self) -> str:
        """As printed: "1.0"."""
        return f"{self.major}.{self.minor}"


class EditionFile(Base):
    """An attachment that an edition shows."""

    __tablename__ = "edition_file"

    edition_id: Mapped[int] = mapped_column(BigId, ForeignKey("edition.id"), primary_key=True)
    attachment_id: Mapped[int] = mapped_column(BigId, ForeignKey("attachment.id"), primary_key=True)
