"""A paper's text as a CRDT in memory: the only module that knows the library behind it.

The library counts UTF-8 bytes and stops the process where a position is no border of a character; positions never pass
here unchecked, and updates come through `checking` or out of the log.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Text, TransactionEvent, merge_updates

from workspace.config import settings
from workspace.papers.checking import CHUNK, FIRST_CLIENT, Checking, Gap
from workspace.papers.known import NOBODY, Checked, Known, Order
from workspace.papers.labels import FIRST_LABEL, relabelled
from workspace.papers.updates import (
    HAS_ORIGIN,
    MAX_CLIENT,
    ROOT,
    ROOT_BYTES,
    STRING,
    Id,
    Refused,
    Span,
    deletes_bytes,
    number_bytes,
    read_numbers,
    read_state,
)
from workspace.text.diff import Op

NO_WALL = re.compile(f"[^{chr(FIRST_LABEL)}]")
"""A unit that is asked about, see `Document._is_ordered`."""


class Damaged(Exception):  # noqa: N818 - a finding
    """Log, check and CRDT do not agree: forget the document and read the log again."""


class OtherEpoch(Exception):  # noqa: N818 - an answer
    """The log is another one than the document was made from."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole document up to a row of its log."""

    seq: int
    data: bytes
    owners: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What the newest revision used of the log."""

    number: int
    """Of the revision."""
    seq: int
    """All rows up to this one are in it."""
    state: bytes
    """Exactly what is in it, see `Document.marked`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of a log."""

    seq: int
    updates: Sequence[tuple[int, bytes]]
    """(member, update)"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is read of a log at once."""

    paper_id: int
    epoch: int
    head: int
    snapshot: Snapshot | None
    """None where the rows alone lead on."""
    rows: Sequence[Stored]
    kept: Kept


