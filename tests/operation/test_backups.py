"""Backup, restore, transfer: the same hashes on both databases, and nothing lost however it is interrupted."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.papers.browsers import Room
from tests.people import People
from tests.sample_database import copied_sample, environment, run_workspace
from tests.world import make_world
from workspace import clock, migrations
from workspace.accounts.models import Organisation
from workspace.config import Settings, using
from workspace.db import begin_writing, make_engine, make_sessions, session, session_scope
from workspace.mail import Letter, Recipient, post
from workspace.operation import archive, backups, copying
from workspace.operation.archive import BadArchive, examine
from workspace.operation.copying import CopyFailed, restore_archive
from workspace.papers.log import Document, load

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(people: People, db: Session) -> Engine:
    """A database with one of everything."""
    world = make_world(people)
    room = Room(world.draft)
    room.send((people.editor, room.open().type(0, "Getippt 😀. ")))
    begin_writing()
    post(Letter("probe", "de", "Betreff", "Text", "<p>"), to=Recipient("Cora", "cora@netz.example", people.lead.id))
    db.commit()
    return session().get_bind().engine


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/restored/workspace.sqlite3"
        return
    address: str = request.getfixturevalue("postgres_address")
    server = make_engine(address).execution_options(isolation_level="AUTOCOMMIT")
    name = f"place_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield address.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def counted(address: str, table: str) -> int:
    engine = make_engine(address)
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return found


def test_a_backup_restored_on_either_database_has_the_same_hashes(
    engine: Engine, empty_place: str, tmp_path: Path
) -> None:
    made = backups.make_backup(engine, tmp_path / "a.backup")
    assert made.rows["paper"] == 3
    assert made.rows["attachment_content"] >= 3
    restored = restore_archive(tmp_path / "a.backup", empty_place, hold_mails=False)
    again = make_engine(empty_place)
    second = backups.make_backup(again, tmp_path / "b.backup")
    assert made.hashes == restored.hashes == second.hashes
    with again.begin() as connection:  # numbers go on where they were
        connection.execute(Organisation.__table__.insert().values(name="Neustadt", created_at=NOON))  # type: ignore[attr-defined]
    again.dispose()
    with pytest.raises(CopyFailed, match="not_empty"):
        restore_archive(tmp_path / "a.backup", empty_place, hold_mails=False)


def test_a_restored_database_keeps_its_rules_and_holds_mails_back(
    engine: Engine, empty_place: str, tmp_path: Path
) -> None:
    backups.make_backup(engine, tmp_path / "a.backup")
    restore_archive(tmp_path / "a.backup", empty_place, hold_mails=True)
    again = make_engine(empty_place)
    with pytest.raises(Exception, match="append-only"), again.begin() as connection:
        connection.execute(text("UPDATE event SET verb = 'x'"))
    with pytest.raises(Exception, match=r"(?i)foreign key"), again.begin() as connection:
        connection.execute(text("UPDATE member SET organisation_id = 4711"))
    with again.connect() as connection:
        states = sorted(connection.execute(text("SELECT state FROM mail")).scalars())
    again.dispose()
    assert states == ["held", "refused"]


def test_a_restored_log_goes_on_in_another_epoch_and_a_transferred_one_in_the_same(
    engine: Engine, empty_place: str, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE live_document SET epoch = 17"))
    backups.make_backup(engine, tmp_path / "a.backup")
    for is_old in (False, True):
        place = empty_place if is_old else f"sqlite:///{tmp_path}/moved.sqlite3"
        restore_archive(tmp_path / "a.backup", place, hold_mails=is_old)
        again = make_engine(place)
        with using(Settings(environment="test")), session_scope(make_sessions(again)):
            paper_id = session().execute(text("SELECT paper_id FROM live_document")).scalar_one()
            document = Document.of(load(paper_id))
        again.dispose()
        assert (document.epoch == 17) is not is_old
        assert document.text.startswith("Getippt 😀. ")


def test_every_column_of_the_models_has_a_kind_that_backups_know(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in copying.tables_of(connection):
            assert table.primary_key.columns, f"{table.name} has no key to sort by"
            for column in table.columns:
                copying.kind_of(column)


def test_a_backup_shows_one_moment_while_others_write(engine: Engine, tmp_path: Path) -> None:
    """Pairs are written together: no backup holds half of one."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with engine.connect().execution_options(writes=True) as connection, connection.begin():
                for half in ("links", "rechts"):
                    row = {"name": f"Paar {number} {half}", "created_at": NOON}
                    connection.execute(Organisation.__table__.insert().values(row))  # type: ignore[attr-defined]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = []
        for number in range(3):
            backups.make_backup(engine, tmp_path / f"{number}.backup")
            with archive.Reader(tmp_path / f"{number}.backup") as reader:
                for head, rows in reader.tables():
                    names = [str(row) for row in rows if head.name == "organisation"]
                    if head.name == "organisation":
                        seen.append(sum("Paar" in name for name in names))
    finally:
        stop.set()
        writer.join()
    assert [count % 2 for count in seen] == [0, 0, 0]
    assert seen[-1] > 0


