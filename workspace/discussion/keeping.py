"""Keeps placements that a page found, so that the next reader need not find them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from workspace.discussion.models import Placed
from workspace.discussion.placing import keep
from workspace.web.derived import write_derived


def keep_places(rows: Sequence[Placed]) -> None:
    """Give this to `queries.threads_shown` as `keep`, on every page that shows threads."""
    write_derived(partial(keep, rows))
