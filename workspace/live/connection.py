"""One person's socket: what goes out waits here, bounded, so that a slow reader holds up nobody."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from websockets.frames import Frame, Opcode

from workspace.live import limits, protocol
from workspace.live.protocol import Code

log = logging.getLogger(__name__)
Send = Callable[[dict[str, object]], Awaitable[None]]
Write = Callable[[bytes], bool]
"""Hands a frame to the socket; False, with nothing done, when it has to wait or the client has gone."""
GRACE = 5.0
"""Seconds for the last words; then the connection is let go however much of them was read."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who comes in, as the database knew it at that moment."""

    member_id: int
    session_id: int
    paper_id: int
    may_write: bool


class Connection:
    """What one socket may do, has sent and is still to get."""

    __slots__ = (
        "_answer",
        "_closing",
        "_has_room",
        "_is_pumping",
        "_last",
        "_next_question",
        "_pump_task",
        "_queue",
        "_queued",
        "_send",
        "_task",
        "_waiting_bytes",
        "_waiting_updates",
        "_write",
        "gaps",
        "guest",
        "has_gap",
        "may_write",
        "rates",
        "received",
        "used_at",
        "user",
    )  # fmt: skip

    def __init__(
        self, guest: Guest, user: Mapping[str, object], send: Send, write: Write, task: asyncio.Task[None], at: float
    ) -> None:
        self.guest = guest
        self.user = user
        """How others see this person."""
        self.may_write = guest.may_write
        self.rates = limits.Rates(at)
        self.used_at = 0.0
        """When it last sent an update."""
        self.received = 0
        """Update messages so far; the client counts the same way."""
        self.gaps = 0
        self.has_gap = False
        """An update could not be taken, and nothing counts as stored until the client has sent what is missing."""
        self._waiting_updates = self._waiting_bytes = 0
        self._has_room: asyncio.Event | None = None
        self._answer: bytes | None = None
        """The answer to a state vector that has not gone out yet."""
        self._next_question: Callable[[], None] | None = None
        self._send, self._write = send, write
        self._task = task
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._is_pumping = False
        self._pump_task: asyncio.Task[None] | None = None
        self._closing: tuple[int, str] | None = None
        self._last: bytes | None = None

    @property
    def is_open(self) -> bool:
        return self._closing is None

    # Out

    def send(self, message: bytes, frame: bytes | None = None) -> None:
        """Let a message go out after those that wait; a reader who lets too much pile up is closed.

        Args:
            frame: the message as it stands on the wire, where it was made once for many.
        """
        if self._closing is not None:
            return
        if not self._is_pumping and self._write(frame or framed(message)):
            return
        self._put(message)

    def _put(self, message: bytes) -> None:
        if self._queue and self._queued + len(message) > limits.OUTGOING_BYTES:
            self.close(Code.TOO_SLOW, "too slow")
            return
        self._queue.append(message)
        self._queued += len(message)
        self._start()

    def ask(self, question: Callable[[], None]) -> None:
        """Answer a state vector now, or when the answer before it has gone out: one is under way at any time."""
        if self._answer is None:
            question()
        else:
            self._next_question = question

    def answer(self, message: bytes) -> None:
        """Send the answer to a state vector."""
        self._answer = message
        self._put(message)

    def refuse(self, closing: Code, code: str, **values: object) -> None:
        """Say why, then close."""
        self.close(closing, code, protocol.refusal(code, values))

    def close(self, code: int, reason: str, last: bytes | None = None) -> None:
        """Close after `last`; what else waited is dropped, since it may be what this person may see no longer."""
        if self._closing is not None:
            return
        self._closing, self._last = (code, reason), last
        self._queue.clear()
        self._queued = 0
        self._make_room()
        self._start()
        asyncio.get_running_loop().call_later(GRACE, self._let_go)

    def _let_go(self) -> None:
        self._task.cancel()

    def _start(self) -> None:
        """Hand over at once what the socket takes without waiting; a task goes on where it does not."""
        if self._is_pumping:
            return
        self._is_pumping = True
        pump = self._pump()
        try:
            waits_for = pump.send(None)
        except StopIteration:
            return
        self._pump_task = asyncio.get_running_loop().create_task(_go_on(pump, waits_for))

    async def _pump(self) -> None:
        try:
            while self._queue:
                message = self._queue.popleft()
                await self._send({"type": "websocket.send", "bytes": message})
                self._queued = max(0, self._queued - len(message))
                if message is self._answer:
                    self._answered()
            if self._closing is not None:
                await self._say_goodbye(*self._closing)
        except (OSError, RuntimeError):  # the server's ways to say that the client has gone
            self._queue.clear()
        finally:
            self._is_pumping = False
            self._pump_task = None

    async def _say_goodbye(self, code: int, reason: str) -> None:
        if self._last is not None:
            await self._send({"type": "websocket.send", "bytes": self._last})
        await self._send({"type": "websocket.close", "code": int(code), "reason": reason})

    def _answered(self) -> None:
        self._answer = None
        question, self._next_question = self._next_question, None
        if question is not None and self.is_open:
            question()

    def stop(self) -> None:
        """The socket has ended: nothing more goes out."""
        self._closing = self._closing or (1006, "ended")
        self._queue.clear()
        if self._pump_task is not None:
            self._pump_task.cancel()

    # In

    def note_waiting(self, updates: int, size: int) -> None:
        """Count what waits for the database; negative when it was dealt with."""
        self._waiting_updates += updates
        self._waiting_bytes += size
        if self._has_room is not None and not self.is_full:
            self._make_room()

    @property
    def is_full(self) -> bool:
        return self._waiting_updates >= limits.WAITING_UPDATES or self._waiting_bytes >= limits.WAITING_BYTES

    def _make_room(self) -> None:
        if self._has_room is not None:
            self._has_room.set()
            self._has_room = None

    async def until_room(self) -> None:
        """Wait while too much of this connection waits for the database: it is simply not read meanwhile."""
        while self.is_full and self.is_open:
            if self._has_room is None:
                self._has_room = asyncio.Event()
            await self._has_room.wait()


def framed(message: bytes) -> bytes:
    """A message as one WebSocket frame of a server."""
    return Frame(Opcode.BINARY, message).serialize(mask=False)


async def _go_on(coroutine: Coroutine[Any, None, None], waits_for: Any) -> None:
    """Go on with a coroutine that has run up to where it waits for the first time."""
    await _Begun(coroutine, waits_for)


class _Begun:
    def __init__(self, coroutine: Coroutine[Any, None, None], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, None, None]:
        try:
            yield self._waits_for
        except BaseException:
            self._coroutine.close()
            raise
        yield from self._coroutine.__await__()
