"""A CRDT's state with labels instead of letters: read as text by a fresh document, it says what stands where.

The CRDT alone knows the order of units; to ask it, every unit that is of interest becomes one letter that says why, and
all others are deleted. A paper that was written at for years has tens of thousands of pieces, so that the state is not
taken apart here more than this needs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from workspace.papers.updates import (
    DELETED,
    HAS_ORIGIN,
    HAS_RIGHT_ORIGIN,
    KIND,
    MAX_CLOCK,
    ROOT_BYTES,
    STRING,
    malformed,
    number_bytes,
    read_number,
)

FIRST_LABEL = 0x4E00
"""Labels are letters from here on: one unit each, and nothing the CRDT would treat in another way."""

Borders = Callable[[int], Sequence[int]]
Letter = Callable[[int, int], str | None]

_ID = rb"[\x80-\xff]*[\x00-\x7f][\x80-\xff]*[\x00-\x7f]"
_NEIGHBOURS = {
    0: re.compile(b"()" + re.escape(ROOT_BYTES)),
    HAS_ORIGIN: re.compile(_ID + b"()"),
    HAS_RIGHT_ORIGIN: re.compile(b"(" + _ID + b")"),
    HAS_ORIGIN | HAS_RIGHT_ORIGIN: re.compile(_ID + b"(" + _ID + b")"),
}
"""By the first byte of a struct: what stands behind it up to the content; the group is the right neighbour."""
_BYTES = [bytes((number,)) for number in range(256)]


def relabelled(state: bytes, borders: Borders, letter: Letter) -> bytes:
    """The state with other letters.

    Args:
        state: a whole document as one update.
        borders: for a client, in order, the clocks at which another letter may begin.
        letter: for a client and a clock, the letter up to the next border; None for deleted.
    Raises: Refused("malformed").
    """
    sections, at = read_number(state, 0)
    out = [number_bytes(sections)]
    for _ in range(sections):
        at = _relabel_section(state, at, borders, letter, out)
    return b"".join([*out, b"\0"])


def _relabel_section(state: bytes, at: int, borders: Borders, letter: Letter, out: list[bytes]) -> int:
    """Write one client's structs with other letters. Returns: where the next client's begin."""
    count, at = read_number(state, at)
    client, at = read_number(state, at)
    clock, at = read_number(state, at)
    cuts, head, parts = borders(client), len(out), count
    out.append(number_bytes(client) + number_bytes(clock))
    shown, border = None, 0  # the letter, and up to where it is this one
    for _ in range(count):
        flags, kind = state[at] & (HAS_ORIGIN | HAS_RIGHT_ORIGIN), state[at] & KIND
        neighbours = _NEIGHBOURS[flags].match(state, at + 1)
        if neighbours is None:
            raise malformed()
        begin, behind = neighbours.span()
        size, at = read_number(state, behind)
        length = size
        if kind == STRING:
            data, at = state[at : at + size], at + size
            if not data.isascii():
                length = len(data.decode().encode("utf-16-le")) // 2
        elif kind != DELETED:
            raise malformed()
        end = clock + length
        if clock >= border:
            place = bisect_right(cuts, clock)
            border = cuts[place] if place < len(cuts) else MAX_CLOCK
            shown = letter(client, clock)
        if end <= border:
            out.append(_BYTES[flags | (DELETED if shown is None else STRING)])
            out.append(state[begin:behind])
            out.append(_content(shown, length))
        else:
            places = [clock, *cuts[bisect_right(cuts, clock) : bisect_right(cuts, end - 1)], end]
            parts += len(places) - 2
            given = state[begin:behind]
            for first, last in pairwise(places):
                shown = letter(client, first)
                out.append(_BYTES[flags | (DELETED if shown is None else STRING)])
                out.append(given)
                out.append(_content(shown, last - first))
                flags |= HAS_ORIGIN  # each but the first follows the one before it
                given = number_bytes(client) + number_bytes(last - 1) + neighbours[1]
            border = 0
        clock = end
    out[head] = number_bytes(parts) + out[head]
    return at


def _content(shown: str | None, length: int) -> bytes:
    """So many units of a letter, or deleted."""
    if shown is None:
        return number_bytes(length)
    text = (shown * length).encode()
    return number_bytes(len(text)) + text
