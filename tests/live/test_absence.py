"""Away for an hour, and everything that an hour changes has changed: what was written on both sides is there, once."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import itsdangerous.timed
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import Peer, talking, turned_away
from tests.live.serving import Served, save_elsewhere, serving, stored_text, ticket_of
from tests.people import People
from workspace.config import Settings
from workspace.db import begin_writing
from workspace.live.protocol import Code
from workspace.papers import sittings
from workspace.papers.models import LiveDocument, LiveUpdate, Paper
from workspace.papers.queries import get_revision
from workspace.papers.store import authors_of, text_of
from workspace.text.authorship import who_wrote

BODY = "Eins beginnt hier.\n\nZwei bleibt stehen.\n\nDrei wird gestrichen.\n\nVier endet.\n"
ROWS = 5
"""After so many rows the log is written anew."""


def log_of(db: Session, paper: Paper) -> LiveDocument:
    db.rollback()
    return db.get_one(LiveDocument, paper.id, populate_existing=True)


def a_quarter_passes(db: Session, paper: Paper) -> None:
    """What was typed a moment ago was typed twenty minutes ago."""
    db.rollback()
    begin_writing()
    row = db.get_one(LiveDocument, paper.id, populate_existing=True)
    assert row.open_since is not None, "nobody has typed"
    row.written_at -= timedelta(minutes=20)
    row.open_since -= timedelta(minutes=20)
    db.commit()


def ticket_of_an_hour_ago(served: Served, paper: Paper, people: People, monkeypatch: pytest.MonkeyPatch) -> str:
    then = time.time() - 3600
    with monkeypatch.context() as earlier:
        earlier.setattr(itsdangerous.timed.time, "time", lambda: then)
        return ticket_of(served.secret, paper, people.editor)


class Absence:
    """Emil goes offline and writes on; meanwhile Clara works through an hour."""

    def __init__(self, db: Session, people: People, paper: Paper) -> None:
        self.db, self.people, self.paper = db, people, paper
        self.clara, self.emil = Peer(), Peer()
        self.mine: list[str] = []
        self.theirs: list[str] = []
        self.stored_then = b""
        """Emil's state when the line broke: what his browser keeps is what came behind."""

    def word(self, words: list[str]) -> str:
        side = "E" if words is self.mine else "C"
        words.append(f"[{side}{len(words)} ü😀👩‍🌾]")
        return words[-1]

    async def type_as_clara(self, count: int) -> None:
        for _ in range(count):
            await self.clara.type(self.word(self.theirs), at=self.clara.text.index(" hier"))
            await self.clara.until_stored()

    async def strike(self, words: str) -> None:
        at = self.clara.text.index(words)
        await self.clara.delete(at, at + len(words))
        await self.clara.until_stored()

    def write_without_line(self) -> None:
        """Emil types where Clara deletes, deletes what Clara deletes too, and takes back half of what he typed."""
        text, browser = self.emil.text, self.emil.browser
        browser.type(text.index(" hier"), self.word(self.mine))
        browser.type(browser.text.index("wird"), self.word(self.mine))
        at = browser.text.index("Zwei bleibt")
        browser.delete(at, at + len("Zwei bleibt"))
        browser.type(len(browser.text) - 1, "Verworfen 😀." + self.word(self.mine))
        at = browser.text.index("Verworfen 😀.")
        browser.delete(at, at + len("Verworfen 😀."))

    async def until_kept(self, number: int) -> None:
        """Wait for a revision that the server makes by itself."""
        async with asyncio.timeout(10):
            while log_of(self.db, self.paper).kept_number < number:
                await asyncio.sleep(0.05)

    async def first_half(self, served: Served) -> None:
        """Two sittings, a form, and a room that is left by everybody."""
        editor, lead = self.people.editor, self.people.lead
        async with talking(served.address(self.paper, lead), self.clara):
            async with talking(served.address(self.paper, editor), self.emil):
                await self.emil.type(self.word(self.mine))
                await self.emil.until_stored()
                await self.clara.until(lambda: self.clara.text == self.emil.text)
                self.stored_then = self.emil.browser.doc.get_state()
            self.write_without_line()
            await self.type_as_clara(ROWS)
            await self.strike("Drei wird gestrichen.\n\n")
            a_quarter_passes(self.db, self.paper)
            await self.until_kept(2)
            await self.type_as_clara(ROWS)
            form = self.clara.text.replace("Vier endet.", f"Vier endet. {self.word(self.theirs)}")
            await asyncio.to_thread(save_elsewhere, served, self.paper, lead, form)
            await self.clara.until(lambda: self.theirs[-1] in self.clara.text)
            assert log_of(self.db, self.paper).kept_number == 4, "the sitting, then the form"
            await self.type_as_clara(ROWS)
        await self.until_kept(5)

    async def second_half(self, served: Served) -> None:
        """Somebody comes again, writes, and it is kept."""
        async with talking(served.address(self.paper, self.people.lead), self.clara):
            await self.type_as_clara(ROWS)
            await self.strike("Zwei bleibt stehen")
            a_quarter_passes(self.db, self.paper)
            await self.until_kept(6)

    async def come_back(self, served: Served, old_ticket: str) -> None:
        """Twice: as a page loaded again with what the browser kept, and as the one that was open all the time."""
        assert await turned_away(served.socket(self.paper, old_ticket)) == Code.TICKET
        again = Peer()
        async with (
            talking(served.address(self.paper, self.people.lead), self.clara),
            talking(served.address(self.paper, self.people.editor), again),
        ):
            await again.bring(self.emil.browser.doc.get_update(self.stored_then))
            await again.until_stored()
            assert again.closed_with is None
            async with talking(served.address(self.paper, self.people.editor), self.emil):
                await self.emil.until_stored()
                await self.emil.type(self.word(self.mine))
                await self.emil.until_stored()
                everybody = (self.clara, self.emil, again)
                await self.clara.until(lambda: len({peer.text for peer in everybody}) == 1)
                assert self.mine[-1] in self.clara.text

    def require_new_log(self) -> None:
        """What Emil's words rest on is in no row any more."""
        row = log_of(self.db, self.paper)
        rows = self.db.scalars(select(LiveUpdate.seq).where(LiveUpdate.paper_id == self.paper.id)).all()
        assert row.seq > 3 * ROWS
        assert all(seq > 3 * ROWS for seq in rows)


