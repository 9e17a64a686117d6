"""The log of a paper's text: rows of updates in the database, written before anybody is told.

What is in the log is law: everything that changes a text is a row in it, and `Document.replay` is the only way from it
into memory. A paper has a log from its first opening in the live editor on; the text is never made from Markdown again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, text, update

from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.errors import NotFound
from workspace.papers.checking import Checking, Gap
from workspace.papers.document import (
    Damaged,
    Document,
    Kept,
    Loaded,
    OtherEpoch,
    Snapshot,
    Stored,
    first_state,
    joined,
)
from workspace.papers.known import Checked
from workspace.papers.models import LiveDocument, LiveUpdate, Paper
from workspace.papers.store import text_of
from workspace.papers.updates import Refused

__all__ = [
    "Behind", "Checked", "Checking", "Damaged", "Document", "Gap", "Kept", "Loaded", "OtherEpoch", "Refused", "Row",
    "Snapshot", "Stored", "append", "compact", "joined", "load",
]  # fmt: skip

CHANNEL = "live"
"""Where PostgreSQL tells other processes "<paper id> <row>", in the transaction that wrote it; "<paper id>" alone says
that there is something to look for that is no row: a new revision, another log."""
LOOKS = 5
"""How often a log is read again because it was compacted meanwhile."""


class Behind(Exception):  # noqa: N818 - an answer
    """Another process wrote to these papers first: read on, check again, try again. Nothing was written."""

    def __init__(self, paper_ids: Sequence[int]) -> None:
        super().__init__(paper_ids)
        self.paper_ids = paper_ids


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be written."""

    paper_id: int
    epoch: int
    seq: int
    updates: Sequence[tuple[int, bytes]]
    """(member, update), in the order in which they were checked."""

    @classmethod
    def behind(cls, document: Document, row: Sequence[Checked]) -> Row:
        """The row that leads a document on."""
        updates = [(checked.member_id, checked.update) for checked in row]
        return cls(document.paper_id, document.epoch, document.seq + 1, updates)


def load(paper_id: int, after: int | None = None) -> Loaded:
    """Read a paper's log; make it from the newest revision where the paper has none.

    Args:
        after: only what follows this row; with a snapshot nevertheless where rows behind it are gone.
    Raises: NotFound for a paper that is not there; Damaged.
    """
    found = read_log(paper_id, after)
    if found is None:
        begin_log(paper_id)
        found = read_log(paper_id, after)
    if found is None:
        raise NotFound
    return found


def read_log(paper_id: int, after: int | None = None) -> Loaded | None:
    """The same, None where the paper has no log. Raises: Damaged."""
    for _look in range(LOOKS):
        row = session().execute(select(LiveDocument.__table__).where(LiveDocument.paper_id == paper_id)).first()
        if row is None:
            return None
        from_rows = after is not None and after >= min(row.seq, row.kept_seq)
        start = after if from_rows and after is not None else row.seq
        rows = rows_behind(paper_id, start)
        if [stored.seq for stored in rows] != list(range(start + 1, start + 1 + len(rows))):
            continue
        if len(rows) < row.head - start:
            continue
        snapshot = None if from_rows else Snapshot(row.seq, row.data, row.owners)
        kept = Kept(row.kept_number, row.kept_seq, row.kept_state)
        return Loaded(paper_id, row.epoch, start + len(rows), snapshot, rows, kept)
    raise Damaged(f"log of paper {paper_id}")


def rows_behind(paper_id: int, seq: int) -> list[Stored]:
    """The rows behind one, as far as they are kept."""
    rows = session().execute(
        select(LiveUpdate.seq, LiveUpdate.who, LiveUpdate.data)
        .where(LiveUpdate.paper_id == paper_id, LiveUpdate.seq > seq)
        .order_by(LiveUpdate.seq)
    )
    return [Stored(row.seq, unpacked(row.who, row.data)) for row in rows]


def packed(updates: Iterable[tuple[int, bytes]]) -> tuple[str, bytes]:
    """`who` and `data` of a row."""
    who = [(member_id, len(data)) for member_id, data in updates]
    return json.dumps(who, separators=(",", ":")), b"".join(data for _member, data in updates)


def unpacked(who: str, data: bytes) -> list[tuple[int, bytes]]:
    """The other way. Raises: Damaged."""
    found, at = [], 0
    for member_id, size in json.loads(who):
        found.append((member_id, data[at : at + size]))
        at += size
    if at != len(data):
        raise Damaged("row")
    return found


def has_log(paper_id: int) -> bool:
    """Whether the paper was ever opened in the live editor."""
    return session().scalar(select(LiveDocument.paper_id).where(LiveDocument.paper_id == paper_id)) is not None


def begin_log(paper_id: int) -> None:
    """Make a paper's log from its newest revision, once, whoever else does so at the same instant; commits."""
    paper = session().get(Paper, paper_id)
    if paper is None:
        raise NotFound
    head, body = paper.head_number, text_of(paper, paper.head_number)
    begin_writing()
    session().refresh(paper, with_for_update=True)
    if paper.head_number != head:
        body = text_of(paper, paper.head_number)
    if session().get(LiveDocument, paper_id) is None:
        session().add(first_row(paper, body, epoch=int(now().timestamp())))
    session().commit()


