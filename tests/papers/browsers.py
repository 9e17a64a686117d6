"""Yjs clients as browsers are, and what the server's room does with what they send."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from pycrdt import Doc, Text
from sqlalchemy import Engine

from workspace.accounts.models import Member
from workspace.db import session, writing_connection
from workspace.papers import log
from workspace.papers.models import Paper

LETTERS = ("a", "bcd ", "Für ", "ß", "😀", "👩‍🌾", "漢字", "\n", "\n\n", "Ende. ")


class Browser:
    """One editor, online or not: `sent` holds what the server has not got yet."""

    def __init__(self, client: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=client) if client is not None else Doc(client_id=random.getrandbits(32))
        self.words = self.doc.get("content", type=Text)
        self.sent: list[bytes] = []
        self._is_remote = False
        self._watch = self.doc.observe(self._note)

    def _note(self, event: Any) -> None:
        if not self._is_remote:
            self.sent.append(event.update)

    @property
    def text(self) -> str:
        return str(self.words)

    def type(self, at: int, words: str) -> bytes:
        """Type at a place counted in code points; gives the update."""
        self.words.insert(len(self.text[:at].encode()), words)
        return self.sent[-1]

    def delete(self, start: int, end: int) -> bytes:
        first, behind = (len(self.text[:at].encode()) for at in (start, end))
        del self.words[first:behind]
        return self.sent[-1]

    def hear(self, *updates: bytes) -> None:
        """What comes from the server."""
        self._is_remote = True
        for update in updates:
            self.doc.apply_update(update)
        self._is_remote = False

    def act(self, chance: random.Random) -> bytes:
        """Type or delete somewhere."""
        length = len(self.text)
        if chance.random() < 0.65 or not length:
            return self.type(chance.randint(0, length), chance.choice(LETTERS))
        start = chance.randrange(length)
        return self.delete(start, min(length, start + chance.randrange(1, 6)))


def append(rows: Sequence[log.Row]) -> None:
    """Write rows, as the server does. Raises: Behind."""
    session().rollback()
    engine = session().get_bind()
    assert isinstance(engine, Engine)
    with writing_connection(engine) as connection:
        log.append(connection, rows)


class Room:
    """Check, write, apply: what the server does with updates, here without sockets."""

    def __init__(self, paper: Paper) -> None:
        self.document = log.Document.of(log.load(paper.id))

    def open(self, client: int | None = None) -> Browser:
        browser = Browser(client)
        browser.hear(self.document.missing(b"\0"))
        return browser

    def send(self, *sent: tuple[Member, bytes]) -> Sequence[log.Checked]:
        """One row of these updates. Raises: what the check raises; Behind."""
        checking = self.document.checking()
        row = [checked for member, update in sent if not (checked := checking.check(update, member.id)).is_empty]
        if row:
            append([log.Row.behind(self.document, row)])
            self.document.apply(row)
        return row

    def catch_up(self) -> list[bytes]:
        return self.document.replay(log.load(self.document.paper_id, after=self.document.seq))
