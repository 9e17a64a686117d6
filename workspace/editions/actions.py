"""From a named version to a published edition: submit, answer, publish, withdraw."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from workspace.accounts.queries import coordinators
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.editions.checklist import Draft, blocking, findings
from workspace.editions.models import Edition, EditionFile, EditionState, Submission, SubmissionState
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.groups.actions import slug as make_slug
from workspace.notices.actions import tell
from workspace.notices.models import NoticeKind
from workspace.notices.queries import followers
from workspace.papers.attachments import attachments_in
from workspace.papers.models import Paper, PaperGrant, PaperState, Version
from workspace.papers.queries import attachments_of
from workspace.papers.rights import COORDINATION
from workspace.papers.store import text_of
from workspace.permissions import Actor, Permission, require
from workspace.search import drop_document, fold, index_document
from workspace.text.normal import normalize
from workspace.text.pack import text_hash
from workspace.text.tree import parse, without_guidance

LONGEST_WORD = 1000
"""Characters of a note, an answer, a reason."""
SLUG = (3, 60)
"""Shortest and longest readable address that may be chosen."""


def submit_version(actor: Actor, version: Version, *, authors: str, note: str = "") -> Submission:
    """Hand a named version to coordination, which from now on sees exactly that.

    Args:
        authors: as printed on the cover, one a line.
    Raises: Forbidden; Invalid; Conflict when a version waits already, or naming every piece that is missing.
    """
    paper = version.paper
    require(actor, Permission.PAPER_SUBMIT, paper)
    if actor.member_id is None:
        raise Invalid("no_author")
    authors, note = _lines(authors), normalize(note).strip()
    _check_words("authors", authors, settings().authors_max)
    if note:
        _check_words("note", note, LONGEST_WORD)
    cover = (paper.title, paper.abstract, paper.contact)
    _check_ready(paper, *cover, text_of(paper, version.revision_number))
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.PAPER_SUBMIT, paper)
    if open_submission(paper) is not None:
        raise Conflict("submitted_already")
    if (paper.title, paper.abstract, paper.contact) != cover:
        raise Conflict("cover_changed")
    submission = Submission(
        paper_id=paper.id, version_id=version.id, revision_number=version.revision_number, title=paper.title,
        abstract=paper.abstract, contact=paper.contact, authors=authors, note=note, submitted_at=now(),
        submitted_by=actor.member_id, state=SubmissionState.WAITING, paper=paper, version=version,
    )  # fmt: skip
    session().add(submission)
    session().add(
        PaperGrant(paper_id=paper.id, revision_number=version.revision_number, audience=COORDINATION, until=None)
    )
    paper.state = PaperState.SUBMITTED
    session().flush()
    _record(actor, "paper.submitted", submission, version=version.name)
    _tell(actor, NoticeKind.SUBMITTED, submission, [member.id for member in coordinators()])
    return submission


def _lines(words: str) -> str:
    """Lines without empty ones and without blanks at their ends."""
    return "\n".join(" ".join(line.split()) for line in normalize(words).split("\n") if line.strip())


def _check_words(field: str, words: str, limit: int) -> None:
    if not words:
        raise Invalid(fields={field: "required"})
    if len(words) > limit:
        raise Invalid(fields={field: "too_long"}, limit=limit, now=len(words))


def _check_ready(paper: Paper, title: str, abstract: str, contact: str, text: str) -> None:
    missing = blocking(findings(Draft(title, abstract, contact, text, paper.key), files_of(paper)))
    if missing:
        raise Conflict("not_ready", missing)


def files_of(paper: Paper) -> frozenset[str]:
    """Case-folded names of the paper's files."""
    return frozenset(attachment.name_folded for attachment in attachments_of(paper))


def open_submission(paper: Paper) -> Submission | None:
    """The submission of this paper that waits for an answer."""
    return (
        session()
        .scalars(select(Submission).where(Submission.paper_id == paper.id, Submission.state == SubmissionState.WAITING))
        .unique()
        .first()
    )