class Document:
    """One paper's text in memory, with what the check of updates needs. All of it follows from the log alone.

    Not for several threads at once; waits for nothing. Built by `replay`, led on by `apply`.
    """

    def __init__(self, paper_id: int) -> None:
        self.paper_id = paper_id
        self.epoch = self.seq = 0
        """Of the log, and the last row in here; 0 before the first `replay`."""
        self.kept = Kept(0, 0, b"")
        self.known = Known()
        self._limits = settings()
        self._doc: Doc[Any] = Doc(client_id=secrets.randbelow(MAX_CLIENT - 2**20) + 2**20)
        self._text = self._doc.get(ROOT, type=Text)

    @classmethod
    def of(cls, loaded: Loaded) -> Document:
        """The document of a log that was read from its beginning."""
        made = cls(loaded.paper_id)
        made.replay(loaded)
        return made

    @property
    def text(self) -> str:
        return str(self._text)

    @property
    def is_ahead(self) -> bool:
        """Whether something was written behind the newest revision, as of the last `replay`."""
        return self.seq > self.kept.seq

    def replay(self, loaded: Loaded) -> list[bytes]:
        """Go on to what was read from the log.

        Returns: the updates that came in, to be passed on.
        Raises: OtherEpoch; Damaged when the log has a hole or cannot be read: then nothing of this document counts.
        """
        if self.epoch not in {0, loaded.epoch}:
            raise OtherEpoch
        came = []
        self.epoch, self.kept = loaded.epoch, loaded.kept
        if loaded.snapshot is not None and (loaded.snapshot.seq > self.seq or not self.known.clocks):
            self._take_snapshot(loaded.snapshot)
            came.append(loaded.snapshot.data)
        for row in loaded.rows:
            if row.seq <= self.seq:
                continue
            if row.seq != self.seq + 1:
                raise Damaged(f"hole in the log of paper {self.paper_id} before row {row.seq}")
            for member_id, update in row.updates:
                self._take(self._from_log(update, member_id))
                came.append(update)
            self.seq = row.seq
        return came

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        known = Known()
        try:
            checked = Checking(known, self._limits).trust(snapshot.data, NOBODY)
        except (Refused, Gap) as error:
            raise Damaged(f"state of paper {self.paper_id} at row {snapshot.seq}") from error
        known.owners.update(owners_of(snapshot.owners))
        known.take(checked)
        self._apply(snapshot.data)
        self.known, self.seq = known, snapshot.seq

    def _from_log(self, update: bytes, member_id: int) -> Checked:
        try:
            return Checking(self.known, self._limits).trust(update, member_id)
        except (Refused, Gap) as error:
            raise Damaged(f"row {self.seq + 1} of paper {self.paper_id}") from error

    def checking(self) -> Checking:
        """Looks at updates that wait for the next row, before they are written; void when the document goes on."""
        return Checking(self.known, self._limits, text_bytes=len(self._text), is_ordered=self._is_ordered)

    def _is_ordered(self, asked: Order) -> bool:
        """Try it on a copy, with a letter for each unit that is asked about and everything else deleted."""
        copy: Doc[Any] = Doc()
        try:
            for update in (self._doc.get_update(), *asked.updates):
                copy.apply_update(update)
        except BaseException as error:  # a panic of the library is a BaseException
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return False
        units = sorted({unit for pair in asked.pairs for unit in pair})
        letters = {unit: chr(FIRST_LABEL + 1 + number) for number, unit in enumerate(units)}
        cuts = {client: {clock} for client, clock in asked.seen.items()}
        for client, clock in units:
            cuts.setdefault(client, set()).update((clock, clock + 1))
        borders = {client: sorted(clocks) for client, clocks in cuts.items()}

        def letter(client: int, clock: int) -> str | None:
            wall = chr(FIRST_LABEL) if clock < asked.seen.get(client, 0) else None
            return letters.get((client, clock), wall)

        shown = text_of_state(relabelled(copy.get_update(), lambda client: borders.get(client, ()), letter))
        places = {one[0]: one.start() for one in NO_WALL.finditer(shown)}
        stretches = [(places[letters[left]], places[letters[right]]) for left, right in asked.pairs]
        # units that are asked about for another pair may be walls as well
        walls = {letters[unit] for unit in units if unit[1] < asked.seen.get(unit[0], 0)} | {chr(FIRST_LABEL)}
        return all(left < right and walls.isdisjoint(shown[left + 1 : right]) for left, right in stretches)

    def apply(self, row: Sequence[Checked]) -> None:
        """Go on by one row that was written just now. Raises: Damaged."""
        for checked in row:
            self._take(checked)
        self.seq += 1

    def _take(self, checked: Checked) -> None:
        self.known.take(checked)
        self._apply(checked.update)

    def _apply(self, update: bytes) -> None:
        try:
            self._doc.apply_update(update)
        except BaseException as error:  # a panic of the library is a BaseException
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise Damaged(f"update of paper {self.paper_id} behind row {self.seq}") from error

    def state_vector(self) -> bytes:
        """What is here, for sync step 1."""
        return self._doc.get_state()

    def missing(self, state_vector: bytes) -> bytes:
        """What somebody with this state vector lacks, for sync step 2. Raises: Refused."""
        theirs = read_state(state_vector)
        if not theirs:
            return self._doc.get_update()
        for client, clock in theirs.items():  # nobody is given the second half of a pair alone
            if self.known.is_second(client, clock):
                theirs[client] = clock - 1
        return self._doc.get_update(state_bytes(theirs))

    def snapshot(self) -> Snapshot:
        """All of it, for compaction. Raises: Damaged where check and CRDT disagree, or later readers would with us."""
        there = {client: clock for client, clock in read_state(self._doc.get_state()).items() if clock}
        if there != self.known.clocks:
            raise Damaged(f"check and text of paper {self.paper_id} at row {self.seq}")
        data = self._doc.get_update()
        if text_of_state(data) != self.text:
            raise Damaged(f"order of updates of paper {self.paper_id} at row {self.seq}")
        return Snapshot(self.seq, data, owners_bytes(self.known.owners))

    def deleted_spans(self) -> dict[int, list[Span]]:
        """Client → the deleted units."""
        return {client: list(spans) for client, spans in sorted(self.known.deleted.items())}

    def marked(self) -> bytes:
        """Which units are in here and which of them are deleted: a Yjs snapshot."""
        return deletes_bytes(self.deleted_spans()) + state_bytes(self.known.clocks)

    def edit(self, ops: Sequence[Op], member_id: int) -> Checked | None:
        """Change the text in memory and give the update that does so elsewhere.

        The document is behind nothing but itself afterwards: it is to be dropped, or its log to be read again.

        Args:
            ops: (kind, text) that lead from `text` to the new text, as a difference has them.
            member_id: whose edit it is.
        Returns: None when nothing changes.
        """
        updates: list[bytes] = []

        def note(event: TransactionEvent) -> None:
            updates.append(event.update)

        subscription = self._doc.observe(note)
        with self._doc.transaction():
            at = 0
            for kind, text in ops:
                size = len(text.encode())
                if kind < 0:
                    del self._text[at : at + size]
                    continue
                if kind > 0:
                    self._text.insert(at, text)
                at += size
        self._doc.unobserve(subscription)
        if not updates:
            return None
        checked = Checking(self.known, self._limits).trust(updates[0], member_id)
        self.known.take(checked)
        return checked


