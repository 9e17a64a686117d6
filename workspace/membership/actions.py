"""Leaving the network: what was written stays, the name does not.

A person who leaves is "Ehemaliges Mitglied" on every page. Revisions and the log never change and name people by id
only; what other people typed about the person in their own sentences is theirs. Names printed in editions stay where
the person consents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from workspace.accounts.actions import forget_person, former_handle, is_last_coordination
from workspace.accounts.models import FORMER, Member
from workspace.db import begin_writing, session
from workspace.discussion.actions import MENTION
from workspace.discussion.models import Comment, CommentWording, Thread
from workspace.editions.models import Edition, Submission
from workspace.errors import Conflict
from workspace.events import record
from workspace.groups.actions import groups_led_alone, leave_all_groups
from workspace.groups.models import Group
from workspace.mail import Mail
from workspace.notices.actions import forget_member as forget_notices
from workspace.papers.models import OpenEditor, Paper, ReadMark, RescueCopy, Revision, RevisionAuthor
from workspace.permissions import Actor, Permission, require
from workspace.search import SearchDocument, fold, index_document


@dataclass(frozen=True)
class Hindrances:
    """What must be done before a person can leave."""

    groups: tuple[Group, ...]
    """Led by this person alone."""
    is_last_coordination: bool

    def __bool__(self) -> bool:
        return bool(self.groups) or self.is_last_coordination


def hindrances(member: Member) -> Hindrances:
    return Hindrances(tuple(groups_led_alone(member)), is_last_coordination(member))


def editions_printing(member: Member) -> list[Edition]:
    """The editions whose cover names the person as an author, newest first."""
    named = select(Edition).where(_says(Edition.authors, member.name))
    found = session().scalars(named.order_by(Edition.published_at.desc(), Edition.id.desc())).all()
    return [edition for edition in found if _without_name(edition.authors, member.name) != edition.authors]


def leave(actor: Actor, member: Member, *, keeps_printed_name: bool) -> set[int]:
    """Close an account for good and take the person's name out of the workspace.

    Args:
        keeps_printed_name: whether the name stays in the list of authors of editions.
    Returns: papers whose kept page parts may hold the name and are to be dropped (`web.derived`).
    Raises: Forbidden when it is neither one's own account nor coordination and a closed one; Conflict naming what must
        be done first, or when the person has left already.
    """
    if actor.member_id != member.id:
        require(actor, Permission.PERSON_ADMIT)
        if not member.is_disabled:
            raise Conflict("still_open")
    papers = _papers_naming(member)
    folded = {} if keeps_printed_name else _folded_editions(member)
    begin_writing()
    session().refresh(member, with_for_update=True)
    if member.has_left:
        raise Conflict("has_left")
    name, email, handle = member.name, member.email, member.handle
    leave_all_groups(actor, member)
    _rename_mentions(member, handle)
    if not keeps_printed_name:
        _take_from_editions(actor, name, folded)
    _take_from_contacts(name, email)
    for table in (ReadMark, OpenEditor, RescueCopy):
        session().execute(delete(table).where(table.member_id == member.id))
    forget_notices(member.id)
    session().execute(delete(Mail).where(or_(Mail.member_id == member.id, Mail.to_address == email)))
    forget_person(actor, member)
    return papers


def _papers_naming(member: Member) -> set[int]:
    """Papers whose kept page parts may hold the name: the person wrote or spoke in them."""
    wrote = select(Revision.paper_id).where(
        or_(
            Revision.committed_by == member.id,
            Revision.id.in_(select(RevisionAuthor.revision_id).where(RevisionAuthor.member_id == member.id)),
        )
    )
    spoke = select(Thread.paper_id).join(Comment).where(Comment.author_id == member.id)
    return {*session().scalars(wrote), *session().scalars(spoke)}


def _rename_mentions(member: Member, handle: str) -> None:
    """@handle in comments and their earlier wordings becomes a handle that says nothing.

    With an ending too ("@jana.reuters Vorschlag"), unless that is somebody else's handle.
    """
    said = f"@{handle}"
    rows: list[Comment | CommentWording] = []
    rows += session().scalars(select(Comment).where(Comment.body.contains(said, autoescape=True))).unique()
    rows += session().scalars(select(CommentWording).where(CommentWording.body.contains(said, autoescape=True)))
    others = set(
        session().scalars(select(Member.handle).where(Member.handle.startswith(handle), Member.id != member.id))
    )

    def renamed(found: re.Match[str]) -> str:
        return found[0] if found[1] in others else found[0].replace(said, f"@{former_handle(member)}", 1)

    for row in rows:
        row.body = MENTION.sub(lambda m: renamed(m) if m[1].startswith(handle) else m[0], row.body)


def _folded_editions(member: Member) -> dict[int, str]:
    """What the search keeps of the editions that name the person, without the name; folded before the lock."""
    return {
        edition.id: fold(edition.title, edition.abstract, _without_name(edition.authors, member.name), edition.text)
        for edition in editions_printing(member)
    }


def _take_from_editions(actor: Actor, name: str, folded: Mapping[int, str]) -> None:
    """The list of authors of editions and submitted versions; the published text and its hash stay as they are."""
    for edition in session().scalars(select(Edition).where(_says(Edition.authors, name))).all():
        changed = _without_name(edition.authors, name)
        if changed == edition.authors:
            continue
        edition.authors = changed
        known = (SearchDocument.kind == "edition", SearchDocument.subject_id == edition.id)
        if session().scalar(select(SearchDocument.id).where(*known)) is not None:
            words = folded.get(edition.id) or fold(edition.title, edition.abstract, changed, edition.text)
            index_document("edition", edition.id, words)
        record(
            actor, "edition.name_removed", subject_id=edition.id, paper_id=edition.paper_id, edition=edition.number
        )  # fmt: skip
    for submission in session().scalars(select(Submission).where(_says(Submission.authors, name))).unique():
        submission.authors = _without_name(submission.authors, name)


def _take_from_contacts(name: str, email: str) -> None:
    """Nobody should write to an address that nobody reads: the contact of papers and editions loses name and mail."""
    printing: tuple[Any, ...] = (Paper, Submission, Edition)
    for table in printing:
        said = or_(_says(table.contact, name), _says(table.contact, email))
        for row in session().scalars(select(table).where(said)).unique():
            row.contact = _without_address(_without_name(row.contact, name), email)


def _says(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    return column.icontains(words, autoescape=True)


def _without_name(text: str, name: str) -> str:
    """The whole name only: "Jana Reuter" is not in "Jana Reuterlein".

    >>> _without_name("Jana Reuter, Neustadt", "Jana Reuter")
    'Ehemaliges Mitglied, Neustadt'
    """
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", FORMER, text)


def _without_address(text: str, email: str) -> str:
    """Without the address and the signs that held it.

    >>> _without_address("AG Qualität, Jana <jana@stadt.example>", "jana@stadt.example")
    'AG Qualität, Jana'
    """
    left = re.sub(rf"\s*[<(]?(?<![\w.+-]){re.escape(email)}(?![\w-])[>)]?", "", text, flags=re.IGNORECASE)
    return left.strip(" ,;:·-")
