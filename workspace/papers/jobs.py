"""What the worker does for papers."""

from __future__ import annotations

from workspace.config import MINUTE
from workspace.jobs import Every, Facts, handler, recurring
from workspace.papers.sittings import close_due_sittings

SITTINGS = "papers.sittings"


@handler(SITTINGS)
def close_sittings(_facts: Facts) -> Facts:
    """Rooms close their sittings themselves; this is for those that a stopped server left open."""
    return {"revisions": close_due_sittings()}


recurring(SITTINGS, Every(5 * MINUTE))
