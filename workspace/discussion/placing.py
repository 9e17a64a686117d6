"""Where a thread's passage stands in a later revision: found when read, kept per (passage, revision)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workspace.db import session
from workspace.discussion.models import Passage, Placed, Thread
from workspace.papers.models import Paper
from workspace.papers.store import text_of
from workspace.text import anchors
from workspace.text.anchors import Anchor, Placement, State
from workspace.text.diff import compare
from workspace.text.mapping import Mapping


@dataclass(frozen=True)
class Place:
    """A thread's passage in the shown text.

    state: exact, shifted, changed, orphaned, or None for a thread on the whole paper. start and end are source
    positions in the shown text, None where the passage is gone.
    """

    state: State | None
    start: int | None = None
    end: int | None = None


WHOLE_PAPER = Place(None)


def places(paper: Paper, threads: Sequence[Thread], revision_number: int) -> tuple[dict[int, Place], list[Placed]]:
    """Where each thread stands in a revision.

    Returns: thread id → place, and the rows that were not kept yet, for the page to keep.
    """
    passages = [thread.passage for thread in threads if thread.passage is not None]
    known = _known(passages, revision_number)
    missing = [p for p in passages if p.id not in known]
    found = _find(paper, missing, revision_number)
    known.update({row.passage_id: row for row in found})
    placed = {
        thread.id: _place(known[thread.passage.id]) if thread.passage is not None else WHOLE_PAPER for thread in threads
    }
    return placed, found


def keep(rows: Sequence[Placed], own: Session) -> None:
    """Write rows that were found; in a transaction of the derived data's own."""
    own.add_all(rows)


def _known(passages: Sequence[Passage], revision_number: int) -> dict[int, Placed]:
    rows = session().scalars(
        select(Placed).where(Placed.revision_number == revision_number, Placed.passage_id.in_([p.id for p in passages]))
    )
    return {row.passage_id: row for row in rows}


def _find(paper: Paper, passages: Sequence[Passage], revision_number: int) -> list[Placed]:
    """One difference and one mapping serve all passages of the same revision."""
    by_revision: dict[int, list[Passage]] = {}
    for passage in passages:
        by_revision.setdefault(passage.revision_number, []).append(passage)
    text, found = text_of(paper, revision_number) if passages else "", []
    for number, group in by_revision.items():
        difference = compare(text_of(paper, number), text, for_readers=False)
        mapping = Mapping(difference)
        found += [_placed(p, revision_number, anchors.find(_anchor(p), text, mapping)) for p in group]
    return found


def _anchor(passage: Passage) -> Anchor:
    return Anchor(passage.start, passage.end, passage.quote, passage.prefix, passage.suffix)


def _placed(passage: Passage, revision_number: int, placement: Placement) -> Placed:
    return Placed(
        passage_id=passage.id, revision_number=revision_number, state=str(placement.state),
        start=placement.start, end=placement.end,
    )  # fmt: skip


def _place(row: Placed) -> Place:
    return Place(State(row.state), row.start, row.end)
