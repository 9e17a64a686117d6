"""Jobs: written with what they belong to, done once, begun again after a crash, kept when they fail."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.fresh import look_again
from workspace import clock
from workspace.accounts.models import Organisation
from workspace.config import Settings, using
from workspace.db import begin_writing, session, session_scope
from workspace.jobs import Daily, Every, Facts, Job, JobFailed, enqueue, queue, worker
from workspace.jobs.models import Recurring, Worker

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Name a function that does jobs, for this test."""
    monkeypatch.setattr(queue, "HANDLERS", {})
    monkeypatch.setattr(worker, "HANDLERS", queue.HANDLERS)

    def add(name: str, run: Callable[[Facts], Facts | None], attempts: int = 3) -> None:
        queue.handler(name, attempts=attempts)(run)

    return add


@pytest.fixture
def scope(app: Flask, settings: Settings) -> worker.Scope:
    @contextmanager
    def opened() -> Iterator[None]:
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            yield

    return opened


def found_town(facts: Facts) -> Facts:
    begin_writing()
    session().add(Organisation(name=facts["name"], created_at=clock.now()))
    return {"towns": 1}


def towns(db: Session) -> list[str]:
    look_again(db)
    return list(db.scalars(select(Organisation.name).order_by(Organisation.id)))


def only_job(db: Session) -> Job:
    look_again(db)
    return db.scalars(select(Job)).one()


def write(db: Session, name: str, facts: Facts | None = None, **more: object) -> None:
    begin_writing()
    enqueue(name, facts, **more)  # type: ignore[arg-type]
    db.commit()


def test_a_job_is_done_and_its_outcome_kept(db: Session, scope: worker.Scope, handlers: Callable[..., None]) -> None:
    handlers("town", found_town)
    write(db, "town", {"name": "Musterstadt"})
    assert worker.run_next(scope, "a")
    assert towns(db) == ["Musterstadt"]
    job = only_job(db)
    assert (job.state, job.result, job.attempts) == ("done", {"towns": 1}, 1)
    assert not worker.run_next(scope, "a")


def test_a_job_of_a_dropped_transaction_is_never_done(
    db: Session, scope: worker.Scope, handlers: Callable[..., None]
) -> None:
    handlers("town", found_town)
    begin_writing()
    enqueue("town", {"name": "Musterstadt"})
    db.rollback()
    assert not worker.run_next(scope, "a")


def test_nobody_enqueues_what_nothing_handles(db: Session, handlers: Callable[..., None]) -> None:
    begin_writing()
    with pytest.raises(KeyError):
        enqueue("towm")


def test_one_waiting_job_for_a_key(db: Session, scope: worker.Scope, handlers: Callable[..., None]) -> None:
    handlers("town", found_town)
    for name in ("Musterstadt", "Beispielheim"):
        write(db, "town", {"name": name}, key="towns")
    assert only_job(db).facts == {"name": "Musterstadt"}
    worker.run_next(scope, "a")
    write(db, "town", {"name": "Beispielheim"}, key="towns")
    worker.run_next(scope, "a")
    assert towns(db) == ["Musterstadt", "Beispielheim"]


def test_a_failing_job_is_tried_again_with_growing_pauses_and_kept_in_the_end(
    db: Session, scope: worker.Scope, handlers: Callable[..., None]
) -> None:
    def fail(facts: Facts) -> None:
        found_town(facts)
        raise ValueError("Der Entwurf sagt: Quastenflosser")

    handlers("town", fail)
    write(db, "town", {"name": "Musterstadt"})
    pauses, moment = [], NOON
    for _attempt in range(3):
        with clock.at(moment):
            assert worker.run_next(scope, "a")
            assert not worker.run_next(scope, "a")
        job = only_job(db)
        if job.due_at is not None and job.state == "waiting":
            pauses.append((job.due_at - moment).total_seconds())
            moment = job.due_at
    assert pauses == [60, 300]
    assert (job.state, job.attempts) == ("failed", 3)
    assert re.fullmatch(r"ValueError in \w+\.py:\d+", job.error)
    assert "Quastenflosser" not in job.error
    assert towns(db) == []


def test_a_job_may_say_that_trying_again_is_in_vain(
    db: Session, scope: worker.Scope, handlers: Callable[..., None]
) -> None:
    def fail(facts: Facts) -> None:
        raise JobFailed("disk_full", again=False)

    handlers("backup", fail)
    write(db, "backup")
    worker.run_next(scope, "a")
    assert (only_job(db).state, only_job(db).error) == ("failed", "disk_full")


