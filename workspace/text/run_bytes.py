"""Runs of authors as few bytes, read back with care."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from workspace.text.runs import Author, Run, Runs

_FORMAT: Final = 1
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes behind zlib; more is damage."""
_LONGEST_NUMBER: Final = 140
"""Bits of a varint; room for 128-bit ids."""


class Writer:
    """Collects things that hold runs: zlib of varints (format, authors, number of things), then the things.

    A thing is what `key` says, then the number of its runs and each run as (place among the authors, length).
    """

    def __init__(self) -> None:
        self._authors: dict[Author, int] = {}
        self._body = bytearray()
        self._count = 0

    def add(self, runs: Runs, key: bytes = b"") -> None:
        """One more thing; all have keys of one length, which the reader knows."""
        self._count += 1
        self._body += key
        _put(self._body, len(runs))
        for author, length in runs:
            _put(self._body, self._authors.setdefault(author, len(self._authors)))
            _put(self._body, length)

    def finish(self) -> bytes:
        """Raises: ValueError for a number of more than 128 bits, or for more than can be read back."""
        head = bytearray((_FORMAT,))
        _put(head, len(self._authors))
        for author in self._authors:
            _put_author(head, author)
        _put(head, self._count)
        if len(head) + len(self._body) > _LARGEST:
            raise ValueError("too many runs to keep")
        return zlib.compress(bytes(head + self._body))


class Reader:
    """Reads what a `Writer` wrote. Each method raises ValueError where these are not such bytes."""

    def __init__(self, data: bytes) -> None:
        unpacker = zlib.decompressobj()
        try:
            self._data = unpacker.decompress(data, _LARGEST)
        except zlib.error as error:
            raise _foreign() from error
        if not unpacker.eof or unpacker.unused_data or self._data[:1] != bytes((_FORMAT,)):
            raise _foreign()
        self._at = 1
        self._authors = [self._author() for _ in self._times()]
        self.count = self._number()

    def key(self, length: int) -> bytes:
        """The next `length` bytes, which name what follows. Raises: ValueError at the end of the data."""
        return self._take(length)

    def runs(self) -> Runs:
        """The next runs. Raises: ValueError when they are not of these authors, or cut off."""
        return tuple(self._run() for _ in self._times())

    def finish(self) -> None:
        """Nothing may follow. Raises: ValueError when something does."""
        if self._at != len(self._data):
            raise _foreign()

    def _times(self) -> Iterable[int]:
        number = self._number()
        if number > len(self._data) - self._at:
            raise _foreign()
        return range(number)

    def _run(self) -> Run:
        author = self._number()
        if author >= len(self._authors):
            raise _foreign()
        return self._authors[author], self._number()

    def _author(self) -> Author:
        kind = self._number()
        if kind == 1:
            return self._take(self._number()).decode()
        if kind < 2:
            raise _foreign()
        return (kind - 2) // 2 if kind % 2 == 0 else -((kind - 1) // 2)

    def _take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise _foreign()
        self._at += length
        return taken

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self._take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > _LONGEST_NUMBER:
                raise _foreign()


def _foreign() -> ValueError:
    return ValueError("not authorship")


def _put_author(out: bytearray, author: Author) -> None:
    """1 and a name, or 2 and up for numbers: 2 for 0, 3 for -1, 4 for 1 … (negative ones are nobody's account)."""
    if isinstance(author, str):
        name = author.encode()
        _put(out, 1)
        _put(out, len(name))
        out += name
    elif abs(author) >= 1 << 128:
        raise ValueError("an author's number is too long")
    else:
        _put(out, 2 + (author * 2 if author >= 0 else -author * 2 - 1))


def _put(out: bytearray, number: int) -> None:
    """A varint: seven bits in a byte, lowest first, the eighth says that more follow."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