def first_row(paper: Paper, body: str, *, epoch: int) -> LiveDocument:
    """What a log begins with: the text of the newest revision, which belongs to nobody in it."""
    state, mark = first_state(body, epoch)
    return LiveDocument(
        paper_id=paper.id, epoch=epoch, head=0, seq=0, data=state.data, owners=state.owners,
        kept_number=paper.head_number, kept_seq=0, kept_state=mark,
        written_at=now(), open_since=None,
    )  # fmt: skip


def begin_anew(paper: Paper, body: str) -> None:
    """Put a new log in the place of a paper's, in the caller's transaction; what browsers hold is another history."""
    before = session().scalar(select(LiveDocument.epoch).where(LiveDocument.paper_id == paper.id)) or 0
    for table in (LiveUpdate, LiveDocument):
        session().execute(delete(table).where(table.paper_id == paper.id))
    session().add(first_row(paper, body, epoch=max(before + 1, int(now().timestamp()))))
    session().flush()
    tell_processes([str(paper.id)], session().connection())


def drop_typed(paper: Paper, body: str) -> bool:
    """Begin the log anew, where there is one, so that it holds no letter but those of the newest revision.

    Call it with the sitting closed, in a writing transaction.

    Returns: False, with nothing changed, when something was typed meanwhile.
    """
    ahead = select(LiveDocument.head > LiveDocument.kept_seq).where(LiveDocument.paper_id == paper.id)
    is_ahead = session().scalar(ahead.with_for_update())
    if is_ahead is False:
        begin_anew(paper, body)
    return not is_ahead


FENCE = (
    update(LiveDocument.__table__)  # type: ignore[arg-type]
    .where(
        LiveDocument.paper_id == bindparam("paper"),
        LiveDocument.epoch == bindparam("its_epoch"),
        LiveDocument.head == bindparam("before"),
    )
    .values(
        head=bindparam("row"), written_at=bindparam("now"),
        open_since=func.coalesce(LiveDocument.open_since, bindparam("now")),
    )
)  # fmt: skip


def append(connection: Connection, rows: Sequence[Row]) -> None:
    """Write a row for each of these papers, in one transaction, and commit it.

    Every keystroke passes here, so this goes without a session: making one costs as much as all statements.

    Args:
        connection: from `db.writing_connection`, outside any transaction.
    Raises: Behind, with nothing written, when a paper's log is not where its row says.
    """
    rows = sorted(rows, key=lambda row: row.paper_id)  # the same order everywhere: nobody waits in a circle
    moment = now()
    fence = [
        {"paper": row.paper_id, "its_epoch": row.epoch, "before": row.seq - 1, "row": row.seq, "now": moment}
        for row in rows
    ]
    with connection.begin() as transaction:
        if connection.execute(FENCE, fence).rowcount == len(rows):
            insert_rows(rows, connection)
            return
        transaction.rollback()
    raise Behind(_not_at(connection, rows))


def _not_at(connection: Connection, rows: Sequence[Row]) -> list[int]:
    query = select(LiveDocument.paper_id, LiveDocument.epoch, LiveDocument.head)
    with connection.begin():
        found = connection.execute(query.where(LiveDocument.paper_id.in_([row.paper_id for row in rows]))).all()
    there = {paper_id: (epoch, head) for paper_id, epoch, head in found}
    late = [row.paper_id for row in rows if there.get(row.paper_id) != (row.epoch, row.seq - 1)]
    return late or [row.paper_id for row in rows]


def insert_rows(rows: Sequence[Row], connection: Connection) -> None:
    """Write rows whose fence the caller has moved, in its transaction."""
    moment, values = now(), []
    for row in rows:
        who, data = packed(row.updates)
        values.append({"paper_id": row.paper_id, "seq": row.seq, "who": who, "data": data, "at": moment})
    connection.execute(insert(LiveUpdate.__table__), values)  # type: ignore[arg-type]
    tell_processes([f"{row.paper_id} {row.seq}" for row in rows], connection)


def tell_processes(said: Sequence[str], connection: Connection) -> None:
    """Say this on the channel, when this transaction is committed; SQLite needs none."""
    if connection.dialect.name == "postgresql":
        connection.execute(TELL, {"channel": CHANNEL, "said": said})


TELL = text("SELECT pg_notify(:channel, said) FROM unnest(CAST(:said AS text[])) AS said")


def compact(paper_id: int, epoch: int, snapshot: Snapshot) -> None:
    """Keep a document's state instead of the rows up to it, and commit. A state that is no longer wanted is dropped.

    Rows that no revision has used yet stay: they say who deleted what.
    """
    begin_writing()
    fits = and_(
        LiveDocument.paper_id == paper_id, LiveDocument.epoch == epoch, LiveDocument.seq < snapshot.seq,
        LiveDocument.head >= snapshot.seq,
    )  # fmt: skip
    values = {"seq": snapshot.seq, "data": snapshot.data, "owners": snapshot.owners}
    if session().execute(update(LiveDocument).where(fits).values(values)).rowcount:  # type: ignore[attr-defined]
        drop_used_rows(paper_id)
    session().commit()


def drop_used_rows(paper_id: int) -> None:
    """Delete the rows that are in the state and in a revision, in the caller's transaction."""
    used = select(
        func.min(LiveDocument.seq).label("seq"), func.min(LiveDocument.kept_seq).label("kept")
    ).where(LiveDocument.paper_id == paper_id)  # fmt: skip
    row = session().execute(used).one()
    session().execute(
        delete(LiveUpdate).where(LiveUpdate.paper_id == paper_id, LiveUpdate.seq <= min(row.seq, row.kept))
    )
