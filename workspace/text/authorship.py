"""Who wrote which characters, carried through every change.

Authorship is a tuple of runs (author, length) that covers a text exactly, left to right; neighbouring
runs have different authors and no run is empty. What a difference keeps stays with its author, a moved
block takes its authors along, and a sentence that was removed and comes back (restore, undo, a move in
two steps) gets its old authors from the graveyard.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Final

from workspace.text.diff import Difference, Move, Op, compare_words
from workspace.text.tokens import sentences

Author = int | str
Run = tuple[Author, int]
Runs = tuple[Run, ...]

SHORTEST_BURIED: Final = 30
"""Characters; a shorter sentence ("Siehe oben.") is typed anew as easily as it comes back."""
LARGEST_GRAVEYARD: Final = 4_000
"""Sentences; the ones buried longest ago are forgotten first."""

_FORMAT: Final = 1
_HASH_BYTES: Final = 8
_LARGEST_CODE: Final = 64 * 1024 * 1024
_LONGEST_NUMBER: Final = 140
"""Bits of a varint; room for 128-bit ids."""


class Graveyard:
    """Sentences that are no longer in the text, each with its authors, found by a hash of its words.

    Holds no wording. Grows with what a paper's history removed, up to `limit` sentences.
    """

    def __init__(self, limit: int = LARGEST_GRAVEYARD) -> None:
        self._limit = limit
        self._runs: dict[bytes, Runs] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def bury(self, sentence: str, runs: Runs) -> None:
        """Remember who wrote a sentence; whoever wrote it first stays its author."""
        key = _hash(sentence)
        self._runs[key] = self._runs.pop(key, runs)
        if len(self._runs) > self._limit:
            del self._runs[next(iter(self._runs))]

    def find(self, sentence: str) -> Runs | None:
        """The authors of a removed sentence; None when it is not here or its blanks differ in number."""
        runs = self._runs.get(_hash(sentence))
        return runs if runs and _length(runs) == len(sentence) else None

    def encode(self) -> bytes:
        """As bytes: each hash, then its runs in the form of `encode`, all zlib-compressed."""
        authors: dict[Author, int] = {}
        body = bytearray()
        for key, runs in self._runs.items():
            body += key
            _put_runs(body, runs, authors)
        return _seal(authors, len(self._runs), body)

    @classmethod
    def decode(cls, data: bytes, limit: int = LARGEST_GRAVEYARD) -> Graveyard:
        """The other way. Raises: ValueError when these are not bytes of `encode`."""
        reader = _Reader(data)
        graveyard = cls(limit)
        for _ in range(reader.count):
            key = reader.take(_HASH_BYTES)
            graveyard._runs[key] = reader.runs()
        reader.finish()
        return graveyard


def start(text: str, author: Author) -> Runs:
    """The runs of a text that one author wrote."""
    return ((author, len(text)),) if text else ()


def carry(runs: Runs, difference: Difference, author: Author, graveyard: Graveyard | None = None) -> Runs:
    """The runs of `difference.new` from those of `difference.old`.

    Args:
        runs: of the old text.
        difference: from `compare(old, new, for_readers=False)`, which keeps every equal word.
        author: who made the change, and so wrote what is new.
        graveyard: remembers what goes now and knows what went before; changed in place.
    Raises: ValueError when the runs do not cover the old text exactly.
    """
    if _length(runs) != len(difference.old):
        raise ValueError("the runs do not cover the text")
    if all(kind == 0 for kind, _ in difference.ops):
        return runs
    old = _Covered(runs)
    if graveyard is not None:
        # First: a sentence that moves is removed and comes back in the same step.
        _bury(difference.ops, old, graveyard)
    carried = _join(_carried(difference.ops, old, author, graveyard))
    return _carry_moves(carried, old, difference, author)


def who_wrote(runs: Runs, start: int, end: int) -> list[tuple[Author, int]]:
    """The authors of a span with the number of characters each wrote, most first.

    >>> who_wrote((("Clara", 6), ("Emil", 4), ("Clara", 2)), 4, 12)
    [('Clara', 4), ('Emil', 4)]

    Raises: ValueError when the span is reversed or outside the text.
    """
    if not 0 <= start <= end <= _length(runs):
        raise ValueError("span outside the text")
    characters: dict[Author, int] = {}
    for author, length in _Covered(runs).span(start, end):
        characters[author] = characters.get(author, 0) + length
    return sorted(characters.items(), key=lambda item: -item[1])


def encode(runs: Runs) -> bytes:
    """Runs as bytes: zlib of varints: format, authors, number of things (1), then number of runs and each
    run as (place among the authors, length)."""
    authors: dict[Author, int] = {}
    body = bytearray()
    _put_runs(body, runs, authors)
    return _seal(authors, 1, body)


def decode(data: bytes) -> Runs:
    """The other way. Raises: ValueError when these are not bytes of `encode`."""
    reader = _Reader(data)
    if reader.count != 1:
        raise ValueError("not authorship")
    runs = reader.runs()
    reader.finish()
    return runs


def _bury(ops: Sequence[Op], old: _Covered, graveyard: Graveyard) -> None:
    at = 0
    for kind, text in ops:
        if kind < 0:
            for place, sentence in _sentences(text):
                graveyard.bury(sentence, _join(old.span(at + place, at + place + len(sentence))))
        if kind <= 0:
            at += len(text)


def _carried(ops: Sequence[Op], old: _Covered, author: Author, graveyard: Graveyard | None) -> Iterator[Run]:
    at = 0
    for kind, text in ops:
        if kind == 0:
            yield from old.span(at, at + len(text))
        elif kind > 0:
            yield from _inserted(text, author, graveyard)
        if kind <= 0:
            at += len(text)


def _inserted(text: str, author: Author, graveyard: Graveyard | None) -> Iterator[Run]:
    done = 0
    for place, sentence in _sentences(text) if graveyard is not None else ():
        known = graveyard.find(sentence) if graveyard is not None else None
        if known is not None:
            yield author, place - done
            yield from known
            done = place + len(sentence)
    yield author, len(text) - done


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences long enough for the graveyard, without blanks around them, and where each begins."""
    if len(text) < SHORTEST_BURIED:
        return
    at = 0
    for part in sentences(text):
        sentence = part.strip()
        if len(sentence) >= SHORTEST_BURIED:
            yield at + len(part) - len(part.lstrip()), sentence
        at += len(part)


