"""Opening threads, answering, editing, resolving, pinning again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from workspace.accounts.queries import members_by_handle
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.discussion.models import (
    Comment,
    CommentWording,
    Entry,
    Mention,
    Passage,
    Thread,
    ThreadKind,
)
from workspace.discussion.rights import require_seen, sees
from workspace.discussion.spans import Span, words_in
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.groups.models import GroupMember
from workspace.notices.actions import tell_of_comment, tell_of_mention
from workspace.papers.models import Paper
from workspace.papers.sittings import close_sitting
from workspace.papers.store import text_of
from workspace.permissions import Actor, Permission, can, require
from workspace.text import anchors
from workspace.text.normal import normalize
from workspace.text.tree import parse

MENTION = re.compile(r"(?<![\w.@])@([a-z0-9]+(?:\.[a-z0-9]+)*)")


@dataclass(frozen=True)
class Pointed:
    """A passage that somebody pointed at: its anchor, and what readers see of it."""

    anchor: anchors.Anchor
    words: str


@dataclass(frozen=True)
class TextAt:
    """A paper's text at a revision, for the rules."""

    paper: Paper
    revision_number: int
    author_id: int | None = None


def open_thread(
    actor: Actor, paper: Paper, *, kind: ThreadKind, body: str, revision_number: int, span: Span | None
) -> Thread:
    """Open a discussion on a passage, or on the whole paper when `span` is None.

    Args:
        span: source positions in the text of `revision_number`, code points, half-open.
    Raises: Forbidden; Invalid for an empty or too long comment and for a passage that is none; NotFound for the
        revision, also where the actor may not know of the paper.
    """
    at = TextAt(paper, revision_number)
    require(actor, Permission.THREAD_OPEN, at, knows=can(actor, Permission.VERSION_READ, at))
    body = checked_body(body)
    passage = _pointed(paper, revision_number, span)
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.THREAD_OPEN, at)
    author = _author(actor)
    paper.entry_count += 1
    entry = Entry(paper_id=paper.id, number=paper.entry_count, channel="page", created_at=now(), created_by=author)
    session().add(entry)
    session().flush()
    thread = Thread(
        entry_id=entry.id, paper_id=paper.id, number=entry.number, kind=kind, author_id=author,
        revision_number=revision_number, by_grant=not can(actor, Permission.PAPER_READ, paper),
        created_at=now(), comments=[], passages=[],
    )  # fmt: skip
    session().add(thread)
    session().flush()
    if passage is not None:
        thread.passages.append(_passage(thread, passage, revision_number, author))
    comment = _add_comment(actor, thread, author, body)
    record(
        actor, "thread.opened", subject_id=thread.id, paper_id=paper.id, group_id=paper.group_id,
        number=thread.number, kind=str(kind), comment=comment.id,
    )  # fmt: skip
    return thread


def settle_passage(actor: Actor, paper: Paper, span: Span, quote: str) -> tuple[int, Span]:
    """Where a passage of the live text stands in a revision; what was typed behind the newest one is kept first.

    Others may have typed since the actor pointed at it: the nearest place with the same words is meant.

    Args:
        span: where the actor saw it; quote: what stood there.
    Returns: the revision, and the span in its text.
    Raises: NotFound; Forbidden; Invalid where the words are gone.
    """
    require(actor, Permission.PAPER_READ, paper, knows=False)
    require(actor, Permission.THREAD_OPEN, TextAt(paper, paper.head_number))
    close_sitting(paper)
    text = text_of(paper, paper.head_number)
    if quote and text[slice(*span)] == quote:
        return paper.head_number, span
    found = [place.start() for place in re.finditer(re.escape(quote), text)] if quote else []
    if not found:
        raise Invalid("passage_wrong")
    start = min(found, key=lambda place: abs(place - span[0]))
    return paper.head_number, (start, start + len(quote))


def checked_body(raw: str) -> str:
    """A comment's words in the stored form. Raises: Invalid."""
    body = normalize(raw).strip()
    if not body:
        raise Invalid(fields={"body": "comment_empty"})
    if len(body) > settings().comment_max:
        raise Invalid(fields={"body": "too_long"}, limit=settings().comment_max, now=len(body))
    return body


def _author(actor: Actor) -> int:
    if actor.member_id is None:
        raise Invalid("no_author")
    return actor.member_id


def _pointed(paper: Paper, revision_number: int, span: Span | None) -> Pointed | None:
    if revision_number < 1:
        raise NotFound
    text = text_of(paper, revision_number)
    return None if span is None else _passage_of(text, span)


def _passage_of(text: str, span: Span) -> Pointed:
    start, end = span
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise Invalid("passage_wrong")
    if end - start > settings().quote_max:
        raise Invalid("passage_long", limit=settings().quote_max)
    return Pointed(anchors.describe(text, start, end), words_in(parse(text), start, end))


def _passage(thread: Thread, pointed: Pointed, revision_number: int, by: int) -> Passage:
    anchor = pointed.anchor
    return Passage(
        thread_id=thread.id, revision_number=revision_number, start=anchor.start, end=anchor.end,
        quote=anchor.quote, words=pointed.words, prefix=anchor.prefix, suffix=anchor.suffix,
        pinned_by=by, pinned_at=now(),
    )  # fmt: skip


