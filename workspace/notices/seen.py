"""What a page has shown is read: noted as the last use of a session is, in a transaction that may fail silently."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update

from workspace.clock import now
from workspace.db import session
from workspace.notices.models import Notice
from workspace.permissions import Actor
from workspace.web.derived import write_derived


def note_seen(actor: Actor, *what: ColumnElement[bool]) -> None:
    """Note that the member has seen these notices; a page without new ones writes nothing."""
    unread = (Notice.member_id == actor.member_id, Notice.read_at.is_(None), *what)
    ids = session().scalars(select(Notice.id).where(*unread)).all()
    if ids:
        moment = now()
        write_derived(lambda own: own.execute(update(Notice).where(Notice.id.in_(ids)).values(read_at=moment)))