def take_back(actor: Actor, submission: Submission) -> None:
    """Take a submitted version back; coordination no longer sees it. Raises: Forbidden; Conflict."""
    require(actor, Permission.PAPER_SUBMIT, submission.paper)
    _lock_waiting(submission)
    _answer(actor, submission, SubmissionState.TAKEN_BACK, "")
    _record(actor, "submission.taken_back", submission)


def send_back(actor: Actor, submission: Submission, answer: str) -> None:
    """Return a submitted version to the group with a sentence. Raises: Forbidden; Invalid; Conflict."""
    require(actor, Permission.EDITION_PUBLISH, submission)
    answer = normalize(answer).strip()
    _check_words("answer", answer, LONGEST_WORD)
    _lock_waiting(submission)
    _answer(actor, submission, SubmissionState.RETURNED, answer)
    _record(actor, "submission.returned", submission)
    _tell(actor, NoticeKind.RETURNED, submission, _group_and_submitter(submission))


def _lock_waiting(submission: Submission) -> None:
    begin_writing()
    session().refresh(submission.paper, with_for_update=True)
    session().refresh(submission, with_for_update=True)
    if submission.state != SubmissionState.WAITING:
        raise Conflict("submission_answered")


def _answer(actor: Actor, submission: Submission, state: SubmissionState, answer: str) -> None:
    submission.state, submission.answer = state, answer
    submission.answered_at, submission.answered_by = now(), actor.member_id
    session().execute(
        update(PaperGrant)
        .where(
            PaperGrant.paper_id == submission.paper_id,
            PaperGrant.revision_number == submission.revision_number,
            PaperGrant.audience == COORDINATION,
            PaperGrant.until.is_(None),
        )
        .values(until=now())
    )
    has_edition = session().scalar(select(Edition.id).where(Edition.paper_id == submission.paper_id).limit(1))
    submission.paper.state = PaperState.PUBLISHED if has_edition else PaperState.DRAFT


def publish(actor: Actor, submission: Submission, *, slug: str | None = None, is_major: bool = False) -> Edition:
    """Publish a submitted version as the next edition: 1.0, then 1.1, or 2.0 where `is_major`.

    Args:
        slug: the paper's readable address, used at its first publication; made from the title when None.
    Raises: Forbidden; Invalid for a slug that is taken or none; Conflict when the submission was answered or
        something is missing.
    """
    require(actor, Permission.EDITION_PUBLISH, submission)
    paper = submission.paper
    raw = text_of(paper, submission.revision_number)
    _check_ready(paper, submission.title, submission.abstract, submission.contact, raw)
    text = without_guidance(raw)
    files, digest = [file.id for file in attachments_in(paper, parse(text))], text_hash(text)
    folded = fold(submission.title, submission.abstract, submission.authors, text)
    if actor.member_id is None:
        raise Invalid("no_author")
    _lock_waiting(submission)
    require(actor, Permission.EDITION_PUBLISH, submission)
    address = _take_slug(paper, slug, submission.title)
    major, minor = _next_number(paper, is_major=is_major)
    session().execute(
        update(Edition)
        .where(Edition.paper_id == paper.id, Edition.state == EditionState.IN_FORCE)
        .values(state=EditionState.SUPERSEDED)
    )
    edition = Edition(
        paper_id=paper.id, slug=address, major=major, minor=minor,
        revision_number=submission.revision_number, kind=paper.kind, title=submission.title,
        abstract=submission.abstract, contact=submission.contact, authors=submission.authors,
        group_name=paper.group.name, text=text, text_hash=digest, year=_local(now()).year,
        published_at=now(), published_by=actor.member_id, state=EditionState.IN_FORCE,
    )  # fmt: skip
    session().add(edition)
    session().flush()
    session().add_all(EditionFile(edition_id=edition.id, attachment_id=file) for file in files)
    _answer(actor, submission, SubmissionState.PUBLISHED, "")
    paper.state = PaperState.PUBLISHED
    index_document("edition", edition.id, folded)
    _record(actor, "edition.published", submission, edition=edition.number, slug=edition.slug)
    _tell(actor, NoticeKind.PUBLISHED, submission, _group_and_submitter(submission))
    return edition


