"""What goes out to one reader: at once where it can, in order, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.live.loop import run
from workspace.live import limits
from workspace.live.connection import Connection, Guest
from workspace.live.protocol import Code

Message = dict[str, Any]


BINARY_AT_ONCE = 0x82
"""The first byte of a frame that is a whole binary message."""


class Socket:
    """Stands in for the server's side of a socket: takes messages while it is `writable`."""

    def __init__(self) -> None:
        self.writable = asyncio.Event()
        self.writable.set()
        self.got: list[Message] = []
        self.failure: Exception | None = None

    async def send(self, message: Message) -> None:
        await self.writable.wait()
        if self.failure is not None:
            raise self.failure
        self.got.append(message)

    def write(self, frame: bytes) -> bool:
        if not self.writable.is_set() or self.failure is not None:
            return False
        assert frame[0] == BINARY_AT_ONCE
        self.got.append({"type": "websocket.send", "bytes": frame[{126: 4, 127: 10}.get(frame[1], 2) :]})
        return True

    @property
    def texts(self) -> list[bytes]:
        return [message["bytes"] for message in self.got if message["type"] == "websocket.send"]

    @property
    def closes(self) -> list[int]:
        return [message["code"] for message in self.got if message["type"] == "websocket.close"]


def in_loop(test: Callable[[Connection, Socket], Coroutine[Any, Any, None]]) -> None:
    async def with_both() -> None:
        socket, task = Socket(), asyncio.current_task()
        assert task is not None
        await test(Connection(Guest(1, 1, 1, True), {}, socket.send, socket.write, task, 0), socket)

    run(with_both())


def test_what_the_socket_takes_goes_out_at_once() -> None:
    async def send(connection: Connection, socket: Socket) -> None:
        connection.send(b"a")
        connection.send(b"b")
        assert socket.texts == [b"a", b"b"], "without another turn of the loop"

    in_loop(send)


def test_what_must_wait_goes_out_in_order_later() -> None:
    async def send(connection: Connection, socket: Socket) -> None:
        connection.send(b"a")
        socket.writable.clear()
        connection.send(b"b")
        connection.send(b"c")
        await asyncio.sleep(0.01)
        assert socket.texts == [b"a"]
        socket.writable.set()
        await asyncio.sleep(0.01)
        connection.send(b"d")
        assert socket.texts == [b"a", b"b", b"c", b"d"]

    in_loop(send)


def test_a_reader_who_lets_too_much_pile_up_is_closed_and_what_waited_dropped() -> None:
    async def send(connection: Connection, socket: Socket) -> None:
        socket.writable.clear()
        part = b"x" * (limits.OUTGOING_BYTES // 4)
        for _ in range(6):
            connection.send(part)
        assert not connection.is_open
        socket.writable.set()
        await asyncio.sleep(0.01)
        assert socket.texts == [part], "the one that was under way"
        assert socket.closes == [Code.TOO_SLOW]

    in_loop(send)


def test_one_answer_is_under_way_and_of_the_questions_meanwhile_the_newest_is_answered() -> None:
    async def ask(connection: Connection, socket: Socket) -> None:
        def question(name: bytes) -> Callable[[], None]:
            return lambda: connection.answer(name)

        socket.writable.clear()
        for name in (b"1", b"2", b"3", b"4"):
            connection.ask(question(name))
        socket.writable.set()
        await asyncio.sleep(0.01)
        assert socket.texts == [b"1", b"4"]
        connection.ask(question(b"5"))
        assert socket.texts == [b"1", b"4", b"5"]

    in_loop(ask)


def test_the_reason_is_the_last_word() -> None:
    async def refuse(connection: Connection, socket: Socket) -> None:
        socket.writable.clear()
        connection.send(b"a")
        connection.send(b"secret")
        connection.refuse(Code.TOO_FAST, "too_fast")
        connection.send(b"later")
        socket.writable.set()
        await asyncio.sleep(0.01)
        assert [text[:1] for text in socket.texts] == [b"a", b"\x66"], "102"
        assert socket.closes == [Code.TOO_FAST]

    in_loop(refuse)


@pytest.mark.parametrize("failure", [OSError(), RuntimeError("closed")])
def test_a_client_that_has_gone_is_no_failure_of_ours(failure: Exception) -> None:
    async def send(connection: Connection, socket: Socket) -> None:
        socket.failure = failure
        connection.send(b"a")
        socket.writable.clear()
        connection.send(b"b")
        connection.stop()
        socket.writable.set()
        await asyncio.sleep(0.01)
        assert socket.got == []

    in_loop(send)
