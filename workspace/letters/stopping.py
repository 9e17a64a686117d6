"""The token of a mail's one-click unsubscribe (RFC 8058): signed, for one member and one sort of mail."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from workspace.accounts.models import Member
from workspace.db import session
from workspace.errors import NotFound
from workspace.notices.actions import follow_paper, stop_pace
from workspace.notices.models import Pace
from workspace.papers.models import Paper


@dataclass(frozen=True)
class Stop:
    """What a token ends for a member: mail about one paper, or all mail of one pace."""

    member_id: int
    paper_id: int | None = None
    pace: Pace | None = None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="notices-stop")


def stop_token(stop: Stop) -> str:
    """It does not expire: a mail from long ago must still be able to end what it is one of."""
    return str(_serializer().dumps([stop.member_id, stop.paper_id, stop.pace]))


def read_token(token: str) -> Stop:
    """Raises: NotFound for a token that is forged, or of somebody who has left."""
    try:
        member_id, paper_id, pace = _serializer().loads(token)
        stop = Stop(int(member_id), paper_id, Pace(pace) if pace else None)
    except (BadData, ValueError, TypeError):
        raise NotFound from None
    member = session().get(Member, stop.member_id)
    if member is None or member.has_left or (stop.paper_id is None) == (stop.pace is None):
        raise NotFound
    return stop


def carry_out(stop: Stop) -> None:
    """End such mails; done again it changes nothing."""
    if stop.pace is not None:
        stop_pace(stop.member_id, stop.pace)
    elif stop.paper_id is not None and session().get(Paper, stop.paper_id) is not None:
        follow_paper(stop.member_id, stop.paper_id, is_muted=True)
