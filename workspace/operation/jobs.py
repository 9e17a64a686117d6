"""What the worker does for the installation itself, each night."""

from __future__ import annotations

from workspace.config import settings
from workspace.db import session
from workspace.jobs import Daily, Facts, JobFailed, handler, recurring
from workspace.operation.backups import back_up
from workspace.operation.copying import CopyFailed
from workspace.operation.retention import drop_what_is_due

BACKUP = "operation.backup"
RETENTION = "operation.retention"


@handler(BACKUP, attempts=3)
def make_nightly_backup(facts: Facts) -> Facts:
    session().rollback()  # a backup takes its own snapshot; an open one would keep SQLite's log from being emptied
    try:
        made, manifest = back_up(session().get_bind().engine, settings(), facts.get("kind", "nightly"))
    except CopyFailed as error:
        raise JobFailed(error.code) from error
    return {"rows": manifest.total, "bytes": made.size}


@handler(RETENTION)
def drop_old_rows(_facts: Facts) -> Facts:
    return dict(drop_what_is_due())


recurring(BACKUP, lambda: Daily(settings().backup_at))
recurring(RETENTION, Daily("03:45"))
