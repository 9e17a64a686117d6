"""The page's way to a ticket."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from workspace.accounts.sessions import current_session_id
from workspace.errors import Forbidden
from workspace.live.tickets import epoch_of, write_ticket
from workspace.papers import queries
from workspace.web.actor import actor

bp = Blueprint("live", __name__)


@bp.post("/papers/<key:key>/live")
def ticket(key: str) -> ResponseReturnValue:
    """What the editor needs to open its socket: JSON."""
    paper = queries.get_paper(actor(), key)
    session_id = current_session_id()
    if session_id is None:
        raise Forbidden
    return {
        "address": f"/live/{paper.key}",
        "ticket": write_ticket(current_app.config["SECRET_KEY"], actor(), session_id, paper),
        "epoch": epoch_of(paper.id),
        "may_write": queries.may_write(actor(), paper),
        "head": paper.head_number,
    }
