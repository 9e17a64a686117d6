"""From the outbox to the mail server: claim one mail, hand it over, mark it; and what a crash leaves behind.

Each commit stands between two steps of the conversation, so that a killed worker's mail shows how far it came:
`sending`, begun again, because the server has nothing yet; `handing`, not begun again, because the server most
likely has it (docs/decisions/0006-mail-at-most-once.md). Each mark is made only where the claim still holds.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from workspace.clock import now
from workspace.config import HOUR, MINUTE, settings
from workspace.db import begin_writing, session
from workspace.jobs.worker import ClaimLost, Scope, is_lapsed
from workspace.mail.message import BadAddress, address_of, as_bytes
from workspace.mail.models import Mail, MailState
from workspace.mail.transport import MailRefused, ServerFails, connected, hand_over

log = logging.getLogger(__name__)
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
"""Seconds until a mail that was refused once is tried again; the last one again and again."""
BATCH = 50
"""Mails over one connection; servers limit them."""
SenderName = Callable[[], str]
MayGo = Callable[[Mail], bool]
"""Whether a claimed mail may still leave the house; where it says no the mail is dropped, with what it wrote."""


def is_set_up() -> bool:
    """Whether there is a mail server to hand mails to."""
    return bool(settings().smtp_host)


def send_waiting(
    scope: Scope, me: str, sender_name: SenderName, *, may_go: MayGo = lambda _mail: True,
    is_stopping: Callable[[], bool] = bool,
) -> int:  # fmt: skip
    """Hand over mails that are due, over one connection; how many were looked at.

    Args:
        me: this worker's id.
        sender_name: the network's name, as the sender of its mails; asked inside a scope.
        may_go: asked for each mail in the moment before it is handed over.
        is_stopping: asked between two mails.
    Raises: ServerFails when the mail server cannot be used; the mail in hand waits on.
    """
    with scope():
        _settle_what_was_left(me)
        _give_up_what_is_old()
        if not is_set_up() or not _is_anything_due():
            return 0
        sender = sender_name()
        with connected() as server:
            done = 0
            while done < BATCH and not is_stopping() and (mail := _claim(me)) is not None:
                if may_go(mail):
                    _deliver(server, mail, me, sender)
                else:
                    _drop(mail, me)
                done += 1
        return done


def renew_claims(me: str) -> None:
    """Say that the mails this worker holds are in living hands, in the caller's transaction."""
    until = now() + timedelta(seconds=settings().lease)
    session().execute(update(Mail).where(_in_hand(), Mail.claimed_by == me).values(claimed_until=until))


def _in_hand() -> ColumnElement[bool]:
    return Mail.state.in_([MailState.SENDING, MailState.HANDING])


def _settle_what_was_left(me: str) -> None:
    mine = Mail.claimed_by == me  # this worker holds none now: one whose mark could not be written
    left = and_(_in_hand(), or_(mine, is_lapsed(Mail.claimed_until, Mail.claimed_by, me)))
    if session().scalar(select(Mail.id).where(left).limit(1)) is None:
        return
    begin_writing()
    for before, after in ((MailState.SENDING, MailState.WAITING), (MailState.HANDING, MailState.UNSURE)):
        values: dict[str, object] = {"state": after, "claimed_by": None, "claimed_until": None}
        if after == MailState.UNSURE:
            values |= {"finished_at": now(), "error": "interrupted"}
        session().execute(update(Mail).where(left, Mail.state == before).values(values))
    session().commit()


def _give_up_what_is_old() -> None:
    old = and_(
        Mail.state == MailState.WAITING, Mail.created_at < now() - timedelta(seconds=settings().mail_keep_trying)
    )
    if session().scalar(select(Mail.id).where(old).limit(1)) is None:
        return
    begin_writing()
    session().execute(update(Mail).where(old).values(state=MailState.EXPIRED, finished_at=now()))
    session().commit()


