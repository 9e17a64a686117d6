"""A real mail server on this machine that does as it is told."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Received:
    sender: str
    recipient: str
    message: EmailMessage


@dataclass
class MailServer:
    """What arrived, and what to answer: a recipient's line in `answers` is given instead of "250 OK"."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_recipient: Callable[[str], None] = field(default=lambda _address: None)
    at_end: Callable[[str], str | None] = field(default=lambda _address: None)
    """Called when the last dot has come; gives an answer instead of taking the mail."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.at_recipient(address)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        refused = self.at_end(recipient)
        if refused is not None:
            return refused
        read = cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=policy.default))
        with self.lock:
            self.received.append(Received(envelope.mail_from or "", recipient, read))
        return "250 OK"

    def counts(self) -> Counter[str]:
        with self.lock:
            return Counter(mail.recipient for mail in self.received)


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Start one on a free port; options are aiosmtpd's, as `tls_context`."""
    server = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port, ready_timeout=20, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
