"""What is sealed, for every read: a sealed content answers 410 and says who took it away, when and why."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from workspace.db import session
from workspace.errors import Gone
from workspace.papers.models import Paper, Revision, Seal, SealKind


class Sealed(Gone):
    """The content existed and was sealed. `seal` says all that is left of it."""

    def __init__(self, seal: Seal) -> None:
        super().__init__("sealed", number=seal.number, reason=seal.reason)
        self.seal = seal


def require_open(kind: SealKind, *subject_ids: int) -> None:
    """Raises: Sealed where one of these was taken away; the first of them, by id."""
    query = select(Seal).where(Seal.kind == kind, Seal.subject_id.in_(subject_ids)).order_by(Seal.subject_id)
    found = session().scalars(query).unique().first()
    if found is not None:
        raise Sealed(found)


def sealed_ids(kind: SealKind, paper_id: int) -> frozenset[int]:
    """Ids of what is sealed of a paper."""
    return frozenset(session().scalars(select(Seal.subject_id).where(Seal.kind == kind, Seal.paper_id == paper_id)))


def sealed_numbers(paper: Paper) -> frozenset[int]:
    """Numbers of the paper's sealed revisions."""
    query = (
        select(Revision.number)
        .join(Seal, Seal.subject_id == Revision.id)
        .where(Seal.kind == SealKind.REVISION, Seal.paper_id == paper.id)
    )
    return frozenset(session().scalars(query))


def first_open(numbers: Iterable[int], sealed: frozenset[int] | set[int]) -> int | None:
    """The first of these numbers that is not sealed.

    >>> first_open(range(3, 0, -1), {3, 2}), first_open([4], {4})
    (1, None)
    """
    return next((number for number in numbers if number not in sealed), None)
