"""Everything live editing needs in one process, started and stopped with the server."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from workspace.config import Settings, using
from workspace.live.care import Care
from workspace.live.hub import Hub
from workspace.live.socket import Sockets
from workspace.live.storage import Storage
from workspace.live.watching import watch

TURN = 0.0005
"""Seconds a thread may go on while others want to: the database's thread asks a dozen times within one transaction, and
with Python's 5 ms each time it would wait for messages to two hundred people to be sent."""


class LiveServer:
    """Rooms and sockets of one process; `sockets` is there between `start` and `stop`."""

    def __init__(self, settings: Settings, secret: str) -> None:
        self._settings, self._secret = settings, secret
        self.sockets: Sockets | None = None

    async def start(self) -> None:
        """Begin, in the event loop that serves."""
        sys.setswitchinterval(TURN)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it for garbage stops everybody for 90 ms
        with using(self._settings):  # what the hub starts keeps it
            hub = Hub(Storage(self._settings), self._secret)
            Care(hub)
            watch(hub)
        self.sockets = Sockets(hub, self._settings, self._secret)

    @contextmanager
    def page(self) -> Iterator[None]:
        """While a page is being made, the rooms leave it room."""
        hub = self.sockets.hub if self.sockets is not None else None
        if hub is not None:
            hub.pages += 1
        try:
            yield
        finally:
            if hub is not None:
                hub.pages -= 1

    async def stop(self) -> None:
        """Write what waits, say goodbye, let the database go."""
        sockets, self.sockets = self.sockets, None
        if sockets is None:
            return
        await sockets.hub.stop()
        sockets.hub.storage.close()
