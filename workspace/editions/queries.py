"""Reads of submissions and editions that deserve a name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from workspace.db import session
from workspace.editions.models import Edition, EditionState, Submission, SubmissionState
from workspace.search import matching


def newest_editions(*, limit: int) -> Sequence[Edition]:
    """Editions in force, newest first; used by the start pages."""
    query = select(Edition).where(Edition.state == EditionState.IN_FORCE)
    return session().scalars(query.order_by(Edition.published_at.desc(), Edition.id.desc()).limit(limit)).all()


def search_editions(words: str, *, limit: int) -> Sequence[Edition]:
    """Editions in force that hold all the words, newest first; used by the members' search."""
    found = matching("edition", Edition.id, words)
    if found is None:
        return []
    query = select(Edition).where(Edition.state == EditionState.IN_FORCE, found)
    return session().scalars(query.order_by(Edition.published_at.desc(), Edition.id.desc()).limit(limit)).all()


def waiting_submissions() -> Sequence[Submission]:
    """Submitted versions that wait for coordination, oldest first; used by the start page."""
    query = select(Submission).where(Submission.state == SubmissionState.WAITING).order_by(Submission.submitted_at)
    return session().scalars(query).unique().all()
