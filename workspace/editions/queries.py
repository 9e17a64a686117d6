"""Reads of submissions and editions that deserve a name. Loaders answer NotFound where the actor may not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from workspace.accounts.models import Member
from workspace.db import session
from workspace.discussion.models import Thread
from workspace.editions.models import Edition, EditionFile, EditionState, Submission, SubmissionState
from workspace.errors import Conflict, NotFound
from workspace.papers.models import Attachment, Paper, Revision, RevisionAuthor, Seal, SealKind, Version
from workspace.permissions import Actor, Permission, Role, require
from workspace.search import matching

Value = TypeVar("Value")
Editions = Sequence[Edition]

# Submissions


def waiting_submissions() -> Sequence[Submission]:
    """Submitted versions that wait for coordination, oldest first; used by the start page."""
    query = select(Submission).where(Submission.state == SubmissionState.WAITING)
    return session().scalars(query.order_by(Submission.submitted_at, Submission.id)).unique().all()


def answered_submissions(*, limit: int) -> Sequence[Submission]:
    """Submissions that coordination answered, newest answer first. What a group took back is not among them."""
    query = select(Submission).where(Submission.state.in_((SubmissionState.PUBLISHED, SubmissionState.RETURNED)))
    query = query.order_by(Submission.answered_at.desc(), Submission.id.desc()).limit(limit)
    return session().scalars(query).unique().all()


def answers_to(actor: Actor, *, since: datetime) -> Sequence[Submission]:
    """What coordination answered to the groups the actor leads, newest first.

    A version that came back is there until the group submits again; a published one if it was answered after `since`.
    """
    leads = [group_id for group_id, role in actor.group_roles.items() if role == Role.LEAD]
    newest = select(func.max(Submission.id)).group_by(Submission.paper_id)
    is_open = and_(Submission.state == SubmissionState.RETURNED, Paper.parked_at.is_(None))
    is_news = and_(Submission.state == SubmissionState.PUBLISHED, Submission.answered_at > since)
    query = (
        select(Submission)
        .join(Paper, Paper.id == Submission.paper_id)
        .where(Paper.group_id.in_(leads), Submission.id.in_(newest), or_(is_open, is_news))
        .order_by(Submission.answered_at.desc(), Submission.id.desc())
    )
    return session().scalars(query).unique().all()


def submissions_of(paper: Paper) -> Sequence[Submission]:
    """All submissions of a paper, newest first."""
    query = select(Submission).where(Submission.paper_id == paper.id).order_by(Submission.id.desc())
    return session().scalars(query).unique().all()


def get_submission(actor: Actor, submission_id: int) -> Submission:
    """A submission for coordination, waiting or answered.

    Raises: NotFound for everybody else, and when the group took it back.
    """
    require(actor, Permission.SUBMISSIONS_SEE, knows=False)
    submission = session().get(Submission, submission_id)
    if submission is None:
        raise NotFound
    if submission.state == SubmissionState.TAKEN_BACK:
        raise NotFound("submission_taken_back")
    return submission


def get_waiting_submission(actor: Actor, submission_id: int) -> Submission:
    """A submission to answer. Raises: NotFound as `get_submission`; Conflict when it was answered."""
    submission = get_submission(actor, submission_id)
    if submission.state != SubmissionState.WAITING:
        raise Conflict("submission_answered")
    return submission


def find_version(paper: Paper, version_id: int | None) -> Version | None:
    """The named version of this id in this paper."""
    if version_id is None:
        return None
    return session().scalar(select(Version).where(Version.id == version_id, Version.paper_id == paper.id))


def writers_of(paper: Paper, number: int) -> Sequence[Member]:
    """Who wrote in the revisions up to this one, most words first; members who left are not named."""
    query = (
        select(Member)
        .join(RevisionAuthor, RevisionAuthor.member_id == Member.id)
        .join(Revision, Revision.id == RevisionAuthor.revision_id)
        .where(Revision.paper_id == paper.id, Revision.number <= number, Member.disabled_at.is_(None))
        .group_by(Member.id)
        .order_by(func.sum(RevisionAuthor.inserted).desc(), Member.id)
    )
    ids = session().scalars(query.with_only_columns(Member.id)).all()
    found = {m.id: m for m in session().scalars(select(Member).where(Member.id.in_(ids))).unique()}
    return [found[member_id] for member_id in ids]


def open_threads(paper: Paper) -> int:
    """How many threads of a paper are not resolved."""
    query = select(func.count(Thread.id)).where(Thread.paper_id == paper.id, Thread.resolved_at.is_(None))
    return session().scalar(query) or 0


# Editions


def get_edition(slug: str, major: int, minor: int) -> Edition:
    """An edition, in force or not. Raises: NotFound."""
    query = select(Edition).where(Edition.slug == slug, Edition.major == major, Edition.minor == minor)
    edition = session().scalar(query)
    if edition is None:
        raise NotFound
    return edition


def editions_of(slug: str) -> Sequence[Edition]:
    """All editions of a paper, newest first. Raises: NotFound when there are none."""
    query = select(Edition).where(Edition.slug == slug).order_by(Edition.major.desc(), Edition.minor.desc())
    found = session().scalars(query).all()
    if not found:
        raise NotFound
    return found


def newest_of(editions: Sequence[Edition]) -> Edition:
    """The edition in force; where all are withdrawn or superseded the newest that has a text, if any has.

    `editions` are newest first.
    """
    in_force_first = (
        *(edition for edition in editions if edition.state == EditionState.IN_FORCE),
        *(edition for edition in editions if not edition.is_sealed),
    )
    return next(iter(in_force_first), editions[0])


def edition_of(submission: Submission) -> Edition | None:
    """The edition that a submission became."""
    query = select(Edition).where(
        Edition.paper_id == submission.paper_id, Edition.revision_number == submission.revision_number
    )
    return session().scalar(query.order_by(Edition.id.desc()).limit(1))


def files_of_edition(edition: Edition, *, with_sealed: bool = False) -> Sequence[Attachment]:
    """The files that an edition shows; without those that are sealed."""
    query = (
        select(Attachment)
        .join(EditionFile, EditionFile.attachment_id == Attachment.id)
        .where(EditionFile.edition_id == edition.id)
    )
    if not with_sealed:
        sealed = select(Seal.subject_id).where(Seal.kind == SealKind.FILE, Seal.paper_id == edition.paper_id)
        query = query.where(Attachment.id.not_in(sealed))
    return session().scalars(query).unique().all()


def published_file_ids(paper: Paper) -> frozenset[int]:
    """Ids of the paper's files that any of its editions shows."""
    query = (
        select(EditionFile.attachment_id)
        .join(Edition, Edition.id == EditionFile.edition_id)
        .where(Edition.paper_id == paper.id)
    )
    return frozenset(session().scalars(query))