def _group_and_submitter(submission: Submission) -> set[int]:
    """Whom an answer concerns. Who muted the paper did not mute what becomes of it."""
    paper = submission.paper
    return {*followers(paper.id, paper.group_id, everybody=True), submission.submitted_by}


def _tell(actor: Actor, kind: NoticeKind, submission: Submission, members: Collection[int]) -> None:
    tell(actor, kind, members, paper_id=submission.paper_id, subject_id=submission.id)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings().timezone))


def _take_slug(paper: Paper, wish: str | None, title: str) -> str:
    """The paper's address for good, chosen now where it has none."""
    if paper.slug is not None:
        return paper.slug
    chosen = paper.slug = _free_slug(wish, title)
    try:
        session().flush()
    except IntegrityError as error:  # another paper took it at the same instant
        session().rollback()
        raise Invalid(fields={"slug": "slug_taken"}) from error
    return chosen


def _free_slug(wish: str | None, title: str) -> str:
    """The address as it was wished, or the first free one made of the title; it is for good."""
    shortest, longest = SLUG
    found = make_slug(wish if wish is not None else title, longest=longest)
    if len(found) < shortest or (wish is not None and found != wish):
        raise Invalid(fields={"slug": "slug_wrong"})
    taken = set(session().scalars(select(Paper.slug).where(Paper.slug.startswith(found, autoescape=True))))
    if wish is not None and found in taken:
        raise Invalid(fields={"slug": "slug_taken"})
    return next(s for n in range(1, len(taken) + 3) if (s := found if n == 1 else f"{found}-{n}") not in taken)


def suggested_slug(paper: Paper, title: str) -> str:
    """The readable address that a first publication gets unless another is wished; "" when the title has no letters."""
    try:
        return paper.slug or _free_slug(None, title)
    except Invalid:
        return ""


def next_numbers(paper: Paper) -> tuple[str, str]:
    """The number of the paper's next edition after a small and after a large change, as printed."""
    minor, major = _next_number(paper, is_major=False), _next_number(paper, is_major=True)
    return f"{minor[0]}.{minor[1]}", f"{major[0]}.{major[1]}"


def _next_number(paper: Paper, *, is_major: bool) -> tuple[int, int]:
    newest = (
        session()
        .execute(
            select(Edition.major, Edition.minor)
            .where(Edition.paper_id == paper.id)
            .order_by(Edition.major.desc(), Edition.minor.desc())
            .limit(1)
        )
        .first()
    )
    if newest is None:
        return 1, 0
    return (newest.major + 1, 0) if is_major else (newest.major, newest.minor + 1)


def withdraw(actor: Actor, edition: Edition, reason: str) -> None:
    """Take an edition out of force: its address stays, with a banner that says why.

    Raises: Forbidden; Invalid; Conflict when it is withdrawn.
    """
    require(actor, Permission.EDITION_WITHDRAW, edition)
    reason = normalize(reason).strip()
    _check_words("reason", reason, LONGEST_WORD)
    begin_writing()
    session().refresh(edition, with_for_update=True)
    if edition.state == EditionState.WITHDRAWN:
        raise Conflict("withdrawn_already")
    edition.state, edition.withdrawn_at, edition.withdrawn_reason = EditionState.WITHDRAWN, now(), reason
    drop_document("edition", edition.id)
    record(
        actor, "edition.withdrawn", subject_id=edition.id, paper_id=edition.paper_id,
        edition=edition.number, slug=edition.slug,
    )  # fmt: skip


def _record(actor: Actor, verb: str, submission: Submission, **facts: object) -> None:
    record(
        actor, verb, subject_id=submission.id, paper_id=submission.paper_id,
        group_id=submission.paper.group_id, **facts,
    )  # fmt: skip
