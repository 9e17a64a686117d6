"""The database: what SQLite is told, who waits for whom, what cannot be changed, what must not happen in a lock."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import wraps
from pathlib import Path
from typing import Any

import argon2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.builders import TEXT, csrf_of, make_paper, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace import clock, db
from workspace.accounts import signing_in
from workspace.accounts.models import Organisation
from workspace.config import Settings, using
from workspace.db import MAX_ID, begin_writing, make_engine, make_sessions, session, session_scope
from workspace.discussion import actions as discussion
from workspace.discussion.models import ThreadKind
from workspace.editions import actions as editions
from workspace.events import Event
from workspace.network.actions import found
from workspace.papers import actions as papers
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper, Revision
from workspace.papers.queries import get_revision
from workspace.text.html import render
from workspace.text.merge import merge
from workspace.text.tree import parse

# What SQLite is told


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10000)]
)
def test_sqlite_keeps_what_it_acknowledged_and_checks_references(tmp_path: Path, pragma: str, value: str | int) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/test.sqlite3")
    for _connection in range(2):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    engine.dispose()


@pytest.mark.parametrize("address", ["mysql://root@localhost/x", "oracle://x"])
def test_other_databases_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="sqlite or postgresql"):
        make_engine(address)


def test_errors_name_no_parameters_because_drafts_are_among_them(db: Session) -> None:
    with pytest.raises(DatabaseError) as failed:
        db.execute(text("SELECT :secret FROM nowhere"), {"secret": "Kaffeesatz"})
    assert "Kaffeesatz" not in str(failed.value)


# Begin to write


def test_a_writing_transaction_on_sqlite_takes_the_lock_at_once(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/test.sqlite3")
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with session_scope(make_sessions(engine)) as opened:
        begin_writing()
        opened.rollback()
        opened.connection()
    assert sent == ["BEGIN IMMEDIATE", "BEGIN"]
    engine.dispose()


def test_beginning_twice_changes_nothing(db: Session) -> None:
    begin_writing()
    db.add(Organisation(name="Musterstadt", created_at=clock.now()))
    begin_writing()
    db.commit()
    assert db.scalars(select(Organisation.name)).all() == ["Musterstadt"]
    assert not db.info.get("writing"), "the lock ends with the transaction"


def test_work_comes_first_and_the_lock_after(db: Session) -> None:
    db.add(Organisation(name="Musterstadt", created_at=clock.now()))
    with pytest.raises(RuntimeError, match="work first, then lock"):
        begin_writing()


def test_changes_before_the_lock_are_refused(db: Session, people: People) -> None:
    people.quality.purpose = "Etwas Neues"
    with pytest.raises(RuntimeError, match="work first, then lock"):
        begin_writing()


def test_what_was_read_before_the_lock_is_read_again_behind_it(db: Session, app: Flask, people: People) -> None:
    db.refresh(people.quality)
    assert people.quality.name == "AG Qualität"
    with app.extensions["workspace_sessions"]() as other:
        other.execute(text("UPDATE working_group SET name = 'AG Umbenannt' WHERE id = :id"), {"id": people.quality.id})
        other.commit()
    begin_writing()
    assert people.quality.name == "AG Umbenannt"


def test_a_reader_does_not_wait_for_a_writer(db: Session, app: Flask, people: People) -> None:
    begin_writing()
    db.add(Organisation(name="Neustadt", created_at=clock.now()))
    db.flush()
    started = time.monotonic()
    with app.extensions["workspace_sessions"]() as other:
        assert "Neustadt" not in other.scalars(select(Organisation.name)).all()
    assert time.monotonic() - started < 1


def in_threads(count: int, settings: Settings, app: Flask, act: Callable[[int], None]) -> list[BaseException]:
    """Run `act` in threads that start at the same instant, each with a session of its own; gives what they raised."""
    start, raised = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            with using(settings), session_scope(app.extensions["workspace_sessions"]):
                start.wait(timeout=10)
                act(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return raised


def test_no_update_is_lost_between_four_writers(db: Session, app: Flask, settings: Settings, people: People) -> None:
    paper_id = make_paper(people).id
    db.commit()

    def count_up(_number: int) -> None:
        for _time in range(25):
            paper = session().get(Paper, paper_id)
            assert paper is not None
            begin_writing()
            session().refresh(paper, with_for_update=True)
            paper.entry_count += 1
            session().commit()

    assert in_threads(4, settings, app, count_up) == []
    assert db.scalar(select(Paper.entry_count).where(Paper.id == paper_id)) == 100


def test_locking_a_paper_leaves_its_group_to_others(db: Session, app: Flask, people: People) -> None:
    paper, sent = make_paper(people), list[str]()
    engine = app.extensions["workspace_engine"]

    def note(*given: Any) -> None:
        sent.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    begin_writing()
    db.refresh(paper, with_for_update=True)
    event.remove(engine, "before_cursor_execute", note)
    assert "JOIN working_group" in sent[-1]
    locked = sent[-1].partition("FOR UPDATE")[2]
    assert locked == (" OF paper" if db.get_bind().dialect.name == "postgresql" else "")


# Columns


@pytest.mark.parametrize("hours", [-11, 0, 1, 2, 14])
def test_a_moment_comes_back_in_utc_whatever_zone_it_was_given_in(db: Session, hours: int) -> None:
    given = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=hours)))
    begin_writing()
    db.add(Organisation(name="Musterstadt", created_at=given))
    db.commit()
    db.expire_all()
    kept = db.scalars(select(Organisation)).one().created_at
    assert kept == given
    assert kept.tzinfo is UTC
    assert db.scalar(select(Organisation.id).where(Organisation.created_at >= given)) is not None
    assert db.scalar(select(Organisation.id).where(Organisation.created_at > given)) is None


def test_a_moment_without_a_zone_is_refused(db: Session) -> None:
    db.add(Organisation(name="Musterstadt", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point
    with pytest.raises(Exception, match="a moment needs a time zone"):
        db.flush()


def test_the_clock_stands_still_where_a_test_or_an_import_says_so() -> None:
    moment = datetime(2020, 5, 17, 12, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))
    with clock.at(moment):
        assert clock.now() == datetime(2020, 5, 17, 10, 30, 15, tzinfo=UTC)
    assert clock.now() > datetime(2025, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2020, 1, 1)):  # noqa: DTZ001
        pass


def test_the_largest_id_fits(db: Session) -> None:
    begin_writing()
    db.add(Organisation(id=MAX_ID, name="Musterstadt", created_at=clock.now()))
    db.commit()
    assert db.get(Organisation, MAX_ID) is not None


# What can only be appended to


@pytest.mark.parametrize("table", [Revision, Event])
def test_revisions_and_events_cannot_be_changed(db: Session, people: People, table: type[Revision | Event]) -> None:
    make_paper(people)
    count = len(db.scalars(select(table.id)).all())
    assert count
    with pytest.raises(DatabaseError, match="append-only"):
        db.execute(update(table).values(id=table.id))
    db.rollback()
    with pytest.raises(DatabaseError, match="append-only"):
        db.execute(text(f"DELETE FROM {table.__tablename__}"))
    db.rollback()
    assert len(db.scalars(select(table.id)).all()) == count


# Work first, then lock


class HeavyWorkInLockError(AssertionError):
    """Something slow ran while nobody else could write."""


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Hashing passwords, opening and saving pictures, reading, rendering and merging texts: refused in a lock."""
    done: list[str] = []

    def watch(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def watching(*given: Any, **named: Any) -> Any:
            if db._session.get(None) is not None and session().info.get("writing"):
                raise HeavyWorkInLockError(name)
            done.append(name)
            return work(*given, **named)

        return watching

    for method in ("hash", "verify"):
        monkeypatch.setattr(argon2.PasswordHasher, method, watch(method, getattr(argon2.PasswordHasher, method)))
    monkeypatch.setattr(Image, "open", watch("open", Image.open))
    monkeypatch.setattr(Image.Image, "save", watch("save", Image.Image.save))
    for work in (render, parse, merge):
        for module in [module for name, module in sys.modules.items() if name.startswith("workspace.")]:
            if getattr(module, work.__name__, None) is work:
                monkeypatch.setattr(module, work.__name__, watch(work.__name__, work))
    yield done
    assert done, "nothing was watched"


def test_passwords_are_hashed_outside_the_lock(db: Session, people: People, watched: list[str]) -> None:
    clara = people.lead
    signing_in.set_password(actor_of(clara), clara, "Ein kurzer Satz ist gut.")
    db.commit()
    signing_in.sign_in_by_password(
        clara.email, "Ein kurzer Satz ist gut.", network_address="10.0.0.1", device="", earlier=None
    )
    db.commit()
    assert watched == ["hash", "verify"]


def test_pictures_are_made_outside_the_lock(db: Session, people: People, watched: list[str]) -> None:
    paper, png = make_paper(people), io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(png, "PNG")
    watched.clear()
    add_attachment(actor_of(people.editor), paper, name="ablauf.png", data=png.getvalue())
    db.commit()
    assert watched == ["open", "save"]


def test_texts_are_read_merged_and_rendered_outside_the_lock(
    db: Session, people: People, client_for: ClientFor, watched: list[str]
) -> None:
    found(name="Netz", about="", is_sample=False)
    paper = make_paper(people)
    emil, clara = actor_of(people.editor), actor_of(people.lead)
    save(paper, people.lead, TEXT.replace("acht Wochen", "sechs Wochen"))
    save(paper, people.editor, TEXT.replace("keine Satzung", "kein Gesetz"), base=1)
    assert "merge" in watched
    papers.describe_paper(emil, paper, title="Neuer Titel", abstract="Worum es geht.", contact="ag@netz.example")
    db.commit()
    papers.restore_revision(emil, paper, 1)
    db.commit()
    start = TEXT.index("acht Wochen")
    thread = discussion.open_thread(
        clara, paper, kind=ThreadKind.QUESTION, body="Warum?", revision_number=1, span=(start, start + 4)
    )
    db.commit()
    discussion.reply(emil, thread, "Darum, @clara.")
    db.commit()
    version = papers.name_version(clara, get_revision(paper, 4), name="B1")
    db.commit()
    submission = editions.submit_version(clara, version, authors="AG Qualität")
    db.commit()
    editions.publish(actor_of(people.coordination), submission)
    db.commit()
    client = client_for(people.editor)
    for address in (f"/papers/{paper.key}", f"/papers/{paper.key}/edit"):
        assert client.get(address).status_code == 200
    page = f"/papers/{paper.key}/edit"
    fields = {"csrf_token": csrf_of(client.get(page)), "base": "4", "summary": "Frist"}
    for do in ("preview", "save"):
        body = TEXT.replace("acht Wochen", "vier Wochen")
        assert client.post(page, data={**fields, "body": body, "do": do}).status_code in {200, 303}
    assert {"parse", "render", "merge"} <= set(watched)


def test_the_watch_itself_notices(db: Session, watched: list[str]) -> None:
    argon2.PasswordHasher(memory_cost=1024, time_cost=1).hash("ausserhalb")
    begin_writing()
    with pytest.raises(HeavyWorkInLockError):
        argon2.PasswordHasher(memory_cost=1024, time_cost=1).hash("innerhalb")
