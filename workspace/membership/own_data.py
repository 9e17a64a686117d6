"""One's own data to take along (Art. 15 and 20 GDPR): what the workspace knows of a member, as JSON, page and files.

Own words are always in it. What belongs to a group is named only where the member may still read it: titles of papers,
uploaded files. Nobody else's words and no passages of drafts are in it.
"""

from __future__ import annotations

import json
import zipfile
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from workspace.accounts.models import LoginSession, Member, SecondFactor
from workspace.clock import now
from workspace.db import session
from workspace.discussion.models import Comment, Mention, Thread
from workspace.editions.models import Submission
from workspace.events import Event
from workspace.groups.models import Group, GroupMember
from workspace.notices.models import Notice, PaperFollow, ThreadFollow
from workspace.notices.queries import paces_of
from workspace.papers.models import (
    Attachment,
    AttachmentContent,
    Paper,
    ReadMark,
    RescueCopy,
    Revision,
    RevisionAuthor,
    Seal,
    SealKind,
    Version,
)
from workspace.permissions import Actor, Permission, can

Rows = list[dict[str, Any]]
READABLE_NAME, DATA_NAME, FILES = "uebersicht.html", "daten.json", "dateien"


def own_data(actor: Actor, member: Member) -> dict[str, Any]:
    """Everything that is stored about a member, in words of the tables; times are ISO 8601 in UTC."""
    titles = _titles(actor)
    return {
        "made_at": now().isoformat(),
        "account": _account(member),
        "groups": _groups(member),
        "sessions": _sessions(member),
        "revisions": _revisions(member, titles),
        "rescue_copies": _rescue_copies(member, titles),
        "versions": _versions(member, titles),
        "comments": _comments(member, titles),
        "mentions": _mentions(member, titles),
        "uploads": _uploads(member, titles),
        "submissions": _submissions(member, titles),
        "read_marks": _read_marks(member, titles),
        "notices": _notices(member, titles),
        "follows": _follows(member, titles),
        "mail_choices": [{"topic": topic, "pace": pace} for topic, pace in paces_of(member.id).items()],
        "events": _events(member),
    }


def _titles(actor: Actor) -> dict[int, str]:
    """Paper id → title, of the papers the member may read."""
    papers = session().scalars(select(Paper).where(Paper.group_id.in_(list(actor.group_roles))))
    return {paper.id: paper.title for paper in papers if can(actor, Permission.PAPER_READ, paper)}


def _iso(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())


def _account(member: Member) -> dict[str, Any]:
    factor = session().get(SecondFactor, member.id)
    return {
        "id": member.id,
        "name": member.name,
        "handle": member.handle,
        "email": member.email,
        "organisation": member.organisation.name if member.organisation is not None else None,
        "function": member.function,
        "languages": member.languages,
        "interface_language": member.language,
        "has_password": member.password_hash is not None,
        "second_factor_since": _iso(factor.confirmed_at) if factor is not None else None,
        "print_consent_since": _iso(member.print_consent_at),
        "network_roles": sorted(member.network_roles),
        "created_at": _iso(member.created_at),
    }


def _groups(member: Member) -> Rows:
    rows = session().execute(
        select(Group.name, GroupMember.role, GroupMember.joined_at)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.member_id == member.id)
        .order_by(Group.name)
    )
    return [{"group": name, "role": role, "since": _iso(since)} for name, role, since in rows]


def _sessions(member: Member) -> Rows:
    rows = session().scalars(select(LoginSession).where(LoginSession.member_id == member.id).order_by(LoginSession.id))
    return [
        {"opened": _iso(r.created_at), "last_used": _iso(r.seen_at), "ended": _iso(r.ended_at), "device": r.device}
        for r in rows
    ]  # fmt: skip


def _revisions(member: Member, titles: dict[int, str]) -> Rows:
    """What the member wrote, in numbers: the texts belong to the groups and stay with them."""
    rows = session().execute(
        select(Revision.paper_id, Revision.number, Revision.created_at, RevisionAuthor.inserted, RevisionAuthor.deleted)
        .join(RevisionAuthor, RevisionAuthor.revision_id == Revision.id)
        .where(RevisionAuthor.member_id == member.id)
        .order_by(Revision.created_at, Revision.id)
    )
    return [
        {
            "paper": titles.get(paper), "revision": number, "at": _iso(at),
            "words_inserted": inserted, "words_deleted": deleted,
        }
        for paper, number, at, inserted, deleted in rows
    ]  # fmt: skip


def _rescue_copies(member: Member, titles: dict[int, str]) -> Rows:
    """Whole texts as the member wrote them; those of papers that are no longer theirs to read stay away."""
    rows = session().scalars(select(RescueCopy).where(RescueCopy.member_id == member.id).order_by(RescueCopy.id))
    return [
        {
            "paper": titles.get(r.paper_id), "at": _iso(r.created_at),
            "text": r.text if r.paper_id in titles else None,
        }
        for r in rows.unique()
    ]  # fmt: skip