def _is_due() -> ColumnElement[bool]:
    before_the_clock_went_back = Mail.due_at > now() + timedelta(seconds=PAUSES[-1])
    due = or_(Mail.due_at.is_(None), Mail.due_at <= now(), before_the_clock_went_back)
    return and_(Mail.state == MailState.WAITING, due)


def _is_anything_due() -> bool:
    return session().scalar(select(Mail.id).where(_is_due()).limit(1)) is not None


def _claim(me: str) -> Mail | None:
    begin_writing()
    first = select(Mail.id).where(_is_due()).order_by(Mail.id).limit(1).with_for_update(skip_locked=True)
    mail = (
        session()
        .scalars(
            update(Mail)
            .where(Mail.id == first.scalar_subquery())
            .values(
                state=MailState.SENDING,
                attempts=Mail.attempts + 1,
                claimed_by=me,
                claimed_until=now() + timedelta(seconds=settings().lease),
            )
            .returning(Mail)
        )
        .one_or_none()
    )
    session().commit()
    return mail


def _deliver(server: smtplib.SMTP, mail: Mail, me: str, sender: str) -> None:
    """Hand one claimed mail over and mark what became of it.

    Raises: ServerFails, after the mail was put back.
    """

    def mark(state: MailState, *, of: MailState, **values: object) -> None:
        _mark(mail, me, of, state=state, **values)

    try:
        message = as_bytes(mail, sender)
        recipient = address_of("", mail.to_address).addr_spec
    except BadAddress:
        mark(MailState.REFUSED, of=MailState.SENDING, error="address", finished_at=now())
        return
    held = MailState.SENDING

    def before_the_dot() -> None:
        nonlocal held
        mark(MailState.HANDING, of=MailState.SENDING)
        held = MailState.HANDING

    try:
        hand_over(server, settings().mail_from, recipient, message, before_the_dot=before_the_dot)
    except MailRefused as refused:
        said = {"code": refused.code, "error": refused.text}
        if refused.for_good:
            mark(MailState.REFUSED, of=held, finished_at=now(), **said)
        else:
            pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
            mark(MailState.WAITING, of=held, due_at=now() + timedelta(seconds=pause), claimed_by=None, **said)
        log.warning("mail refused", extra={"mail_id": mail.id, "code": refused.code, "for_good": refused.for_good})
    except ServerFails as failure:
        # Also where the answer to the last dot is missing: a server that did not say so has not taken the mail
        mark(MailState.WAITING, of=held, claimed_by=None, code=failure.code, error=failure.text[:300])
        raise
    except ClaimLost:
        server.close()
        log.warning("mail taken over by another worker", extra={"mail_id": mail.id})
        raise ServerFails("claim lost") from None
    else:
        emptied = {} if settings().environment == "development" else {"text": "", "html": ""}
        mark(MailState.SENT, of=MailState.HANDING, finished_at=now(), code=None, error="", **emptied)
        log.info("mail sent", extra={"mail_id": mail.id, "kind": mail.kind})


def _drop(mail: Mail, me: str) -> None:
    """Let go of a claimed mail that may not leave any more, in one transaction with what `may_go` wrote."""
    begin_writing()
    mine = and_(Mail.id == mail.id, Mail.state == MailState.SENDING, Mail.claimed_by == me)
    if session().execute(delete(Mail).where(mine, Mail.attempts == mail.attempts)).rowcount == 1:  # type: ignore[attr-defined]
        session().commit()
        log.info("mail dropped", extra={"mail_id": mail.id, "kind": mail.kind})
    else:
        session().rollback()


def _mark(mail: Mail, me: str, of: MailState, **values: object) -> None:
    begin_writing()
    mine = and_(Mail.id == mail.id, Mail.state == of, Mail.claimed_by == me, Mail.attempts == mail.attempts)
    if session().execute(update(Mail).where(mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        session().rollback()
        raise ClaimLost
    session().commit()
