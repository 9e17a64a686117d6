"""Reads of discussions. Loaders answer NotFound where the actor may not know the thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, select

from workspace.accounts.models import Member
from workspace.db import session
from workspace.discussion.models import Comment, Mention, Passage, Placed, Thread
from workspace.discussion.placing import Place, places
from workspace.discussion.rights import is_inside, newest, sees
from workspace.errors import NotFound
from workspace.groups.models import GroupMember
from workspace.papers.models import Paper
from workspace.papers.queries import last_read
from workspace.permissions import Actor, Permission, can
from workspace.text.anchors import State

SHOWN_QUOTE = 220
"""Characters of a passage that a list shows; the middle of longer ones is left out."""
Keep = Callable[[Sequence[Placed]], None]


@dataclass(frozen=True)
class ThreadView:
    """A thread as one person sees it beside one revision."""

    thread: Thread
    place: Place
    passage: Passage | None
    """The anchor in force for this revision; None on the whole paper."""
    names: Mapping[int, Mapping[str, str]]
    """Comment id → handle → name of those it mentions."""
    is_new: bool
    """Others wrote in it since the person last read the paper."""
    can_reply: bool
    can_resolve: bool
    can_pin: bool
    editable: frozenset[int]
    """Ids of the comments the person may edit."""

    @property
    def number(self) -> int:
        return self.thread.number

    @property
    def is_resolved(self) -> bool:
        return self.thread.is_resolved

    @property
    def is_placed(self) -> bool:
        return self.place.start is not None

    @property
    def is_changed(self) -> bool:
        return self.place.state == State.CHANGED

    @property
    def is_shifted(self) -> bool:
        return self.place.state == State.SHIFTED

    @property
    def is_orphaned(self) -> bool:
        return self.place.state == State.ORPHANED

    @property
    def is_whole(self) -> bool:
        """It is about the whole paper."""
        return self.passage is None

    @property
    def words(self) -> str:
        """The passage as it was commented on or pinned, on one line, long ones shortened."""
        return shortened(self.passage.words) if self.passage is not None else ""

    @property
    def quote(self) -> str:
        """The passage's words where the text shown still has them, else nothing."""
        return self.words if self.place.state in (State.EXACT, State.SHIFTED) else ""

    @property
    def was(self) -> str:
        """The old wording, where the text shown no longer has it, else nothing."""
        return self.words if self.place.state in (State.CHANGED, State.ORPHANED) else ""

    @property
    def first_words(self) -> str:
        """What the thread was about at first, where it was pinned to other words since, else nothing."""
        first = self.thread.passages[0] if self.thread.passages else None
        if first is None or self.passage is None or first.revision_number > self.passage.revision_number:
            return ""
        return shortened(first.words) if first.words != self.passage.words else ""


def shortened(words: str) -> str:
    """Words on one line; of long ones beginning and end.

    >>> shortened("Ein\\nAbsatz")
    'Ein Absatz'
    """
    line = " ".join(words.split())
    if len(line) <= SHOWN_QUOTE:
        return line
    return f"{line[: SHOWN_QUOTE - 70].rstrip()} … {line[-60:].lstrip()}"


def get_paper_at(actor: Actor, key: str, revision_number: int | None) -> tuple[Paper, int]:
    """The paper of this key and the revision asked for, the newest where none is; for those who may read that text.

    Raises: NotFound also where the actor may not know of it.
    """
    paper = session().scalar(select(Paper).where(Paper.key == key))
    if paper is None:
        raise NotFound
    if can(actor, Permission.PAPER_READ, paper):
        number = paper.head_number if revision_number is None else revision_number
        if not 1 <= number <= paper.head_number:
            raise NotFound
        return paper, number
    granted = [number for paper_id, number in actor.grants if paper_id == paper.id]
    if not granted or (revision_number is not None and revision_number not in granted):
        raise NotFound
    return paper, revision_number or max(granted)


def get_thread(actor: Actor, key: str, number: int) -> Thread:
    """Raises: NotFound also where the actor may not know of the paper or the thread."""
    query = select(Thread).join(Paper, Paper.id == Thread.paper_id).where(Paper.key == key, Thread.number == number)
    thread = session().scalars(query).unique().first()
    if thread is None or not sees(actor, thread):
        raise NotFound
    return thread


def get_comment(actor: Actor, key: str, comment_id: int) -> Comment:
    """Raises: NotFound also where the actor may not know of its thread."""
    query = (
        select(Comment)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Paper, Paper.id == Thread.paper_id)
        .where(Paper.key == key, Comment.id == comment_id)
    )
    comment = session().scalars(query).unique().first()
    if comment is None or not sees(actor, comment.thread):
        raise NotFound
    return comment


