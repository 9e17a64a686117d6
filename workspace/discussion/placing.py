"""Where a thread's passage stands in a later revision: found when read, kept per (passage, revision)."""

from __future__ import annotations

from collections import abc
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workspace.db import session
from workspace.discussion.models import Passage, Placed
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


def places(
    paper: Paper, passages: abc.Mapping[int, Passage | None], revision_number: int, text: str
) -> tuple[dict[int, Place], list[Placed]]:
    """Where threads stand in a revision.

    Args:
        passages: thread id → its anchor, on this revision or before; None for a thread on the whole paper.
        text: the text of the revision.
    Returns: thread id → place, and the rows that were not kept yet, for the page to keep.
    """
    anchored = [passage for passage in passages.values() if passage is not None]
    known = _known(anchored, revision_number)
    found = _find(paper, [passage for passage in anchored if passage.id not in known], revision_number, text)
    known.update({row.passage_id: row for row in found})
    placed = {
        thread_id: _place(known[passage.id]) if passage is not None else WHOLE_PAPER
        for thread_id, passage in passages.items()
    }
    return placed, found


def keep(rows: Sequence[Placed], own: Session) -> None:
    """Write rows that were found, in a transaction of the derived data's own.

    Two readers may find the same at once: whoever comes second leaves what is there.
    """
    for row in rows:
        own.merge(row)


def _known(passages: Sequence[Passage], revision_number: int) -> dict[int, Placed]:
    if not passages:
        return {}
    rows = session().scalars(
        select(Placed).where(Placed.revision_number == revision_number, Placed.passage_id.in_([p.id for p in passages]))
    )
    return {row.passage_id: row for row in rows}


def _find(paper: Paper, passages: Sequence[Passage], revision_number: int, text: str) -> list[Placed]:
    """One difference and one mapping serve all passages of the same revision."""
    by_revision: dict[int, list[Passage]] = {}
    for passage in passages:
        by_revision.setdefault(passage.revision_number, []).append(passage)
    found: list[Placed] = []
    for number, group in by_revision.items():
        lost = [p for p in group if not p.quote]  # sealed: there is nothing to look for
        found += [_placed(p, revision_number, Placement(State.ORPHANED)) for p in lost]
        if len(lost) == len(group):
            continue
        before = text if number == revision_number else text_of(paper, number)
        way = Mapping(compare(before, text, for_readers=False))
        found += [_placed(p, revision_number, anchors.find(_anchor(p), text, way)) for p in group if p.quote]
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
