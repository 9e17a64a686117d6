"""Posting: a row for each recipient, in the transaction of what the mail tells of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from workspace.clock import now
from workspace.config import settings
from workspace.db import session
from workspace.mail.compose import Letter, one_line
from workspace.mail.models import Mail


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str
    member_id: int | None = None


def post(letter: Letter, *, to: Recipient, thread: str = "", unsubscribe: str = "") -> Mail:
    """Put a mail into the outbox, in the caller's transaction.

    Args:
        thread: mails with the same name stand together in a mailbox; a random key, as it is seen by mail servers.
        unsubscribe: full address that ends such mails by one POST (RFC 8058).
    """
    mail = Mail(
        kind=letter.kind,
        member_id=to.member_id,
        to_name=one_line(to.name)[:120],
        to_address=one_line(to.address)[:254],
        language=letter.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=f"<{secrets.token_hex(16)}@{mail_host()}>",
        thread=thread,
        unsubscribe=unsubscribe,
        created_at=now(),
    )
    session().add(mail)
    return mail


def mail_host() -> str:
    """The right-hand side of message ids: where people reach the workspace."""
    return urlsplit(settings().base_url).hostname or "localhost"
