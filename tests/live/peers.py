"""Yjs clients with real sockets, as a browser's editor is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.papers.browsers import Browser
from workspace.live import protocol
from workspace.live.protocol import Reader

PATIENCE = 10.0
"""Seconds in which anything must happen that a test waits for."""


class Peer:
    """One editor. It may `talk` again and again, as after a broken line; what is typed meanwhile goes with it."""

    def __init__(self, client: int | None = None) -> None:
        self.browser = Browser(client)
        self.socket: ClientConnection | None = None
        self.sent = self.stored = 0
        """Update messages of the present connection: sent, and said to be on disk."""
        self.is_synced = False
        self.closed_with: int | None = None
        self.states: list[dict[str, Any]] = []
        self.refusals: list[dict[str, Any]] = []
        self.here: dict[int, dict[str, Any]] = {}
        """Client id → what is shown of everybody else."""
        self.clock = 0
        self._changed = asyncio.Event()

    @property
    def text(self) -> str:
        return self.browser.text

    async def talk(self, address: str, **more: Any) -> None:
        """Keep up a connection until it ends."""
        self.is_synced, self.sent, self.stored, self.closed_with = False, 0, 0, None
        self.here.clear()
        try:
            async with connect(address, max_size=None, compression=None, proxy=None, **more) as self.socket:
                await self.socket.send(protocol.state_vector(self.browser.doc.get_state()))
                async for message in self.socket:
                    assert isinstance(message, bytes)
                    await self.hear(message)
                    self._changed.set()
        finally:
            self.closed_with = self.socket.close_code if self.socket is not None else None
            self.socket = None
            self._changed.set()

    async def hear(self, message: bytes) -> None:
        reader = Reader(message)
        kind = reader.number()
        if kind == protocol.SYNC:
            inner, content = reader.number(), reader.string()
            if inner == 0:
                await self._send_update(self.browser.doc.get_update(content), as_missing=True)
            else:
                self.browser.hear(content)
                self.is_synced = self.is_synced or inner == 1
        elif kind == protocol.PRESENCE:
            self._hear_presence(Reader(reader.string()))
        elif kind == protocol.STORED:
            self.stored = reader.number()
        elif kind == protocol.STATE:
            self.states.append(json.loads(reader.string()))
        elif kind == protocol.REFUSAL:
            self.refusals.append(json.loads(reader.string()))

    def _hear_presence(self, reader: Reader) -> None:
        for _ in range(reader.number()):
            client, _clock, state = reader.number(), reader.number(), json.loads(reader.string())
            if client == self.browser.doc.client_id:
                continue
            if state is None:
                self.here.pop(client, None)
            else:
                self.here[client] = state

    async def _send_update(self, update: bytes, *, as_missing: bool = False) -> None:
        if self.socket is None:
            return
        if update != protocol.NOTHING:
            self.sent += 1
        with suppress(ConnectionClosed):
            await self.socket.send(protocol.missing(update) if as_missing else protocol.update(update))

    async def send(self, message: bytes | str) -> None:
        """Anything at all."""
        assert self.socket is not None
        await self.socket.send(message)

    async def type(self, words: str, at: int = 0) -> None:
        await self._send_update(self.browser.type(at, words))

    async def delete(self, start: int, end: int) -> None:
        await self._send_update(self.browser.delete(start, end))

    async def bring(self, kept: bytes) -> None:
        """What an earlier page of this browser left unsent, as the one that is loaded next sends it."""
        self.browser.doc.apply_update(kept)
        await self._send_update(self.browser.sent[-1])

    async def show(self, **state: Any) -> None:
        """Tell the others where one is."""
        self.clock += 1
        said = json.dumps(state).encode()
        await self.send(protocol.presence([(self.browser.doc.client_id, self.clock, said)]))

    async def until(self, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait until something is so. Raises: AssertionError."""
        try:
            async with asyncio.timeout(patience):
                while not is_so():
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await self._changed.wait()
        except TimeoutError:
            raise AssertionError(
                f"not so after {patience} s: closed with {self.closed_with}, refused {self.refusals},"
                f" stored {self.stored} of {self.sent}, text {self.text[:200]!r}"
            ) from None

    async def until_stored(self) -> None:
        await self.until(lambda: self.stored == self.sent)


@asynccontextmanager
async def talking(address: str, peer: Peer | None = None, **more: Any) -> AsyncIterator[Peer]:
    """A peer that is connected within the block, and has the text."""
    found = peer or Peer()
    found.is_synced = False
    task = asyncio.create_task(found.talk(address, **more))
    try:
        await found.until(lambda: found.is_synced or task.done())
        yield found
    finally:
        if found.socket is not None:
            await found.socket.close()
        else:
            task.cancel()  # still on the way to a server that is not there
        with suppress(OSError, WebSocketException, asyncio.CancelledError):
            await task


async def turned_away(address: str, **more: Any) -> int | None:
    """The code with which a socket is closed before it comes into a room."""
    async with connect(address, proxy=None, **more) as socket:
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                await socket.recv()
        await socket.wait_closed()
        return socket.close_code
