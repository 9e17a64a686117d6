"""What a notice shows to the member it is for, as the rights are now; what one may no longer see shows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from flask import url_for
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from workspace.accounts.models import Member
from workspace.accounts.queries import members_by_id
from workspace.db import session
from workspace.discussion.models import Comment, Thread
from workspace.discussion.queries import shortened
from workspace.discussion.rights import is_inside, newest, sees
from workspace.editions.models import Submission
from workspace.notices.models import Notice, NoticeKind
from workspace.papers.models import Paper, Revision, RevisionAuthor, Seal
from workspace.papers.rights import rights_of
from workspace.permissions import Actor, Permission, can

COMMENTS = (NoticeKind.MENTION, NoticeKind.ANSWER, NoticeKind.COMMENT)
SUBMISSIONS = (NoticeKind.SUBMITTED, NoticeKind.RETURNED, NoticeKind.PUBLISHED)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice in the reader's eyes.

    title: of the paper, as the reader may know it. path: the very place, from the root of the site; needs an app.
    people: who did it; those who left are among them. words: the passage, body: the comment, answer or note.
    """

    notice: Notice
    paper: Paper
    title: str
    path: str
    people: Sequence[Member] = ()
    number: int = 0
    """Of the register."""
    is_question: bool = False
    words: str = ""
    body: str = ""

    @property
    def kind(self) -> str:
        return self.notice.kind


def actor_of(member: Member) -> Actor:
    """The member with the rights of this moment."""
    roles, grants = rights_of(member)
    return Actor(member.id, member.name, member.network_roles, MappingProxyType(roles), grants)


def may_show(actor: Actor) -> ColumnElement[bool]:
    """Notices worth reading for a list of this actor; `shown` then looks at each. Needs Paper in the query."""
    granted = [paper_id for paper_id, _number in actor.grants]
    outside = and_(Notice.kind.in_((*COMMENTS, NoticeKind.SUBMITTED)), Notice.paper_id.in_(granted))
    return or_(Paper.group_id.in_(list(actor.group_roles)), outside)


def shown(actor: Actor, notices: Sequence[Notice]) -> list[Shown]:
    """These notices, without those the actor may not see any more, in the same order."""
    papers = _by_id(Paper, {notice.paper_id for notice in notices})
    comments = _comments({n.subject_id for n in notices if n.kind in COMMENTS})
    submissions = _by_id(Submission, {n.subject_id for n in notices if n.kind in SUBMISSIONS})
    seals = _by_id(Seal, {n.subject_id for n in notices if n.kind == NoticeKind.SEALED})
    saved = [n for n in notices if n.kind == NoticeKind.REVISION]
    writers = _writers(actor, [n for n in saved if can(actor, Permission.PAPER_READ, papers[n.paper_id])])
    answerers = members_by_id({s.answered_by for s in submissions.values() if s.answered_by is not None})
    titles = _frozen_titles({c.thread for c in comments.values() if not is_inside(actor, c.thread)})
    found: list[Shown | None] = []
    for notice in notices:
        paper = papers[notice.paper_id]
        if notice.kind in COMMENTS:
            found.append(_comment(actor, notice, paper, comments.get(notice.subject_id), titles))
        elif notice.kind in SUBMISSIONS:
            found.append(_submission(actor, notice, paper, submissions.get(notice.subject_id), answerers))
        elif notice.kind == NoticeKind.SEALED:
            found.append(_seal(actor, notice, paper, seals.get(notice.subject_id)))
        elif notice.id in writers:
            found.append(_revision(notice, paper, writers[notice.id]))
    return [one for one in found if one is not None]