def key_of(edition: Edition) -> str:
    """The key of an edition's paper: to know the text's own files by their address, never to be shown."""
    return session().scalars(select(Paper.key).where(Paper.id == edition.paper_id)).one()


def in_force() -> Select[Edition]:
    """A query for the editions that the library lists: the newest of each paper, unless it was withdrawn."""
    return select(Edition).where(Edition.state == EditionState.IN_FORCE)


def newest_editions(*, limit: int) -> Sequence[Edition]:
    """Editions in force, newest first; used by the start pages."""
    return session().scalars(_newest_first(in_force()).limit(limit)).all()


def all_in_force() -> Sequence[Edition]:
    """Every edition in force, newest first, for coordination."""
    return session().scalars(_newest_first(in_force())).all()


def search_editions(words: str, *, limit: int) -> Sequence[Edition]:
    """Editions in force that hold all the words, newest first; used by the members' search."""
    found = matching("edition", Edition.id, words)
    if found is None:
        return []
    return session().scalars(_newest_first(in_force().where(found)).limit(limit)).all()


def _newest_first(query: Select[Edition]) -> Select[Edition]:
    return query.order_by(Edition.published_at.desc(), Edition.id.desc())


# The library


@dataclass(frozen=True)
class Chosen:
    """What a reader asked the library for; nothing chosen means everything."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    page: int = 1


@dataclass(frozen=True)
class Shelf:
    """A page of the library.

    kinds, years: how many editions each choice would show, the other choices kept.
    """

    editions: Sequence[Edition]
    total: int
    pages: int
    kinds: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)


def shelf(chosen: Chosen, *, page_size: int) -> Shelf:
    """The editions in force that fit, newest first."""
    query = in_force()
    if chosen.words:
        found = matching("edition", Edition.id, chosen.words)
        if found is None:
            return Shelf((), 0, 1)
        query = query.where(found)
    by_kind = Edition.kind.in_(chosen.kinds) if chosen.kinds else None
    by_year = Edition.year.in_(chosen.years) if chosen.years else None
    narrowed = query
    for condition in (by_kind, by_year):
        narrowed = narrowed.where(condition) if condition is not None else narrowed
    total = session().scalar(select(func.count()).select_from(narrowed.subquery())) or 0
    page = _newest_first(narrowed).limit(page_size).offset((chosen.page - 1) * page_size)
    return Shelf(
        session().scalars(page).all(),
        total,
        max(1, -(-total // page_size)),
        _counted(query if by_year is None else query.where(by_year), Edition.kind),
        _counted(query if by_kind is None else query.where(by_kind), Edition.year),
    )


def _counted(query: Select[Edition], column: InstrumentedAttribute[Value]) -> dict[Value, int]:
    """How many editions there are of each value, the highest value first."""
    counted = query.with_only_columns(column, func.count()).group_by(column).order_by(column.desc())
    return dict(iter(session().execute(counted)))