def test_a_dead_workers_job_is_begun_again_after_its_lease(
    db: Session, scope: worker.Scope, handlers: Callable[..., None], settings: Settings
) -> None:
    handlers("town", found_town)
    write(db, "town", {"name": "Musterstadt"})
    with clock.at(NOON), scope():
        assert worker.claim("dead") is not None
    with clock.at(NOON + timedelta(seconds=settings.lease)):
        assert not worker.run_next(scope, "b")
    with clock.at(NOON + timedelta(seconds=settings.lease + 1)):
        assert worker.run_next(scope, "b")
    assert towns(db) == ["Musterstadt"]


def test_a_job_that_kills_every_worker_is_given_up(
    db: Session, scope: worker.Scope, handlers: Callable[..., None], settings: Settings
) -> None:
    handlers("town", found_town)
    write(db, "town", {"name": "Musterstadt"})
    moment = NOON
    for name in ("a", "b", "c"):
        with clock.at(moment), scope():
            assert worker.claim(name) is not None
        moment += timedelta(seconds=settings.lease + 1)
    with clock.at(moment):
        assert worker.run_next(scope, "d")
    assert (only_job(db).state, only_job(db).error) == ("failed", "interrupted")
    assert towns(db) == []


def test_a_living_worker_keeps_its_job(
    db: Session, scope: worker.Scope, handlers: Callable[..., None], settings: Settings
) -> None:
    handlers("town", found_town)
    write(db, "town", {"name": "Musterstadt"})
    later = NOON + timedelta(seconds=settings.lease - 1)
    with clock.at(NOON), scope():
        worker.claim("a")
    with clock.at(later), scope():
        worker.beat("a", "0", NOON)
    with clock.at(later + timedelta(seconds=settings.lease - 1)):
        assert not worker.run_next(scope, "b")


def test_a_worker_that_slept_too_long_writes_nothing(
    db: Session, scope: worker.Scope, handlers: Callable[..., None], settings: Settings
) -> None:
    """The machine was suspended in the middle: another worker has done the job meanwhile."""
    runs: list[str] = []

    def sleep(facts: Facts) -> None:
        runs.append("run")
        if len(runs) == 1:
            with clock.at(clock.now() + timedelta(seconds=settings.lease + 5)):
                assert worker.run_next(scope, "b")
        found_town(facts)

    handlers("town", sleep)
    write(db, "town", {"name": "Musterstadt"})
    assert worker.run_next(scope, "a")
    assert runs == ["run", "run"]
    assert towns(db) == ["Musterstadt"]
    assert only_job(db).state == "done"


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(hours=-1), timedelta(days=3)])
def test_after_the_clock_jumped_nothing_waits_for_ever(
    db: Session, scope: worker.Scope, handlers: Callable[..., None], jump: timedelta
) -> None:
    def fail_first(facts: Facts) -> None:
        if not towns(db):
            found_town({"name": "Erster Versuch"})
            session().commit()
            raise JobFailed("not_yet")
        found_town(facts)

    handlers("town", fail_first)
    write(db, "town", {"name": "Musterstadt"})
    write(db, "town", {"name": "Beispielheim"})
    with clock.at(NOON):
        assert worker.run_next(scope, "a")
        with scope():
            worker.claim("dead")
    with clock.at(NOON + jump + timedelta(hours=1, seconds=130)):
        while worker.run_next(scope, "b"):
            pass
    assert set(towns(db)) == {"Erster Versuch", "Musterstadt", "Beispielheim"}


