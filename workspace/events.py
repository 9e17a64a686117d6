"""The append-only log: what happened, who did it, when. Feeds, pages and (later) mail read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workspace.clock import now
from workspace.db import Base, BigId, Moment, session
from workspace.permissions import Actor


class Event(Base):
    """One thing that happened; appended, never edited (a trigger refuses it)."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_paper", "paper_id", "id"),
        Index("ix_event_group", "group_id", "id"),
        Index("ix_event_actor", "actor_id", "id"),
        Index("ix_event_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("member.id"))
    verb: Mapped[str] = mapped_column(String(40))
    """Object and past participle, as "paper.created"."""
    subject_id: Mapped[int | None] = mapped_column(BigId)
    """Id of the thing in the table that the verb's first half names."""
    paper_id: Mapped[int | None] = mapped_column(BigId)
    group_id: Mapped[int | None] = mapped_column(BigId)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the log's sentence needs; never the text of a paper or comment, and people by their ids only: who leaves is
    named nowhere afterwards, and the log cannot be edited."""


def record(
    actor: Actor,
    verb: str,
    *,
    subject_id: int | None = None,
    paper_id: int | None = None,
    group_id: int | None = None,
    **facts: Any,
) -> None:
    """Append one event to the log, in the caller's transaction."""
    session().add(
        Event(
            at=now(),
            actor_id=actor.member_id,
            verb=verb,
            subject_id=subject_id,
            paper_id=paper_id,
            group_id=group_id,
            facts=facts,
        )
    )