def _add_comment(actor: Actor, thread: Thread, author: int, body: str) -> Comment:
    comment = Comment(thread_id=thread.id, author_id=author, body=body, created_at=now())
    thread.comments.append(comment)
    session().flush()
    mentioned = _note_mentions(comment, thread, handles_in(body))
    tell_of_comment(
        actor, paper_id=thread.paper_id, group_id=thread.paper.group_id, thread_id=thread.id, comment_id=comment.id,
        mentioned=mentioned, participants={row.author_id for row in thread.comments}, readers=_readers(thread),
    )  # fmt: skip
    return comment


def handles_in(body: str) -> set[str]:
    """The handles that a comment mentions: "@jana.reuter, bitte" → {"jana.reuter"}."""
    return set(MENTION.findall(body))


def _readers(thread: Thread) -> set[int]:
    """Who is told of the thread: the group, and who opened it or wrote in it from outside."""
    group = select(GroupMember.member_id).join(Paper, Paper.group_id == GroupMember.group_id)
    readers = set(session().scalars(group.where(Paper.id == thread.paper_id)))
    if thread.by_grant:
        readers.update(comment.author_id for comment in thread.comments)
    return readers


def _note_mentions(comment: Comment, thread: Thread, handles: Iterable[str]) -> set[int]:
    """Only those who may read the thread can be mentioned: everybody else learns nothing of it.

    Returns: who was not mentioned in this comment before.
    """
    readers = _readers(thread)
    new = set()
    known = set(session().scalars(select(Mention.member_id).where(Mention.comment_id == comment.id)))
    for member in members_by_handle(handles).values():
        if member.id in readers - known and member.id != comment.author_id:
            session().add(Mention(comment_id=comment.id, member_id=member.id))
            new.add(member.id)
    return new


def reply(actor: Actor, thread: Thread, body: str) -> Comment:
    """Answer in a thread; a resolved one stays resolved. Raises: Forbidden; Invalid."""
    require_seen(actor, Permission.COMMENT_WRITE, thread)
    body = checked_body(body)
    begin_writing()
    require_seen(actor, Permission.COMMENT_WRITE, thread)
    comment = _add_comment(actor, thread, _author(actor), body)
    _record(actor, "comment.written", thread, comment=comment.id)
    return comment


def edit_comment(actor: Actor, comment: Comment, body: str) -> None:
    """Change one's own comment; what it said before is kept and shown. Raises: Forbidden; Invalid."""
    _require_own(actor, comment)
    body = checked_body(body)
    begin_writing()
    _require_own(actor, comment)
    if comment.body == body:
        return
    session().add(CommentWording(comment_id=comment.id, body=comment.body, until=now()))
    comment.body, comment.edited_at = body, now()
    mentioned = _note_mentions(comment, comment.thread, handles_in(body))
    tell_of_mention(
        actor, mentioned, paper_id=comment.thread.paper_id, thread_id=comment.thread_id, comment_id=comment.id
    )
    _record(actor, "comment.edited", comment.thread, comment=comment.id)


def _require_own(actor: Actor, comment: Comment) -> None:
    if not sees(actor, comment.thread):
        raise NotFound
    require(actor, Permission.COMMENT_EDIT, comment)


def resolve_thread(actor: Actor, thread: Thread) -> None:
    """Mark a discussion as done. Raises: Forbidden."""
    require_seen(actor, Permission.THREAD_RESOLVE, thread)
    begin_writing()
    require_seen(actor, Permission.THREAD_RESOLVE, thread)
    if thread.is_resolved:
        return
    thread.resolved_at, thread.resolved_by = now(), _author(actor)
    _record(actor, "thread.resolved", thread)


def reopen_thread(actor: Actor, thread: Thread) -> None:
    """Take a discussion up again. Raises: Forbidden."""
    require_seen(actor, Permission.THREAD_RESOLVE, thread)
    begin_writing()
    require_seen(actor, Permission.THREAD_RESOLVE, thread)
    if not thread.is_resolved:
        return
    thread.resolved_at = thread.resolved_by = None
    _record(actor, "thread.reopened", thread)


def pin_thread(actor: Actor, thread: Thread, *, revision_number: int, span: Span) -> None:
    """Give a thread a new passage by hand. The earlier ones, with their quotes, are kept.

    Raises: Forbidden; Invalid for a passage that is none; Conflict for a thread on the whole paper; NotFound, also
        for a revision that the actor may not see: its words would stand in the thread.
    """
    require_seen(actor, Permission.THREAD_PIN, thread)
    paper = thread.paper
    require(actor, Permission.VERSION_READ, TextAt(paper, revision_number), knows=False)
    if thread.passage is None:
        raise Conflict("whole_paper")
    pointed = _pointed(paper, revision_number, span)
    if pointed is None:
        raise Invalid("passage_wrong")
    begin_writing()
    require_seen(actor, Permission.THREAD_PIN, thread)
    thread.passages.append(_passage(thread, pointed, revision_number, _author(actor)))
    _record(actor, "thread.pinned", thread, revision=revision_number)


def _record(actor: Actor, verb: str, thread: Thread, **facts: object) -> None:
    record(
        actor, verb, subject_id=thread.id, paper_id=thread.paper_id, group_id=thread.paper.group_id,
        number=thread.number, **facts,
    )  # fmt: skip
