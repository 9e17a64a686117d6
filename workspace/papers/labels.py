"""A CRDT's state with labels instead of letters: read as text by a fresh document, it says what stands where.

The CRDT alone knows the order of units; to ask it, every unit that is of interest becomes one letter that says why, and
all others are deleted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from workspace.papers.updates import (
    DELETED,
    HAS_ORIGIN,
    HAS_RIGHT_ORIGIN,
    ROOT_BYTES,
    STRING,
    Struct,
    number_bytes,
    read_update,
)

FIRST_LABEL = 0x4E00
"""Labels are letters from here on: one unit each, and nothing the CRDT would treat in another way."""

Borders = Callable[[int], Sequence[int]]
Letter = Callable[[int, int], str | None]


def relabelled(state: bytes, borders: Borders, letter: Letter) -> bytes:
    """The state with other letters.

    Args:
        state: a whole document as one update.
        borders: for a client, in order, the clocks at which another letter may begin.
        letter: for a client and a clock, the letter up to the next border; None for deleted.
    """
    read = read_update(state)
    out = bytearray(number_bytes(len(read.sections)))
    for section in read.sections:
        client, cuts = section.client, borders(section.client)
        parts = [part for struct in section.structs for part in _parts(client, struct, cuts, letter)]
        out += number_bytes(len(parts)) + number_bytes(client) + number_bytes(section.structs[0].start)
        out += b"".join(parts)
    return bytes(out) + b"\0"


def _parts(client: int, struct: Struct, cuts: Sequence[int], letter: Letter) -> Iterator[bytes]:
    """A struct cut at the borders. A part but the first follows the one before it."""
    origin = struct.origin
    first, behind = bisect_right(cuts, struct.start), bisect_right(cuts, struct.end - 1)
    for start, end in pairwise([struct.start, *cuts[first:behind], struct.end]):
        if start > struct.start:
            origin = (client, start - 1)
        shown = letter(client, start)
        info = DELETED if shown is None else STRING
        info |= (HAS_ORIGIN if origin else 0) | (HAS_RIGHT_ORIGIN if struct.right_origin else 0)
        out = bytearray((info,))
        for neighbour in (origin, struct.right_origin):
            if neighbour is not None:
                out += number_bytes(neighbour[0]) + number_bytes(neighbour[1])
        if origin is None and struct.right_origin is None:
            out += ROOT_BYTES
        if shown is None:
            out += number_bytes(end - start)
        else:
            text = (shown * (end - start)).encode()
            out += number_bytes(len(text)) + text
        yield bytes(out)
