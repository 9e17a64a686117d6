"""The list of all threads of a paper: what it is narrowed to, how many there are of each, and its pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workspace.config import settings
from workspace.discussion.models import ThreadKind
from workspace.discussion.queries import ThreadView

STATE_FILTERS = ("open", "resolved", "orphaned", "mine", "all")
KIND_FILTERS = ("", *(kind.value for kind in ThreadKind))


@dataclass(frozen=True)
class Chosen:
    """What a reader narrowed the list to; `kind` "" means every kind, pages count from 1."""

    state: str = "open"
    kind: str = ""
    page: int = 1

    @classmethod
    def of(cls, state: str | None, kind: str | None, page: int | None) -> Chosen:
        """From an address; what it does not know it takes as not given."""
        return cls(
            state if state in STATE_FILTERS else "open",
            kind if kind in KIND_FILTERS and kind else "",
            max(1, page or 1),
        )


def filtered(views: Iterable[ThreadView], chosen: Chosen, member_id: int | None) -> list[ThreadView]:
    """The threads that fit both filters."""
    return [view for view in views if _fits(view, chosen, member_id)]


def _fits(view: ThreadView, chosen: Chosen, member_id: int | None) -> bool:
    if chosen.kind and view.thread.kind != chosen.kind:
        return False
    fits: Mapping[str, bool] = {
        "open": not view.is_resolved,
        "resolved": view.is_resolved,
        "orphaned": view.is_orphaned and not view.is_resolved,
        "mine": any(comment.author_id == member_id for comment in view.thread.comments),
    }
    return fits.get(chosen.state, True)


def counts(views: Sequence[ThreadView], chosen: Chosen, member_id: int | None) -> dict[str, int]:
    """How many threads each filter would show, with the other one as chosen."""
    found = {state: replace(chosen, state=state) for state in STATE_FILTERS}
    found |= {f"kind-{kind}": replace(chosen, kind=kind) for kind in KIND_FILTERS}
    return {name: len(filtered(views, choice, member_id)) for name, choice in found.items()}


def pages(views: Sequence[ThreadView], page: int) -> tuple[Sequence[ThreadView], int]:
    """One page of the list, and the number of the last; a page behind it shows the last."""
    size = settings().page_size
    last = max(1, -(-len(views) // size))
    at = min(page, last)
    return views[(at - 1) * size : at * size], last
