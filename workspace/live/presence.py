"""Who is here and where they are: what clients say is rebuilt from a list of what may be said.

A state is shown to others only as this module writes it: a position in the text, the heading one is at, and who it is,
which the server knows better. A client id belongs to the connection that brought it first, and for a while after that
to its member, so that nobody's place is taken by an echo.

Source: y-protocols, awareness.js (clocks, `null` for who left, 30 seconds without a word).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workspace.live.protocol import Malformed, Reader

EXPIRES = 30.0
"""Seconds without a word after which somebody is taken as gone; clients renew theirs every 15."""
KEPT_FOR_MEMBER = 60.0
"""Seconds for which a client id of somebody who left is free only for the same member."""
LARGEST_STATE = 4096
"""Bytes of one client's state as sent."""
LARGEST_CLOCK = 2**31
LARGEST_CLIENT = 2**32
MOST_STATES = 500
"""States in one message: a client that connects again may name everybody it knew."""
MOST_BRACKETS = 256
"""Brackets in one state: bounds how deep it is nested before it is read."""
IDS_PER_CONNECTION = 4
LONGEST_SECTION = 120
"""Characters of a heading."""
GONE = b"null"

Holder = TypeVar("Holder", bound=Hashable)
State = tuple[int, int, bytes]
"""Client id, clock, JSON as others get it."""


def read_states(content: bytes) -> list[State]:
    """The states of a presence message as they stand there. Raises: Malformed."""
    reader = Reader(content)
    count = reader.number()
    if count > MOST_STATES:
        raise Malformed("too many states")
    found = []
    for _ in range(count):
        client, clock, state = reader.number(), reader.number(), reader.string()
        if client >= LARGEST_CLIENT or clock >= LARGEST_CLOCK:
            raise Malformed("no client id or clock")
        found.append((client, clock, state))
    reader.end()
    return found


