"""What tests of notices share: a worker's scope, running what is due, the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.fresh import look_again
from workspace import clock
from workspace.accounts.models import Member
from workspace.config import Settings, using
from workspace.db import begin_writing, session, session_scope
from workspace.jobs import enqueue
from workspace.jobs.worker import Scope, run_next
from workspace.letters.sending import KIND
from workspace.mail import Mail
from workspace.notices.models import Notice


def scope_for(app: Flask, settings: Settings) -> Scope:
    """What the worker gives a job: addresses as in a request, settings, a session."""

    @contextmanager
    def opened() -> Iterator[None]:
        with (
            app.test_request_context("/", base_url=settings.base_url),
            using(settings),
            session_scope(app.extensions["workspace_sessions"]),
        ):
            yield

    return opened


def run_jobs(scope: Scope, *names: str, at: datetime | None = None) -> int:
    """Write these jobs, then do all that wait; how many were done."""
    done = 0
    with clock.at(at or clock.now()):
        with scope():
            begin_writing()
            for name in names:
                enqueue(name, key=name)
            session().commit()
        while run_next(scope, "worker"):
            done += 1
    return done


def mails(db: Session, member: Member | None = None) -> Sequence[Mail]:
    """Mails about notices in the outbox, to this member or to all."""
    look_again(db)
    query = select(Mail).where(Mail.kind == KIND).order_by(Mail.id)
    return db.scalars(query if member is None else query.where(Mail.member_id == member.id)).all()


def notices(db: Session, member: Member) -> Sequence[Notice]:
    look_again(db)
    return db.scalars(select(Notice).where(Notice.member_id == member.id).order_by(Notice.id)).all()
