"""The installation's own row."""

from __future__ import annotations

from workspace.clock import now
from workspace.db import session
from workspace.network.models import Network

UNNAMED = "Netzwerk"
"""What stands on every page until somebody gives a name."""


def the_network() -> Network:
    """Name and description of this installation; an unnamed one before it was set."""
    return session().get(Network, 1) or Network(id=1, name=UNNAMED, about="", is_sample=False, created_at=now())


def is_named() -> bool:
    return the_network().name != UNNAMED