def require_once(text: str, words: list[str]) -> None:
    assert {word: text.count(word) for word in words} == dict.fromkeys(words, 1)


def test_after_an_hour_away_both_sides_are_there_once_and_credited(
    settings: Settings, people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EMPTY_FOR", "ROOMS_EVERY", "SITTINGS_EVERY"):
        monkeypatch.setattr(f"workspace.live.care.{name}", 0.1)
    settings = settings.model_copy(update={"live_compact_rows": ROWS})
    paper = make_paper(people, text=BODY)
    hour = Absence(db, people, paper)

    async def live_through_it() -> None:
        with serving(settings) as served:
            await hour.first_half(served)
        with serving(settings) as served:
            await hour.second_half(served)
            hour.require_new_log()
            await hour.come_back(served, ticket_of_an_hour_ago(served, paper, people, monkeypatch))
        # the server has stopped, and what was typed last became a revision

    run(live_through_it())
    shown = hour.clara.text
    assert stored_text(paper) == shown
    db.refresh(paper)
    text = text_of(paper, paper.head_number)
    assert text == shown
    require_once(text, hour.mine + hour.theirs)
    for gone in ("Zwei", "bleibt", "Drei", "gestrichen", "Verworfen"):
        assert gone not in text
    runs = authors_of(paper, paper.head_number).runs
    for words, member in ((hour.mine, people.editor), (hour.theirs, people.lead)):
        for word in words:
            at = text.index(word)
            assert who_wrote(runs, at, at + len(word)) == [(member.id, len(word))], word
    last = get_revision(paper, paper.head_number)
    assert {author.member_id for author in last.authors} == {people.editor.id}, "the last sitting was Emil's alone"
    assert sittings.close_sitting(paper) is None
