"""Backups: one file each, proved by restoring it, given its name only then."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from workspace import migrations
from workspace.clock import now
from workspace.config import DAY, Settings
from workspace.operation.archive import BadArchive, Manifest
from workspace.operation.copying import CopyFailed, remove_database, restore_archive, settle, write_archive

NAME = re.compile(r"workspace-(\d{8}-\d{6})-(nightly|manual|upgrade)\.backup")
OTHERS_KEPT = 5
"""Backups made by hand or before an upgrade that are kept, of each kind."""
PART = ".part"


@dataclass(frozen=True)
class Backup:
    """A finished backup in the folder."""

    path: Path
    made_at: datetime
    kind: str
    """nightly, manual or upgrade."""
    size: int


def make_backup(engine: Engine, final: Path) -> Manifest:
    """Write a backup, restore it into a database of its own to prove it, then give it its name.

    Whatever happens before the last step leaves what was there: killed, disk full, power cut.

    Raises: CopyFailed; `disk_full` when there is no room.
    """
    part = final.with_name(f"{final.name}.{os.getpid()}{PART}")
    with _words_for_a_full_disk(final.parent):
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                manifest = write_archive(engine, file)
            prove(part, manifest)
            settle(part, final)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def prove(path: Path, manifest: Manifest) -> None:
    """Restore a backup into a temporary database beside it and compare every hash.

    Raises: CopyFailed when it does not give back what was written.
    """
    with tempfile.TemporaryDirectory(prefix="proof-", dir=path.parent) as folder:
        proof = Path(folder) / "proof.sqlite3"
        try:
            restored = restore_archive(path, f"sqlite:///{proof}", hold_mails=False)
        except BadArchive as error:
            raise CopyFailed("unreadable", reason=str(error)) from error
        remove_database(proof)
    if restored.hashes != manifest.hashes:
        raise CopyFailed("other_hash", table="")


@contextmanager
def _words_for_a_full_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise CopyFailed("disk_full", folder=folder) from error
        raise CopyFailed("not_writable", folder=folder, reason=error.strerror or str(error)) from error
    except OperationalError as error:
        if "disk is full" in str(error.orig) or "disk I/O error" in str(error.orig):
            raise CopyFailed("disk_full", folder=folder) from error
        raise


def back_up(engine: Engine, settings: Settings, kind: str) -> tuple[Backup, Manifest]:
    """Make a backup in the folder of backups, then drop those that are too many.

    Raises: CopyFailed.
    """
    folder = settings.backups
    moment = now()
    final = folder / f"workspace-{moment.strftime('%Y%m%d-%H%M%S')}-{kind}.backup"
    drop_leftovers(folder)
    manifest = make_backup(engine, final)
    for old in too_many(folder, settings.backups_kept):
        old.path.unlink(missing_ok=True)
    return Backup(final, moment, kind, final.stat().st_size), manifest


def backups_in(folder: Path) -> list[Backup]:
    """Finished backups, the newest first; an empty list where the folder is not there."""
    found = []
    for path in folder.glob("workspace-*.backup") if folder.is_dir() else ():
        name = NAME.fullmatch(path.name)
        if name is not None:
            moment = datetime.strptime(name[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
            found.append(Backup(path, moment, name[2], path.stat().st_size))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def too_many(folder: Path, kept: int) -> list[Backup]:
    """Backups beyond the number that is kept of their kind."""
    found = backups_in(folder)
    nightly = [backup for backup in found if backup.kind == "nightly"]
    others = [[backup for backup in found if backup.kind == kind] for kind in ("manual", "upgrade")]
    return [*nightly[kept:], *(backup for kind in others for backup in kind[OTHERS_KEPT:])]


def drop_leftovers(folder: Path) -> None:
    """What a killed backup left, once it is surely dead."""
    if not folder.is_dir():
        return
    for path in (*folder.glob(f"*{PART}"), *folder.glob("proof-*/*")):
        if now().timestamp() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)
    for proof in folder.glob("proof-*"):
        if not any(proof.iterdir()):
            proof.rmdir()


def bring_up_to_date(engine: Engine, settings: Settings) -> Backup | None:
    """Migrate to the newest schema, with a backup first where there is something to lose.

    Raises: CopyFailed, with the old schema untouched.
    """
    before = migrations.current(engine)
    made = None
    if before not in {None, migrations.newest()}:
        made, _manifest = back_up(engine, settings, "upgrade")
    migrations.upgrade(engine)
    return made
