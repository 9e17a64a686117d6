"""The server's socket protocol with one rule and one way more.

Who does not read is let go: uvicorn waits for its peer when it writes and when it closes, and a peer that has stopped
reading never comes. And a frame that goes to two hundred readers is made once: applications find `write_frame` among
the extensions of the scope. Only what asyncio promises to protocols is used here.
"""

from __future__ import annotations

import asyncio
import time
from typing import cast
from weakref import WeakKeyDictionary

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PATIENCE = 8.0
"""Seconds without one byte of progress."""
LOOK_EVERY = 1.0
FULL = 65536
"""Bytes in the buffer from which on nothing is added: from there it can only shrink. asyncio's default."""


WRITE_FRAME = "workspace.write_frame"
"""Name of the extension."""


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


class _Watch:
    """All sockets of one event loop."""

    def __init__(self) -> None:
        self._sockets: dict[object, _Watched] = {}
        self._is_looking = False

    def add(self, socket: object, transport: asyncio.Transport) -> None:
        self._sockets[socket] = _Watched(transport)
        self._look_later()

    def drop(self, socket: object) -> None:
        self._sockets.pop(socket, None)

    def _look_later(self) -> None:
        if self._sockets and not self._is_looking:
            self._is_looking = True
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._is_looking = False
        at = time.monotonic()
        for watched in list(self._sockets.values()):
            if watched.is_stuck(at):
                watched.transport.abort()
        self._look_later()


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, _Watch] = WeakKeyDictionary()


def _watch() -> _Watch:
    return _watches.setdefault(asyncio.get_running_loop(), _Watch())


class WatchedSockets(WebSocketsSansIOProtocol):
    """What `workspace serve` gives to uvicorn for WebSockets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        _watch().add(self, cast(asyncio.Transport, transport))

    async def run_asgi(self) -> None:
        cast(dict[str, object], self.scope["extensions"])[WRITE_FRAME] = self.write_frame
        await super().run_asgi()

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame of data at once; False, with nothing done, when the socket must wait or is closing."""
        if not self.writable.is_set() or self.disconnected or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        _watch().drop(self)
        super().connection_lost(exc)
