"""Live editing beside pages in one process."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from workspace.config import Settings
from workspace.live.hub import LONGEST_TICK, tick
from workspace.live.server import LiveServer


def test_updates_gather_longer_while_pages_are_made() -> None:
    assert tick(0.002, 0) == 0, "the disk is slower anyway"
    assert tick(0.02, 0) == pytest.approx(0.02)
    assert tick(0.002, 1) > 10 * 0.002
    assert tick(10.0, 0) == tick(10.0, 5) == LONGEST_TICK


def test_a_page_counts_until_it_is_made_or_has_failed(settings: Settings) -> None:
    live, hub = LiveServer(settings, "secret"), SimpleNamespace(pages=0)
    with live.page():
        assert hub.pages == 0, "there are no rooms before the start"
    live.sockets = cast(Any, SimpleNamespace(hub=hub))
    with live.page():
        with pytest.raises(ConnectionError):
            _fail_within(live)
        assert hub.pages == 1
    assert hub.pages == 0


def _fail_within(live: LiveServer) -> None:
    with live.page():
        raise ConnectionError
