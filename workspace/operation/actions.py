"""Deeds of the technical administration. None of them shows or changes what people wrote."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, select, update

from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.errors import Conflict, NotFound
from workspace.events import record
from workspace.jobs import Job, JobState, enqueue
from workspace.mail import Mail, MailState, Recipient, compose, post
from workspace.mail.models import FAILED
from workspace.operation.jobs import BACKUP
from workspace.permissions import Actor, Permission, require


def ask_for_backup(actor: Actor) -> None:
    """Let the worker make a backup now."""
    require(actor, Permission.OPERATION)
    begin_writing()
    enqueue(BACKUP, {"kind": "manual"}, key="operation.backup.manual")
    record(actor, "backup.asked")


def send_probe(actor: Actor, to: Recipient, *, language: str | None, network_name: str) -> None:
    """Post a mail that says that mails arrive."""
    require(actor, Permission.OPERATION)
    letter = compose("probe", language, name=to.name, network_name=network_name, at=now())
    begin_writing()
    post(letter, to=to)
    record(actor, "mail.probed")


def send_again(actor: Actor, mail_ids: Sequence[int]) -> int:
    """Let mails that did not arrive for sure go once more; how many.

    Raises: Forbidden; NotFound when one is asked for that is not there; Conflict when it waits or was sent.
    """
    _require_failed(actor, mail_ids)
    again = {"state": MailState.WAITING, "attempts": 0, "due_at": None, "claimed_by": None, "finished_at": None}
    session().execute(update(Mail).where(_failed(mail_ids)).values(created_at=now(), code=None, error="", **again))
    record(actor, "mail.sent_again", count=len(mail_ids))
    return len(mail_ids)


def drop_mails(actor: Actor, mail_ids: Sequence[int]) -> int:
    """Forget mails that did not arrive; how many.

    Raises: as `send_again`.
    """
    _require_failed(actor, mail_ids)
    session().execute(delete(Mail).where(_failed(mail_ids)))
    record(actor, "mail.dropped", count=len(mail_ids))
    return len(mail_ids)


def _failed(mail_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(Mail.id.in_(mail_ids), Mail.state.in_(FAILED))


def _require_failed(actor: Actor, mail_ids: Sequence[int]) -> None:
    require(actor, Permission.OPERATION)
    begin_writing()
    states = session().scalars(select(Mail.state).where(Mail.id.in_(mail_ids)).with_for_update()).all()
    if len(states) != len(set(mail_ids)):
        raise NotFound
    if any(state not in FAILED for state in states):
        raise Conflict("mail_not_failed")


def do_job_again(actor: Actor, job_id: int) -> Job:
    """Let a failed job begin anew.

    Raises: Forbidden, NotFound; Conflict when it has not failed.
    """
    job = _failed_job(actor, job_id)
    job.state, job.attempts, job.due_at, job.finished_at, job.claimed_by = JobState.WAITING, 0, None, None, None
    record(actor, "job.asked_again", subject_id=job.id, name=job.name)
    return job


def drop_job(actor: Actor, job_id: int) -> None:
    """Forget a failed job.

    Raises: as `do_job_again`.
    """
    job = _failed_job(actor, job_id)
    session().delete(job)
    record(actor, "job.dropped", subject_id=job.id, name=job.name)


def _failed_job(actor: Actor, job_id: int) -> Job:
    require(actor, Permission.OPERATION)
    begin_writing()
    job = session().get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound
    if job.state != JobState.FAILED:
        raise Conflict("job_not_failed")
    return job
