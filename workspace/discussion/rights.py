"""Who may know of a thread: the group of all, an audience outside it of those opened from outside only."""

from __future__ import annotations

from collections.abc import Sequence

from workspace.discussion.models import Passage, Thread
from workspace.errors import NotFound
from workspace.permissions import Actor, Permission, can, require


def is_inside(actor: Actor, thread: Thread) -> bool:
    """Whether the actor reads the whole paper, not one frozen version of it."""
    return can(actor, Permission.PAPER_READ, thread.paper)


def sees(actor: Actor, thread: Thread) -> bool:
    """Whether the actor may know of the thread: the group's own discussion stays with the group."""
    return is_inside(actor, thread) or (thread.by_grant and can(actor, Permission.VERSION_READ, thread))


def require_seen(actor: Actor, permission: Permission, thread: Thread) -> None:
    """Raises: NotFound where the actor may not know of the thread; Forbidden where it may not do this."""
    if not sees(actor, thread):
        raise NotFound
    require(actor, permission, thread)


def newest(passages: Sequence[Passage], revision_number: int, *, only: bool) -> Passage | None:
    """The anchor in force for a revision: the last one made on it or before.

    Args:
        only: only one on that very revision, for audiences outside the group: a passage holds words of its revision.
    """
    for passage in reversed(passages):
        number = passage.revision_number
        if number == revision_number or (number < revision_number and not only):
            return passage
    return None
