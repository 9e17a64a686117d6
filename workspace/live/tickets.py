"""Tickets: a page asks for one with its session, the socket shows it once.

A socket cannot be trusted to carry the cookie's protection (no CSRF header, and every site may open one), so what lets
it in is a signed word that is a minute old at most and is used once, whichever process it is shown to.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.errors import NotFound
from workspace.live import rights
from workspace.live.models import UsedTicket
from workspace.live.protocol import Code
from workspace.live.rights import PaperNow, Place, Standing
from workspace.papers import log
from workspace.papers.models import LiveDocument, OpenEditor, Paper
from workspace.permissions import Actor

LIFE = 60
"""Seconds between the page that asked and the socket that shows it."""


class BadTicket(Exception):  # noqa: N818 - an answer to whoever shows it
    """Not ours, of another paper, or too old."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    place: Place


def write_ticket(secret: str, actor: Actor, session_id: int, paper: Paper) -> str:
    """A ticket for this person, this session and this paper."""
    return _signer(secret, paper.key).dumps([secrets.token_urlsafe(12), paper.id, actor.member_id, session_id])


def epoch_of(paper_id: int) -> int:
    """Which of a paper's logs is the present one; the first opening makes it."""
    query = select(LiveDocument.epoch).where(LiveDocument.paper_id == paper_id)
    found = session().scalar(query)
    if found is None:
        log.begin_log(paper_id)
        found = session().scalar(query)
    if found is None:
        raise NotFound
    return found


def read_ticket(secret: str, key: str, text: str) -> Ticket:
    """What a shown ticket says; whether it was used before is known by `let_in`.

    Raises: BadTicket.
    """
    try:
        ticket_id, paper_id, member_id, session_id = _signer(secret, key).loads(text, max_age=LIFE)
    except (BadSignature, ValueError, TypeError):
        raise BadTicket from None
    return Ticket(ticket_id, Place(paper_id, member_id, session_id))


def _signer(secret: str, key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"live ticket for {key}")


@dataclass(frozen=True, slots=True)
class LetIn:
    """What became of one ticket."""

    standing: Standing
    paper: PaperNow | None


def let_in(tickets: Sequence[Ticket]) -> Sequence[LetIn]:
    """Use tickets up, in the current transaction: many who come at the same moment cost one.

    Writers are noted as having the paper open, so that its page can say who works on it.
    """
    begin_writing()
    unused = _use(tickets)
    papers = rights.papers_now(ticket.place.paper_id for ticket in tickets)
    found = rights.standings([ticket.place for ticket in tickets], papers)
    answers = []
    for ticket in tickets:
        standing = found[ticket.place] if ticket.id in unused else Standing(Code.TICKET)
        unused.discard(ticket.id)  # shown twice at the same moment
        answers.append(LetIn(standing, papers.get(ticket.place.paper_id)))
    note_open({t.place: answer.standing for t, answer in zip(tickets, answers, strict=True)})
    return answers


def _use(tickets: Sequence[Ticket]) -> set[str]:
    """Note the tickets as used. Returns: those that were not before."""
    moment = now()
    rows = [{"id": id_, "used_at": moment} for id_ in sorted({ticket.id for ticket in tickets})]
    adding = _dialect().insert(UsedTicket).values(rows).on_conflict_do_nothing()
    added = set(session().scalars(adding.returning(UsedTicket.id)))
    session().execute(delete(UsedTicket).where(UsedTicket.used_at < moment - timedelta(seconds=2 * LIFE)))
    return added


def note_open(found: Mapping[Place, Standing]) -> None:
    """Others see on the paper's page that these writers have it open."""
    writers = {(place.paper_id, place.member_id) for place, standing in found.items() if standing.may_write}
    if not writers:
        return
    moment = now()
    rows = [{"paper_id": paper, "member_id": member, "opened_at": moment} for paper, member in sorted(writers)]
    adding = _dialect().insert(OpenEditor).values(rows)
    key = ["paper_id", "member_id"]
    session().execute(adding.on_conflict_do_update(index_elements=key, set_={"opened_at": moment}))


def _dialect() -> ModuleType:
    return postgresql if session().get_bind().dialect.name == "postgresql" else sqlite


def note_closed(left: Collection[tuple[int, int]]) -> None:
    """These (paper, member) have left it."""
    begin_writing()
    key = tuple_(OpenEditor.paper_id, OpenEditor.member_id)
    session().execute(delete(OpenEditor).where(key.in_(sorted(left))))
