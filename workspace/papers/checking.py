"""Whether an update may reach the log: nothing half, nothing forged, nothing that waits for what is not there.

`Known` is what this needs to know of a paper, a function of its log alone: which units there are, whose they are, which
are deleted and which are second halves of a pair. `Checking` looks at several updates in a row that are not in the log
yet. What is known already is dropped, so that it is not written again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from workspace.config import Settings
from workspace.papers.updates import Id, Refused, Section, Span, Struct, Update, read_update, update_bytes

FIRST_CLIENT = 1024
"""Client ids below are the server's own, for texts that a log began with; nobody may bring anything under them. A
browser draws one of them once in four million times."""
NOBODY = 0
"""The owner of a text that a log began with."""


class Gap(Exception):  # noqa: N818 - an answer: send what is missing first
    """The update rests on something that is not there yet; the answer is sync step 1."""


class Spans:
    """Clocks of one client, as spans that neither touch nor overlap, in order."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def __iter__(self) -> Iterator[Span]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __contains__(self, clock: int) -> bool:
        at = bisect_right(self._starts, clock) - 1
        return at >= 0 and clock < self._ends[at]

    def add(self, start: int, end: int) -> None:
        first = bisect_left(self._ends, start)
        behind = bisect_right(self._starts, end)
        if first < behind:
            start, end = min(start, self._starts[first]), max(end, self._ends[behind - 1])
        self._starts[first:behind], self._ends[first:behind] = [start], [end]

    def without(self, start: int, end: int) -> list[Span]:
        """The parts of a span that are not in here."""
        at = bisect_right(self._ends, start)
        left = []
        while start < end:
            if at == len(self._starts) or self._starts[at] >= end:
                left.append((start, end))
                break
            if start < self._starts[at]:
                left.append((start, self._starts[at]))
            start = self._ends[at]
            at += 1
        return left


