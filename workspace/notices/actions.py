"""Telling members of an event, in its transaction; following and muting; reading; choosing how soon mail comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.db import Base, begin_writing, session
from workspace.errors import Invalid
from workspace.jobs import enqueue
from workspace.notices.models import (
    DEFAULT_PACES,
    Notice,
    NoticeChoice,
    NoticeKind,
    Pace,
    PaperFollow,
    ThreadFollow,
    Topic,
)
from workspace.notices.queries import followers, paces_of
from workspace.permissions import Actor

AT_ONCE = "notices.at_once"
"""The job that mails what members want to know at once."""
_silent: ContextVar[bool] = ContextVar("silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Tell nobody inside the block: histories that are loaded happened long ago."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def tell(
    actor: Actor,
    kind: NoticeKind,
    members: Collection[int],
    *,
    paper_id: int,
    subject_id: int,
    thread_id: int | None = None,
) -> None:
    """Write a notice for each of these members, but not for the one who acted, in the caller's transaction.

    Args:
        subject_id: of the comment or submission.
    """
    told = _open_accounts(set(members) - {actor.member_id})
    _write(
        {"member_id": member, "kind": kind, "paper_id": paper_id, "thread_id": thread_id, "subject_id": subject_id}
        for member in told
    )


def _open_accounts(members: Collection[int]) -> list[int]:
    if not members or _silent.get():
        return []
    query = select(Member.id).where(Member.id.in_(members), Member.disabled_at.is_(None))
    return sorted(session().scalars(query))


def _write(rows: Iterable[Mapping[str, object]]) -> None:
    values = [{"since": None, "created_at": now(), "changed_at": now(), **row} for row in rows]
    if values:
        session().execute(insert(Notice), values)
        enqueue(AT_ONCE, key=AT_ONCE)


def tell_of_comment(
    actor: Actor, *, paper_id: int, group_id: int, thread_id: int, comment_id: int,
    mentioned: Collection[int], participants: Collection[int], readers: Collection[int],
) -> None:  # fmt: skip
    """One notice for each person a new comment concerns: as mentioned, else as participant, else as follower.

    Args:
        participants: who wrote in the discussion.
        readers: who may read it; nobody else is told.
    """
    chosen = _thread_choices(thread_id)
    following = {member for member, is_muted in chosen.items() if not is_muted}
    muting = set(chosen) - following
    answered = ((set(participants) | following) & set(readers)) - muting - set(mentioned)
    others = set(followers(paper_id, group_id)) - muting - answered - set(mentioned)
    for kind, members in (
        (NoticeKind.MENTION, set(mentioned)), (NoticeKind.ANSWER, answered), (NoticeKind.COMMENT, others),
    ):  # fmt: skip
        tell(actor, kind, members, paper_id=paper_id, thread_id=thread_id, subject_id=comment_id)
    if actor.member_id in followers(paper_id, group_id, everybody=True):
        _keep(PaperFollow, {"paper_id": paper_id, "member_id": actor.member_id}, is_muted=False, over=False)


def tell_of_mention(actor: Actor, members: Collection[int], *, paper_id: int, thread_id: int, comment_id: int) -> None:
    """An edited comment mentions these members now: what they were told of it becomes this, unless it was mailed."""
    told = select(Notice.member_id).where(
        Notice.subject_id == comment_id, Notice.thread_id == thread_id, Notice.member_id.in_(members)
    )
    known = set(session().scalars(told))
    session().execute(
        update(Notice)
        .where(
            Notice.subject_id == comment_id, Notice.thread_id == thread_id, Notice.member_id.in_(known),
            Notice.mailed_at.is_(None),
        )
        .values(kind=NoticeKind.MENTION, read_at=None)
    )  # fmt: skip
    if known and not _silent.get():
        enqueue(AT_ONCE, key=AT_ONCE)
    tell(actor, NoticeKind.MENTION, set(members) - known, paper_id=paper_id, thread_id=thread_id, subject_id=comment_id)


def tell_of_revision(actor: Actor, *, paper_id: int, group_id: int, number: int, writers: Collection[int] = ()) -> None:
    """Tell followers that the text changed. What a member has neither read nor got by mail grows, and none is added.

    Args:
        writers: who wrote in it, and so knows.
    """
    told = _open_accounts(set(followers(paper_id, group_id)) - {actor.member_id, *writers})
    if number == 1 or not told:
        return
    grown = set(
        session().scalars(
            update(Notice)
            .where(
                Notice.paper_id == paper_id, Notice.kind == NoticeKind.REVISION, Notice.member_id.in_(told),
                Notice.read_at.is_(None), Notice.mailed_at.is_(None),
            )
            .values(subject_id=number, changed_at=now())
            .returning(Notice.member_id)
        )
    )  # fmt: skip
    _write(
        {
            "member_id": member, "kind": NoticeKind.REVISION, "paper_id": paper_id, "thread_id": None,
            "subject_id": number, "since": number - 1,
        }
        for member in told
        if member not in grown
    )  # fmt: skip


def _thread_choices(thread_id: int) -> dict[int, bool]:
    rows = session().execute(
        select(ThreadFollow.member_id, ThreadFollow.is_muted).where(ThreadFollow.thread_id == thread_id)
    )
    return dict(iter(rows))


def follow_paper(member_id: int, paper_id: int, *, is_muted: bool) -> None:
    """Follow a paper, or hear nothing of it any more. The caller has looked whether the member may read it."""
    begin_writing()
    _keep(PaperFollow, {"paper_id": paper_id, "member_id": member_id}, is_muted=is_muted)


def follow_thread(member_id: int, thread_id: int, *, is_muted: bool) -> None:
    """Follow a discussion, or hear nothing of it but mentions. The caller has looked whether the member may read it."""
    begin_writing()
    _keep(ThreadFollow, {"thread_id": thread_id, "member_id": member_id}, is_muted=is_muted)


def choose_paces(member_id: int, chosen: Mapping[Topic, Pace]) -> None:
    """How soon mail comes, for each of these topics; the others stay."""
    begin_writing()
    for topic, pace in chosen.items():
        if pace == DEFAULT_PACES[topic]:
            session().execute(
                delete(NoticeChoice).where(NoticeChoice.member_id == member_id, NoticeChoice.topic == topic)
            )
        else:
            _keep(NoticeChoice, {"member_id": member_id, "topic": topic}, pace=pace)


def stop_pace(member_id: int, pace: Pace) -> None:
    """End every mail that comes at this pace; the page goes on telling."""
    choose_paces(member_id, {topic: Pace.NEVER for topic, now_ in paces_of(member_id).items() if now_ == pace})


def _keep(table: type[Base], key: Mapping[str, object], *, over: bool = True, **values: object) -> None:
    """Insert a row or, where `over`, change the one that is there; safe beside another request that does the same."""
    dialect = postgresql if session().get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(table).values(**key, **values)
    session().execute(
        adding.on_conflict_do_update(index_elements=list(key), set_=values)
        if over
        else adding.on_conflict_do_nothing(index_elements=list(key))
    )


def read_notices(member_id: int | None, *what: ColumnElement[bool]) -> None:
    """Note that the member has read these notices; all of them where nothing is named."""
    if member_id is None:
        raise Invalid("no_author")
    begin_writing()
    session().execute(
        update(Notice).where(Notice.member_id == member_id, Notice.read_at.is_(None), *what).values(read_at=now())
    )


def forget_member(member_id: int) -> None:
    """Take away all that was kept for a member who leaves, in the caller's transaction."""
    for table in (Notice, PaperFollow, ThreadFollow, NoticeChoice):
        session().execute(delete(table).where(table.member_id == member_id))