@pytest.fixture
def file(engine: Engine, tmp_path: Path) -> Path:
    backups.make_backup(engine, tmp_path / "good.backup")
    return tmp_path / "good.backup"


def repacked(file: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same backup with other lines in it."""
    lines = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
    bad = file.with_name("bad.backup")
    bad.write_bytes(zstandard.ZstdCompressor().compress(change(lines)))
    return bad


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data.replace(b"Emil Redaktion", b"Evil Redaktion"), "changed"),
        (lambda data: data[: len(data) // 2], "cut_off"),
        (lambda data: b"\n".join(data.split(b"\n")[:-2]) + b"\n", "cut_off"),
        (lambda data: data + b"[]\n", "changed"),
        (lambda _data: b'{"format": "other"}\n', "no_backup"),
        (lambda data: data.replace(b'"version":1', b'"version":2', 1), "newer_format"),
        (lambda _data: b"", "cut_off"),
        (lambda _data: b"[1]\n", "damaged"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_begun(
    file: Path, tmp_path: Path, change: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(BadArchive, match=code):
        restore_archive(repacked(file, change), f"sqlite:///{tmp_path}/new/workspace.sqlite3", hold_mails=True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_file_with_a_flipped_bit_is_refused(file: Path, tmp_path: Path) -> None:
    data = bytearray(file.read_bytes())
    for place in range(20, len(data), len(data) // 12):
        data[place] ^= 4
        bad = tmp_path / "flipped.backup"
        bad.write_bytes(data)
        data[place] ^= 4
        with pytest.raises(BadArchive):
            examine(bad)


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_backup_of_a_newer_version_says_so(file: Path, tmp_path: Path) -> None:
    """The schema is one that this code does not know; all hashes are right."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migrations, "known", lambda: frozenset({"0001"}))
        with pytest.raises(CopyFailed, match="newer_schema"):
            restore_archive(file, f"sqlite:///{tmp_path}/new.sqlite3", hold_mails=True)
    assert list(tmp_path.glob("new.sqlite3*")) == []


def test_an_older_backup_is_restored_and_brought_up_to_date(tmp_path: Path) -> None:
    old = make_engine(f"sqlite:///{tmp_path}/old.sqlite3")
    migrations.upgrade(old, "0001")
    with old.begin() as connection:
        connection.execute(
            text("INSERT INTO organisation (name, created_at) VALUES ('Altstadt', '2026-01-01 00:00:00')")
        )
    with (tmp_path / "old.backup").open("wb") as file:
        copying.write_archive(old, file)
    old.dispose()
    address = f"sqlite:///{tmp_path}/new.sqlite3"
    assert restore_archive(tmp_path / "old.backup", address, hold_mails=True).schema == "0001"
    new = make_engine(address)
    assert migrations.current(new) == migrations.newest()
    new.dispose()
    assert counted(address, "organisation") == 1


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_an_older_schema_is_backed_up_before_it_is_brought_up_to_date(settings: Settings, tmp_path: Path) -> None:
    given = settings.model_copy(update={"backup_dir": tmp_path / "kept"})
    engine = make_engine(f"sqlite:///{tmp_path}/old.sqlite3")
    assert backups.bring_up_to_date(engine, given) is None, "an empty place holds nothing to back up"
    engine.dispose()
    engine = make_engine(f"sqlite:///{tmp_path}/older.sqlite3")
    migrations.upgrade(engine, "0001")
    made = backups.bring_up_to_date(engine, given)
    assert made is not None
    assert examine(made.path).schema == "0001"
    assert migrations.current(engine) == migrations.newest()
    assert backups.bring_up_to_date(engine, given) is None
    engine.dispose()


# Folder, number, full disk


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_fourteen_nights_are_kept(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "prove", lambda *_given: None)
    given = settings.model_copy(update={"backup_dir": tmp_path / "kept"})
    for night in range(17):
        with clock.at(NOON + timedelta(days=night)):
            backups.back_up(engine, given, "nightly")
    with clock.at(NOON):
        backups.back_up(engine, given, "manual")
    found = backups.backups_in(tmp_path / "kept")
    nights = [backup.made_at for backup in found if backup.kind == "nightly"]
    assert nights == [NOON + timedelta(days=night) for night in range(16, 2, -1)]
    assert len(found) == 15
    assert {oct(backup.path.stat().st_mode & 0o777) for backup in found} == {"0o600"}


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_full_disk_leaves_the_old_backup_and_nothing_half_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel itself refuses: what is written goes to /dev/full."""
    backups.make_backup(engine, tmp_path / "a.backup")
    before = (tmp_path / "a.backup").read_bytes()
    open_ = os.open

    def full(path: object, *given: int) -> int:
        return open_("/dev/full", os.O_WRONLY) if str(path).endswith(".part") else open_(path, *given)  # type: ignore[arg-type, call-overload, no-any-return]

    monkeypatch.setattr(backups.os, "open", full)
    with pytest.raises(CopyFailed, match="disk_full"):
        backups.make_backup(engine, tmp_path / "a.backup")
    assert [path.name for path in tmp_path.iterdir()] == ["a.backup"]
    assert (tmp_path / "a.backup").read_bytes() == before


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_disk_that_fills_up_while_restoring_leaves_the_place_empty(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying, "settle", full)
    target = tmp_path / "new" / "workspace.sqlite3"
    with pytest.raises(OSError, match="No space"):
        restore_archive(file, f"sqlite:///{target}", hold_mails=True)
    assert not target.exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_what_cannot_be_proved_is_no_backup(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_given: object, **_more: object) -> None:
        raise BadArchive("changed")

    monkeypatch.setattr(backups, "restore_archive", damaged)
    with pytest.raises(CopyFailed, match="unreadable"):
        backups.make_backup(engine, tmp_path / "a.backup")
    assert list(tmp_path.iterdir()) == []


# The commands, killed

pytestmark = pytest.mark.xdist_group("sample")


def kill_in_between(sign: Callable[[], bool], seconds: float, *words: str, instance: Path) -> None:
    """Run a command, wait until it shows that it has begun, and kill it a moment later."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workspace", *words], env=environment(instance),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while process.poll() is None and not sign():
        assert time.monotonic() < until, "the command did not begin"
        time.sleep(0.002)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


