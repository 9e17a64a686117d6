"""`/live/<key>`: from the handshake to the room and back out.

A handshake that is refused tells a browser nothing but 1006, and it tries for ever. So every socket is accepted first
and closed with a code that says why.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from workspace.config import Settings
from workspace.live.connection import Connection, Guest, Write
from workspace.live.hub import Hub
from workspace.live.protocol import Code
from workspace.live.room import Room
from workspace.live.tickets import BadTicket, LetIn, Ticket, read_ticket
from workspace.live.transport import WRITE_FRAME
from workspace.web.templating import initials

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PATH = "/live/"
EPOCH = re.compile(r"[0-9]{1,18}")


class TurnedAway(Exception):  # noqa: N818 - an answer
    """A socket that is closed before it came into a room."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Sockets:
    """The ASGI application for WebSockets."""

    def __init__(self, hub: Hub, settings: Settings, secret: str) -> None:
        self.hub = hub
        self._settings = settings
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            await send({"type": "websocket.accept"})
            try:
                connection, room = await self._come_in(scope, send)
            except TurnedAway as away:
                await send({"type": "websocket.close", "code": int(away.code), "reason": away.reason})
                return
            try:
                await self._listen(connection, room, receive)
            finally:
                self.hub.leave(room, connection)
                connection.stop()
        except OSError:
            pass  # the client has gone
        except asyncio.CancelledError:
            pass  # closed and not gone after the time of grace, or the server stops

    async def _come_in(self, scope: Scope, send: Send) -> tuple[Connection, Room]:
        """Raises: TurnedAway."""
        ticket, epoch = self._asked(scope)
        try:
            answer = await self.hub.admit(ticket)
            _require(answer)
            room = await self.hub.room_of(ticket.place.paper_id)
        except TurnedAway:
            raise
        except Exception as error:  # the database is away, or the log cannot be read; the log of the hub says what
            log.warning("nobody can come in", exc_info=error)
            raise TurnedAway(Code.RELOAD, "try again") from error
        if epoch is not None and epoch != room.document.epoch:
            raise TurnedAway(Code.EPOCH, "other epoch")
        people = {connection.guest.member_id for connection in room.connections}
        crowd = self._settings.live_people_max
        if len(room.connections) >= 2 * crowd or (len(people) >= crowd and ticket.place.member_id not in people):
            raise TurnedAway(Code.CROWDED, "too many people")
        return self._enter(room, ticket, answer, send, scope["extensions"][WRITE_FRAME]), room

    def _enter(self, room: Room, ticket: Ticket, answer: LetIn, send: Send, write: Write) -> Connection:
        place, name = ticket.place, answer.standing.name
        guest = Guest(place.member_id, place.session_id, place.paper_id, answer.standing.may_write)
        user = self.hub.user_for(room, place.member_id, name, initials(name))
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we are in one
        connection = Connection(guest, user, send, write, task, time.monotonic())
        if answer.paper is not None:
            room.note_head(answer.paper.head_number, answer.paper.changed_at)
        room.enter(connection)
        return connection

    def _asked(self, scope: Scope) -> tuple[Ticket, int | None]:
        """The ticket that was shown and the epoch the client's text is of.

        Raises: TurnedAway.
        """
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") != self._settings.base_url:
            raise TurnedAway(Code.WITHDRAWN, "foreign origin")
        given = parse_qs(scope["query_string"].decode("latin-1"))
        shown, epoch = given.get("ticket", [""])[0], given.get("epoch", [""])[0]
        if not shown:
            raise TurnedAway(Code.SIGN_IN, "no ticket")
        try:
            ticket = read_ticket(self._secret, scope["path"].removeprefix(PATH), shown)
        except BadTicket:
            raise TurnedAway(Code.TICKET, "no such ticket") from None
        return ticket, int(epoch) if EPOCH.fullmatch(epoch) else None

    async def _listen(self, connection: Connection, room: Room, receive: Receive) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            message = event.get("bytes")
            if message is None:
                connection.refuse(Code.MALFORMED, "malformed")
                continue
            self.hub.hear(room, connection, message)
            await connection.until_room()


def _require(answer: LetIn) -> None:
    """Raises: TurnedAway."""
    refused = answer.standing.refused
    if refused is not None:
        raise TurnedAway(refused, refused.name.lower())
