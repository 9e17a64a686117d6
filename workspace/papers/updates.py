"""Reading Yjs updates (version 1) of a plain text, before the CRDT sees them: their shape, and nothing that rests on
what a paper holds already (`checking`).

A text alone needs two kinds of content: strings and deleted ones. Everything else is refused here, because a crafted
update makes the library behind `log` stop the process, wait for ever or show another text than browsers do. Lengths
and clocks count UTF-16 units, as Yjs counts.

Source: https://github.com/yjs/yjs, src/utils/encoding.js and UpdateDecoder.js.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workspace.errors import Invalid

ROOT = "content"
"""The name of the one text in each document."""
ROOT_BYTES = bytes((1, len(ROOT))) + ROOT.encode()
"""How a struct without neighbours names it."""
MAX_CLIENT = 1 << 32
MAX_CLOCK = 1 << 31
LONGEST_NUMBER = 49
"""Bits of a varint."""
STRING, DELETED = 4, 1
"""Kinds of content."""
HAS_ORIGIN, HAS_RIGHT_ORIGIN, HAS_PARENT_KEY, KIND = 0x80, 0x40, 0x20, 0x1F
_SHORT = [bytes((number,)) for number in range(128)]
PAIRS = re.compile("[\U00010000-\U0010ffff]+")

Id = tuple[int, int]
"""(client, clock)"""
Span = tuple[int, int]
"""Clocks of one client, half-open."""


class Refused(Invalid):
    """An update that is never acceptable.

    Codes: malformed, too_many_parts, carriage_return, half_character, foreign_client, too_many_clients,
    text_too_large, message_too_large.
    """


@dataclass(slots=True)
class Struct:
    """A run of units that one client inserted at one place."""

    start: int
    end: int
    """Clocks, half-open."""
    origin: Id | None
    right_origin: Id | None
    text: str | None
    """None for what is deleted already."""
    size: int
    """UTF-8 bytes of the text."""
    raw: Span
    """Where it stands in the update."""

    @property
    def pairs(self) -> list[Span]:
        """Runs of characters that take two units each, as clocks."""
        if self.text is None or self.size == self.end - self.start:  # ASCII
            return []
        found, before = [], 0
        for run in PAIRS.finditer(self.text):
            start, length = self.start + run.start() + before, 2 * (run.end() - run.start())
            found.append((start, start + length))
            before += run.end() - run.start()
        return found


@dataclass(slots=True)
class Section:
    """The structs of one client, one behind the other."""

    client: int
    structs: list[Struct]


@dataclass(slots=True)
class Update:
    """What an update says."""

    data: bytes
    sections: list[Section] = field(default_factory=list)
    deletes: list[tuple[int, int, int]] = field(default_factory=list)
    """(client, first clock, clock behind) as they stand there."""
    is_read_wholly: bool = True
    """Whether no deleted ranges were left out because they are known."""


def read_update(
    data: bytes, *, limit: int | None = None, deleted: Callable[[int], bytes] = lambda _client: b""
) -> Update:
    """Read an update from its first to its last byte.

    Args:
        limit: how many structs, runs of characters beyond the basic plane, and (four times as many) deleted ranges and
            clients of these it may have: bounds the time to read it. None for what the log itself holds.
        deleted: what is known to be deleted of a client, in the bytes of a delete set; whoever has been away sends all
            that was ever deleted, and what stands there letter for letter is not read again.
    Raises: Refused("malformed", "too_many_parts", "carriage_return").
    """
    try:
        return _Reader(data, limit).update(deleted)
    except (IndexError, UnicodeDecodeError):
        raise malformed() from None


def malformed() -> Refused:
    return Refused("malformed")


class _Reader:
    __slots__ = ("_at", "_data", "_left", "_ranges")

    def __init__(self, data: bytes, limit: int | None) -> None:
        self._data, self._at = data, 0
        self._left = len(data) if limit is None else limit
        self._ranges = 4 * self._left

    def update(self, deleted: Callable[[int], bytes]) -> Update:
        found = Update(self._data)
        clients: set[int] = set()
        deleting: set[int] = set()
        for _ in range(self._count()):
            section = self._section()
            if section.client in clients:
                raise malformed()
            clients.add(section.client)
            found.sections.append(section)
        for _ in range(self._count()):
            client = self._number()
            if client >= MAX_CLIENT or client in deleting:
                raise malformed()
            deleting.add(client)
            known = deleted(client)
            if known and self._data.startswith(known, self._at):
                self._at += len(known)
                found.is_read_wholly = False
            else:
                self._deletes(client, found.deletes)
        if self._at != len(self._data):
            raise malformed()
        return found

    def _deletes(self, client: int, found: list[tuple[int, int, int]]) -> None:
        count = self._count()
        self._ranges -= count + 1
        if self._ranges < 0:
            raise Refused("too_many_parts")
        number = self._number
        for _ in range(count):
            start = number()
            end = start + number()
            if not start < end < MAX_CLOCK:
                raise malformed()
            found.append((client, start, end))

    def _number(self) -> int:
        data, at = self._data, self._at
        byte = data[at]
        at += 1
        if byte < 0x80:
            self._at = at
            return byte
        number, shift = byte & 0x7F, 7
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                self._at = at
                return number
            shift += 7
            if shift > LONGEST_NUMBER:
                raise malformed()

    def _count(self) -> int:
        number = self._number()
        if number > len(self._data) - self._at:
            raise malformed()
        return number

    def _take_part(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Refused("too_many_parts")

    def _section(self) -> Section:
        structs: list[Struct] = []
        count, client, clock = self._count(), self._number(), self._number()
        if client >= MAX_CLIENT or not count:
            raise malformed()
        for _ in range(count):
            self._take_part()
            struct = self._struct(clock)
            structs.append(struct)
            clock = struct.end
            if clock >= MAX_CLOCK:
                raise malformed()
        return Section(client, structs)

    def _struct(self, clock: int) -> Struct:
        begin, info = self._at, self._data[self._at]
        self._at += 1
        kind = info & KIND
        if kind not in {STRING, DELETED}:
            raise malformed()
        origin = (self._number(), self._number()) if info & HAS_ORIGIN else None
        right_origin = (self._number(), self._number()) if info & HAS_RIGHT_ORIGIN else None
        if origin is None and right_origin is None:
            if info & HAS_PARENT_KEY:
                raise malformed()
            self._root()
        if kind == DELETED:
            length, text, size = self._number(), None, 0
        else:
            size = self._number()
            text = self._text(size)
            length = size if size == len(text) else len(text) + self._pairs(text)
        if not length:
            raise malformed()
        return Struct(clock, clock + length, origin, right_origin, text, size, (begin, self._at))

    def _root(self) -> None:
        behind = self._at + len(ROOT_BYTES)
        if self._data[self._at : behind] != ROOT_BYTES:
            raise malformed()
        self._at = behind

    def _text(self, size: int) -> str:
        end = self._at + size
        if end > len(self._data):
            raise malformed()
        text = self._data[self._at : end].decode()
        self._at = end
        if "\r" in text:
            raise Refused("carriage_return")
        return text

    def _pairs(self, text: str) -> int:
        """How many characters of a text take two units."""
        count = 0
        for run in PAIRS.finditer(text):
            self._take_part()
            count += run.end() - run.start()
        return count


def read_state(data: bytes) -> dict[int, int]:
    """A state vector: client → its next clock. Raises: Refused("malformed")."""
    reader = _Reader(data, None)
    found: dict[int, int] = {}
    try:
        for _ in range(reader._count()):
            client, clock = reader._number(), reader._number()
            if client >= MAX_CLIENT or clock >= MAX_CLOCK or client in found:
                raise malformed()
            found[client] = clock
    except IndexError:
        raise malformed() from None
    if reader._at != len(data):
        raise malformed()
    return found


def read_numbers(data: bytes) -> list[int]:
    """Varints one behind the other, to the end. Raises: Refused("malformed")."""
    reader, found = _Reader(data, None), []
    try:
        while reader._at < len(data):
            found.append(reader._number())
    except IndexError:
        raise malformed() from None
    return found


def read_number(data: bytes, at: int) -> tuple[int, int]:
    """The varint that stands at a place, and the place behind it; of bytes that were checked once."""
    number, shift = data[at] & 0x7F, 7
    while data[at] > 0x7F:
        at += 1
        number |= (data[at] & 0x7F) << shift
        shift += 7
    return number, at + 1


def number_bytes(number: int) -> bytes:
    """A varint: seven bits in a byte, lowest first, the eighth says that more follow."""
    if number <= 0x7F:
        return _SHORT[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def spans_bytes(spans: Sequence[Span]) -> bytes:
    """The deleted ranges of one client, as they stand in a delete set."""
    out = bytearray(number_bytes(len(spans)))
    for start, end in spans:
        out += number_bytes(start) + number_bytes(end - start)
    return bytes(out)


def deletes_bytes(deletes: dict[int, list[Span]]) -> bytes:
    """A delete set, as it ends an update."""
    parts = [number_bytes(client) + spans_bytes(spans) for client, spans in deletes.items()]
    return number_bytes(len(parts)) + b"".join(parts)


def update_bytes(data: bytes, sections: list[Section], deletes: dict[int, list[Span]]) -> bytes:
    """An update of some of the structs of another one."""
    out = bytearray(number_bytes(len(sections)))
    for section in sections:
        out += number_bytes(len(section.structs)) + number_bytes(section.client)
        out += number_bytes(section.structs[0].start)
        for struct in section.structs:
            out += data[struct.raw[0] : struct.raw[1]]
    return bytes(out) + deletes_bytes(deletes)
