"""What arrives by mail, mail by mail, as a person fetches it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.message import EmailMessage

from tests.mail_server import MailServer, Received

PATIENCE = 60.0
"""Seconds to wait for a mail: a busy machine is slow, not wrong."""


@dataclass
class Post:
    """The mail server, and how the next mail for somebody is fetched; each is fetched once, in order."""

    server: MailServer
    address: str
    fetched: dict[str, int]

    def next(self, recipient: str) -> EmailMessage:
        """The next mail for this address; waits for it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if waiting := self.waiting(recipient):
                self.fetched[recipient] = self.fetched.get(recipient, 0) + 1
                return waiting[0].message
            time.sleep(0.1)
        raise AssertionError(f"no mail for {recipient} in {PATIENCE:.0f} seconds")

    def waiting(self, recipient: str) -> list[Received]:
        with self.server.lock:
            mine = [mail for mail in self.server.received if mail.recipient == recipient]
        return mine[self.fetched.get(recipient, 0) :]

    def link_in(self, mail: EmailMessage, path: str) -> str:
        """The one address in a mail whose path begins like this."""
        found = set(re.findall(rf"{re.escape(self.address)}{path}\S*", words_of(mail)))
        assert len(found) == 1, words_of(mail)
        return str(found.pop())


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
