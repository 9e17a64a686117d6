"""News from others: form saves in page threads, the worker, the command line, other server processes.

The log is the truth; a watcher only says where to look. What it misses is found by looking at every open room.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import select

from workspace.db import session
from workspace.live import presence, protocol
from workspace.live.hub import Hub
from workspace.live.presence import State
from workspace.live.protocol import Code, Malformed
from workspace.live.rights import papers_now
from workspace.live.room import Room
from workspace.papers.log import CHANNEL
from workspace.papers.models import LiveDocument

log = logging.getLogger(__name__)
PRESENCE_CHANNEL = "live_presence"
LONGEST_PAYLOAD = 7900
"""PostgreSQL takes less than 8000 bytes."""
POLL_EVERY = 0.25
NET_EVERY = 5.0
"""Seconds between two looks at all rooms although nobody said anything."""
PAUSE = 1.0
"""Seconds before a lost connection is made again."""
ASKING = "?"


async def look_at_all(hub: Hub) -> None:
    """Compare every open room with the database."""
    ids = list(hub.rooms)
    if not ids:
        return
    places, papers = await hub.storage.read(_places, ids)
    for paper_id in ids:
        room = hub.rooms.get(paper_id)
        if room is None:
            continue
        epoch, head = places.get(paper_id, (0, 0))
        if epoch != room.document.epoch:
            hub.forget(room, Code.EPOCH, "other epoch")
            continue
        hub.hear_of(paper_id, head)
        if paper_id in papers:
            room.note_head(papers[paper_id].head_number, papers[paper_id].changed_at)


def _places(ids: Collection[int]) -> tuple[dict[int, tuple[int, int]], Any]:
    columns = (LiveDocument.paper_id, LiveDocument.epoch, LiveDocument.head)
    rows = session().execute(select(*columns).where(LiveDocument.paper_id.in_(ids)))
    return {paper_id: (epoch, head) for paper_id, epoch, head in rows}, papers_now(ids)


class SqliteWatcher:
    """Asks SQLite several times a second whether anybody else has committed anything."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._version: int | None = None
        hub.start(self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL_EVERY)
            if not self.hub.rooms:
                continue
            try:
                version = await self.hub.storage.version()
                if version != self._version:
                    await look_at_all(self.hub)
                    self._version = version
            except Exception as error:
                log.warning("rooms not compared with the database", exc_info=error)


class PostgresWatcher:
    """Listens to other processes and tells them who is here."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._name = secrets.token_hex(6)
        self._said: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
        self._has_news = asyncio.Event()
        hub.tell_others = self._tell
        hub.opened = self._ask
        hub.start(self._listen())
        hub.start(self._speak())
        hub.start(self._poll())

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        engine = self.hub.storage.engine
        words, values = engine.dialect.create_connect_args(engine.url)
        return await psycopg.AsyncConnection.connect(*words, autocommit=True, **values)

    async def _listen(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await connection.execute(f"LISTEN {PRESENCE_CHANNEL}")
                    await look_at_all(self.hub)  # what was said while nobody listened
                    async for notice in connection.notifies():
                        self._hear(notice.channel, notice.payload)
            except Exception as error:
                log.warning("the database is not heard", exc_info=error)
            await asyncio.sleep(PAUSE)

    def _hear(self, channel: str, payload: str) -> None:
        words = payload.split(" ")
        try:
            if channel == CHANNEL:
                self._hear_of(int(words[0]), *map(int, words[1:]))
            elif words[0] != self._name:
                self._hear_presence(int(words[1]), words[2])
        except (ValueError, IndexError, KeyError, TypeError, Malformed) as error:
            log.warning("a notice cannot be read", exc_info=error)

    def _hear_of(self, paper_id: int, seq: int | None = None) -> None:
        room = self.hub.rooms.get(paper_id)
        if room is None:
            return
        if seq is None:
            self._has_news.set()
        elif seq > room.document.seq:
            self.hub.hear_of(paper_id, seq)

    def _hear_presence(self, paper_id: int, said: str) -> None:
        room = self.hub.rooms.get(paper_id)
        if room is None:
            return
        if said == ASKING:
            self._tell(paper_id, room.presences.own())
            return
        room.presences.hear_elsewhere(presence.read_states(base64.b64decode(said)), time.monotonic())
        self.hub.presence_changed(room)

    def _tell(self, paper_id: int, states: list[State]) -> None:
        """Say who is here; what does not fit into one notice goes into the next."""
        part: list[State] = []
        for state in states:
            if part and len(self._payload(paper_id, [*part, state])) > LONGEST_PAYLOAD:
                self._say(self._payload(paper_id, part))
                part = []
            part.append(state)
        if part:
            self._say(self._payload(paper_id, part))

    def _payload(self, paper_id: int, states: list[State]) -> str:
        return f"{self._name} {paper_id} {base64.b64encode(protocol.states_bytes(states)).decode()}"

    def _ask(self, room: Room) -> None:
        self._say(f"{self._name} {room.paper_id} {ASKING}")

    def _say(self, payload: str) -> None:
        if len(payload) <= LONGEST_PAYLOAD and not self._said.full():  # who is here is said again soon
            self._said.put_nowait(payload)

    async def _speak(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    while True:
                        payload = await self._said.get()
                        await connection.execute("SELECT pg_notify(%s, %s)", (PRESENCE_CHANNEL, payload))
            except Exception as error:
                log.warning("other processes are not told", exc_info=error)
            await asyncio.sleep(PAUSE)

    async def _poll(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(NET_EVERY):
                    await self._has_news.wait()
            await asyncio.sleep(POLL_EVERY)
            self._has_news.clear()
            try:
                await look_at_all(self.hub)
            except Exception as error:
                log.warning("rooms not compared with the database", exc_info=error)


def watch(hub: Hub) -> None:
    """Start the watcher for this kind of database; it ends with the hub."""
    PostgresWatcher(hub) if hub.storage.engine.dialect.name == "postgresql" else SqliteWatcher(hub)
