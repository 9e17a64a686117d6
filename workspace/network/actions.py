"""Name, description and legal pages of the installation."""

from __future__ import annotations

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.network.legal import LegalPage, legal_text
from workspace.network.models import LegalText, Network
from workspace.permissions import Actor, Permission, require


def found(*, name: str, about: str, is_sample: bool) -> Network:
    """Write the installation's row; once.

    Raises: Conflict when it is there.
    """
    begin_writing()
    if session().get(Network, 1) is not None:
        raise Conflict("not_empty")
    made = Network(id=1, name=name, about=about, is_sample=is_sample, created_at=now())
    session().add(made)
    return made


def describe_network(actor: Actor, *, name: str, about: str) -> Network:
    """Change the name and what the public start page says.

    Raises: Forbidden; Invalid.
    """
    require(actor, Permission.NETWORK_SETTINGS)
    if not name:
        raise Invalid(fields={"name": "required"})
    for field, value, limit in (
        ("name", name, settings().name_max),
        ("about", about, settings().purpose_max),
    ):
        if len(value) > limit:
            raise Invalid(fields={field: "too_long"}, limit=limit, now=len(value))
    begin_writing()
    row = session().get(Network, 1)
    if row is None:
        row = found(name=name, about=about, is_sample=False)
    row.name, row.about = name, about
    record(actor, "network.described", name=name)
    return row


def write_legal_text(actor: Actor, page: LegalPage, text: str, *, base: int) -> None:
    """Put a new wording of a legal page in force; the earlier one is kept.

    Args:
        text: Markdown.
        base: the wording that was changed, 0 for the draft.
    Raises: Forbidden; Invalid; Conflict when somebody else put another wording in force meanwhile.
    """
    require(actor, Permission.NETWORK_SETTINGS)
    if not text.strip():
        raise Invalid(fields={"text": "required"})
    if len(text) > settings().legal_max:
        raise Invalid(fields={"text": "too_long"}, limit=settings().legal_max, now=len(text))
    begin_writing()
    before = legal_text(page)
    if before.number != base:
        raise Conflict("legal_changed")
    if before.text == text and not before.is_draft:
        return
    session().add(LegalText(page=page, text=text, changed_at=now(), changed_by=actor.member_id))
    record(actor, "legal_text.written", page=str(page), characters=len(text))
