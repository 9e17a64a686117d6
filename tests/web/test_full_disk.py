"""A full disk while people write: said in their language, their words still on the page, nothing half-written."""

from __future__ import annotations

import errno
import io
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.builders import TEXT, csrf_of, make_paper
from tests.conftest import ClientFor, Kind
from tests.fresh import look_again
from tests.people import People
from tests.world import picture
from workspace.db import session
from workspace.discussion.models import Comment, Entry, Thread
from workspace.events import Event
from workspace.papers.models import Attachment, Paper, Revision, RevisionText
from workspace.web import errors

WORDS = "Ein Satz, den niemand zweimal schreiben möchte."
TABLES = (Revision, RevisionText, Thread, Entry, Comment, Attachment, Event)
Full = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def full(installation: Kind, monkeypatch: pytest.MonkeyPatch) -> Full:
    """A context in which this database has no room for more."""
    engine = installation.engine
    if engine.dialect.name == "sqlite":
        return lambda: _full_sqlite(engine)
    return lambda: _full_postgresql(engine, monkeypatch)


@contextmanager
def _full_sqlite(engine: Engine) -> Iterator[None]:
    """SQLite's own limit: the file may not get one page more, and none is free."""
    session().rollback()  # gives its connection back
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


@contextmanager
def _full_postgresql(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What PostgreSQL answers, here in the moment of the commit."""

    def refuse(connection: Any) -> None:
        connection.rollback()  # as the server does
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(engine.dialect, "do_commit", refuse)
        yield


def counts(db: Session) -> list[int]:
    look_again(db)
    return [db.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def large(size: int = 300_000) -> str:
    """Words that no packing makes small."""
    return "".join(
        f"{(number * 2654435761) % 2**32:08x}" + ("\n\n" if number % 9 == 0 else " ") for number in range(size // 9)
    )


def sent(client: FlaskClient, full: Full, page: str, action: str, **fields: Any) -> TestResponse:
    """A form that was opened while there was room, and sent when there was none."""
    token = csrf_of(client.get(page))
    with full():
        return client.post(action, data={"csrf_token": token, **fields})


@pytest.fixture
def paper(people: People) -> Paper:
    return make_paper(people)


def test_a_text_that_cannot_be_saved_is_on_the_page(
    people: People, db: Session, client_for: ClientFor, full: Full, paper: Paper
) -> None:
    client, before = client_for(people.editor), counts(db)
    body, page = f"{TEXT}\n{WORDS}\n\n{large()}\n", f"/papers/{paper.key}/edit"
    answer = sent(client, full, page, page, body=body, base=1, summary="Kurz.")
    assert answer.status_code == 507
    assert "kein Platz mehr" in answer.text
    assert WORDS in answer.text
    assert "Kurz." in answer.text
    assert "Gespeichert." not in answer.text
    assert counts(db) == before
    client.get("/")
    assert "Gespeichert." not in client.get("/papers").text
    data = {"csrf_token": csrf_of(client.get(page)), "body": body, "base": 1}
    assert client.post(page, data=data).status_code == 303
    assert counts(db)[0] == before[0] + 1


def test_a_comment_that_cannot_be_kept_is_on_the_page(
    people: People, db: Session, client_for: ClientFor, full: Full, paper: Paper
) -> None:
    client, before, base = client_for(people.reviewer), counts(db), f"/papers/{paper.key}"
    body = f"{WORDS} {large(9_000)}"
    answer = sent(client, full, f"{base}/threads/new", f"{base}/threads", body=body, kind="remark", revision=1)
    assert answer.status_code == 507
    assert WORDS in answer.text
    assert counts(db) == before


def test_an_upload_leaves_nothing_half_written(
    people: People, db: Session, client_for: ClientFor, full: Full, paper: Paper
) -> None:
    client, before, page = client_for(people.editor), counts(db), f"/papers/{paper.key}/files"
    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    out = io.BytesIO()
    noise.save(out, "PNG")
    out.seek(0)
    answer = sent(client, full, page, page, file=(out, "ablauf.png"), name="Mein Ablauf")
    assert answer.status_code == 507
    assert "Mein Ablauf" in answer.text
    assert counts(db) == before
    assert "ablauf.png" not in client.get(page).text


def test_it_is_said_in_english_and_to_scripts(people: People, client_for: ClientFor, full: Full, paper: Paper) -> None:
    client, page = client_for(people.editor), f"/papers/{paper.key}/edit"
    token = csrf_of(client.get(page))
    data = {"csrf_token": token, "body": f"{TEXT}\n{large()}\n", "base": 1}
    with full():
        english = client.post(page, data=data, headers={"Accept-Language": "en"})
        script = client.post(page, data=data, headers={"Accept": "application/json"})
    assert english.status_code == script.status_code == 507
    assert "no space left on the server" in english.text
    assert script.get_json()["error"]["code"] == "disk_full"


def test_reading_goes_on(people: People, client_for: ClientFor, full: Full, paper: Paper) -> None:
    client = client_for(people.reader)
    with full():
        for path in ("/", "/papers", f"/papers/{paper.key}", f"/papers/{paper.key}/history"):
            assert client.get(path).status_code == 200


def test_a_large_form_that_finds_no_room_on_its_way_in(
    people: People, client_for: ClientFor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page = client_for(people.editor), f"/papers/{paper.key}/files"
    token = csrf_of(client.get(page))

    def refuse(*_given: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Request, "_get_file_stream", refuse)
    answer = client.post(page, data={"csrf_token": token, "file": (io.BytesIO(picture()), "ablauf.png")})
    assert answer.status_code == 507


def sqlite(name: str) -> OperationalError:
    """What SQLite raises under this name."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    return OperationalError("", {}, error)


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "x"), True), (OSError(errno.EDQUOT, "x"), True), (OSError(errno.EACCES, "x"), False),
        (sqlite("SQLITE_FULL"), True), (sqlite("SQLITE_IOERR_WRITE"), True), (sqlite("SQLITE_IOERR_READ"), False),
        (OperationalError("", {}, psycopg.errors.DiskFull("x")), True), (ValueError("disk is full"), False),
    ],
)  # fmt: skip
def test_what_a_full_disk_looks_like(error: Exception, is_full: bool) -> None:
    assert errors.is_disk_full(error) is is_full
