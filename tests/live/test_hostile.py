"""What programs do that mean no good: each gets the right code, and other people don't notice."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from pycrdt import Doc, Text
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import Peer, talking
from tests.live.serving import Served, stored_text
from tests.people import People
from workspace.live import protocol
from workspace.live.protocol import Code
from workspace.papers.models import Paper


@asynccontextmanager
async def others_writing(served: Served, paper: Paper, people: People) -> AsyncIterator[None]:
    """Two honest people in a paper: all they write arrives, and they stay. How soon, the benchmark says."""
    words = 0

    async def write(clara: Peer, emil: Peer) -> None:
        nonlocal words
        while True:
            await clara.type("a")
            await emil.until(lambda: emil.text == clara.text)
            words += 1
            await asyncio.sleep(0.02)

    async with (
        talking(served.address(paper, people.lead)) as clara,
        talking(served.address(paper, people.lead)) as emil,
    ):
        writing = asyncio.create_task(write(clara, emil))
        try:
            yield
            await asyncio.sleep(0.1)
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
        assert (clara.closed_with, emil.closed_with) == (None, None)
        assert words


async def send_all(peer: Peer, messages: list[bytes]) -> None:
    with suppress(ConnectionClosed, AssertionError):
        for message in messages:
            await peer.send(message)
    await peer.until(lambda: peer.closed_with is not None)


def another_text(words: str, client: int = 99_999) -> bytes:
    doc: Doc[object] = Doc(client_id=client)
    doc.get("content", type=Text).insert(0, words)
    return doc.get_update()


def with_another_root() -> bytes:
    doc: Doc[object] = Doc()
    doc.get("else", type=Text).insert(0, "x")
    return doc.get_update()


CASES: dict[str, tuple[list[bytes], set[int]]] = {
    "garbage": ([b"\xff\xfe\xfd\xfc"], {Code.MALFORMED}),
    "empty frame": ([b""], {Code.MALFORMED}),
    "half an update": ([protocol.update(another_text("Grüße")[:-3])], {Code.REFUSED_TEXT}),
    "another root": ([protocol.update(with_another_root())], {Code.REFUSED_TEXT}),
    "a carriage return": ([protocol.update(another_text("a\r\nb"))], {Code.REFUSED_TEXT}),
    "state vector of nonsense": ([protocol.state_vector(b"\x09\x01")], {Code.MALFORMED}),
    "hostile presence": ([protocol.presence([(5, 1, b'{"cursor":NaN}')])], {Code.MALFORMED}),
    "a text that is too large": ([protocol.update(another_text("x" * 1_000_001))], {Code.TOO_LARGE}),
    "a message that is too large": ([protocol.update(b"x" * 1_500_000)], {Code.TOO_LARGE}),
    "ten megabytes": ([protocol.update(b"x" * 10_000_000)], {1009}),
    "a thousand updates": ([protocol.update(another_text("a"))] * 1500, {Code.TOO_FAST}),
    "a thousand state vectors": ([protocol.state_vector(protocol.KNOWS_NOTHING)] * 1000, {Code.TOO_FAST}),
    "a thousand presences": ([protocol.presence([(5, n, b"{}")]) for n in range(1000)], {Code.TOO_FAST}),
    "a thousand questions": ([b"\x03"] * 1000, {Code.TOO_FAST}),
}


def test_each_attack_ends_with_its_code_and_others_write_on(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)
    addresses = {name: served.address(paper, people.editor) for name in CASES}

    async def attack() -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        async with others_writing(served, paper, people):
            for name, (messages, _) in CASES.items():
                async with talking(addresses[name]) as mallory:
                    await send_all(mallory, messages)
                    found[name] = mallory.closed_with
        return found

    found = run(attack())
    wrong = {name: code for name, code in found.items() if code not in CASES[name][1]}
    assert not wrong
    assert "Grüße" not in stored_text(paper)


def test_a_text_frame_is_malformed_and_the_reason_is_said_first(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def write_text() -> None:
        async with talking(served.address(paper, people.editor)) as mallory:
            await mallory.send("words")
            await mallory.until(lambda: mallory.closed_with == Code.MALFORMED)
            assert mallory.refusals == [{"code": "malformed"}]

    run(write_text())


def test_nobody_writes_in_anothers_name(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def forge() -> None:
        async with (
            talking(served.address(paper, people.lead)) as clara,
            talking(served.address(paper, people.editor)) as mallory,
        ):
            await clara.type("Von Clara. ")
            await clara.until_stored()
            await mallory.until(lambda: "Von Clara" in mallory.text)
            twin = Peer(clara.browser.doc.client_id)
            twin.browser.hear(mallory.browser.doc.get_update())
            await mallory.send(protocol.update(twin.browser.type(0, "Gefälscht. ")))
            await mallory.until(lambda: mallory.closed_with == Code.REFUSED_TEXT)
            assert mallory.refusals == [{"code": "foreign_client"}]

    run(forge())
    assert "Gefälscht" not in stored_text(paper)


def test_an_update_that_rests_on_nothing_is_answered_by_a_question(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def leave_one_out() -> None:
        async with talking(served.address(paper, people.editor)) as emil:
            emil.browser.type(0, "Eins. ")  # never sent by itself
            await emil.type("Zwei. ")
            await emil.until_stored()

    run(leave_one_out())
    assert stored_text(paper).startswith("Zwei. Eins. ")


def test_mutated_updates_harm_nobody(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)
    chance = random.Random(7)
    addresses = [served.address(paper, people.editor) for _ in range(25)]

    async def mutate() -> None:
        async with others_writing(served, paper, people):
            for address in addresses:
                async with talking(address) as mallory:
                    good = protocol.update(mallory.browser.type(chance.randrange(20), "Grüße 😀 "))
                    bad = bytearray(good)
                    for _ in range(chance.randrange(1, 4)):
                        bad[chance.randrange(2, len(bad))] = chance.randrange(256)
                    with suppress(ConnectionClosed):
                        await mallory.send(bytes(bad[: chance.randrange(3, len(bad) + 1)]))
                        await mallory.send(b"\x03")

    run(mutate())


@pytest.mark.long
def test_a_reader_who_has_stopped_is_let_go_and_nobody_waits_for_it(
    served: Served, people: People, db: Session
) -> None:
    paper, other = make_paper(people), make_paper(people, title="Ein anderes")
    stopped, writer = served.address(paper, people.editor), served.address(paper, people.lead)

    async def stop_reading() -> float:
        async with others_writing(served, other, people), talking(writer) as clara:
            sink = await deaf_socket(served, stopped)
            for _ in range(60):  # more than all buffers on the way hold, the system's own too
                await clara.type("Wort " * 20_000)
                await clara.until_stored()
                await clara.delete(0, 100_000)
                await asyncio.sleep(0.1)
            began = time.monotonic()
            with suppress(OSError):
                while time.monotonic() - began < 20:
                    sink.write(b"\x8a\x80\0\0\0\0")  # an unasked pong: fails as soon as the server has hung up
                    await sink.drain()
                    await asyncio.sleep(0.1)
            sink.transport.abort()
            return time.monotonic() - began

    assert run(stop_reading()) < 15, "eight seconds without progress, and what a busy machine adds"


async def deaf_socket(served: Served, address: str) -> asyncio.StreamWriter:
    """A socket that shakes hands and reads nothing."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", served.port))
    reader, sink = await asyncio.open_connection(sock=raw, limit=1024)
    path = address.split("/", 3)[3]
    sink.write(
        f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    sink.transport.pause_reading()  # type: ignore[attr-defined]
    return sink
