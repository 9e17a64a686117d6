"""The outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, BigId, Moment


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    """A worker speaks with the mail server; nothing is handed over yet, so a dead worker's mail is begun again."""
    HANDING = "handing"
    """The last packet is on its way: after it the server has the mail. Committed before that packet leaves."""
    SENT = "sent"
    """The mail server took it."""
    UNSURE = "unsure"
    """The worker died in the moment of handing over. Most likely sent; never sent again by itself."""
    REFUSED = "refused"
    """The mail server refused the address or the message for good."""
    EXPIRED = "expired"
    """It could not be handed over in `mail_keep_trying`."""
    HELD = "held"
    """Came back with a backup: whether it was sent after that backup nobody knows."""


OPEN = (MailState.WAITING, MailState.SENDING, MailState.HANDING)
FAILED = (MailState.UNSURE, MailState.REFUSED, MailState.EXPIRED, MailState.HELD)
"""What a person may look at and send again."""


class Mail(Base):
    """One mail to one recipient."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    """The name of its template."""
    member_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("member.id"), index=True)
    to_name: Mapped[str] = mapped_column(String(120))
    to_address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column()
    html: Mapped[str] = mapped_column()
    """Both are emptied when the mail was sent (but in development): they may hold drafts."""
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    """The same at each attempt, so that a mailbox can recognise a second copy."""
    thread: Mapped[str] = mapped_column(String(100), default="")
    """Mails with the same name here stand together in a mailbox, as "paper-" and its key; random, says nothing."""
    unsubscribe: Mapped[str] = mapped_column(String(500), default="")
    """Address that takes a POST and ends such mails without sign-in."""
    state: Mapped[str] = mapped_column(String(10), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    """Not before; None is at once."""
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    code: Mapped[int | None] = mapped_column()
    """The mail server's last answer, where it was not "taken" (RFC 5321)."""
    error: Mapped[str] = mapped_column(String(300), default="")
    """The words beside it, or what else went wrong."""