def rebuilt(state: bytes) -> Mapping[str, object]:
    """A client's state with nothing in it but what may be shown to others.

    Raises: Malformed when it is no JSON object of a decent size, or holds numbers that are not whole.
    """
    if len(state) > LARGEST_STATE or state.count(b"[") + state.count(b"{") > MOST_BRACKETS:
        raise Malformed("state too large")
    try:
        given = json.loads(state, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Malformed("state is no JSON") from None
    if not isinstance(given, dict):
        raise Malformed("state is no object")
    found: dict[str, object] = {"cursor": _cursor(given.get("cursor"))}
    section = given.get("section")
    if isinstance(section, str):
        found["section"] = "".join(c for c in section if unicodedata.category(c)[0] != "C")[:LONGEST_SECTION]
    remarks = _whole(given.get("remarks"), 1, LARGEST_CLOCK)
    # how often somebody commented since they came: others then look at the margin again
    if remarks is not None:
        found["remarks"] = remarks
    return found


def _no_number(_text: str) -> object:
    raise ValueError("only whole numbers")


def _cursor(given: object) -> object:
    if not isinstance(given, dict):
        return None
    anchor, head = _position(given.get("anchor")), _position(given.get("head"))
    return {"anchor": anchor, "head": head} if anchor and head else None


def _position(given: Any) -> dict[str, object] | None:
    """A Y.RelativePosition in the one text of the document; None when it is none."""
    if not isinstance(given, dict):
        return None
    item = given.get("item")
    if item is not None:
        item = _place(item)
        if item is None:
            return None
    side = _whole(given.get("assoc"), -1, 1)
    return {"type": None, "tname": "content", "item": item, "assoc": -1 if side == -1 else 0}


def _place(given: Any) -> dict[str, int] | None:
    if not isinstance(given, dict):
        return None
    client = _whole(given.get("client"), 0, LARGEST_CLIENT)
    clock = _whole(given.get("clock"), 0, LARGEST_CLOCK)
    return {"client": client, "clock": clock} if client is not None and clock is not None else None


def _whole(given: object, least: int, behind: int) -> int | None:
    """A whole number within these bounds; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, int):
        return None
    return given if least <= given < behind else None


@dataclass(slots=True)
class _Here(Generic[Holder]):
    clock: int
    state: bytes
    user: str
    """The member, as the others in this room know it."""
    holder: Holder | None
    """The connection; None for somebody at another process."""
    seen: float


@dataclass(frozen=True, slots=True)
class _Left:
    clock: int
    user: str
    until: float
    """Until when the client id is kept for its member."""


class Presences(Generic[Holder]):
    """Everybody in one room. What changed is gathered until `changes` takes it."""

    def __init__(self) -> None:
        self._here: dict[int, _Here[Holder]] = {}
        self._left: dict[int, _Left] = {}
        self._changed: set[int] = set()

    def hear(self, said: Iterable[State], holder: Holder, user: Mapping[str, object], at: float) -> None:
        """Take over what a connection says of its own clients; what it repeats of others is passed over.

        Args:
            user: how the server shows this member to others, with a text as `id`.
            at: seconds of a steady clock.
        Raises: Malformed for what no honest client says of itself.
        """
        name = str(user["id"])
        for client, clock, state in said:
            if not self._may_say(client, clock, state == GONE, holder, name, at):
                continue
            if state == GONE:
                self._remove(client, clock, at)
                continue
            facts = {**rebuilt(state), "user": user}
            shown = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
            self._here[client] = _Here(clock, shown, name, holder, at)
            self._changed.add(client)

    def _may_say(self, client: int, clock: int, is_gone: bool, holder: Holder, user: str, at: float) -> bool:
        """A new connection of the same member takes over with news only: browsers repeat what they hear of others."""
        known = self._here.get(client)
        if known is not None and known.holder is holder:
            return clock >= known.clock
        if is_gone or sum(here.holder is holder for here in self._here.values()) >= IDS_PER_CONNECTION:
            return False
        before = known or self._left.get(client)
        if before is None or (isinstance(before, _Left) and before.until < at):
            return True
        return before.user == user and clock > before.clock

    def hear_elsewhere(self, states: Iterable[State], at: float) -> None:
        """Take over what another process of ours says of its connections; their word was checked there."""
        for client, clock, state in states:
            known = self._here.get(client)
            if known is not None and clock < known.clock:
                continue
            if state != GONE:
                self._here[client] = _Here(clock, state, str(json.loads(state)["user"]["id"]), None, at)
                self._changed.add(client)
            elif known is not None and known.holder is None:
                self._remove(client, clock, at)

    def leave(self, holder: Holder, at: float) -> None:
        """A connection has ended."""
        for client in [client for client, here in self._here.items() if here.holder is holder]:
            self._remove(client, self._here[client].clock, at)

    def expire(self, at: float) -> None:
        """Take as gone whoever was silent for too long, also people of a process that died."""
        for client in [client for client, here in self._here.items() if here.seen + EXPIRES < at]:
            self._remove(client, self._here[client].clock, at)
        for client in [client for client, left in self._left.items() if left.until < at]:
            del self._left[client]

    def _remove(self, client: int, clock: int, at: float) -> None:
        self._left[client] = _Left(clock, self._here.pop(client).user, at + KEPT_FOR_MEMBER)
        self._changed.add(client)

    @property
    def has_changes(self) -> bool:
        return bool(self._changed)

    @property
    def is_anybody_elsewhere(self) -> bool:
        """Whether somebody is here through another process."""
        return any(here.holder is None for here in self._here.values())

    def changes(self) -> tuple[list[State], list[State]]:
        """What has changed since the last time: of everybody, and of those connected to this process alone."""
        changed, self._changed = self._changed, set()
        everybody = [self._state(client) for client in changed]
        own = [row for row in everybody if row[0] not in self._here or self._here[row[0]].holder is not None]
        return everybody, own

    def _state(self, client: int) -> State:
        here = self._here.get(client)
        return (client, here.clock, here.state) if here is not None else (client, self._left[client].clock, GONE)

    def everybody(self) -> list[State]:
        return [self._state(client) for client in self._here]

    def own(self) -> list[State]:
        """Those who are connected to this process."""
        return [self._state(client) for client, here in self._here.items() if here.holder is not None]
