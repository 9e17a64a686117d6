"""PostgreSQL itself is stopped hard while people type: nothing is lost, and they come back without loading a page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.builders import make_paper
from tests.conftest import PostgreSQL
from tests.live.loop import run
from tests.live.serving import serving, stored_text
from tests.live.test_crash import Writer, require_nothing_lost, until_all_agree, writers_of, writing
from tests.people import find_people
from workspace import migrations
from workspace.config import using
from workspace.db import make_engine, session_scope

STOPS = 5


@pytest.fixture
def own() -> Iterator[postgres.Cluster]:
    """A PostgreSQL that no other test needs, with the newest schema, and as careful as a real one."""
    reason = postgres.reason_missing()
    if reason is not None:
        pytest.skip(reason)
    with postgres.cluster() as found:
        found.start(is_safe=True)
        engine = make_engine(found.address)
        migrations.upgrade(engine)
        engine.dispose()
        yield found


@pytest.fixture
def peopled(own: postgres.Cluster, tmp_path: Path) -> Iterator[PostgreSQL]:
    kind = PostgreSQL(own.address, tmp_path)
    with using(kind.settings), session_scope(kind.app.extensions["workspace_sessions"]):
        yield kind
    kind.engine.dispose()


@pytest.mark.long
@pytest.mark.postgres
def test_a_database_that_is_stopped_hard_loses_nothing(own: postgres.Cluster, peopled: PostgreSQL) -> None:
    people = find_people()
    paper = make_paper(people, text="Anfang.\n")

    async def write_on() -> tuple[list[Writer], str]:
        writers = writers_of(people)
        with serving(peopled.settings) as served:
            async with writing(writers, paper, [served]):
                for _ in range(STOPS):
                    await asyncio.sleep(1)
                    await asyncio.to_thread(own.stop)
                    await asyncio.sleep(0.5)
                    await asyncio.to_thread(own.start, is_safe=True)
                    await until_all_are_back(writers)
            return writers, await until_all_agree(writers, paper, served)

    writers, shown = run(write_on())
    require_nothing_lost(writers, shown)
    assert stored_text(paper) == shown


async def until_all_are_back(writers: list[Writer]) -> None:
    """Each has a new line, and what comes by it is on disk."""
    for peer in (writer.peer for writer in writers):
        await peer.until(lambda peer=peer: peer.socket is not None and peer.is_synced and peer.stored)
