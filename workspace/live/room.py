"""One paper that people have open: its text in memory, who is connected, what waits for the database.

Nothing here waits for anything. What is in `document` is in the log; what a client sent waits until it is there too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workspace.errors import Refusal
from workspace.live import limits, protocol
from workspace.live.connection import Connection, framed
from workspace.live.presence import Presences
from workspace.live.protocol import Code, Kind
from workspace.papers import log
from workspace.papers.log import Checked, Document, Gap, Row
from workspace.papers.sittings import ends_sitting

SHARE = 0.02
"""Seconds of checking for one room in one flush; what is left comes with the next, after the other rooms."""
CODES: Mapping[str, Code] = {"text_too_large": Code.TOO_LARGE, "message_too_large": Code.TOO_LARGE}
"""The code to close with, by what the check of an update refuses; all else is text that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that was not written yet."""

    connection: Connection
    update: bytes
    number: int
    """The how many-th update message of its connection it is."""
    is_missing: bool
    """Whether it is sync step 2: all the client has and we lacked."""


@dataclass(slots=True)
class Batch:
    """Updates of one room that are written together."""

    room: Room
    given: list[Waiting] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    """Of each of `given`; some may be empty, as the text has them already."""

    @property
    def news(self) -> list[tuple[Waiting, Checked]]:
        return [(one, checked) for one, checked in zip(self.given, self.checked, strict=True) if not checked.is_empty]

    @property
    def takes_much_out(self) -> bool:
        """Whether so much is deleted that what was there becomes a revision first."""
        return ends_sitting(self.checked)

    def row(self) -> Row | None:
        """What goes into the log; None when there is nothing new."""
        news = [checked for _, checked in self.news]
        return Row.behind(self.room.document, news) if news else None


class Room:
    """See the module. Made with the paper's text as it was read from the log just now."""

    def __init__(self, document: Document) -> None:
        self.paper_id = document.paper_id
        self.document = document
        self.connections: set[Connection] = set()
        self.presences: Presences[Connection] = Presences()
        self.is_telling = False
        """Whether changes of presence are about to go out."""
        self.presence_due = 0.0
        """When changes of presence may go out next."""
        self.heard = 0
        """The newest place in the log that anybody told of."""
        self.kept = document.seq
        """The place in the log up to which the state is kept as one piece."""
        self.head = 0
        """Number of the newest revision."""
        self.head_at: datetime | None = None
        self.empty_since = time.monotonic()
        self.is_broken = False
        self.is_held = False
        """Whether what waits must wait until a revision has kept what was there."""
        self.was_kept = False
        """Whether that has just been done."""
        self._waiting: list[Waiting] = []
        self._answers: dict[bytes, bytes] = {}
        """State vector → answer, as long as the text stays as it is: many who come at once ask the same."""
        self._answers_seq = -1

    # Coming and going

    def enter(self, connection: Connection) -> None:
        """Take a connection in and tell it what it needs to begin."""
        self.connections.add(connection)
        connection.send(protocol.state_vector(self.document.state_vector()))
        connection.send(self.facts_for(connection))
        here = self.presences.everybody()
        if here:
            connection.send(protocol.presence(here))

    def leave(self, connection: Connection, at: float) -> None:
        self.connections.discard(connection)
        self.presences.leave(connection, at)
        if not self.connections:
            self.empty_since = at

    def colour_for(self, member_id: int, preferred: int) -> int:
        """The preferred one of eight colours, or the next that nobody else here has."""
        taken = {}
        for connection in self.connections:
            taken[connection.guest.member_id] = int(str(connection.user["colour"]))
        if member_id in taken:
            return taken[member_id]
        free = [(preferred + step) % 8 for step in range(8) if (preferred + step) % 8 not in taken.values()]
        return free[0] if free else preferred

    # What goes out

    def relay(self, message: bytes, beside: Connection | None = None) -> None:
        """Send to everybody, save one."""
        frame = framed(message)
        for connection in list(self.connections):
            if connection is not beside:
                connection.send(message, frame)

    def facts_for(self, connection: Connection) -> bytes:
        """Message 101: what a page shows of the state of things."""
        at = self.head_at.isoformat() if self.head_at is not None else None
        facts = {"epoch": self.document.epoch, "may_write": connection.may_write, "head": self.head, "at": at}
        return protocol.state(facts)

    def note_head(self, number: int, at: datetime) -> None:
        """There is a new revision."""
        if number == self.head:
            return
        self.head, self.head_at = number, at
        for connection in list(self.connections):
            connection.send(self.facts_for(connection))

    def tell_presence(self) -> list[tuple[int, int, bytes]]:
        """Tell everybody who came, moved or left. Returns: what other processes must learn of it."""
        everybody, own = self.presences.changes()
        self.relay(protocol.presence(everybody))
        return own

    # What comes in

    def hear(self, connection: Connection, kind: Kind, content: bytes, at: float) -> None:
        """Take one message of a client.

        Raises: Malformed for a state vector that is none.
        """
        if kind == Kind.STATE_VECTOR:
            connection.ask(lambda: self._answer(connection, content))
        elif kind == Kind.WHO_IS_HERE:
            connection.send(protocol.presence(self.presences.everybody()))
        elif content != protocol.NOTHING:
            connection.received += 1
            connection.used_at = at
            self._waiting.append(Waiting(connection, content, connection.received, kind == Kind.MISSING))
            connection.note_waiting(1, len(content))

    def _answer(self, connection: Connection, state_vector: bytes) -> None:
        """Send what a client lacks."""
        if self._answers_seq != self.document.seq:
            self._answers.clear()
            self._answers_seq = self.document.seq
        found = self._answers.get(state_vector)
        if found is None:
            try:
                found = protocol.missing(self.document.missing(state_vector))
            except Refusal as refused:
                connection.refuse(Code.MALFORMED, refused.code)
                return
            if len(self._answers) < 4:
                self._answers[state_vector] = found
        connection.answer(found)

    # The way into the log

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    @property
    def is_behind(self) -> bool:
        """Whether another process or thread wrote what is not in memory yet."""
        return self.heard > self.document.seq

    def take(self) -> Batch:
        """Check what waits, each against the text as it will be after those before it."""
        batch, checking = Batch(self), self.document.checking()
        until = time.monotonic() + SHARE
        waiting, self._waiting = self._waiting, []
        for place, one in enumerate(waiting):
            if batch.given and time.monotonic() > until:
                self._waiting = waiting[place:]
                break
            checked = self._check(checking, one)
            if checked is None:
                one.connection.note_waiting(-1, -len(one.update))
            else:
                batch.given.append(one)
                batch.checked.append(checked)
        return batch

    def _check(self, checking: log.Checking, one: Waiting) -> Checked | None:
        """None when the update is not taken: it came from a reader, rests on something unknown, or is refused."""
        connection = one.connection
        if not connection.may_write:
            return None
        try:
            return checking.check(one.update, connection.guest.member_id)
        except Gap:
            self._ask_for_missing(one)
        except Refusal as refused:
            connection.refuse(CODES.get(refused.code, Code.REFUSED_TEXT), refused.code, **refused.values)
        return None

    def _ask_for_missing(self, one: Waiting) -> None:
        """Ask a client whose update rests on something unknown for all of it, once until it has answered."""
        connection = one.connection
        connection.gaps += 1
        if connection.gaps > limits.MOST_GAPS:
            connection.close(Code.RELOAD, "out of step")
        elif one.is_missing or not connection.has_gap:
            connection.send(protocol.state_vector(self.document.state_vector()))
        connection.has_gap = True

    def take_back(self, batch: Batch) -> None:
        """What could not be written waits again, before what came meanwhile."""
        self._waiting[:0] = batch.given

    def apply(self, batch: Batch) -> None:
        """What is in the log now goes into memory and to everybody, and whoever wrote it learns that it is stored."""
        news = batch.news
        if news:
            self.document.apply([checked for _, checked in news])
            writers = {id(one.connection): one.connection for one, _ in news}
            joined = log.joined([checked.update for _, checked in news])
            self.relay(protocol.update(joined), next(iter(writers.values())) if len(writers) == 1 else None)
        self._acknowledge(batch.given)

    def _acknowledge(self, given: Iterable[Waiting]) -> None:
        stored: dict[Connection, int] = {}
        for one in given:
            connection = one.connection
            connection.note_waiting(-1, -len(one.update))
            if one.is_missing:
                connection.has_gap, connection.gaps = False, 0
            if not connection.has_gap:
                stored[connection] = one.number
        moment = time.time_ns() // 1_000_000
        for connection, count in stored.items():
            connection.send(protocol.stored(count, moment))

    def replay(self, loaded: log.Loaded) -> None:
        """Take in what others wrote, and tell everybody."""
        updates = self.document.replay(loaded)
        if updates:
            self.relay(protocol.update(log.joined(updates)))

    def close_all(self, code: Code, reason: str) -> None:
        for connection in list(self.connections):
            connection.close(code, reason)
