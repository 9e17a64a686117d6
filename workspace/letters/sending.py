"""From notices to mails: what is due for a member becomes letters; looked at once more when a mail leaves the house.

Everything is composed before the lock. Behind it the notices are looked at again; they are marked and their mail is
put into the outbox in one transaction, so that a job that is begun again finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import select, update

from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.jobs import JobFailed, enqueue
from workspace.letters.showing import Shown, actor_of, shown
from workspace.letters.stopping import Stop, stop_token
from workspace.mail import Letter, Mail, Recipient, compose, post
from workspace.mail.compose import SOURCE_LANGUAGE
from workspace.network.queries import the_network
from workspace.notices.models import Notice, NoticeKind, Pace, topic_of
from workspace.notices.queries import due_notices, muted_papers, paces_of
from workspace.papers.comparison_words import redline_words
from workspace.papers.store import text_of
from workspace.text.redline import redline
from workspace.text.redline_mail import MOST, mail_html, mail_text
from workspace.text.tree import parse

KIND = "notices/mail"
SEND = "notices.mail"
"""The job that writes one member's mail."""
RACES = 3
"""How often writing starts again because something changed meanwhile."""
MOST_TOLD = 40
"""Notices that one mail shows; the page has them all."""
LONGEST_COMPARED = 120_000
"""Code points of a text whose changes a mail shows itself; of longer ones it leads to the comparison."""


@dataclass(frozen=True)
class Told:
    """One notice in a mail."""

    shown: Shown
    names: tuple[str, ...]
    link: str
    changes_text: str = ""
    changes_html: str = ""
    """Markup; made of escaped words."""
    more: int = 0
    """Changes that the mail leaves out."""

    @property
    def kind(self) -> str:
        return self.shown.kind


@dataclass(frozen=True)
class Ready:
    """A letter, and the notices it tells of as they were."""

    letter: Letter
    told: tuple[tuple[int, int], ...]
    """(notice id, subject id)"""
    thread: str
    unsubscribe: str


def mail_member(member_id: int, pace: Pace) -> int:
    """Put into the outbox what is due for a member at this pace; how many mails.

    Raises: JobFailed when others change the notices all the time.
    """
    for _attempt in range(RACES):
        member = session().get(Member, member_id, populate_existing=True)
        if member is None or member.is_disabled:
            return 0
        ready = _compose(member, pace)
        if not ready:
            return 0
        begin_writing()
        if all(_take(one) for one in ready):
            for one in ready:
                _post(one, member)
            return len(ready)
        session().rollback()
    raise JobFailed("busy")


def _take(ready: Ready) -> bool:
    """Mark the notices of a letter; whether they still are as the letter has them."""
    ids = [notice_id for notice_id, _subject in ready.told]
    rows = session().execute(
        update(Notice)
        .where(Notice.id.in_(ids), Notice.read_at.is_(None), Notice.mailed_at.is_(None))
        .values(mailed_at=now())
        .returning(Notice.id, Notice.subject_id)
    )
    return {(notice_id, subject) for notice_id, subject in rows} == set(ready.told)


def _post(ready: Ready, member: Member) -> None:
    mail = post(
        ready.letter, to=Recipient(member.name, member.email, member.id), thread=ready.thread,
        unsubscribe=ready.unsubscribe,
    )  # fmt: skip
    session().flush()
    ids = [notice_id for notice_id, _subject in ready.told]
    session().execute(update(Notice).where(Notice.id.in_(ids)).values(mail_id=mail.id))


def _compose(member: Member, pace: Pace) -> list[Ready]:
    """At once: a letter for each paper, so that they stand together in a mailbox. Else one summary of all papers."""
    visible = shown(actor_of(member), due_notices(member.id, pace))
    visible.sort(key=lambda one: (one.paper.id, one.notice.id))
    papers = [list(found) for _paper, found in groupby(visible, key=lambda one: one.paper.id)]
    if pace == Pace.AT_ONCE:
        return [_letter(member, pace, [paper]) for paper in papers]
    return [_letter(member, pace, papers)] if papers else []


def _letter(member: Member, pace: Pace, papers: Sequence[Sequence[Shown]]) -> Ready:
    language = member.language or SOURCE_LANGUAGE
    room, told = MOST_TOLD, []
    with force_locale(language):
        for paper in papers:
            told.append([_told(one) for one in paper[:room]])
            room = max(0, room - len(paper))
    first = papers[0][0].paper
    is_at_once = pace == Pace.AT_ONCE
    stop = Stop(member.id, paper_id=first.id) if is_at_once else Stop(member.id, pace=pace)
    unsubscribe = f"{settings().base_url}/notices/stop/{stop_token(stop)}"
    count = sum(map(len, papers))
    letter = compose(
        KIND, language, name=member.name, network_name=the_network().name, pace=str(pace), count=count,
        papers=[paper for paper in told if paper], paper_count=len(papers), title=papers[0][0].title,
        left_out=max(0, count - MOST_TOLD), unsubscribe=unsubscribe,
    )  # fmt: skip
    of_one_paper = f"paper-{first.key}" if len(papers) == 1 else ""
    notices = tuple((one.notice.id, one.notice.subject_id) for paper in papers for one in paper)
    return Ready(letter, notices, of_one_paper, unsubscribe)


def _told(one: Shown) -> Told:
    names = tuple(shown_name(member) for member in one.people)
    link = settings().base_url + one.path
    if one.kind != NoticeKind.REVISION:
        return Told(one, names, link)
    old, new = (text_of(one.paper, number) for number in (one.notice.since or 1, one.notice.subject_id))
    if max(len(old), len(new)) > LONGEST_COMPARED:
        return Told(one, names, link)
    found, words = redline(parse(old), parse(new)), redline_words()
    more = max(0, found.total - MOST)
    return Told(one, names, link, mail_text(found, words=words), Markup(mail_html(found, words=words)), more)  # noqa: S704


def may_go(mail: Mail) -> bool:
    """Asked in the moment in which a mail is handed to the mail server: whether all it tells of is still news to the
    member, and the member may still see it. Where not, what is left of it is written anew, in the transaction in
    which the caller drops this mail.
    """
    if mail.kind != KIND:
        return True
    query = select(Notice).where(Notice.mail_id == mail.id).execution_options(populate_existing=True)
    notices = session().scalars(query).all()
    member = session().get(Member, mail.member_id, populate_existing=True) if mail.member_id is not None else None
    if member is not None and not member.is_disabled and notices:
        is_muted = not set(muted_papers(member.id)).isdisjoint(notice.paper_id for notice in notices)
        is_news = all(notice.read_at is None for notice in notices)
        if is_news and not is_muted and len(shown(actor_of(member), notices)) == len(notices):
            return True
    begin_writing()
    session().execute(update(Notice).where(Notice.mail_id == mail.id).values(mailed_at=None, mail_id=None))
    if member is not None:
        chosen = paces_of(member.id)
        for pace in {chosen[topic_of(notice.kind)] for notice in notices} - {Pace.NEVER}:
            send_later(member.id, pace)
    return False


def send_later(member_id: int, pace: Pace) -> None:
    """Let the worker write a member's mail, in the caller's transaction."""
    enqueue(SEND, {"member": member_id, "pace": str(pace)}, key=f"{SEND}.{member_id}.{pace}")
