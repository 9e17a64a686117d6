"""Commands of the person who runs the workspace: worker, check, backup, restore, upgrade, transfer."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from workspace import create_app, logs, migrations
from workspace.config import ConfigError, Settings, load_settings, using
from workspace.db import make_engine, make_sessions, session_scope
from workspace.operation import checks
from workspace.operation.archive import BadArchive
from workspace.operation.backups import bring_up_to_date, make_backup
from workspace.operation.copying import CopyFailed, restore_archive, write_archive
from workspace.operation.worker import run_worker

SENTENCES = {
    "no_database": "There is no database yet, so there is nothing to back up.",
    "not_empty": "The place is not empty: the table {table} holds rows. Restore into a new, empty database.",
    "newer_schema": "The backup was made by a newer version ({program}, schema {schema}). Install that one first.",
    "other_schema": "The database has tables of another version than the backup ({schema}). Restore into an empty one.",
    "other_columns": "The table {table} of the backup does not fit. Nothing was changed.",
    "other_hash": "What was restored is not what was saved ({table}). Nothing was changed.",
    "disk_full": "The disk is full at {folder}. Make room and try again; nothing was changed.",
    "not_writable": "{folder} cannot be written: {reason}.",
    "unreadable": "The backup cannot be read back ({reason}).",
    "no_backup": "This file is no backup of the workspace.",
    "newer_format": "This backup was made by a newer version of the workspace.",
    "cut_off": "This backup is cut off: its end is missing.",
    "damaged": "This backup is damaged.",
    "changed": "This backup was changed or damaged: its hashes do not fit.",
}
FINDINGS = {
    "ok": "ok",
    "development": "ok ({environment}; set WORKSPACE_ENVIRONMENT=production before others use it)",
    "no_database": "there is no database yet: workspace init makes one and prints the link of the first start",
    "old_schema": "the schema is {there}, {needed} is needed: workspace upgrade",
    "disk_low": "only {megabytes} MB free at {folder}: make room",
    "not_writable": "{folder} cannot be written: give it to the user that runs the workspace",
    "damaged": "the database is damaged ({reason}): restore the newest backup",
    "no_answer": "the database does not answer: {reason}",
    "no_worker": "no worker is running: workspace serve starts one, workspace worker is one",
    "jobs_failed": "{count} jobs failed: see /technik/jobs",
    "jobs_late": "jobs wait and nobody does them: is the worker running?",
    "no_mail_server": "no mail server is set up: set WORKSPACE_SMTP_HOST and WORKSPACE_MAIL_FROM",
    "mails_failed": "{count} mails could not be delivered: see /technik/mail",
    "mails_late": "mails have waited for more than an hour: see /technik/mail",
    "mail_server_fails": "the mail server does not take us: {reason}",
    "no_backup": "there is no backup yet: workspace backup FILE, or wait for the night",
    "backup_old": "the newest backup is of {at}: see /technik/backups",
    "clock_behind": "the clock is behind: the log already holds {at}. Set the clock",
    "unnamed": "the network has no name: go through the first start, workspace init prints the link",
    "not_set_up": "the first start is not finished: see /setup, or workspace init for a link",
    "legal_gaps": "{count} gaps in {pages}: see /settings",
    "clock_differs": "the clocks of this machine and of the database differ. Set them",
}
NOT_FATAL = frozenset({"ok", "development"})


@contextmanager
def one_sentence() -> Iterator[None]:
    """What went wrong, as one sentence instead of a traceback."""
    try:
        yield
    except CopyFailed as error:
        raise click.ClickException(SENTENCES[error.code].format_map(error.values)) from error
    except BadArchive as error:
        raise click.ClickException(SENTENCES[str(error)]) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'The file'}: {error.strerror}.") from error


def with_sentences(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def run(**options: Any) -> None:
        with one_sentence():
            command(**options)

    return run


@contextmanager
def engine_of(address: str) -> Iterator[Engine]:
    engine = make_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the standard input closes.")
def worker(with_parent: bool) -> None:
    """Do jobs and send mail; `serve` starts one by itself."""
    settings = load_settings()
    logs.configure(settings)
    with engine_of(settings.resolved_database_url()) as engine:
        there = migrations.current(engine)
    if there != migrations.newest():
        raise click.ClickException(
            f"The schema is {there or 'not there'}, {migrations.newest()} is needed: workspace upgrade"
        )
    run_worker(create_app(settings), with_parent=with_parent)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_sentences
def backup(file: Path) -> None:
    """Write a backup of everything to FILE and prove that it can be restored."""
    if file.exists():
        raise click.ClickException(f"{file} is there already; choose another name.")
    settings = load_settings()
    _require_database(settings)
    with engine_of(settings.resolved_database_url()) as engine:
        made = make_backup(engine, file.resolve())
    click.echo(f"{made.total} rows of {len(made.rows)} tables in {file} ({file.stat().st_size} bytes), proved")


def _require_database(settings: Settings) -> None:
    """Opening a SQLite file that is not there would make one."""
    path = sqlite_file(settings.resolved_database_url())
    if path is not None and not path.exists():
        raise CopyFailed("no_database")


def sqlite_file(address: str) -> Path | None:
    return Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_sentences
def restore(file: Path) -> None:
    """Fill an empty place with the backup in FILE; every hash is compared."""
    settings = load_settings()
    made = restore_archive(file, settings.resolved_database_url(), hold_mails=True)
    click.echo(f"{made.total} rows of {len(made.rows)} tables restored from {made.made_at}; all hashes are the same")
    click.echo("Mails that waited then are held back; send or drop them at /technik/mail")


@click.command()
@click.argument("address")
@with_sentences
def transfer(address: str) -> None:
    """Copy everything into the empty database at ADDRESS, as postgresql://… or sqlite:///…, and compare every hash.

    Stop the server first: what is written meanwhile is not copied.
    """
    settings = load_settings()
    _require_database(settings)
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="transfer-", dir=settings.instance_dir) as folder:
        between = Path(folder) / "transfer.backup"
        with engine_of(settings.resolved_database_url()) as engine, between.open("wb") as file:
            write_archive(engine, file)
        made = restore_archive(between, address, hold_mails=False)
    click.echo(f"{made.total} rows of {len(made.rows)} tables copied; all hashes are the same")
    click.echo("Now set WORKSPACE_DATABASE_URL to that address and start the server")


@click.command()
@with_sentences
def upgrade() -> None:
    """Bring the database up to date; a proved backup is made before."""
    settings = load_settings()
    if not settings.database_url:
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
    with engine_of(settings.resolved_database_url()) as engine:
        before = migrations.current(engine)
        if before == migrations.newest():
            click.echo(f"Schema {before}: nothing to do")
            return
        made = bring_up_to_date(engine, settings)
        if made is not None:
            click.echo(f"Backup before the upgrade: {made.path}")
        click.echo(f"Schema {migrations.current(engine)}")


@click.command()
def check() -> None:
    """Say in one line for each part whether it is in order, or what to do. Exit status 1 when something is not."""
    try:
        settings = load_settings()
    except ConfigError as error:
        click.echo(f"{'configuration':<14} {error}")
        sys.exit(1)
    found = list(_all_findings(settings))
    for finding in found:
        values = {name: _shown(value) for name, value in finding.values.items()}
        click.echo(f"{finding.part:<14} {FINDINGS[finding.code].format_map(values)}")
    sys.exit(0 if all(finding.code in NOT_FATAL for finding in found) else 1)


def _all_findings(settings: Settings) -> Iterator[checks.Finding]:
    path = sqlite_file(settings.resolved_database_url())
    if path is not None and not path.exists():
        yield checks.Finding("database", "no_database")
        return
    slow = {checks.database: checks.database_is_sound, checks.mail: checks.mail_server}
    with engine_of(settings.resolved_database_url()) as engine, using(settings):
        is_old = False
        for one in checks.CHECKS:
            try:
                with session_scope(make_sessions(engine)):
                    found = slow.get(one, one)()
                is_old = is_old or found.code == "old_schema"
                yield found
            except SQLAlchemyError as error:
                if is_old:  # what asks for newer columns has nothing to say before the upgrade
                    continue
                reason = str(getattr(error, "orig", error)).splitlines()[0]
                yield checks.Finding(one.__name__, "no_answer", {"reason": reason})


def _shown(value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else value


COMMANDS: tuple[click.Command, ...] = (worker, check, backup, restore, upgrade, transfer)