class Pairs:
    """Where a client's characters of two units stand: spans of clocks, in order, each full of pairs."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def is_second(self, clock: int) -> bool:
        """Whether a clock is the second half of a pair."""
        at = bisect_right(self._starts, clock) - 1
        return at >= 0 and clock < self._ends[at] and (clock - self._starts[at]) % 2 == 1

    def add(self, start: int, end: int) -> None:
        """Note a run that stands behind all others of this client."""
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
        else:
            self._starts.append(start)
            self._ends.append(end)


@dataclass(slots=True)
class Checked:
    """An update that may be written: only what is new of it."""

    update: bytes
    member_id: int
    clocks: dict[int, int] = field(default_factory=dict)
    """Client → next clock, of those that brought something."""
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    """(client, first clock, clock behind)"""
    deletes: list[tuple[int, int, int]] = field(default_factory=list)
    """The same, of what it deletes anew."""
    inserted: int = 0
    """Units that can be seen."""
    inserted_bytes: int = 0
    deleted: int = 0
    """Units that could be seen before, or came with this update."""

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
        self.units: int = base.units if base is not None else 0
        """Length of the text."""

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

    def is_second(self, client: int, clock: int) -> bool:
        """Whether a unit is the second half of a pair that can be seen."""
        return self._has_second(client, clock) and bool(self.alive(client, clock, clock + 1))

    def _has_second(self, client: int, clock: int) -> bool:
        pairs = self._pairs.get(client)
        if pairs is not None and pairs.is_second(clock):
            return True
        return self._base is not None and self._base._has_second(client, clock)

    def take(self, checked: Checked) -> None:
        """Know of one more update."""
        for client, clock in checked.clocks.items():
            self.clocks[client] = clock
            if self.owner(client) is None:
                self.owners[client] = checked.member_id
        for client, start, end in checked.pairs:
            self._pairs.setdefault(client, Pairs()).add(start, end)
        for client, start, end in checked.deletes:
            self.deleted.setdefault(client, Spans()).add(start, end)
        self.units += checked.inserted - checked.deleted


class Checking:
    """Looks at updates that wait, one after the other, as if those before were in the log."""

    def __init__(self, known: Known, text_bytes: int, limits: Settings) -> None:
        self._known = Known(known)
        self._bytes = text_bytes
        self._limits = limits

    def check(self, update: bytes, member_id: int) -> Checked:
        """What is new in an update that a member sent.

        Raises: Refused, never acceptable; Gap, acceptable when what is missing came.
        """
        if len(update) > self._limits.live_message_max_bytes:
            raise Refused("message_too_large", limit=self._limits.live_message_max_bytes)
        read = read_update(update, limit=self._limits.live_update_parts)
        sections = list(self._new_sections(read))
        self._require_own(sections, member_id)
        checked = self._new_parts(read, sections, member_id)
        self._require_whole_characters(sections, checked)
        self._require_room(checked)
        self._known.take(checked)
        self._bytes += checked.inserted_bytes - checked.deleted
        return checked

    def trust(self, update: bytes, member_id: int) -> Checked:
        """What is new in an update of the log itself: it was checked once, and is law.

        Raises: Refused or Gap where it cannot be read, which is damage.
        """
        read = read_update(update, limit=None)
        return self._new_parts(read, list(self._new_sections(read)), member_id)

    def _require_own(self, sections: list[Section], member_id: int) -> None:
        """Raises: Refused for another member's clients, or too many new ones."""
        unknown = 0
        for section in sections:
            owner = self._known.owner(section.client)
            if (owner is not None and owner != member_id) or section.client < FIRST_CLIENT:
                raise Refused("foreign_client")
            unknown += owner is None
        if unknown > self._limits.live_update_clients:
            raise Refused("too_many_clients", limit=self._limits.live_update_clients)

    def _new_sections(self, read: Update) -> Iterable[Section]:
        """What is not there yet. Raises: Gap."""
        for section in read.sections:
            at = self._known.clock(section.client)
            structs = section.structs
            if structs[-1].end <= at:
                continue
            if structs[0].start > at:
                raise Gap
            if structs[0].end <= at:
                section = Section(section.client, [struct for struct in structs if struct.end > at])
            yield section

    def _new_parts(self, read: Update, sections: list[Section], member_id: int) -> Checked:
        clocks = {section.client: section.structs[-1].end for section in sections}
        _require_order(self._known, sections)
        checked = Checked(read.data, member_id, clocks)
        fresh = Known(self._known)
        for section in sections:
            self._count(section, checked)
        for client, start, end in checked.deletes:
            fresh.deleted.setdefault(client, Spans()).add(start, end)
        is_whole = len(sections) == len(read.sections) and all(map(_same_structs, sections, read.sections))
        kept: dict[int, list[Span]] = {}
        for client, start, end in read.deletes:
            if end > clocks.get(client, self._known.clock(client)):
                raise Gap
            new = fresh.alive(client, start, end)
            is_whole = is_whole and new == [(start, end)]
            for span in new:
                fresh.deleted.setdefault(client, Spans()).add(*span)
                kept.setdefault(client, []).append(span)
                checked.deletes.append((client, *span))
                checked.deleted += span[1] - span[0]
        if not is_whole:
            checked.update = update_bytes(read.data, sections, kept)
        return checked

    def _count(self, section: Section, checked: Checked) -> None:
        """Note what the new structs of a client bring."""
        client, at = section.client, self._known.clock(section.client)
        for struct in section.structs:
            start = max(struct.start, at)
            if struct.text is None:
                checked.deletes.append((client, start, struct.end))
                continue
            checked.inserted += struct.end - start
            checked.inserted_bytes += struct.size
            for first, behind in struct.pairs:
                if first < start < behind and (start - first) % 2:
                    raise Refused("half_character")
                if behind > start:
                    checked.pairs.append((client, max(first, start), behind))

    def _require_whole_characters(self, sections: list[Section], checked: Checked) -> None:
        """Nothing may come between the halves of a pair or delete one of them: browsers and the server would show
        different texts then. Raises: Refused."""
        known = self._known
        if checked.pairs:
            known = Known(known)
            for client, start, end in checked.pairs:
                known._pairs.setdefault(client, Pairs()).add(start, end)
        for section in sections:
            for struct in section.structs:
                origin, right = struct.origin, struct.right_origin
                if origin is not None and known.is_second(origin[0], origin[1] + 1):
                    raise Refused("half_character")
                if right is not None and known.is_second(*right):
                    raise Refused("half_character")
        for client, start, end in checked.deletes:
            if known.is_second(client, start) or known.is_second(client, end):
                raise Refused("half_character")

    def _require_room(self, checked: Checked) -> None:
        """What only takes out is always welcome. Raises: Refused."""
        limit = self._limits.paper_max_bytes
        if checked.inserted and self._bytes + checked.inserted_bytes - checked.deleted > limit:
            raise Refused("text_too_large", limit=limit)


def _same_structs(new: Section, given: Section) -> bool:
    return len(new.structs) == len(given.structs)


def _require_order(known: Known, sections: list[Section]) -> None:
    """Every struct must find its neighbours, in some order: else the CRDT would wait for what never comes.

    A client that waits is woken by the one it waits for, so that many that wait for each other cost no more than as
    many that do not. Raises: Gap.
    """
    there = {section.client: known.clock(section.client) for section in sections}
    waiting: dict[int, list[tuple[int, int]]] = {}
    places = [0] * len(sections)
    ready = list(range(len(sections)))
    left = len(sections)
    while ready:
        number = ready.pop()
        section, place = sections[number], places[number]
        structs = section.structs
        while place < len(structs):
            struct = structs[place]
            needed = _missing(struct, there, known)
            if needed is not None:
                heappush(waiting.setdefault(needed[0], []), (needed[1], number))
                break
            there[section.client] = struct.end
            place += 1
        else:
            left -= 1
        if place > places[number]:
            places[number] = place
            queue = waiting.get(section.client, [])
            while queue and queue[0][0] < there[section.client]:
                ready.append(heappop(queue)[1])
    if left:
        raise Gap


def _missing(struct: Struct, there: dict[int, int], known: Known) -> Id | None:
    """The neighbour of a struct that is not there yet."""
    for neighbour in (struct.origin, struct.right_origin):
        if neighbour is not None:
            client = neighbour[0]
            clock = there.get(client)
            if neighbour[1] >= (known.clock(client) if clock is None else clock):
                return neighbour
    return None
