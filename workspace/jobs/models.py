"""Tables of the worker: jobs, what recurs, which workers are alive."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, BigId, Moment

Facts = dict[str, Any]
"""What a job must know; ids and numbers rather than texts."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Tried as often as allowed; kept until somebody looks."""


class Job(Base):
    """One piece of work."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state", "state", "id"),
        Index(
            "uq_job_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    facts: Mapped[Facts] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(120))
    """At most one job with this key waits."""
    state: Mapped[str] = mapped_column(String(10), default=JobState.WAITING)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    """Not before; None is at once."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often a worker began it."""
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    """Past this moment the worker counts as dead and another one may begin again."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[Facts | None] = mapped_column(JSON(none_as_null=True))
    """What came of it, in numbers."""
    error: Mapped[str] = mapped_column(String(300), default="")
    """The kind of the last failure and where it was; never the words of the failure, which may hold drafts."""


class Recurring(Base):
    """When a recurring job is due next."""

    __tablename__ = "recurring"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    enqueued_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was due last."""


class Worker(Base):
    """A worker that is alive, or was a moment ago."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Random for each start."""
    version: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
