"""The server's socket protocol with one rule more: who does not read is let go.

uvicorn waits for its peer when it writes and when it closes, and a peer that has stopped reading never comes. Only what
asyncio promises to protocols is used here.
"""

from __future__ import annotations

import asyncio
import time
from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PATIENCE = 8.0
"""Seconds without one byte of progress."""
LOOK_EVERY = 1.0
FULL = 65536
"""Bytes in the buffer from which on nothing is added: from there it can only shrink. asyncio's default."""


class _Watched:
    __slots__ = ("least", "since", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.least = -1
        self.since = 0.0

    def is_stuck(self, at: float) -> bool:
        """Whether it waits for its peer, and the peer has read nothing for too long."""
        size = self.transport.get_write_buffer_size()
        if size < FULL and not self.transport.is_closing():
            self.least = -1
            return False
        if self.least < 0 or size < self.least:
            self.least, self.since = size, at
        return at - self.since > PATIENCE


_watched: dict[object, _Watched] = {}
_is_looking = False


class WatchedSockets(WebSocketsSansIOProtocol):
    """What `workspace serve` gives to uvicorn for WebSockets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        _watched[self] = _Watched(cast(asyncio.Transport, transport))
        _look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        _watched.pop(self, None)
        super().connection_lost(exc)


def _look_later() -> None:
    global _is_looking
    if _watched and not _is_looking:
        _is_looking = True
        asyncio.get_running_loop().call_later(LOOK_EVERY, _look)


def _look() -> None:
    global _is_looking
    _is_looking = False
    at = time.monotonic()
    for watched in list(_watched.values()):
        if watched.is_stuck(at):
            watched.transport.abort()
    _look_later()
