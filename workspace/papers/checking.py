"""Whether an update may reach the log: nothing half, nothing forged, nothing that waits for what is not there.

`Checking` looks at several updates in a row that are not in the log yet. What is known already is dropped, so that it
is not written again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

from workspace.config import Settings
from workspace.papers.known import Checked, Known, Order
from workspace.papers.units import Pairs, Spans
from workspace.papers.updates import (
    MAX_CLOCK,
    Id,
    Refused,
    Section,
    Span,
    Struct,
    Update,
    malformed,
    read_update,
    update_bytes,
)

FIRST_CLIENT = 1024
"""Client ids below are the server's own, for texts that a log began with; nobody may bring anything under them. A
browser draws one of them once in four million times."""
CHUNK = 2048
"""The text that a log begins with stands in pieces of at most so many units."""
MOST_CUT = 50_000_000
"""Units in pieces that one update may cut: 50 ms of the CRDT's work."""
REST_OF_CUT = 32
"""Copying the rest of a piece is quicker by this than counting to the place where it is cut."""
MOST_SOUGHT = 500_000
"""Pieces that may be passed for one update: 200 ms. Who types has one or two pieces that look for their place."""
MOST_ASKED = 100
"""Neighbours in one update that only the CRDT can place. Of editors that were long apart an update has three."""


class Gap(Exception):  # noqa: N818 - an answer: send what is missing first
    """The update rests on something that is not there yet; the answer is sync step 1."""


