"""What the check knows of a paper, a function of its log alone.

Which units there are, whose they are, which are deleted and which are second halves of a pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workspace.papers.units import Pairs, Runs, Spans
from workspace.papers.updates import (
    Id,
    Span,
)

NOBODY = 0
"""The owner of a text that a log began with."""


@dataclass(frozen=True, slots=True)
class Order:
    """A question to the CRDT: when it has these updates too, can each of these pairs be neighbours for an editor?"""

    updates: Sequence[bytes]
    pairs: Sequence[tuple[Id, Id]]
    seen: Mapping[int, int]
    """Client → clock: below, whoever typed it had all of this, and none of it may stand between."""


@dataclass(slots=True)
class Checked:
    """An update that may be written: only what is new of it."""

    update: bytes
    member_id: int
    clocks: dict[int, int] = field(default_factory=dict)
    """Client → next clock, of those that brought something."""
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    """(client, first clock, clock behind)"""
    runs: list[tuple[int, int, Id | None, Id | None]] = field(default_factory=list)
    """(client, first clock, left and right neighbour)"""
    deletes: list[tuple[int, int, int]] = field(default_factory=list)
    """(client, first clock, clock behind) of what it deletes anew."""
    inserted: int = 0
    """Units that can be seen."""
    inserted_bytes: int = 0
    deleted: int = 0
    """Units that could be seen before, or came with this update."""
    parts: int = 0
    """Pieces that come into being, at most."""

    @property
    def is_empty(self) -> bool:
        return not self.clocks and not self.deletes


class Known:
    """What is known of a paper's units, on top of `base` where something is given ahead of the log."""

    def __init__(self, base: Known | None = None) -> None:
        self._base = base
        self.clocks: dict[int, int] = {}
        self.owners: dict[int, int] = {}
        """Client → the member it belongs to."""
        self.deleted: dict[int, Spans] = {}
        self._pairs: dict[int, Pairs] = {}
        self._runs: dict[int, Runs] = {}
        self.units: int = base.units if base is not None else 0
        """Length of the text."""
        self.parts: int = base.parts if base is not None else 0
        """About how many pieces the CRDT keeps it in."""

    def clock(self, client: int) -> int:
        """The first unit of a client that is not there."""
        found = self.clocks.get(client)
        if found is None:
            return self._base.clock(client) if self._base is not None else 0
        return found

    def owner(self, client: int) -> int | None:
        found = self.owners.get(client)
        return self._base.owner(client) if found is None and self._base is not None else found

    def alive(self, client: int, start: int, end: int) -> list[Span]:
        """The parts of a span that are not deleted."""
        left = self._base.alive(client, start, end) if self._base is not None else [(start, end)]
        own = self.deleted.get(client)
        return left if own is None else [part for span in left for part in own.without(*span)]

    def deleted_bytes(self, client: int) -> bytes:
        """What was deleted of a client, as it stands in a delete set; b"" where that is too new to be repeated."""
        own = self.deleted.get(client)
        if self._base is not None:
            return self._base.deleted_bytes(client) if own is None else b""
        return own.bytes() if own is not None else b""

    def is_second(self, client: int, clock: int) -> bool:
        """Whether a unit is the second half of a pair that can be seen."""
        return self._has_second(client, clock) and bool(self.alive(client, clock, clock + 1))

    def _has_second(self, client: int, clock: int) -> bool:
        pairs = self._pairs.get(client)
        if pairs is not None and pairs.is_second(clock):
            return True
        return self._base is not None and self._base._has_second(client, clock)

    def run(self, unit: Id) -> tuple[int, Id | None, Id | None] | None:
        """Where the run of a unit starts, and between what it was typed."""
        runs = self._runs.get(unit[0])
        found = runs.at(unit[1]) if runs is not None else None
        return self._base.run(unit) if found is None and self._base is not None else found

    def around(self, unit: Id, end: int | None = None) -> Span | None:
        """From where to where the run of a unit goes, up to `end` at most."""
        client, clock = unit
        runs = self._runs.get(client)
        found = runs.around(clock, self.clock(client) if end is None else end) if runs is not None else None
        return self._base.around(unit) if found is None and self._base is not None else found

    def are_neighbours(self, left: Id, right: Id) -> bool | None:
        """Whether an editor can have two units side by side; None where only the CRDT can say.

        Of two such units the younger was typed beside the older; but what others typed at the same place at the same
        time may come between. Whoever has a unit has all that its client typed before.
        """
        of_left, of_right = self.run(left), self.run(right)
        if of_left is None or of_right is None:
            return None
        if left[0] == right[0] and of_left[0] == of_right[0]:
            return left[1] + 1 == right[1]
        if of_left[2] == right or (of_right[0] == right[1] and of_right[1] == left):
            return True
        return None

    def take_runs(self, checked: Checked) -> None:
        """Know what stood beside the runs of one more update."""
        for client, start, origin, right_origin in checked.runs:
            self._runs.setdefault(client, Runs()).add(client, start, origin, right_origin)

    def take(self, checked: Checked) -> None:
        """Know of one more update."""
        for client, clock in checked.clocks.items():
            self.clocks[client] = clock
            if self.owner(client) is None:
                self.owners[client] = checked.member_id
        self.take_runs(checked)
        for client, start, end in checked.pairs:
            self._pairs.setdefault(client, Pairs()).add(start, end)
        for client, start, end in checked.deletes:
            self.deleted.setdefault(client, Spans()).add(start, end)
        self.units += checked.inserted - checked.deleted
        self.parts += checked.parts