def _by_id(table: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    rows = session().scalars(select(table).where(table.id.in_(list(ids)))).unique()  # type: ignore[attr-defined]
    return {row.id: row for row in rows}  # type: ignore[attr-defined]


def _comments(ids: Iterable[int]) -> dict[int, Comment]:
    query = (
        select(Comment).where(Comment.id.in_(list(ids))).options(joinedload(Comment.thread).joinedload(Thread.paper))
    )
    return {comment.id: comment for comment in session().scalars(query).unique()}


def _frozen_titles(threads: Iterable[Thread]) -> dict[tuple[int, int], str]:
    """Titles of submitted versions: who sees only one of them must not learn how the paper is called since."""
    ids = {thread.paper_id for thread in threads}
    rows = session().execute(
        select(Submission.paper_id, Submission.revision_number, Submission.title)
        .where(Submission.paper_id.in_(ids))
        .order_by(Submission.id)
    )
    return {(paper_id, number): title for paper_id, number, title in rows} if ids else {}


def _writers(actor: Actor, notices: Sequence[Notice]) -> dict[int, list[Member]]:
    """Notice id → who else wrote between its first and its last change, the last first."""
    spans = [
        and_(Revision.paper_id == n.paper_id, Revision.number > (n.since or 0), Revision.number <= n.subject_id)
        for n in notices
    ]
    if not spans:
        return {}
    rows = (
        session()
        .execute(
            select(Revision.paper_id, Revision.number, RevisionAuthor.member_id)
            .join(RevisionAuthor, RevisionAuthor.revision_id == Revision.id)
            .where(or_(*spans), RevisionAuthor.member_id != actor.member_id)
            .order_by(Revision.number.desc())
        )
        .all()
    )
    people = members_by_id({member_id for _paper, _number, member_id in rows})
    return {
        n.id: [
            people[m]
            for m in dict.fromkeys(
                m for p, number, m in rows if p == n.paper_id and (n.since or 0) < number <= n.subject_id
            )
        ]
        for n in notices
    }


def _comment(
    actor: Actor, notice: Notice, paper: Paper, comment: Comment | None, titles: Mapping[tuple[int, int], str]
) -> Shown | None:
    if comment is None or not sees(actor, comment.thread):
        return None
    thread, inside = comment.thread, is_inside(actor, comment.thread)
    title = paper.title if inside else titles.get((paper.id, thread.revision_number), "")
    passage = newest(thread.passages, paper.head_number if inside else thread.revision_number, only=not inside)
    return Shown(
        notice, paper, title,
        url_for("discussion.thread", key=paper.key, number=thread.number, _anchor=f"c{comment.id}"),
        (comment.author,), thread.number, thread.kind == "question", shortened(passage.words) if passage else "",
        comment.body,
    )  # fmt: skip


def _revision(notice: Notice, paper: Paper, writers: Sequence[Member]) -> Shown:
    path = url_for("papers.compare", key=paper.key, old=notice.since, new=notice.subject_id)
    return Shown(notice, paper, paper.title, path, writers)


def _submission(
    actor: Actor, notice: Notice, paper: Paper, row: Submission | None, answerers: Mapping[int, Member]
) -> Shown | None:
    if row is None:
        return None
    if notice.kind == NoticeKind.SUBMITTED:
        if not (can(actor, Permission.SUBMISSIONS_SEE) and can(actor, Permission.VERSION_READ, row)):
            return None
        path = url_for("editions.submission", submission_id=row.id)
        return Shown(notice, paper, row.title, path, (row.submitter,), body=row.note)
    if not can(actor, Permission.PAPER_READ, paper):
        return None
    answerer = answerers.get(row.answered_by or 0)
    by = [answerer] if answerer is not None else []
    if notice.kind == NoticeKind.RETURNED:
        return Shown(notice, paper, row.title, url_for("editions.submit", key=paper.key), by, body=row.answer)
    return Shown(notice, paper, row.title, url_for("editions.newest", slug=paper.slug), by)


def _seal(actor: Actor, notice: Notice, paper: Paper, seal: Seal | None) -> Shown | None:
    """Leads to the list in which the sealed content is missing now; the body is the reason."""
    if seal is None or not can(actor, Permission.PAPER_READ, paper):
        return None
    pages = {
        "revision": ("papers.history", f"r{seal.number}"),
        "comment": ("discussion.index", None),
        "file": ("papers.files", f"f{seal.subject_id}"),
        "edition": ("papers.log", None),
    }
    endpoint, anchor = pages[seal.kind]
    path = url_for(endpoint, key=paper.key, _anchor=anchor)
    return Shown(notice, paper, paper.title, path, (seal.sealer,), body=seal.reason)