MOMENTS = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 3.0]
"""Seconds after the first sign; the last ones are often after the end."""


@pytest.mark.long
def test_backup_and_restore_by_command(tmp_path: Path) -> None:
    instance = copied_sample(tmp_path / "instance")
    made = run_workspace("backup", str(tmp_path / "a.backup"), instance=instance)
    assert made.returncode == 0, made.stderr
    assert "proved" in made.stdout
    twice = run_workspace("backup", str(tmp_path / "a.backup"), instance=instance)
    assert "is there already" in twice.stderr
    restored = run_workspace("restore", str(tmp_path / "a.backup"), instance=tmp_path / "new")
    assert "all hashes are the same" in restored.stdout, restored.stderr
    refused = run_workspace("restore", str(tmp_path / "a.backup"), instance=tmp_path / "new")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The place is not empty")
    nothing = run_workspace("backup", str(tmp_path / "b.backup"), instance=tmp_path / "nowhere")
    assert "There is no database yet" in nothing.stderr
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "b.backup").exists()


def test_transfer_by_command(tmp_path: Path, postgres_address: str) -> None:
    instance = copied_sample(tmp_path / "instance")
    server = make_engine(postgres_address).execution_options(isolation_level="AUTOCOMMIT")
    name = f"moved_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    there = postgres_address.replace("/postgres?", f"/{name}?")
    done = run_workspace("transfer", there, instance=instance)
    assert "all hashes are the same" in done.stdout, done.stderr
    assert counted(there, "paper") == counted(f"sqlite:///{instance}/workspace.sqlite3", "paper") > 10
    back = run_workspace(
        "transfer", f"sqlite:///{tmp_path}/back.sqlite3", instance=instance, WORKSPACE_DATABASE_URL=there
    )
    assert "all hashes are the same" in back.stdout, back.stderr
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.mark.long
def test_a_backup_killed_at_any_moment_leaves_the_old_one(tmp_path: Path) -> None:
    instance = copied_sample(tmp_path / "instance")
    for round_, moment in enumerate(MOMENTS):
        final = tmp_path / f"{round_}.backup"
        kill_in_between(
            lambda f=final: any(tmp_path.glob(f"{f.name}.*")), moment, "backup", str(final), instance=instance
        )  # type: ignore[misc]
        for made in tmp_path.glob("*.backup"):
            assert examine(made).total > 1000
    assert counted(f"sqlite:///{instance}/workspace.sqlite3", "paper") > 10