def test_several_workers_do_each_job_once(db: Session, scope: worker.Scope, handlers: Callable[..., None]) -> None:
    handlers("town", found_town)
    begin_writing()
    for number in range(60):
        enqueue("town", {"name": f"Ort {number}"})
    db.commit()
    refused: list[BaseException] = []

    def work(me: str) -> None:
        try:
            while worker.run_next(scope, me):
                pass
        except BaseException as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == []
    assert sorted(towns(db)) == sorted(f"Ort {number}" for number in range(60))
    look_again(db)
    assert {(job.state, job.attempts) for job in db.scalars(select(Job))} == {("done", 1)}
    assert len({job.claimed_by for job in db.scalars(select(Job))}) > 1


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Daily("07:00"), "2026-11-30T05:59:59+00:00", "2026-11-30T06:00:00+00:00"),
        (Daily("07:00"), "2026-11-30T06:00:00+00:00", "2026-12-01T06:00:00+00:00"),
        (Daily("07:00"), "2026-06-30T12:00:00+00:00", "2026-07-01T05:00:00+00:00"),
        (Daily("07:00", queue.WORKDAYS), "2026-11-27T12:00:00+00:00", "2026-11-30T06:00:00+00:00"),
        (Daily("07:00", frozenset({0})), "2026-11-30T12:00:00+00:00", "2026-12-07T06:00:00+00:00"),
        (Daily("02:30"), "2027-03-27T12:00:00+00:00", "2027-03-28T01:30:00+00:00"),  # 02:30 is left out
        (Daily("02:30"), "2027-03-28T01:30:00+00:00", "2027-03-29T00:30:00+00:00"),
        (Daily("02:30"), "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice
        (Daily("02:30"), "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        (Every(600), "2026-11-30T12:00:00+00:00", "2026-11-30T12:10:00+00:00"),
        (Every(600), "2026-11-30T12:09:59+00:00", "2026-11-30T12:10:00+00:00"),
    ],
)
def test_when_a_schedule_is_due(schedule: queue.Schedule, after: str, due: str) -> None:
    assert schedule.next_after(datetime.fromisoformat(after), BERLIN).isoformat() == due


def test_every_day_of_a_year_has_its_job_once() -> None:
    """Also on the days on which the clock changes."""
    for at in ("00:00", "02:00", "02:30", "03:00", "23:59"):
        moment, days = datetime(2026, 1, 1, tzinfo=UTC), []
        while len(days) < 365:
            moment = Daily(at).next_after(moment, BERLIN)
            days.append(moment.astimezone(BERLIN).date())
        assert len(set(days)) == 365, at


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch, handlers: Callable[..., None]) -> None:
    monkeypatch.setattr(queue, "RECURRING", {})
    monkeypatch.setattr(worker, "RECURRING", queue.RECURRING)
    handlers("night", lambda _facts: {})
    queue.recurring("night", Daily("02:30"))


def night_jobs(db: Session) -> int:
    look_again(db)
    return len(db.scalars(select(Job).where(Job.name == "night")).all())


def tick(scope: worker.Scope, moment: datetime) -> None:
    with clock.at(moment), scope():
        worker.enqueue_recurring()
    with clock.at(moment):
        worker.run_next(scope, "a")


@pytest.mark.usefixtures("nightly")
def test_a_recurring_job_comes_once_each_time(db: Session, scope: worker.Scope) -> None:
    tick(scope, NOON)
    assert night_jobs(db) == 0
    for day in range(1, 4):
        for minute in range(-1, 3):
            tick(scope, NOON + timedelta(days=day - 1, hours=13.5, minutes=minute))
        assert night_jobs(db) == day


@pytest.mark.usefixtures("nightly")
def test_nights_without_a_worker_are_made_up_for_once(db: Session, scope: worker.Scope) -> None:
    tick(scope, NOON)
    tick(scope, NOON + timedelta(days=9))
    assert night_jobs(db) == 1
    assert db.get(Recurring, "night").due_at == datetime(2026, 12, 10, 1, 30, tzinfo=UTC)  # type: ignore[union-attr]


@pytest.mark.usefixtures("nightly")
def test_a_clock_set_back_neither_repeats_the_night_nor_ends_them(db: Session, scope: worker.Scope) -> None:
    night = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    tick(scope, NOON)
    tick(scope, night)
    tick(scope, night - timedelta(hours=1))
    tick(scope, night)
    assert night_jobs(db) == 1
    tick(scope, night - timedelta(days=400))  # the clock had been wrong by more than a year
    look_again(db)
    assert db.get(Recurring, "night").due_at < night - timedelta(days=398)  # type: ignore[union-attr]


def test_a_worker_says_that_it_lives_and_when_it_stops(db: Session, scope: worker.Scope) -> None:
    with clock.at(NOON), scope():
        worker.beat("a", "0.1.0", NOON)
    with clock.at(NOON + timedelta(days=2)), scope():
        worker.beat("b", "0.1.0", NOON)
    look_again(db)
    assert [row.id for row in db.scalars(select(Worker))] == ["b"]
    with scope():
        worker.say_goodbye("b")
    look_again(db)
    assert db.scalars(select(Worker)).all() == []
