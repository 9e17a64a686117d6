"""All rooms of this process, and the one way of an update: check → log → memory → everybody.

What arrives within a moment is one transaction for all papers: the disk, not the CRDT, decides how many can write at
once. Only `_flush` changes a document once it is loaded, so nothing changes between check, commit and memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

from workspace.db import session
from workspace.live import tickets
from workspace.live.connection import Connection
from workspace.live.presence import read_states
from workspace.live.protocol import Code, Kind, Malformed, read
from workspace.live.room import Batch, Room
from workspace.live.storage import Storage
from workspace.live.tickets import LetIn, Ticket
from workspace.papers import log, sittings
from workspace.papers.log import Behind, Document, OtherEpoch, Row
from workspace.papers.models import Paper

logger = logging.getLogger(__name__)
DOOR_TICK = 0.001
"""Seconds in which those who come in are gathered."""
LONG_FLUSH = 0.005
LONGEST_TICK = 0.05
"""Updates gather while the disk is written. After a flush that kept this process busy for longer than `LONG_FLUSH`
they gather for as long again, and while pages are being made `TIMES_BESIDE_PAGES` as long, up to `LONGEST_TICK`: what
is typed reaches others a moment later, and takes a twentieth of the processor from those who read. All in seconds."""
TIMES_BESIDE_PAGES = 20
ENVELOPE = 16
"""Bytes around an update in its message, at most."""
WORTH_KEEPING = 20
"""Rows of the log that are worth a new state when a room is closed."""
PRESENCE_EVERY = 0.06
"""Seconds between two messages about who is where."""
STOP_WITHIN = 10.0
"""Seconds for revisions and states at the end; what is not done then is in the log, and done later."""
COLOURS = 8
Found = TypeVar("Found")


def tick(busy: float, pages: int) -> float:
    """Seconds to gather updates after a flush that kept this process busy so long, while it makes so many pages.

    >>> tick(0.002, 0), tick(0.01, 0), tick(0.002, 3), tick(1.0, 0)
    (0.0, 0.01, 0.04, 0.05)
    """
    if pages:
        busy *= TIMES_BESIDE_PAGES
    elif busy < LONG_FLUSH:
        return 0.0
    return min(LONGEST_TICK, busy)


class Hub:
    """Made inside the running event loop, by the server's start."""

    def __init__(self, storage: Storage, secret: str) -> None:
        self.storage = storage
        self.rooms: dict[int, Room] = {}
        self.tell_others: Callable[[int, list[tuple[int, int, bytes]]], None] | None = None
        """Tells other processes of this one's presences in a room; None where there are none."""
        self.opened: Callable[[Room], None] | None = None
        """Called when a room was opened."""
        self.left: set[tuple[int, int]] = set()
        """(paper, member) of those who left and are not noted yet."""
        self._secret = secret.encode()
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._dirty: set[Room] = set()
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.pages = 0
        """How many pages this process is making at this moment."""
        self._waited = 0.0
        """Seconds of the present flush in which the database worked and updates gathered by themselves."""
        self._at_door: list[tuple[Ticket, asyncio.Future[LetIn]]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._flushing = self.start(self._keep_flushing())

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the rest until the hub stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Write what waits, then end everything."""
        await self._end_tasks()
        self._is_stopping = True
        self._wake.set()
        await asyncio.wait({self._flushing})
        await self._end_tasks()  # what the last flush has begun
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                for room in list(self.rooms.values()):
                    await self._end(room)

    async def _end_tasks(self) -> None:
        """Cancel everything but flushing, and wait until it has ended."""
        while tasks := self._tasks - {self._flushing}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=1)  # again then: libraries may swallow it

    async def _end(self, room: Room) -> None:
        room.close_all(Code.GOING_AWAY, "going away")
        if not room.presences.is_anybody_elsewhere:
            await self.close_sitting(room)
        await self.keep_state(room)

    # Coming in

    async def admit(self, ticket: Ticket) -> LetIn:
        """Use a ticket up. Those that come in the same moment share one transaction.

        Raises: what the database raises.
        """
        answer: asyncio.Future[LetIn] = asyncio.get_running_loop().create_future()
        self._at_door.append((ticket, answer))
        if len(self._at_door) == 1:
            self.start(self._open_door())
        return await answer

    async def _open_door(self) -> None:
        await asyncio.sleep(DOOR_TICK)
        waiting, self._at_door = self._at_door, []
        try:
            found = await self.storage.write(tickets.let_in, [ticket for ticket, _ in waiting])
        except Exception as error:
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), let_in in zip(waiting, found, strict=True):
            if not answer.done():
                answer.set_result(let_in)

    async def room_of(self, paper_id: int) -> Room:
        """The room of a paper, with its text; enter it before waiting for anything else.

        Raises: what loading raises.
        """
        while True:
            room = self.rooms.get(paper_id)
            if room is not None:
                return room
            opening = self._opening.get(paper_id)
            if opening is None:
                opening = self._opening[paper_id] = self.start(self._open(paper_id))
            await asyncio.shield(opening)

    async def _open(self, paper_id: int) -> None:
        try:
            document = await self.storage.read(lambda: Document.of(log.load(paper_id)))
            room = self.rooms[paper_id] = Room(document)
        except Exception as error:
            logger.error("a room cannot be opened", extra={"paper": paper_id}, exc_info=error)
            raise
        finally:
            del self._opening[paper_id]
        if self.opened is not None:
            self.opened(room)

    def user_for(self, room: Room, member_id: int, name: str, initials: str) -> dict[str, object]:
        """How others in a room see a member: the id is the same at every process and tells nothing elsewhere."""
        digest = hmac.digest(self._secret, f"{room.paper_id} {member_id}".encode(), hashlib.sha256)
        colour = room.colour_for(member_id, digest[16] % COLOURS)
        return {"id": digest[:8].hex(), "name": name, "initials": initials, "colour": colour}

    def leave(self, room: Room, connection: Connection) -> None:
        room.leave(connection, time.monotonic())
        self.presence_changed(room)
        guest = connection.guest
        if not any(other.guest.member_id == guest.member_id for other in room.connections):
            self.left.add((guest.paper_id, guest.member_id))

    # Messages

    def hear(self, room: Room, connection: Connection, message: bytes) -> None:
        """Take one message of a client; one that may not be ends its connection with the reason."""
        if room.is_broken or not connection.is_open:
            return
        at = time.monotonic()
        limit = self.storage.settings.live_message_max_bytes
        if len(message) > limit + ENVELOPE:
            connection.refuse(Code.TOO_LARGE, "message_too_large", limit=limit)
            return
        try:
            kind, content = read(message)
            if not connection.rates.take(kind, len(message), at):
                connection.refuse(Code.TOO_FAST, "too_fast")
            elif kind == Kind.PRESENCE:
                room.presences.hear(read_states(content), connection, connection.user, at)
                self.presence_changed(room)
            else:
                room.hear(connection, kind, content, at)
                self.mark(room)
        except Malformed:
            connection.refuse(Code.MALFORMED, "malformed")

    def mark(self, room: Room) -> None:
        """Something in this room waits for the next flush."""
        if (room.has_waiting or room.is_behind) and not room.is_held:
            self._dirty.add(room)
            self._wake.set()

    def presence_changed(self, room: Room) -> None:
        """Tell of it soon, together with what else changes until then."""
        if room.presences.has_changes and not room.is_telling:
            room.is_telling = True
            wait = max(0.0, room.presence_due - time.monotonic())
            asyncio.get_running_loop().call_later(wait, self._tell_presence, room)

    def _tell_presence(self, room: Room) -> None:
        room.is_telling = False
        room.presence_due = time.monotonic() + PRESENCE_EVERY
        own = room.tell_presence()
        if own and self.tell_others is not None:
            self.tell_others(room.paper_id, own)

    # News of other processes and threads

    def hear_of(self, paper_id: int, seq: int) -> None:
        """The log of a paper has come to this place."""
        room = self.rooms.get(paper_id)
        if room is not None:
            room.heard = max(room.heard, seq)
            self.mark(room)

    # Flushing

    async def _keep_flushing(self) -> None:
        while self._dirty or not self._is_stopping:
            await self._wake.wait()
            began, self._waited = time.monotonic(), 0.0
            self._wake.clear()
            rooms, self._dirty = self._dirty, set()
            try:
                await self._flush(rooms)
            except Exception as error:  # a fault of ours: these come back to what the log says, and typing goes on
                for room in rooms:
                    self.drop(room, error)
            busy = time.monotonic() - began - self._waited
            await asyncio.sleep(tick(busy, self.pages))

    async def _flush(self, rooms: Iterable[Room]) -> None:
        rooms = [room for room in rooms if not room.is_broken and not room.is_held]
        await asyncio.gather(*(self._catch_up(room) for room in rooms if room.is_behind))
        taken = [self._guarded(room, room.take) for room in rooms if room.has_waiting and not room.is_broken]
        batches = [batch for batch in taken if batch is not None and batch.given]
        await self._write([batch for batch in batches if not self._is_held(batch)])
        for room in rooms:
            self.mark(room)  # what did not fit, and what was heard of meanwhile
            if room.document.seq - room.kept >= self.storage.settings.live_compact_rows and not room.is_broken:
                room.kept = room.document.seq
                self.start(self.keep_state(room, always=True))

    def _is_held(self, batch: Batch) -> bool:
        """Whether a batch waits because it takes much out; the other rooms do not wait with it."""
        room = batch.room
        if not batch.takes_much_out or room.was_kept:
            room.was_kept = False
            return False
        room.take_back(batch)
        room.is_held = True
        self.start(self._keep_first(room))
        return True

    async def _keep_first(self, room: Room) -> None:
        try:
            await self.close_sitting(room)
        finally:
            room.is_held, room.was_kept = False, True
            self.mark(room)

    async def _write(self, batches: list[Batch]) -> None:
        """Put them into the log in one transaction, then into memory. A room that fails fails alone."""
        while True:
            rows = [row for row in (batch.row() for batch in batches) if row is not None]
            try:
                if rows:
                    await self._append(rows)
                break
            except Behind as behind:
                batches = await self._checked_again(batches, set(behind.paper_ids))
            except Exception as error:
                await self._write_apart(batches, error)
                return
        for batch in batches:
            self._guarded(batch.room, batch.room.apply, batch)

    async def _append(self, rows: list[Row]) -> None:
        """Raises: Behind; what the database raises."""
        began = time.monotonic()
        try:
            await self.storage.append(rows)
        finally:
            self._waited += time.monotonic() - began

    async def _checked_again(self, batches: list[Batch], late: set[int]) -> list[Batch]:
        """Another process wrote to some of these papers first: read that, and check against it."""
        found = []
        for batch in batches:
            room = batch.room
            if late and room.paper_id not in late:
                found.append(batch)
                continue
            room.take_back(batch)
            await self._catch_up(room)
            again = None if room.is_broken else self._guarded(room, room.take)
            if again is not None and again.given:
                found.append(again)
        return found

    async def _write_apart(self, batches: list[Batch], error: Exception) -> None:
        if len(batches) == 1:
            self.drop(batches[0].room, error)
            return
        for batch in batches:
            await self._write([batch])

    async def _catch_up(self, room: Room) -> None:
        heard = room.heard
        try:
            loaded = await self.storage.read(log.load, room.paper_id, room.document.seq)
        except Exception as error:
            self.drop(room, error)
            return
        self._guarded(room, room.replay, loaded)
        if room.heard == heard:
            room.heard = room.document.seq  # whatever was said: there is no more, until somebody says so again

    def _guarded(self, room: Room, work: Callable[..., Found], *given: object) -> Found | None:
        """Do something in memory; when it fails, the room goes, and everybody comes back to what the log says.

        A panic of the CRDT's library is no `Exception`.
        """
        try:
            return work(*given)
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            raise
        except OtherEpoch:
            self.forget(room, Code.EPOCH, "other epoch")
        except BaseException as error:
            self.drop(room, error)
        return None

    def drop(self, room: Room, error: BaseException) -> None:
        """Let a room go that cannot be trusted any more; its people connect again."""
        logger.error("a room was dropped", extra={"paper": room.paper_id}, exc_info=error)
        self.forget(room, Code.RELOAD, "reload")

    def forget(self, room: Room, code: Code, reason: str) -> None:
        """Close a room for everybody."""
        room.is_broken = True
        self._dirty.discard(room)
        if self.rooms.get(room.paper_id) is room:
            del self.rooms[room.paper_id]
        room.close_all(code, reason)

    async def close_sitting(self, room: Room) -> None:
        """Make a revision of what was typed, where something was. What it adds to the log is read like any news."""
        try:
            await self.storage.read(_close_sitting, room.paper_id)
        except Exception as error:  # it is still in the log, and closed later
            logger.warning("a sitting was not closed", extra={"paper": room.paper_id}, exc_info=error)

    async def keep_state(self, room: Room, *, always: bool = False) -> None:
        """Keep the text's state as one piece, so that the log stays short."""
        if not always and room.document.seq - room.kept < WORTH_KEEPING:
            return
        snapshot = self._guarded(room, room.document.snapshot)
        if snapshot is None:
            return
        try:
            await self.storage.write(log.compact, room.paper_id, room.document.epoch, snapshot)
            room.kept = max(room.kept, snapshot.seq)
        except Exception as error:  # the log is still there; the next one keeps it
            logger.warning("state not kept", extra={"paper": room.paper_id}, exc_info=error)


def _close_sitting(paper_id: int) -> None:
    paper = session().get(Paper, paper_id)
    if paper is not None:
        sittings.close_sitting(paper)