def _carry_moves(carried: Runs, old: _Covered, difference: Difference, author: Author) -> Runs:
    """The runs with each moved block's own authors in it."""
    if not difference.moves:
        return carried
    new = _Covered(carried)
    pieces: list[Run] = []
    at = 0
    for move in sorted(difference.moves, key=lambda move: move.new_start):
        pieces += new.span(at, move.new_start)
        pieces += _moved(move, old, difference, author)
        at = move.new_end
    pieces += new.span(at, len(difference.new))
    return _join(pieces)


def _moved(move: Move, old: _Covered, difference: Difference, author: Author) -> Iterable[Run]:
    before = difference.old[move.old_start : move.old_end]
    after = difference.new[move.new_start : move.new_end]
    runs = old.span(move.old_start, move.old_end)
    if before == after:
        return runs
    return _carried(compare_words(before, after, for_readers=False), _Covered(_join(runs)), author, None)


class _Covered:
    """Runs with their ends, so that a span is found at once."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._ends = list(accumulate(length for _, length in runs))

    def span(self, start: int, end: int) -> Iterator[Run]:
        place = bisect_right(self._ends, start)
        while start < end:
            stop = min(end, self._ends[place])
            yield self._runs[place][0], stop - start
            start = stop
            place += 1


def _join(runs: Iterable[Run]) -> Runs:
    """No empty runs, no neighbours of one author. 1 and "1" are different authors."""
    joined: list[Run] = []
    for author, length in runs:
        if length and joined and joined[-1][0] == author:
            joined[-1] = (author, joined[-1][1] + length)
        elif length:
            joined.append((author, length))
    return tuple(joined)


def _length(runs: Runs) -> int:
    return sum(length for _, length in runs)


def _hash(sentence: str) -> bytes:
    return blake2b(" ".join(sentence.split()).encode(), digest_size=_HASH_BYTES).digest()


def _put_runs(body: bytearray, runs: Runs, authors: dict[Author, int]) -> None:
    _put(body, len(runs))
    for author, length in runs:
        _put(body, authors.setdefault(author, len(authors)))
        _put(body, length)


def _seal(authors: dict[Author, int], count: int, body: bytearray) -> bytes:
    head = bytearray((_FORMAT,))
    _put(head, len(authors))
    for author in authors:
        if isinstance(author, str):
            name = author.encode()
            _put(head, 1)
            _put(head, len(name))
            head += name
        else:
            # 2 and up are numbers: 2 for 0, 3 for -1, 4 for 1 … (negative ones stand for nobody's account)
            _put(head, 2 + (author * 2 if author >= 0 else -author * 2 - 1))
    _put(head, count)
    return zlib.compress(bytes(head + body))


def _put(out: bytearray, number: int) -> None:
    """A varint: seven bits in a byte, lowest first, the eighth says that more follow."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


class _Reader:
    """Reads what `_seal` wrote: the authors, the number of things, then the things."""

    def __init__(self, data: bytes) -> None:
        unpacker = zlib.decompressobj()
        try:
            self._data = unpacker.decompress(data, _LARGEST_CODE)
        except zlib.error as error:
            raise ValueError("not authorship") from error
        if not unpacker.eof or unpacker.unused_data or self._data[:1] != bytes((_FORMAT,)):
            raise ValueError("not authorship")
        self._at = 1
        self._authors = [self._author() for _ in range(self._number())]
        self.count = self._number()

    def runs(self) -> Runs:
        return tuple(self._run() for _ in range(self._number()))

    def take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise ValueError("not authorship")
        self._at += length
        return taken

    def finish(self) -> None:
        if self._at != len(self._data):
            raise ValueError("not authorship")

    def _run(self) -> Run:
        author = self._number()
        if author >= len(self._authors):
            raise ValueError("not authorship")
        return self._authors[author], self._number()

    def _author(self) -> Author:
        kind = self._number()
        if kind == 1:
            return self.take(self._number()).decode()
        if kind < 2:
            raise ValueError("not authorship")
        return (kind - 2) // 2 if kind % 2 == 0 else -((kind - 1) // 2)

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > _LONGEST_NUMBER:
                raise ValueError("not authorship")