def shown_number(actor: Actor, thread: Thread) -> int:
    """The revision beside which a thread is shown on a page of its own: the newest the actor may read."""
    return thread.paper.head_number if is_inside(actor, thread) else thread.revision_number


def _visible(actor: Actor, paper: Paper, revision_number: int) -> Select[Thread]:
    """Threads that may be seen beside a revision, as a query; the same rule as `rights.sees`."""
    query = select(Thread).where(Thread.paper_id == paper.id).order_by(Thread.number)
    if can(actor, Permission.PAPER_READ, paper):
        return query
    if (paper.id, revision_number) not in actor.grants:
        return query.where(false())
    return query.where(Thread.by_grant.is_(True), Thread.revision_number == revision_number)


def threads_shown(
    actor: Actor, paper: Paper, revision_number: int, text: str, *, keep: Keep | None = None
) -> list[ThreadView]:
    """The threads of a paper beside one of its revisions.

    In the order of the text; then those whose passage is gone, then those on the whole paper. What was written on
    later revisions is left out.

    Args:
        text: the text of the revision.
        keep: takes placements that were found anew; without it the next reader finds them again.
    """
    threads = session().scalars(_visible(actor, paper, revision_number)).unique().all()
    views = _views(actor, paper, threads, revision_number, text, keep)
    return sorted(views, key=_order)


def thread_view(
    actor: Actor, thread: Thread, revision_number: int, text: str, *, keep: Keep | None = None
) -> ThreadView:
    """One thread beside a revision. Raises: NotFound for a thread of a later revision."""
    views = _views(actor, thread.paper, [thread], revision_number, text, keep)
    if not views:
        raise NotFound
    return views[0]


def _order(view: ThreadView) -> tuple[int, int, int, int]:
    if view.is_whole:
        return 2, 0, 0, view.number
    if view.place.start is None or view.place.end is None:
        return 1, 0, 0, view.number
    return 0, view.place.start, view.place.end, view.number


def _views(
    actor: Actor, paper: Paper, threads: Sequence[Thread], revision_number: int, text: str, keep: Keep | None
) -> list[ThreadView]:
    if not threads:
        return []
    is_outside = not can(actor, Permission.PAPER_READ, paper)
    passages: dict[int, Passage | None] = {}
    for thread in threads:
        passage = newest(thread.passages, revision_number, only=is_outside)
        if passage is not None or (not thread.passages and thread.revision_number <= revision_number):
            passages[thread.id] = passage
    found, fresh = places(paper, passages, revision_number, text)
    if fresh and keep is not None:
        keep(fresh)
    shown = [thread for thread in threads if thread.id in passages]
    names = _mentioned(comment.id for thread in shown for comment in thread.comments)
    mark = last_read(actor, paper)
    since = mark.read_at if mark is not None else None
    return [_view(actor, thread, found[thread.id], passages[thread.id], names, since) for thread in shown]


def _view(
    actor: Actor, thread: Thread, place: Place, passage: Passage | None,
    names: Mapping[int, Mapping[str, str]], since: datetime | None,
) -> ThreadView:  # fmt: skip
    others = (comment for comment in thread.comments if comment.author_id != actor.member_id)
    return ThreadView(
        thread=thread,
        place=place,
        passage=passage,
        names=names,
        is_new=since is not None and any(comment.created_at > since for comment in others),
        can_reply=can(actor, Permission.COMMENT_WRITE, thread),
        can_resolve=can(actor, Permission.THREAD_RESOLVE, thread),
        can_pin=passage is not None and can(actor, Permission.THREAD_PIN, thread),
        editable=frozenset(c.id for c in thread.comments if c.body and can(actor, Permission.COMMENT_EDIT, c)),
    )


def _mentioned(comment_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Comment id → handle → name; whoever has left is not named."""
    rows = session().execute(
        select(Mention.comment_id, Member.handle, Member.name)
        .join(Member, Member.id == Mention.member_id)
        .where(Mention.comment_id.in_(list(comment_ids)), Member.left_at.is_(None))
    )
    found: dict[int, dict[str, str]] = {}
    for comment_id, handle, name in rows:
        found.setdefault(comment_id, {})[handle] = name
    return found


def people_to_mention(paper: Paper) -> Sequence[Member]:
    """Who may be mentioned in a discussion of the paper: its group, by name."""
    query = (
        select(Member)
        .join(GroupMember, GroupMember.member_id == Member.id)
        .where(GroupMember.group_id == paper.group_id, Member.disabled_at.is_(None))
        .order_by(Member.name)
    )
    return session().scalars(query).unique().all()
