"""Killed at any moment: what another client saw is there afterwards, once."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from websockets.exceptions import WebSocketException

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import Peer, talking
from tests.live.serving import Served, on_postgresql, process, stored_text
from tests.people import People
from tests.test_server import free_port
from workspace.accounts.models import Member
from workspace.config import Settings
from workspace.db import session
from workspace.papers.models import Paper

KILLS = int(os.environ.get("KILLS", "4"))
"""In each test that kills again and again."""
WRITERS = 4


class Writer:
    """Types marked words without a pause and comes back by itself to whichever server is there."""

    def __init__(self, name: str, member: Member, chance: random.Random) -> None:
        self.name, self.member, self.chance = name, member, chance
        self.peer = Peer()
        self.words: list[str] = []
        self.seen: set[str] = set()
        """Words of others that were ever shown here."""
        self.is_stopping = False

    async def write(self, paper: Paper, servers: list[Served]) -> None:
        while not self.is_stopping:
            server = self.chance.choice(servers)
            with suppress(OSError, WebSocketException, AssertionError, OperationalError):
                session().rollback()  # the database may have gone since
                async with talking(server.address(paper, self.member), self.peer) as peer:
                    while peer.socket is not None and not self.is_stopping:
                        await self.type()
                        await asyncio.sleep(self.chance.uniform(0.005, 0.03))
            await asyncio.sleep(0.05)

    async def type(self) -> None:
        self.words.append(f"[{self.name}{len(self.words)} ü😀]")
        await self.peer.type(self.words[-1], at=self.chance.randint(0, 1) * len(self.peer.text))
        self.seen.update(self.peer.text.split("]"))


@asynccontextmanager
async def writing(writers: list[Writer], paper: Paper, servers: list[Served]) -> AsyncIterator[None]:
    """They write within the block, each at any of the servers that are there."""
    tasks = [asyncio.create_task(writer.write(paper, servers)) for writer in writers]
    yield
    for writer in writers:
        writer.is_stopping = True
    await asyncio.gather(*tasks)


async def until_all_agree(writers: list[Writer], paper: Paper, server: Served) -> str:
    async with AsyncExitStack() as stack:
        for writer in writers:
            await stack.enter_async_context(talking(server.address(paper, writer.member), writer.peer))
        for writer in writers:
            await writer.peer.until_stored()
        for writer in writers:
            await writer.peer.until(lambda: len({one.peer.text for one in writers}) == 1)
        return writers[0].peer.text


def require_nothing_lost(writers: list[Writer], shown: str) -> None:
    """Every word that was typed stands there once: who typed it came back and brought it."""
    for writer in writers:
        assert {word: shown.count(word) for word in writer.words} == dict.fromkeys(writer.words, 1)


def writers_of(people: People, time: int = 0) -> list[Writer]:
    chance = random.Random(time)
    members = [people.lead, people.editor] * (WRITERS // 2)
    return [Writer(f"{'ABCDEFGH'[n]}{time}-", member, chance) for n, member in enumerate(members)]


@pytest.mark.long
def test_what_another_client_saw_survives_being_killed(settings: Settings, people: People, db: Session) -> None:
    """The writers are thrown away with the server: only what others saw must be there."""
    paper = make_paper(people, text="Anfang.\n")
    shown: set[str] = set()

    async def type_until_killed(time: int) -> None:
        writers = writers_of(people, time)
        with process(settings) as (server, started):
            tasks = [asyncio.create_task(writer.write(paper, [server])) for writer in writers]
            await writers[0].peer.until(lambda: all(len(writer.words) > 5 for writer in writers))
            await asyncio.sleep(writers[0].chance.uniform(0.1, 0.8))
            started.kill()
            for writer in writers:
                writer.is_stopping = True
            await asyncio.gather(*tasks)
        for writer in writers:
            others = (word for other in writers if other is not writer for word in other.words)
            shown.update(word for word in others if word in writer.peer.text)

    for time in range(KILLS):
        before = len(shown)
        run(type_until_killed(time))
        assert len(shown) > before, "nobody saw anything"
        kept = stored_text(paper)
        assert not [word for word in shown if word not in kept]


@pytest.mark.long
def test_clients_come_back_after_each_kill_and_bring_what_is_missing(
    settings: Settings, people: People, db: Session
) -> None:
    paper = make_paper(people, text="Anfang.\n")
    port = free_port()

    async def live_through_it() -> tuple[list[Writer], str]:
        writers = writers_of(people)
        tasks: list[asyncio.Task[None]] = []
        for _ in range(KILLS):
            with process(settings, port) as (server, started):
                tasks = tasks or [asyncio.create_task(writer.write(paper, [server])) for writer in writers]
                await asyncio.sleep(1)
                started.kill()
        with process(settings, port) as (server, _):
            for writer in writers:
                writer.is_stopping = True
            await asyncio.gather(*tasks)
            return writers, await until_all_agree(writers, paper, server)

    writers, shown = run(live_through_it())
    require_nothing_lost(writers, shown)
    assert stored_text(paper) == shown


@pytest.mark.long
@on_postgresql
def test_of_two_processes_one_is_killed_and_its_people_go_over(settings: Settings, people: People, db: Session) -> None:
    """Now the one, now the other; another process comes in its place."""
    paper = make_paper(people, text="Anfang.\n")

    async def go_over(stack: ExitStack) -> tuple[list[Writer], str]:
        writers, servers, running = writers_of(people), list[Served](), list[subprocess.Popen[bytes]]()

        async def start() -> None:
            server, started = await asyncio.to_thread(stack.enter_context, process(settings))
            servers.append(server)
            running.append(started)

        await start()
        await start()
        async with writing(writers, paper, servers):
            for _ in range(KILLS):
                await asyncio.sleep(1)
                del servers[0]
                running.pop(0).kill()
                await start()
        return writers, await until_all_agree(writers, paper, servers[0])

    with ExitStack() as stack:
        writers, shown = run(go_over(stack))
    require_nothing_lost(writers, shown)
    assert stored_text(paper) == shown


@pytest.mark.long
@on_postgresql
def test_a_database_that_drops_all_connections_loses_nothing(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people, text="Anfang.\n")
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    async def write_on() -> tuple[list[Writer], str]:
        writers = writers_of(people)
        async with writing(writers, paper, [served]):
            for _ in range(4):
                await asyncio.sleep(0.7)
                with suppress(OperationalError):  # perhaps our own is among them
                    db.execute(cut)
                db.rollback()
        return writers, await until_all_agree(writers, paper, served)

    writers, shown = run(write_on())
    require_nothing_lost(writers, shown)
    assert stored_text(paper) == shown
