"""Derived rows: kept where it is possible, made again where it is not, never in the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.fresh import look_again
from tests.people import People
from workspace.config import Settings, using
from workspace.db import begin_writing, session, session_scope
from workspace.papers.models import Paper
from workspace.web import derived as module
from workspace.web.derived import Derived, derived, drop_derived, write_derived


@pytest.fixture
def paper(db: Session, people: People) -> Paper:
    made = make_paper(people)
    db.rollback()
    return made


@pytest.fixture
def make() -> Callable[[], str]:
    """A maker that says how often it was asked."""
    calls = 0

    def made() -> str:
        nonlocal calls
        calls += 1
        return f"<p>Größe {calls}</p>" * 100

    return made


def count(db: Session) -> int:
    look_again(db)
    found: int = db.scalar(select(func.count()).select_from(Derived)) or 0
    look_again(db)
    return found


def test_what_was_made_is_kept(db: Session, paper: Paper, make: Callable[[], str]) -> None:
    first = derived(paper.id, "page", ("abc", 1), make)
    look_again(db)
    assert derived(paper.id, "page", ("abc", 1), make) == first
    assert count(db) == 1


@pytest.mark.parametrize(
    ("paper_id", "part", "inputs"), [(2, "page", ("abc", 1)), (1, "diff", ("abc", 1)), (1, "page", ("abc", 2))]
)
def test_other_inputs_are_another_row(
    db: Session, paper: Paper, make: Callable[[], str], paper_id: int, part: str, inputs: tuple[object, ...]
) -> None:
    first = derived(1, "page", ("abc", 1), make)
    look_again(db)
    assert derived(paper_id, part, inputs, make) != first
    assert count(db) == 2


def test_inputs_cannot_be_shifted_into_one_another(db: Session, paper: Paper) -> None:
    assert derived(1, "page", ("a", "b,c"), lambda: "eins") == "eins"
    look_again(db)
    assert derived(1, "page", ("a,b", "c"), lambda: "zwei") == "zwei"
    look_again(db)
    assert derived(1, "page", ("a", ("b", "c")), lambda: "drei") == "drei"
    look_again(db)
    assert derived(1, "page", ("1",), lambda: "vier") != derived(1, "page", (1,), lambda: "fünf")


def test_all_rows_of_a_paper_go_together(db: Session, paper: Paper) -> None:
    for number in range(3):
        derived(paper.id, "page", (number,), lambda: "x")
        derived(paper.id + 1, "page", (number,), lambda: "x")
        look_again(db)
    begin_writing()
    drop_derived(paper.id)
    db.commit()
    assert count(db) == 3


def test_a_busy_database_still_answers(db: Session, app: Flask, settings: Settings, paper: Paper) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as other:
            begin_writing()
            other.execute(text("LOCK TABLE derived") if _is_postgres(other) else text("DELETE FROM derived"))
            held.set()
            done.wait(timeout=30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(timeout=10)
        if _is_postgres(db):  # a reader does not wait for the lock that SQLite's writer has; here it would
            db.execute(text("SET LOCAL lock_timeout = 100"))
        started = time.monotonic()
        write_derived(lambda own: own.execute(update(Derived).values(kind="x")))
        waited = time.monotonic() - started
    finally:
        done.set()
        holder.join(timeout=10)
    assert module.PATIENCE / 1000 / 2 < waited < 5 * 2
    assert count(db) == 0


def _is_postgres(opened: Session) -> bool:
    return opened.get_bind().dialect.name == "postgresql"


def test_patience_ends_with_the_derived_row(db: Session, paper: Paper) -> None:
    if _is_postgres(db):
        look_again(db)
        shown = text("SHOW lock_timeout")
    else:
        shown = text("PRAGMA busy_timeout")
    before = db.scalar(shown)
    look_again(db)
    for number in range(20):
        derived(paper.id, "page", (number,), lambda: "x")
        look_again(db)
        assert db.scalar(shown) == before
        look_again(db)


def test_inside_a_writing_request_nothing_is_kept_but_the_answer_comes(db: Session, paper: Paper) -> None:
    begin_writing()
    started = time.monotonic()
    assert derived(paper.id, "page", (1,), lambda: "fertig") == "fertig"
    assert time.monotonic() - started < 1, "it does not wait for itself"
    db.commit()
    assert count(db) == 0


def test_the_same_row_made_twice_at_once_is_kept_once(
    db: Session, app: Flask, settings: Settings, paper: Paper
) -> None:
    start, made = threading.Barrier(8), list[str]()

    def ask() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            start.wait(timeout=10)
            made.append(derived(paper.id, "page", ("x",), lambda: "gleich"))

    threads = [threading.Thread(target=ask) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert made == ["gleich"] * 8
    assert count(db) == 1


def test_as_many_requests_as_there_are_threads_never_wait_for_a_connection(
    db: Session, app: Flask, settings: Settings, paper: Paper
) -> None:
    start, raised = threading.Barrier(settings.threads), list[BaseException]()

    def ask(number: int) -> None:
        try:
            with using(settings), session_scope(app.extensions["workspace_sessions"]):
                session().scalar(select(Paper.id))  # each holds a connection
                start.wait(timeout=20)
                derived(paper.id, "page", (number,), lambda: "x")
        except BaseException as error:
            raised.append(error)

    db.rollback()
    started = time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(settings.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert raised == []
    assert time.monotonic() - started < 15, "a pool that is too small waits for thirty seconds"
