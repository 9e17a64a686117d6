"""What a worker does with jobs: claim one, run it, keep the outcome; look after recurring jobs and claims.

Several workers may share a database. A claim is a lease that the living worker renews; the outcome is written only
where the claim still holds, in the transaction of the work itself.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from workspace.clock import now
from workspace.config import DAY, settings
from workspace.db import begin_writing, session
from workspace.errors import Refusal
from workspace.jobs.models import Facts, Job, JobState, Recurring, Worker
from workspace.jobs.queue import HANDLERS, PAUSES, RECURRING, JobFailed, enqueue, pause_before

log = logging.getLogger(__name__)
Scope = Callable[[], AbstractContextManager[object]]
"""Opens a current session and settings for one transaction or handler."""


class ClaimLost(Exception):  # noqa: N818 - not an error of the work
    """Another worker has taken the job over: what was done here is dropped."""


def is_lapsed(
    until: SQLColumnExpression[datetime | None], by: SQLColumnExpression[str | None], me: str
) -> ColumnElement[bool]:
    """Whether the worker that claimed a row is dead. A lease far ahead is one from before the clock went back."""
    lease = timedelta(seconds=settings().lease)
    return and_(by != me, or_(until < now(), until > now() + 2 * lease))


def run_next(scope: Scope, me: str) -> bool:
    """Do the job that has waited longest and is due; whether there was one.

    Args:
        me: this worker's id.
    """
    with scope():
        job = claim(me)
    if job is None:
        return False
    limit = HANDLERS[job.name].attempts
    if job.attempts > limit:
        with scope():
            _give_up(job, me, "interrupted")
        return True
    try:
        try:
            with scope():
                _finish(job, me, HANDLERS[job.name].run(job.facts))
        except ClaimLost:
            raise
        except Exception as error:
            again = job.attempts < limit and getattr(error, "again", True)
            log.error("job failed", exc_info=error, extra={"job": job.name, "job_id": job.id, "again": again})
            with scope():
                (_put_back if again else _give_up)(job, me, describe(error))
    except ClaimLost:
        log.warning("job taken over by another worker", extra={"job": job.name, "job_id": job.id})
    return True


def claim(me: str) -> Job | None:
    """Take the next due job; committed, so that no other worker takes it."""
    ready = and_(Job.name.in_(list(HANDLERS)), _is_due(me))
    if session().scalar(select(Job.id).where(ready).limit(1)) is None:
        return None  # looked first, so that an idle worker never takes SQLite's lock
    begin_writing()
    first = select(Job.id).where(ready).order_by(Job.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    taken = session().scalars(
        update(Job)
        .where(Job.id == first)
        .values(
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            claimed_by=me,
            claimed_until=now() + timedelta(seconds=settings().lease),
        )
        .returning(Job)
    )
    job = taken.one_or_none()
    session().commit()
    return job


def _is_due(me: str) -> ColumnElement[bool]:
    put_back_before_the_clock_went_back = and_(Job.attempts > 0, Job.due_at > now() + timedelta(seconds=PAUSES[-1]))
    waits = and_(
        Job.state == JobState.WAITING,
        or_(Job.due_at.is_(None), Job.due_at <= now(), put_back_before_the_clock_went_back),
    )
    left = and_(Job.state == JobState.RUNNING, is_lapsed(Job.claimed_until, Job.claimed_by, me))
    return or_(waits, left)


def _finish(job: Job, me: str, result: Facts | None) -> None:
    """Mark the job as done, in the transaction in which the handler wrote."""
    begin_writing()
    _keep(job, me, state=JobState.DONE, finished_at=now(), result=result, error="")
    session().commit()


def _give_up(job: Job, me: str, error: str) -> None:
    begin_writing()
    _keep(job, me, state=JobState.FAILED, finished_at=now(), error=error)
    session().commit()


def _put_back(job: Job, me: str, error: str) -> None:
    begin_writing()
    values = {"due_at": now() + pause_before(job.attempts + 1), "claimed_by": None, "claimed_until": None}
    try:
        _keep(job, me, state=JobState.WAITING, error=error, **values)
        session().commit()
    except IntegrityError:  # a newer one with its key waits already and will do the same work
        session().rollback()
        begin_writing()
        _keep(job, me, state=JobState.DONE, finished_at=now(), error=error)
        session().commit()


def _keep(job: Job, me: str, **values: object) -> None:
    mine = and_(Job.id == job.id, Job.state == JobState.RUNNING, Job.claimed_by == me, Job.attempts == job.attempts)
    if session().execute(update(Job).where(mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise ClaimLost


def describe(error: BaseException) -> str:
    """A failure without its words, which may hold what people wrote: kind, and where in our code it was."""
    if isinstance(error, JobFailed | Refusal):
        return error.code
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "workspace" in Path(frame.filename).parts] or frames
    place = f" in {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"[:300]


def beat(me: str, version: str, started_at: datetime, *, also: Callable[[str], None] | None = None) -> None:
    """Say that this worker is alive and renew its claims; `also` renews others in the same transaction."""
    begin_writing()
    known = session().get(Worker, me)
    if known is None:
        session().add(Worker(id=me, version=version, started_at=started_at, seen_at=now()))
    else:
        known.seen_at = now()
    until = now() + timedelta(seconds=settings().lease)
    session().execute(
        update(Job).where(Job.state == JobState.RUNNING, Job.claimed_by == me).values(claimed_until=until)
    )
    if also is not None:
        also(me)
    session().execute(delete(Worker).where(Worker.id != me, Worker.seen_at < now() - timedelta(seconds=DAY)))
    session().commit()


def say_goodbye(me: str) -> None:
    begin_writing()
    session().execute(delete(Worker).where(Worker.id == me))
    session().commit()


def enqueue_recurring() -> None:
    """Write the jobs that are due by their schedule; each due moment once, however many workers look."""
    if not any(_needs_care(name, row) for name, row in _rows().items()):
        return
    begin_writing()
    rows = _rows(lock=True)
    for name, row in rows.items():
        if not _needs_care(name, row):
            continue
        following = _schedule_next(name)
        if row is None:
            session().add(Recurring(name=name, due_at=following))
            continue
        if row.due_at <= now():
            enqueue(name, key=name)
            row.enqueued_at = now()
        row.due_at = following
    try:
        session().commit()
    except IntegrityError:  # another worker was the first to note it
        session().rollback()


def _rows(*, lock: bool = False) -> dict[str, Recurring | None]:
    query = select(Recurring).order_by(Recurring.name)
    found = {row.name: row for row in session().scalars(query.with_for_update() if lock else query)}
    return {name: found.get(name) for name in RECURRING}


def _schedule_next(name: str, after: datetime | None = None) -> datetime:
    return RECURRING[name]().next_after(after or now(), ZoneInfo(settings().timezone))


def _needs_care(name: str, row: Recurring | None) -> bool:
    """New, due, or further ahead than the schedule says: the clock went back, or the schedule was changed.

    The next moment but one is not too far: a clock set back by an hour must not make the same night's job run twice.
    """
    return row is None or row.due_at <= now() or row.due_at > _schedule_next(name, _schedule_next(name))
