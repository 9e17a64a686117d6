"""Enqueueing, what handles which job, and when recurring jobs are due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite

from workspace.clock import now
from workspace.config import HOUR, MINUTE
from workspace.db import session
from workspace.jobs.models import Facts, Job, JobState

Weekdays = frozenset[int]
"""0 is Monday."""
EVERY_DAY: Weekdays = frozenset(range(7))
WORKDAYS: Weekdays = frozenset(range(5))
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
"""Seconds before the second, third … attempt; the last one again and again."""
Run = Callable[[Facts], Facts | None]


class JobFailed(Exception):  # noqa: N818 - named for what it says of the job
    """A handler could not do its work, for a reason that the person who runs the workspace may read.

    Args:
        code: one word, shown with the job.
        again: whether another attempt may help.
    """

    def __init__(self, code: str, *, again: bool = True) -> None:
        super().__init__(code)
        self.code, self.again = code, again


@dataclass(frozen=True)
class Handler:
    run: Run
    attempts: int


class Schedule(Protocol):
    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first due moment later than this one."""
        ...


@dataclass(frozen=True)
class Daily:
    """At a time of day of the installation's time zone, once on each of these weekdays, clock changes included.

    A time that a clock change leaves out is taken as much later; one that comes twice counts the first time.

    >>> Daily("02:30").next_after(datetime(2027, 3, 27, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2027-03-28T01:30:00+00:00'
    """

    at: str
    weekdays: Weekdays = EVERY_DAY

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        day = moment.astimezone(zone).date()
        for ahead in range(9):
            date = day + timedelta(days=ahead)
            due = datetime.combine(date, time.fromisoformat(self.at), zone).astimezone(UTC)
            if date.weekday() in self.weekdays and due > moment:
                return due
        raise ValueError("a schedule needs at least one weekday")


@dataclass(frozen=True)
class Every:
    """Each so many seconds, counted from midnight UTC."""

    seconds: int

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        whole = int(moment.timestamp()) // self.seconds + 1
        return datetime.fromtimestamp(whole * self.seconds, UTC)


HANDLERS: dict[str, Handler] = {}
RECURRING: dict[str, Callable[[], Schedule]] = {}
"""Name → schedule; asked for when needed, because it may hang on a setting."""


def handler(name: str, *, attempts: int = 5) -> Callable[[Run], Run]:
    """Name the function that does a kind of job.

    Args:
        attempts: how often it may begin before the job counts as failed.
    """

    def note(run: Run) -> Run:
        HANDLERS[name] = Handler(run, attempts)
        return run

    return note


def recurring(name: str, schedule: Schedule | Callable[[], Schedule]) -> None:
    """Let a job come again by a schedule. Moments missed while no worker ran count as one."""
    RECURRING[name] = schedule if callable(schedule) else lambda: schedule


def enqueue(
    name: str, facts: Mapping[str, object] | None = None, *, at: datetime | None = None, key: str | None = None
) -> None:
    """Write a job, in the caller's transaction.

    Args:
        at: not before this moment; None is at once.
        key: while a job with this key waits no second one is written. One that runs already does not count: it may
            have looked before the caller's change.
    Raises: KeyError when nothing handles this kind of job.
    """
    if name not in HANDLERS:
        raise KeyError(name)
    values = {
        "name": name,
        "facts": dict(facts or {}),
        "key": key,
        "state": JobState.WAITING,
        "due_at": at,
        "attempts": 0,
        "created_at": now(),
        "error": "",
    }
    if key is None:
        session().execute(insert(Job).values(values))
        return
    dialect = postgresql if session().get_bind().dialect.name == "postgresql" else sqlite
    session().execute(dialect.insert(Job).values(values).on_conflict_do_nothing())


def pause_before(attempt: int) -> timedelta:
    """How long to wait before this attempt; the first one is number 1.

    >>> pause_before(2), pause_before(99)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=3600))
    """
    return timedelta(seconds=PAUSES[min(max(attempt - 2, 0), len(PAUSES) - 1)])
