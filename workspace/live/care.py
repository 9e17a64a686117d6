"""What the rooms need beside typing: rights looked at again, people who went silent, sittings, rooms nobody is in."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

from sqlalchemy import update

from workspace.accounts.models import LoginSession
from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.live import rights, tickets
from workspace.live.connection import Connection
from workspace.live.hub import Hub
from workspace.live.protocol import Code
from workspace.live.rights import PaperNow, Place, Standing
from workspace.live.room import Room
from workspace.papers.sittings import close_due_sittings

log = logging.getLogger(__name__)
RIGHTS_EVERY = 0.8
"""Seconds; whoever lost a right is out within one, or five while the database is busy. For a thousand people it takes
18 ms."""
ROOMS_EVERY = 1.0
SITTINGS_EVERY = 10.0
USE_EVERY = 120.0
"""Seconds between two notes that sessions are used and pages open."""
EMPTY_FOR = 10.0
"""Seconds after which a room nobody came back to is closed: a page that is loaded again is quicker."""


class Care:
    """Looks after the rooms of a hub until it stops."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._used_at = time.monotonic()
        hub.start(self._every(RIGHTS_EVERY, self.look_at_rights))
        hub.start(self._every(ROOMS_EVERY, self.look_at_rooms))
        hub.start(self._every(SITTINGS_EVERY, self.look_at_sittings))

    async def _every(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception as error:  # the database is away; the next round looks again
                log.warning("rooms not looked after", exc_info=error)

    # Rights

    async def look_at_rights(self) -> None:
        """Close whoever may not be here any more; tell whoever may now only read, or write again."""
        connections = [c for room in self.hub.rooms.values() for c in room.connections if c.is_open]
        if not connections:
            return
        places = {connection: place_of(connection) for connection in connections}
        papers, found = await self.hub.storage.read(_look, set(places.values()))
        for connection, place in places.items():
            self._bring(connection, found[place])
        for paper_id, paper in papers.items():
            room = self.hub.rooms.get(paper_id)
            if room is not None:
                room.note_head(paper.head_number, paper.changed_at)
        await self._note_use()

    def _bring(self, connection: Connection, standing: Standing) -> None:
        """Let a connection do what its member may do now."""
        if standing.refused is not None:
            connection.may_write = False
            connection.close(standing.refused, "withdrawn")
        elif standing.may_write != connection.may_write:
            connection.may_write = standing.may_write
            room = self.hub.rooms.get(connection.guest.paper_id)
            if room is not None:
                connection.send(room.facts_for(connection))

    async def _note_use(self) -> None:
        """Whoever types uses the session, though no page is asked for; writers still have the paper open."""
        since, at = self._used_at, time.monotonic()
        if at - since < USE_EVERY:
            return
        self._used_at = at
        connections = [c for room in self.hub.rooms.values() for c in room.connections if c.is_open]
        used = {connection.guest.session_id for connection in connections if connection.used_at >= since}
        open_ = {place_of(c): Standing(may_write=c.may_write) for c in connections}
        await self.hub.storage.write(_note_use, used, open_)

    # Rooms

    async def look_at_rooms(self) -> None:
        """Who went silent is gone; a room nobody came back to is closed, and with the last room its sitting."""
        if self.hub.left:
            left, self.hub.left = self.hub.left, set()
            await self.hub.storage.write(tickets.note_closed, left)
        at = time.monotonic()
        for room in list(self.hub.rooms.values()):
            room.presences.expire(at)
            self.hub.presence_changed(room)
            if is_left(room, at):
                await self.close(room)

    async def look_at_sittings(self) -> None:
        """What was quiet for a while becomes a revision, also where a crash left it open."""
        await self.hub.storage.read(close_due_sittings)

    async def close(self, room: Room) -> None:
        """Keep the text as one piece and let the room go, unless somebody comes meanwhile."""
        if not room.presences.is_anybody_elsewhere:
            await self.hub.close_sitting(room)
        await self.hub.keep_state(room)
        if is_left(room, time.monotonic()) and self.hub.rooms.get(room.paper_id) is room:
            self.hub.forget(room, Code.RELOAD, "closed")


def is_left(room: Room, at: float) -> bool:
    """Whether nobody has been in a room for a while and nothing waits there."""
    return not room.connections and not room.has_waiting and at - room.empty_since > EMPTY_FOR


def place_of(connection: Connection) -> Place:
    guest = connection.guest
    return Place(guest.paper_id, guest.member_id, guest.session_id)


def _look(places: Collection[Place]) -> tuple[Mapping[int, PaperNow], Mapping[Place, Standing]]:
    papers = rights.papers_now(place.paper_id for place in places)
    return papers, rights.standings(places, papers)


def _note_use(session_ids: Collection[int], open_: Mapping[Place, Standing]) -> None:
    begin_writing()
    moment = now()
    session().execute(update(LoginSession).where(LoginSession.id.in_(list(session_ids))).values(seen_at=moment))
    tickets.note_open(open_)