def joined(updates: Sequence[bytes]) -> bytes:
    """Several checked updates as one, to be passed on."""
    return updates[0] if len(updates) == 1 else merge_updates(*updates)


def text_of_state(data: bytes) -> str:
    """The text that a whole state shows."""
    doc: Doc[Any] = Doc()
    root = doc.get(ROOT, type=Text)
    doc.apply_update(data)
    return str(root)


def first_state(text: str, epoch: int) -> tuple[Snapshot, bytes]:
    """The state that the log of a text begins with, and the mark of the revision it is.

    It stands in small pieces of two clients by turns, because the CRDT cuts pieces in time of their length, and joins
    those of one client.
    """
    clients = 2 * (epoch % (FIRST_CLIENT // 2)), 2 * (epoch % (FIRST_CLIENT // 2)) + 1
    structs: tuple[list[bytes], list[bytes]] = ([], [])
    ends = [0, 0]
    before: Id | None = None
    for number, start in enumerate(range(0, len(text), CHUNK // 2)):
        side = number % 2
        words = text[start : start + CHUNK // 2]
        data = words.encode()
        place = bytes((STRING,)) + ROOT_BYTES
        if before is not None:
            place = bytes((STRING | HAS_ORIGIN,)) + number_bytes(before[0]) + number_bytes(before[1])
        structs[side].append(place + number_bytes(len(data)) + data)
        ends[side] += len(words.encode("utf-16-le")) // 2
        before = clients[side], ends[side] - 1
    sections = [
        number_bytes(len(made)) + number_bytes(client) + b"\0" + b"".join(made)
        for client, made in zip(clients, structs, strict=True)
        if made
    ]
    update = number_bytes(len(sections)) + b"".join(sections) + deletes_bytes({})
    clocks = {client: end for client, end in zip(clients, ends, strict=True) if end}
    owners = dict.fromkeys(clients, NOBODY)
    return Snapshot(0, update, owners_bytes(owners)), deletes_bytes({}) + state_bytes(clocks)


def read_mark(data: bytes) -> tuple[dict[int, list[Span]], dict[int, int]]:
    """(deleted, clocks) of what `Document.marked` gave."""
    numbers = iter(read_numbers(data))
    deleted: dict[int, list[Span]] = {}
    for _ in range(next(numbers)):
        client, count = next(numbers), next(numbers)
        spans = [(next(numbers), next(numbers)) for _ in range(count)]
        deleted[client] = [(start, start + length) for start, length in spans]
    clocks = {next(numbers): next(numbers) for _ in range(next(numbers))}
    return deleted, clocks


def state_bytes(clocks: dict[int, int]) -> bytes:
    """A state vector."""
    return _pairs_bytes(clocks)


def owners_bytes(owners: dict[int, int]) -> bytes:
    """Client → member as bytes, in the form of a state vector."""
    return _pairs_bytes(owners)


def owners_of(data: bytes) -> dict[int, int]:
    """The other way."""
    numbers = read_numbers(data)
    return dict(zip(numbers[1::2], numbers[2::2], strict=True))


def _pairs_bytes(pairs: dict[int, int]) -> bytes:
    return b"".join([number_bytes(len(pairs)), *(number_bytes(n) for pair in pairs.items() for n in pair)])