@pytest.mark.long
def test_a_restore_killed_at_any_moment_leaves_nothing_or_all(tmp_path: Path) -> None:
    instance = copied_sample(tmp_path / "instance")
    run_workspace("backup", str(tmp_path / "a.backup"), instance=instance)
    rows = examine(tmp_path / "a.backup").rows["paper"]
    for round_, moment in enumerate(MOMENTS):
        place = tmp_path / f"place{round_}"
        made = place / "workspace.sqlite3"
        kill_in_between(lambda p=place: p.exists(), moment, "restore", str(tmp_path / "a.backup"), instance=place)  # type: ignore[misc]
        if made.exists():
            assert counted(f"sqlite:///{made}", "paper") == rows
        else:
            again = run_workspace("restore", str(tmp_path / "a.backup"), instance=place)
            assert again.returncode == 0, again.stderr


@pytest.mark.long
def test_an_upgrade_killed_at_any_moment_leaves_the_old_or_the_new_schema(tmp_path: Path) -> None:
    """From the schema before the last one; a backup of it is there before anything changes."""
    old = tmp_path / "old"
    old.mkdir()
    engine = make_engine(f"sqlite:///{old}/workspace.sqlite3")
    before = sorted(migrations.known())[-2]
    migrations.upgrade(engine, before)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO organisation (name, created_at) VALUES ('Altstadt', '2026-01-01 00:00:00')")
        )
    engine.dispose()
    outcomes = set()
    for round_, moment in enumerate(MOMENTS):
        instance = tmp_path / f"instance{round_}"
        shutil.copytree(old, instance)
        kill_in_between(lambda i=instance: (i / "backups").exists(), moment, "upgrade", instance=instance)  # type: ignore[misc]
        address = f"sqlite:///{instance}/workspace.sqlite3"
        engine = make_engine(address)
        schema = migrations.current(engine)
        engine.dispose()
        assert schema in {before, migrations.newest()}
        assert counted(address, "organisation") == 1
        found = backups.backups_in(instance / "backups")
        assert schema == before or [examine(backup.path).schema for backup in found] == [before]
        outcomes.add(schema)
        assert run_workspace("upgrade", instance=instance).returncode == 0
    assert migrations.newest() in outcomes
