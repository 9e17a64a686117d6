"""The wire: y-websocket's messages and ours. Pure: bytes in, values out.

One message in each WebSocket frame. y-protocols' kinds are 0 sync (0 step 1, 1 step 2, 2 update), 1 presence (they call
it awareness) and 3 query presence. Ours only go from the server to the client, and foreign Yjs clients ignore them:
100 stored, 101 state, 102 refusal.

Source: y-protocols, PROTOCOL.md; numbers are lib0's variable-length unsigned integers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum

LARGEST_NUMBER = 2**53 - 1
"""Beyond this JavaScript cannot count."""


class Code(IntEnum):
    """Why a socket was closed. With 4400 to 4499 a client stops by itself; its page keeps what is unsent."""

    GOING_AWAY = 1001
    MALFORMED = 4400
    SIGN_IN = 4401
    WITHDRAWN = 4403
    UNKNOWN = 4404
    TICKET = 4408
    EPOCH = 4409
    TOO_LARGE = 4413
    REFUSED_TEXT = 4422
    TOO_FAST = 4429
    CROWDED = 4451
    RELOAD = 4500
    TOO_SLOW = 4501


class Kind(StrEnum):
    """What a client may send."""

    STATE_VECTOR = "state vector"
    """Sync step 1: what the client has; asks for what it lacks."""
    MISSING = "missing"
    """Sync step 2: the answer to our step 1."""
    UPDATE = "update"
    PRESENCE = "presence"
    WHO_IS_HERE = "who is here"


SYNC, PRESENCE, WHO_IS_HERE, STORED, STATE, REFUSAL = 0, 1, 3, 100, 101, 102
SYNC_KINDS = (Kind.STATE_VECTOR, Kind.MISSING, Kind.UPDATE)
NOTHING = b"\x00\x00"
"""An update without content: no structs, no deletions."""
KNOWS_NOTHING = b"\x00"
"""The state vector of an empty document."""


class Malformed(Exception):  # noqa: N818 - what a client sent is an answer to it, not a failure of ours
    """The bytes are no message of this protocol."""


class Reader:
    """Reads numbers and byte strings one after the other.

    Raises: Malformed at the end of the bytes and for numbers JavaScript could not have written.
    """

    def __init__(self, given: bytes) -> None:
        self.given = given
        self.at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self.at >= len(self.given):
                raise Malformed("ends within a number")
            byte = self.given[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if value > LARGEST_NUMBER:
                raise Malformed("a number is too large")
            if byte < 128:
                return value
            shift += 7
            if shift > 49:
                raise Malformed("a number is too long")

    def string(self) -> bytes:
        length = self.number()
        if length > len(self.given) - self.at:
            raise Malformed("ends within a string")
        start, self.at = self.at, self.at + length
        return self.given[start : self.at]

    def end(self) -> None:
        """Raises: Malformed when something follows."""
        if self.at != len(self.given):
            raise Malformed("something follows")


def number(value: int) -> bytes:
    """A variable-length unsigned integer.

    >>> number(0), number(300)
    (b'\\x00', b'\\xac\\x02')
    """
    out = bytearray()
    while value > 127:
        out.append(128 | value & 127)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(given: bytes) -> bytes:
    """Bytes with their length before them."""
    return number(len(given)) + given


def read(message: bytes) -> tuple[Kind, bytes]:
    """What a client sent: its kind and its content, which is not looked into.

    Raises: Malformed.
    """
    reader = Reader(message)
    outer = reader.number()
    if outer == WHO_IS_HERE:
        reader.end()
        return Kind.WHO_IS_HERE, b""
    if outer not in {SYNC, PRESENCE}:
        raise Malformed("unknown kind")
    inner = reader.number() if outer == SYNC else None
    if inner is not None and inner >= len(SYNC_KINDS):
        raise Malformed("unknown kind of sync message")
    content = reader.string()
    reader.end()
    return (Kind.PRESENCE if inner is None else SYNC_KINDS[inner]), content


def state_vector(content: bytes) -> bytes:
    """Sync step 1: what the server has; asks for what it lacks."""
    return b"\x00\x00" + string(content)


def missing(content: bytes) -> bytes:
    """Sync step 2: the answer to a client's step 1."""
    return b"\x00\x01" + string(content)


def update(content: bytes) -> bytes:
    return b"\x00\x02" + string(content)


def presence(states: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Who is here: (client id, clock, JSON) of each; JSON `null` says that somebody left."""
    return number(PRESENCE) + string(states_bytes(states))


def states_bytes(states: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The content of such a message."""
    rows = [number(client) + number(clock) + string(state) for client, clock, state in states]
    return number(len(rows)) + b"".join(rows)


def stored(count: int, milliseconds: int) -> bytes:
    """The first `count` update messages of this connection are on disk; the time is that of the server, since 1970.

    Update messages are sync step 2 with content and updates; each side counts them by itself.
    """
    return number(STORED) + number(count) + number(milliseconds)


def state(facts: Mapping[str, object]) -> bytes:
    """What is so at this moment: epoch, whether one may write, the newest revision."""
    return number(STATE) + string(_json(facts))


def refusal(code: str, values: Mapping[str, object]) -> bytes:
    """Why the socket is closed next; the page words it."""
    return number(REFUSAL) + string(_json({"code": code, **values}))


def _json(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
