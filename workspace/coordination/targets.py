"""Which content an address means: coordination names what it may not read by the link that the group sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from workspace.coordination.keeping import numbers_with_same_text
from workspace.db import MAX_ID, session
from workspace.discussion.models import Comment, Thread
from workspace.editions.models import Edition, Submission
from workspace.errors import Invalid, NotFound
from workspace.papers.attachments import get_attachment
from workspace.papers.models import Attachment, Paper, Revision, Seal, SealKind

PAPER = re.compile(r"/papers/([a-z0-9]{1,32})(?:/.*)?")
REVISION = re.compile(r"/papers/[a-z0-9]+/revisions/([0-9]{1,9})(?:/.*)?")
THREAD = re.compile(r"/papers/[a-z0-9]+/threads/([0-9]{1,9})")
COMMENT = re.compile(r"/papers/[a-z0-9]+/comments/([0-9]{1,18})")
FILE = re.compile(r"/papers/[a-z0-9]+/files/([^/]+)")
EDITION = re.compile(r"/p/([a-z0-9-]{1,80})/([0-9]{1,9})\.([0-9]{1,9})(?:/.*)?")
SUBMISSION = re.compile(r"/coordination/submissions/([0-9]{1,18})(?:/.*)?")
ANCHOR = re.compile(r"c([0-9]{1,18})")
STANDS = re.compile(r"([0-9]{1,9})(?:\s*(?:-|–|bis|to)\s*([0-9]{1,9}))?")


@dataclass(frozen=True)
class Target:
    """What is to be sealed: one comment, file or edition, or revisions of one paper in their order.

    asked: the numbers of the revisions that were named; all others have the same text as one of them.
    """

    kind: SealKind
    paper: Paper
    revisions: Sequence[Revision] = ()
    asked: frozenset[int] = frozenset()
    comment: Comment | None = None
    file: Attachment | None = None
    edition: Edition | None = None

    @property
    def same(self) -> Sequence[Revision]:
        """Revisions that were not named but have the same text."""
        return [revision for revision in self.revisions if revision.number not in self.asked]

    @property
    def has_head(self) -> bool:
        return any(revision.number == self.paper.head_number for revision in self.revisions)


def target_of(address: str, stands: str = "") -> Target:
    """The content that an address means.

    Args:
        address: of a page as the browser shows it, with or without the host.
        stands: numbers of revisions, as "4" or "4-8"; needed where the address names the paper alone.
    Raises: Invalid naming the field: nothing is there, more has to be said, or it is sealed already.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError as error:
        raise _nothing() from error
    path, fragment = unquote(parts.path), parts.fragment
    if found := EDITION.fullmatch(path):
        return _edition(found[1], int(found[2]), int(found[3]))
    if found := SUBMISSION.fullmatch(path):
        row = session().get(Submission, _id(found[1]))
        if row is None:
            raise _nothing()
        return _revisions(row.paper, range(row.revision_number, row.revision_number + 1))
    paper = _paper(path)
    if found := FILE.fullmatch(path):
        return _file(paper, found[1])
    if found := COMMENT.fullmatch(path):
        return _comment(paper, _id(found[1]))
    if found := THREAD.fullmatch(path):
        return _thread(paper, int(found[1]), fragment)
    if stands.strip():
        return _revisions(paper, _numbers(stands))
    if found := REVISION.fullmatch(path):
        return _revisions(paper, range(int(found[1]), int(found[1]) + 1))
    raise Invalid(fields={"stands": "seal_stands_missing"})


def _nothing() -> Invalid:
    return Invalid(fields={"address": "seal_nothing_there"})


def _sealed() -> Invalid:
    return Invalid(fields={"address": "sealed_already"})


def _id(digits: str) -> int:
    return min(int(digits), MAX_ID)


def _paper(path: str) -> Paper:
    found = PAPER.fullmatch(path)
    paper = session().scalar(select(Paper).where(Paper.key == found[1])) if found else None
    if paper is None:
        raise _nothing()
    return paper


def _numbers(stands: str) -> range:
    found = STANDS.fullmatch(stands.strip())
    if found is None:
        raise Invalid(fields={"stands": "seal_stands_wrong"})
    first = int(found[1])
    last = int(found[2] or first)
    if first > last:
        raise Invalid(fields={"stands": "seal_stands_wrong"})
    return range(first, last + 1)


def _revisions(paper: Paper, asked: range) -> Target:
    if asked.start < 1 or asked.stop - 1 > paper.head_number:
        raise Invalid(fields={"stands": "seal_nothing_there"} if len(asked) > 1 else {"address": "seal_nothing_there"})
    chosen = numbers_with_same_text(paper, asked)
    if not chosen:
        raise _sealed()
    rows = session().scalars(
        select(Revision).where(Revision.paper_id == paper.id, Revision.number.in_(chosen)).order_by(Revision.number)
    )
    return Target(SealKind.REVISION, paper, rows.unique().all(), frozenset(asked))


def _require_unsealed(kind: SealKind, subject_id: int) -> None:
    if session().scalar(select(Seal.id).where(Seal.kind == kind, Seal.subject_id == subject_id)) is not None:
        raise _sealed()


def _file(paper: Paper, name: str) -> Target:
    try:
        file = get_attachment(paper.id, name)
    except NotFound as error:
        raise _nothing() from error
    _require_unsealed(SealKind.FILE, file.id)
    return Target(SealKind.FILE, paper, file=file)


def _comment(paper: Paper, comment_id: int) -> Target:
    comment = session().get(Comment, comment_id)
    if comment is None or comment.thread.paper_id != paper.id:
        raise _nothing()
    _require_unsealed(SealKind.COMMENT, comment.id)
    return Target(SealKind.COMMENT, paper, comment=comment)


def _thread(paper: Paper, number: int, fragment: str) -> Target:
    query = select(Thread).where(Thread.paper_id == paper.id, Thread.number == number)
    thread = session().scalars(query).unique().first()
    if thread is None:
        raise _nothing()
    named = ANCHOR.fullmatch(fragment)
    if named is not None and _id(named[1]) in _ids(thread.comments):
        return _comment(paper, _id(named[1]))
    if len(thread.comments) == 1:
        return _comment(paper, thread.comments[0].id)
    raise Invalid(fields={"address": "seal_comment_unnamed"})


def _ids(comments: Iterable[Comment]) -> set[int]:
    return {comment.id for comment in comments}


def _edition(slug: str, major: int, minor: int) -> Target:
    query = select(Edition).where(Edition.slug == slug, Edition.major == major, Edition.minor == minor)
    edition = session().scalar(query) if max(major, minor) <= MAX_ID else None
    if edition is None:
        raise _nothing()
    _require_unsealed(SealKind.EDITION, edition.id)
    return Target(SealKind.EDITION, session().get_one(Paper, edition.paper_id), edition=edition)
