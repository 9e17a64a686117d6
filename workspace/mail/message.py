"""A row of the outbox as the bytes that go to the mail server."""

from __future__ import annotations

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from workspace.config import ADDRESS, settings
from workspace.mail.compose import one_line
from workspace.mail.models import Mail
from workspace.mail.outbox import mail_host

LINE_START_DOT = re.compile(rb"(?m)^\.")


class BadAddress(ValueError):  # noqa: N818 - an answer about an address
    """No mail server would take this address."""


def address_of(name: str, address: str) -> Address:
    """An address for a header: its domain in ASCII, the name made safe.

    Raises: BadAddress.
    """
    local, _at, domain = address.rpartition("@")
    try:
        in_ascii = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise BadAddress(address) from error
    if not ADDRESS.fullmatch(in_ascii):
        raise BadAddress(address)
    return Address(one_line(name), addr_spec=in_ascii)


def as_bytes(mail: Mail, sender_name: str) -> bytes:
    """The whole message with CRLF lines, ready for DATA but for the last dot.

    Raises: BadAddress.
    """
    message = EmailMessage(policy=policy.SMTP.clone(max_line_length=78))
    message["From"] = address_of(sender_name, settings().mail_from)
    message["To"] = address_of(mail.to_name, mail.to_address)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers this
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which municipalities run
    if mail.thread:
        root = f"<{one_line(mail.thread)}@{mail_host()}>"
        message["In-Reply-To"] = root
        message["References"] = root
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{one_line(mail.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    whole = message.as_bytes()
    return whole if whole.endswith(b"\r\n") else whole + b"\r\n"


def stuffed(message: bytes) -> bytes:
    """With the dots at line starts doubled, as DATA wants it (RFC 5321, 4.5.2)."""
    return LINE_START_DOT.sub(b"..", message)