def _versions(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().scalars(select(Version).where(Version.created_by == member.id).order_by(Version.id))
    return [{"paper": titles.get(r.paper_id), "name": r.name, "note": r.note, "at": _iso(r.created_at)} for r in rows]


def _comments(member: Member, titles: dict[int, str]) -> Rows:
    """Own words, with their earlier wordings."""
    rows = session().scalars(
        select(Comment).options(joinedload(Comment.thread)).where(Comment.author_id == member.id).order_by(Comment.id)
    )
    return [
        {
            "paper": titles.get(r.thread.paper_id), "number": r.thread.number, "body": r.body, "sealed": not r.body,
            "at": _iso(r.created_at), "edited_at": _iso(r.edited_at),
            "earlier": [{"body": w.body, "until": _iso(w.until)} for w in r.wordings],
        }
        for r in rows.unique()
    ]  # fmt: skip


def _mentions(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().execute(
        select(Thread.paper_id, Thread.number, Comment.created_at, Mention.seen_at)
        .join(Comment, Comment.id == Mention.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Mention.member_id == member.id)
        .order_by(Comment.id)
    )
    return [
        {"paper": titles.get(paper), "number": number, "at": _iso(at), "seen_at": _iso(seen)}
        for paper, number, at, seen in rows
    ]


def _uploads(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().scalars(select(Attachment).where(Attachment.uploaded_by == member.id).order_by(Attachment.id))
    sealed = set(session().scalars(select(Seal.subject_id).where(Seal.kind == SealKind.FILE)))
    return [
        {
            "paper": titles.get(r.paper_id), "name": r.name, "bytes": r.size, "at": _iso(r.uploaded_at),
            "file": _file_name(r) if r.paper_id in titles and r.id not in sealed else None, "sealed": r.id in sealed,
        }
        for r in rows.unique()
    ]  # fmt: skip


def _file_name(file: Attachment) -> str:
    return f"{FILES}/{file.id}-{file.name}"


def _submissions(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().scalars(select(Submission).where(Submission.submitted_by == member.id).order_by(Submission.id))
    return [
        {"paper": titles.get(r.paper_id), "note": r.note, "state": r.state, "at": _iso(r.submitted_at)}
        for r in rows.unique()
    ]  # fmt: skip


def _read_marks(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().scalars(select(ReadMark).where(ReadMark.member_id == member.id).order_by(ReadMark.paper_id))
    return [{"paper": titles.get(r.paper_id), "revision": r.revision_number, "at": _iso(r.read_at)} for r in rows]


def _notices(member: Member, titles: dict[int, str]) -> Rows:
    rows = session().scalars(select(Notice).where(Notice.member_id == member.id).order_by(Notice.id))
    return [
        {
            "paper": titles.get(r.paper_id), "kind": r.kind, "at": _iso(r.created_at), "read_at": _iso(r.read_at),
            "mailed_at": _iso(r.mailed_at),
        }
        for r in rows
    ]  # fmt: skip


def _follows(member: Member, titles: dict[int, str]) -> Rows:
    papers = session().scalars(select(PaperFollow).where(PaperFollow.member_id == member.id))
    threads = session().execute(
        select(Thread.paper_id, Thread.number, ThreadFollow.is_muted)
        .join(ThreadFollow, ThreadFollow.thread_id == Thread.id)
        .where(ThreadFollow.member_id == member.id)
    )
    return [
        *({"paper": titles.get(r.paper_id), "number": None, "muted": r.is_muted} for r in papers),
        *({"paper": titles.get(paper), "number": number, "muted": muted} for paper, number, muted in threads),
    ]


ABOUT_MEMBERS = ("member.%", "network_role.%", "password.%", "second_factor.%", "sign_in_link.%", "group.joined",
                 "group.role_changed", "group.left")  # fmt: skip


def _events(member: Member) -> Rows:
    """The log where the member acted or was meant; without facts, which may name papers."""
    meant = [Event.verb.like(pattern) for pattern in ABOUT_MEMBERS]
    about = (Event.subject_id == member.id) & _any(meant)
    rows = session().execute(
        select(Event.at, Event.verb, Event.actor_id).where((Event.actor_id == member.id) | about).order_by(Event.id)
    )
    return [{"at": _iso(at), "verb": verb, "by_me": by == member.id} for at, verb, by in rows]


def _any(conditions: list[Any]) -> Any:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found | condition
    return found


def write_zip(out: IO[bytes], member: Member, facts: dict[str, Any], page: str) -> None:
    """A ZIP archive, with one file in memory at a time.

    Args:
        facts: from `own_data`.
        page: the facts as a readable page.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DATA_NAME, json.dumps(facts, ensure_ascii=False, indent=2))
        archive.writestr(READABLE_NAME, page)
        wanted = {row["file"] for row in facts["uploads"]}
        files = session().scalars(select(Attachment).where(Attachment.uploaded_by == member.id)).unique().all()
        for file in files:
            content = session().get(AttachmentContent, file.id) if _file_name(file) in wanted else None
            if content is not None:
                archive.writestr(_file_name(file), content.data)
                session().expunge(content)
