"""Name and description of the installation."""

from __future__ import annotations

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.network.models import Network
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
