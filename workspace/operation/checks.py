"""Is everything in order? One finding for each part: ok, or a code that pages and command line word.

Everything here is cheap but `mail_server`, which speaks with the mail server, and `database_is_sound`, which reads the
whole of SQLite; both are for the command line alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import func, inspect, select, text

from workspace import migrations
from workspace.clock import now
from workspace.config import HOUR, MINUTE, Settings, settings
from workspace.db import session
from workspace.events import Event
from workspace.jobs.models import Job, JobState, Worker
from workspace.mail import Mail, MailState
from workspace.mail.delivery import is_set_up
from workspace.mail.models import FAILED
from workspace.mail.transport import ServerFails, connected
from workspace.network.legal import legal_texts
from workspace.network.queries import is_named, the_network
from workspace.operation.backups import backups_in

WORKER_SILENT = 3 * MINUTE
"""A worker that says nothing for so long is not there."""
QUEUE_LATE = 15 * MINUTE
MAIL_LATE = HOUR
CLOCK_TOLERANCE = 2 * MINUTE


@dataclass(frozen=True)
class Finding:
    """What was found about one part."""

    part: str
    """configuration, database, migrations, disk, worker, jobs, mail, backup, clock, network, legal."""
    code: str = "ok"
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_ok(self) -> bool:
        return self.code == "ok"


def findings() -> list[Finding]:
    """All cheap checks, in the current session."""
    return [check() for check in CHECKS]


def configuration() -> Finding:
    given = settings()
    if given.environment != "production":
        return Finding("configuration", "development", {"environment": given.environment})
    return Finding("configuration")


def database() -> Finding:
    session().execute(text("SELECT 1"))
    return Finding("database")


def schema() -> Finding:
    connection = session().connection()
    known = inspect(connection).has_table("alembic_version")
    there = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if there == migrations.newest():
        return Finding("migrations")
    return Finding("migrations", "old_schema", {"there": there or "–", "needed": migrations.newest()})


def disk() -> Finding:
    for folder in places(settings()):
        free = free_bytes(folder)
        if free < settings().disk_free_min:
            return Finding("disk", "disk_low", {"folder": folder, "megabytes": free // 1_000_000})
    return Finding("disk")


def places(given: Settings) -> list[Path]:
    """Folders in which room is needed."""
    return [given.instance_dir.resolve(), given.backups.resolve()]


def free_bytes(folder: Path) -> int:
    """What is free where a folder is, or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def worker() -> Finding:
    seen = session().scalar(select(func.max(Worker.seen_at)))
    if seen is None or now() - seen > timedelta(seconds=WORKER_SILENT):
        return Finding("worker", "no_worker")
    return Finding("worker")


def jobs() -> Finding:
    failed = session().scalar(select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)) or 0
    if failed:
        return Finding("jobs", "jobs_failed", {"count": failed})
    waits = select(func.min(func.coalesce(Job.due_at, Job.created_at))).where(Job.state == JobState.WAITING)
    if is_late(session().scalar(waits), QUEUE_LATE):
        return Finding("jobs", "jobs_late")
    return Finding("jobs")


def mail() -> Finding:
    if not is_set_up():
        return Finding("mail", "no_mail_server")
    troubled = session().scalar(select(func.count()).select_from(Mail).where(Mail.state.in_(FAILED))) or 0
    if troubled:
        return Finding("mail", "mails_failed", {"count": troubled})
    if is_late(session().scalar(select(func.min(Mail.created_at)).where(Mail.state == MailState.WAITING)), MAIL_LATE):
        return Finding("mail", "mails_late")
    return Finding("mail")


def is_late(since: datetime | None, seconds: int) -> bool:
    return since is not None and now() - since > timedelta(seconds=seconds)


def backup() -> Finding:
    found = backups_in(settings().backups)
    if not found:
        return Finding("backup", "no_backup")
    if now() - found[0].made_at > timedelta(seconds=settings().backup_max_age):
        return Finding("backup", "backup_old", {"at": found[0].made_at})
    return Finding("backup")


def clock() -> Finding:
    """Compares with what was written before, and with PostgreSQL's own clock: a clock never goes back by itself."""
    latest = session().scalar(
        select(func.max(Event.at)).where(Event.id == select(func.max(Event.id)).scalar_subquery())
    )
    if latest is not None and latest - now() > timedelta(seconds=CLOCK_TOLERANCE):
        return Finding("clock", "clock_behind", {"at": latest})
    if session().get_bind().dialect.name == "postgresql":
        theirs: datetime = session().scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
        if abs(theirs - now()) > timedelta(seconds=CLOCK_TOLERANCE):
            return Finding("clock", "clock_differs")
    return Finding("clock")


def network() -> Finding:
    """Whether somebody has gone through the first start; a network without a name prints that on its editions."""
    if not is_named():
        return Finding("network", "unnamed")
    if the_network().set_up_at is None:
        return Finding("network", "not_set_up")
    return Finding("network")


def legal() -> Finding:
    """Whether the legal pages still have gaps. A sample is shown to nobody."""
    pages = [text for text in legal_texts() if text.gaps]
    if pages and not the_network().is_sample:
        names = tuple(str(text.page) for text in pages)
        return Finding("legal", "legal_gaps", {"count": sum(text.gaps for text in pages), "pages": names})
    return Finding("legal")


CHECKS: tuple[Callable[[], Finding], ...] = (
    configuration, database, schema, disk, worker, jobs, mail, backup, clock, network, legal,
)  # fmt: skip


def warnings() -> list[Finding]:
    """What the administration's start page warns of."""
    return [found for found in findings() if not found.is_ok and found.code != "development"]


def mail_server() -> Finding:
    """Whether the mail server takes us: connects, signs in, sends nothing."""
    if not is_set_up():
        return Finding("mail", "no_mail_server")
    try:
        with connected():
            return mail()
    except ServerFails as failure:
        return Finding("mail", "mail_server_fails", {"reason": failure.text})


def database_is_sound() -> Finding:
    """SQLite reads itself from beginning to end; folders must be writable."""
    for folder in places(settings()):
        if folder.exists() and not os.access(folder, os.W_OK):
            return Finding("database", "not_writable", {"folder": folder})
    if session().get_bind().dialect.name == "sqlite":
        said = session().scalar(text("PRAGMA quick_check(1)"))
        if said != "ok":
            return Finding("database", "damaged", {"reason": said})
    return database()
