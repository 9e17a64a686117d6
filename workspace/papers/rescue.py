"""Rescue copies: words of a member that could not be joined with the paper's text by themselves.

A browser that was away too long, or whose text is from before a restored backup, hands over its whole text. Only its
writer sees it, against the newest text, and takes over what is still wanted, passage by passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict as Busy
from workspace.errors import Invalid, NotFound, TooLarge
from workspace.events import record
from workspace.papers.document import Damaged
from workspace.papers.models import Paper, RescueCopy
from workspace.papers.sittings import close_sitting
from workspace.papers.store import text_of
from workspace.permissions import Actor, Permission, require
from workspace.text.changes import hunks
from workspace.text.merge import Conflict, Merged, merge
from workspace.text.normal import normalize

BREAK = "\n\n"


def keep_rescue(actor: Actor, paper: Paper, *, text: str, base: int) -> RescueCopy:
    """Keep a text beside the paper's. The same text again is the copy that is there already.

    The sitting is closed first, where that can be done: the copy is shown against the newest revision.

    Args:
        base: the revision the text was made from, as far as its writer knows; 0 where nobody knows.
    Raises: NotFound; Invalid for an empty text; TooLarge.
    """
    require(actor, Permission.PAPER_READ, paper, knows=False)
    if actor.member_id is None:
        raise Invalid("no_author")
    stored = normalize(text)
    size, limit = len(stored.encode()), 2 * settings().paper_max_bytes
    if size > limit:
        raise TooLarge("paper_too_large", limit=limit, now=size)
    if not stored.strip():
        raise Invalid("paper_empty")
    with suppress(Busy, Damaged):  # the words come first
        close_sitting(paper)
    begin_writing()
    session().refresh(paper, with_for_update=True)
    copies = rescues_of(actor, paper)
    for copy in copies:
        if copy.text == stored:
            return copy
    for copy in copies[settings().rescues_per_member - 1 :]:
        session().delete(copy)
    made = RescueCopy(
        paper_id=paper.id, paper=paper, member_id=actor.member_id, base_number=base, text=stored, created_at=now()
    )
    session().add(made)
    session().flush()
    record(actor, "rescue.kept", subject_id=made.id, paper_id=paper.id, group_id=paper.group_id)
    return made


def rescues_of(actor: Actor, paper: Paper) -> Sequence[RescueCopy]:
    """The actor's copies of a paper, newest first."""
    query = select(RescueCopy).where(RescueCopy.paper_id == paper.id, RescueCopy.member_id == actor.member_id)
    return session().scalars(query.order_by(RescueCopy.id.desc())).unique().all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """That there is a copy, for a line on another page."""

    id: int
    created_at: datetime


def waiting_rescues(actor: Actor, paper: Paper) -> Sequence[Waiting]:
    """The actor's copies of a paper, newest first, without their texts."""
    query = select(RescueCopy.id, RescueCopy.created_at).where(
        RescueCopy.paper_id == paper.id, RescueCopy.member_id == actor.member_id
    )
    return [Waiting(row.id, row.created_at) for row in session().execute(query.order_by(RescueCopy.id.desc()))]


def get_rescue(actor: Actor, paper: Paper, copy_id: int) -> RescueCopy:
    """Raises: NotFound also for somebody else's."""
    copy = session().get(RescueCopy, copy_id)
    if copy is None or copy.paper_id != paper.id or copy.member_id != actor.member_id:
        raise NotFound
    return copy


def drop_rescue(actor: Actor, copy: RescueCopy) -> None:
    """Delete a copy of one's own, for good. Raises: NotFound."""
    if copy.member_id != actor.member_id:
        raise NotFound
    begin_writing()
    session().execute(delete(RescueCopy).where(RescueCopy.id == copy.id))


def passages(paper: Paper, copy: RescueCopy, number: int) -> Merged:
    """The paragraphs in which a copy has something else than a revision: that revision's text with places to decide.

    What others changed since the copy's base is no difference: only what the copy's writer did is offered. The same
    for the same three texts.
    """
    head = text_of(paper, number)
    wanted = copy.text
    if 1 <= copy.base_number <= number:
        joined = merge(text_of(paper, copy.base_number), copy.text, head)
        wanted = joined.resolved([conflict.mine for conflict in joined.conflicts])
    return Merged(head, tuple(_places(head, wanted)))


@dataclass
class _Place:
    """A stretch of whole paragraphs, with what replaces parts of it."""

    start: int
    end: int
    edits: list[tuple[int, int, str]]


def _places(head: str, wanted: str) -> Iterator[Conflict]:
    found: list[_Place] = []
    for change in hunks(head, wanted):
        start, end = _paragraphs(head, change.start, change.end)
        if found and start < found[-1].end:
            found[-1].end = max(found[-1].end, end)
        else:
            found.append(_Place(start, end, []))
        found[-1].edits.append((change.start, change.end, change.new))
    for place in found:
        theirs, mine, at = head[place.start : place.end], "", place.start
        for start, end, new in place.edits:
            mine += head[at:start] + new
            at = end
        yield Conflict(theirs, mine + head[at : place.end], theirs, place.start, place.end)


def _paragraphs(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole paragraphs."""
    if start == end and text[start - len(BREAK) : start] in {"", BREAK}:
        return start, start  # a new paragraph between two
    before, behind = text.rfind(BREAK, 0, start), text.find(BREAK, max(start, end - 1))
    return before + len(BREAK) if before >= 0 else 0, max(end, behind) if behind >= 0 else len(text)
