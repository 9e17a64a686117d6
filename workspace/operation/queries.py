"""What the pages of the technical administration show. Never a subject or a word of a mail."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import func, select, text

from workspace import __version__, migrations
from workspace.config import Settings, settings
from workspace.db import session
from workspace.jobs import Job, JobState
from workspace.jobs.models import Recurring, Worker
from workspace.jobs.queue import RECURRING
from workspace.mail import Mail, MailState
from workspace.operation.backups import backups_in
from workspace.operation.checks import free_bytes
from workspace.papers.models import Attachment, Paper, Revision


@dataclass(frozen=True)
class MailRow:
    """A mail without its words."""

    id: int
    kind: str
    to_name: str
    to_address: str
    state: str
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    due_at: datetime | None
    code: int | None
    error: str


MAIL_COLUMNS = (
    Mail.id, Mail.kind, Mail.to_name, Mail.to_address, Mail.state, Mail.attempts, Mail.created_at, Mail.finished_at,
    Mail.due_at, Mail.code, Mail.error,
)  # fmt: skip


def mails(*, states: Sequence[str] = (), before: int | None = None, limit: int) -> Sequence[MailRow]:
    """Mails in these states (all when none is named), the newest first."""
    query = select(*MAIL_COLUMNS).order_by(Mail.id.desc()).limit(limit)
    if states:
        query = query.where(Mail.state.in_(states))
    if before is not None:
        query = query.where(Mail.id < before)
    return [MailRow(*row) for row in session().execute(query)]


def mail_counts() -> dict[str, int]:
    """How many mails there are in each state."""
    rows = session().execute(select(Mail.state, func.count()).group_by(Mail.state))
    found: dict[str, int] = {state: count for state, count in rows}  # noqa: C416 - rows are no pairs for mypy
    return {state: found.get(state, 0) for state in MailState}


def mail_ids(state: str) -> list[int]:
    return list(session().scalars(select(Mail.id).where(Mail.state == state)))


def jobs(*, state: str | None = None, before: int | None = None, limit: int) -> Sequence[Job]:
    """Jobs, the newest first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    if before is not None:
        query = query.where(Job.id < before)
    return session().scalars(query).all()


def is_backup_coming() -> bool:
    """Whether a backup waits or is being made."""
    coming = Job.state.in_([JobState.WAITING, JobState.RUNNING])
    return session().scalar(select(Job.id).where(Job.name == "operation.backup", coming).limit(1)) is not None


def recurring() -> Sequence[Recurring]:
    """What comes again by itself, the next first."""
    known = Recurring.name.in_(list(RECURRING))
    return session().scalars(select(Recurring).where(known).order_by(Recurring.due_at)).all()


def workers() -> Sequence[Worker]:
    return session().scalars(select(Worker).order_by(Worker.started_at)).all()


@dataclass(frozen=True)
class Storage:
    """Sizes in bytes."""

    database: int
    files: int
    papers: int
    revisions: int
    backups: int
    backup_count: int
    free: int
    free_for_backups: int


def storage() -> Storage:
    given: Settings = settings()
    kept = backups_in(given.backups)
    return Storage(
        database=database_bytes(),
        files=session().scalar(select(func.coalesce(func.sum(Attachment.size), 0))) or 0,
        papers=session().scalar(select(func.count()).select_from(Paper)) or 0,
        revisions=session().scalar(select(func.count()).select_from(Revision)) or 0,
        backups=sum(backup.size for backup in kept),
        backup_count=len(kept),
        free=free_bytes(given.instance_dir.resolve()),
        free_for_backups=free_bytes(given.backups.resolve()),
    )


def database_bytes() -> int:
    if session().get_bind().dialect.name == "postgresql":
        return int(session().scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, size = session().scalar(text("PRAGMA page_count")), session().scalar(text("PRAGMA page_size"))
    return int(pages or 0) * int(size or 0)


def versions() -> list[tuple[str, str]]:
    """(what, version) of everything that matters when something is asked about this installation."""
    if session().get_bind().dialect.name == "postgresql":
        database = ("PostgreSQL", str(session().scalar(text("SHOW server_version"))))
    else:
        database = ("SQLite", sqlite3.sqlite_version)
    return [
        ("Workspace", __version__),
        ("Schema", migrations.newest()),
        database,
        ("Python", platform.python_version()),
        ("SQLAlchemy", sqlalchemy.__version__),
    ]
