"""Where words of a paper stand besides the paper: made page parts, mails that wait, forms of expired sessions."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from workspace.accounts.models import KeptForm
from workspace.db import session
from workspace.letters.sending import KIND, send_later
from workspace.mail.models import FAILED, Mail, MailState
from workspace.notices.models import Notice, Pace, topic_of
from workspace.notices.queries import paces_of
from workspace.papers.models import Paper, RescueCopy
from workspace.web.derived import drop_derived

IN_HAND = (MailState.SENDING, MailState.HANDING)


def forget_traces(paper: Paper, numbers: Collection[int] = (), comment_ids: Collection[int] = ()) -> int:
    """Drop what was made of a paper's words and may be made again. In the caller's writing transaction.

    Args:
        numbers, comment_ids: of what was sealed.
    Returns: how many mails a worker has in hand at this moment; once more later takes care of those.
    """
    drop_derived(paper.id)
    _forget_forms(paper, numbers, comment_ids)
    if numbers:  # whatever was typed up to a sealed text may hold its words
        mine = RescueCopy.paper_id == paper.id, RescueCopy.base_number <= max(numbers)
        session().execute(delete(RescueCopy).where(*mine))
    return _forget_mails(paper)


def _forget_forms(paper: Paper, numbers: Collection[int], comment_ids: Collection[int]) -> None:
    """What somebody sent with an expired session goes where it rests on a sealed text."""
    mine = KeptForm.path.startswith(f"/papers/{paper.key}/", autoescape=True)
    for row in session().scalars(select(KeptForm).where(mine)).all():
        sent = json.loads(row.fields)
        based = {value for name in ("base", "theirs", "revision") for value in sent.get(name, ())}
        is_edited = any(row.path.partition("?")[0].endswith(f"/comments/{one}") for one in comment_ids)
        if is_edited or not based.isdisjoint(str(number) for number in numbers):
            session().delete(row)


def _forget_mails(paper: Paper) -> int:
    """Mails about the paper that have not left are written anew; those that did not arrive go, they may be old."""
    about = _about(paper)
    waiting = session().scalars(select(Mail.id).where(about, Mail.state == MailState.WAITING)).all()
    for member_id, pace in _untold(waiting):
        send_later(member_id, pace)
    session().execute(delete(Mail).where(about, Mail.state.in_((MailState.WAITING, *FAILED, MailState.EXPIRED))))
    session().execute(update(Mail).where(about, Mail.state == MailState.SENT).values(text="", html=""))
    return len(session().scalars(select(Mail.id).where(about, Mail.state.in_(IN_HAND))).all())


def _about(paper: Paper) -> ColumnElement[bool]:
    told = select(Notice.mail_id).where(Notice.paper_id == paper.id, Notice.mail_id.is_not(None))
    return and_(Mail.kind == KIND, or_(Mail.thread == f"paper-{paper.key}", Mail.id.in_(told)))


def _untold(mail_ids: Collection[int]) -> set[tuple[int, Pace]]:
    """Let the notices of these mails be told of once more; whose summaries that concerns."""
    rows = session().execute(
        update(Notice)
        .where(Notice.mail_id.in_(mail_ids))
        .values(mailed_at=None, mail_id=None)
        .returning(Notice.member_id, Notice.kind)
    )
    found = {(member_id, paces_of(member_id)[topic_of(kind)]) for member_id, kind in rows.all()}
    return {(member_id, pace) for member_id, pace in found if pace != Pace.NEVER}