class Checking:
    """Looks at updates that wait, one after the other, as if those before were in the log."""

    def __init__(
        self, known: Known, limits: Settings, *, text_bytes: int = 0, is_ordered: Callable[[Order], bool] | None = None
    ) -> None:
        """
        Args:
            text_bytes: the size of the text.
            is_ordered: asks the CRDT about what cannot be seen here; what the log itself holds is not asked about.
        """
        self._known = Known(known)
        self._limits = limits
        self._bytes = text_bytes
        self._is_ordered = is_ordered
        self._before: list[bytes] = []

    def check(self, update: bytes, member_id: int) -> Checked:
        """What is new in an update that a member sent.

        Raises: Refused, never acceptable; Gap, acceptable when what is missing came.
        """
        if len(update) > self._limits.live_message_max_bytes:
            raise Refused("message_too_large", limit=self._limits.live_message_max_bytes)
        limit = self._limits.live_update_parts
        read = read_update(update, limit=limit, deleted=self._known.deleted_bytes)
        sections = list(self._new_sections(read))
        self._require_own(sections, member_id)
        checked = self._new_parts(read, sections, member_id, is_checked=True)
        self._require_little_work(sections, checked)
        self._require_whole_characters(sections, checked)
        self._require_room(checked)
        self._require_sides(checked)
        self._known.take(checked)
        self._before.append(checked.update)
        self._bytes += checked.inserted_bytes - checked.deleted
        return checked

    def trust(self, update: bytes, member_id: int) -> Checked:
        """What is new in an update of the log itself: it was checked once, and is law.

        Raises: Refused or Gap where it cannot be read, which is damage.
        """
        read = read_update(update, limit=None)
        return self._new_parts(read, list(self._new_sections(read)), member_id, is_checked=False)

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

    def _new_parts(self, read: Update, sections: list[Section], member_id: int, *, is_checked: bool) -> Checked:
        clocks = {section.client: section.structs[-1].end for section in sections}
        _require_order(self._known, sections)
        checked = Checked(read.data, member_id, clocks)
        fresh = Known(self._known)
        for section in sections:
            self._count(section, checked)
        for client, start, end in checked.deletes:
            fresh.deleted.setdefault(client, Spans()).add(start, end)
        is_whole = (
            read.is_read_wholly
            and len(sections) == len(read.sections)
            and all(map(_same_structs, sections, read.sections))
        )
        kept: dict[int, list[Span]] = {}
        behind: dict[int, int] = {}
        for client, start, end in read.deletes:
            if end > clocks.get(client, self._known.clock(client)):
                raise Gap
            new = fresh.alive(client, start, end)
            is_whole = is_whole and new == [(start, end)] and start >= behind.get(client, 0)
            behind[client] = end
            if is_checked and len(checked.deletes) + len(new) > self._limits.live_update_parts:
                raise Refused("too_many_parts")
            for span in new:
                fresh.deleted.setdefault(client, Spans()).add(*span)
                kept.setdefault(client, []).append(span)
                checked.deletes.append((client, *span))
                checked.deleted += span[1] - span[0]
        checked.parts = sum(len(section.structs) for section in sections) + 2 * len(checked.deletes)
        if not is_whole:
            for spans in kept.values():
                spans.sort()  # from behind it would cost the CRDT a hundred times as much
            checked.update = update_bytes(read.data, sections, kept)
        return checked

    def _count(self, section: Section, checked: Checked) -> None:
        """Note what the new structs of a client bring."""
        client, at = section.client, self._known.clock(section.client)
        for struct in section.structs:
            start = max(struct.start, at)
            origin = struct.origin if start == struct.start else (client, start - 1)
            checked.runs.append((client, start, origin, struct.right_origin))
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

    def _require_sides(self, checked: Checked) -> None:
        """What is typed has its left neighbour left of its right one: else the text would depend on the order in which
        updates come, and be another one for whoever comes later. Raises: Refused."""
        known = Known(self._known)
        known.take_runs(checked)
        unsure = []
        for _, _, left, right in checked.runs:
            if left is None or right is None:
                continue
            are_neighbours = known.are_neighbours(left, right)
            if are_neighbours is False:
                raise malformed()
            if are_neighbours is None:
                unsure.append((left, right))
        if not unsure or self._is_ordered is None:
            return
        if len(unsure) > MOST_ASKED:
            raise Refused("too_many_parts")
        seen = dict.fromkeys(range(FIRST_CLIENT), MAX_CLOCK)
        seen |= {client: self._known.clock(client) for client in checked.clocks}
        if not self._is_ordered(Order([*self._before, checked.update], unsure, seen)):
            raise malformed()

    def _require_little_work(self, sections: list[Section], checked: Checked) -> None:
        """The CRDT cuts pieces in time of their length, and looks for the place of what stands at the end through all
        pieces behind. Nobody may stop everybody for seconds. Raises: Refused."""
        known = Known(self._known)
        known.take_runs(checked)
        cut, sought = 0, 0
        for section in sections:  # each by itself: which comes first is for the CRDT to say
            cuts = _Cuts(known, checked.clocks)
            for struct in section.structs:
                origin, right = struct.origin, struct.right_origin
                sought += right is None
                if origin is not None and origin != (section.client, struct.start - 1):
                    cut += cuts.cost(origin[0], origin[1] + 1)
                if right is not None:
                    cut += cuts.cost(*right)
        cuts = _Cuts(known, checked.clocks)
        for client, start, end in sorted(checked.deletes):
            cut += cuts.cost(client, start) + cuts.cost(client, end)
        if cut > MOST_CUT or (sought > 1 and sought * (self._known.parts + checked.parts) > MOST_SOUGHT):
            raise Refused("too_many_parts")

    def _require_room(self, checked: Checked) -> None:
        """What only takes out is always welcome. Raises: Refused."""
        limit = self._limits.paper_max_bytes
        if checked.inserted and self._bytes + checked.inserted_bytes - checked.deleted > limit:
            raise Refused("text_too_large", limit=limit)


class _Cuts:
    """What cuts one after the other cost: the units that are counted up to them and, in part, those that are copied."""

    def __init__(self, known: Known, ends: Mapping[int, int]) -> None:
        self._known, self._ends = known, ends
        self._made: dict[int, list[int]] = {}

    def cost(self, client: int, clock: int) -> int:
        """Of one more cut, before this unit; nothing where one was made before."""
        made = self._made.setdefault(client, [])
        place = bisect_left(made, clock)
        start, end = self._piece(client, clock)
        if place and made[place - 1] > start:
            start = made[place - 1]
        if place < len(made) and made[place] < end:
            end = made[place]
        if end > clock:
            made.insert(place, clock)
        return clock - start + (end - clock) // REST_OF_CUT if start < clock < end else 0

    def _piece(self, client: int, clock: int) -> Span:
        """The piece in which a unit stands, or a longer one."""
        if client < FIRST_CLIENT:
            return clock - CHUNK, clock + CHUNK
        return self._known.around((client, clock), self._ends.get(client)) or (clock, clock)


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
