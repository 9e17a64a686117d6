"""The order in which everything ends with the server: nothing asks a database that has been let go."""

from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.serving import on_postgresql
from tests.people import People
from workspace.config import Settings
from workspace.live.hub import Hub
from workspace.live.server import LiveServer
from workspace.live.watching import PostgresWatcher

PATIENCE = 20.0


async def started(settings: Settings) -> tuple[LiveServer, Hub]:
    """A server without a port, whose tasks have all come to where they wait."""
    live = LiveServer(settings, "a secret of the tests")
    await live.start()
    assert live.sockets is not None
    await asyncio.sleep(0.3)
    return live, live.sockets.hub


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def stop(live: LiveServer) -> None:
    """Raises: AssertionError where something goes on."""
    async with asyncio.timeout(PATIENCE):
        await live.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_stopped_server_leaves_nothing_behind(
    settings: Settings, people: People, db: Session, caplog: pytest.LogCaptureFixture
) -> None:
    paper = make_paper(people)

    async def start_and_stop() -> None:
        live, hub = await started(settings)
        await hub.room_of(paper.id)
        hub.hear_of(paper.id, 7)
        await stop(live)

    run(start_and_stop())
    assert not warnings_in(caplog)


@on_postgresql
def test_news_that_come_as_the_server_stops_do_not_keep_it(
    settings: Settings, people: People, db: Session, caplog: pytest.LogCaptureFixture
) -> None:
    async def hear_and_stop() -> None:
        live, hub = await started(settings)
        watcher = PostgresWatcher(hub)
        await asyncio.sleep(0.3)
        watcher._has_news.set()
        await stop(live)

    run(hear_and_stop())
    assert not warnings_in(caplog)


def test_what_the_last_flush_begins_ends_before_the_database_is_let_go(
    settings: Settings, people: People, db: Session, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(people)

    async def flush_and_stop() -> None:
        live, hub = await started(settings)
        room = await hub.room_of(paper.id)

        async def last_flush(_rooms: object) -> None:
            hub.start(late())

        async def late() -> None:
            await asyncio.sleep(0.05)
            await hub.storage.read(lambda: None)

        monkeypatch.setattr(hub, "_flush", last_flush)
        hub.hear_of(paper.id, room.document.seq + 1)
        await stop(live)

    run(flush_and_stop())
    assert not warnings_in(caplog)
