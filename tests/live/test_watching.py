"""News from outside the rooms: forms, the worker, the command line, restores."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.live.loop import run
from tests.live.peers import talking
from tests.live.serving import Served, on_postgresql, save_elsewhere, serving
from tests.people import People
from workspace.config import Settings
from workspace.db import begin_writing
from workspace.live.protocol import Code
from workspace.live.watching import POLL_EVERY
from workspace.papers import log, sittings
from workspace.papers.models import LiveDocument, Paper

WITHIN = 3.0
"""Seconds in which a change made elsewhere is in every open editor: one, and what a busy machine adds."""


def test_what_a_form_saves_is_in_open_editors_within_a_second(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def save_beside() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            db.rollback()
            for weeks in ("sechs", "zwölf"):
                new = TEXT.replace("acht", weeks)
                await asyncio.to_thread(save_elsewhere, served, paper, people.editor, new)
                await clara.until(lambda weeks=weeks: f"binnen {weeks} Wochen" in clara.text, WITHIN)

    run(save_beside())


@pytest.fixture
def attentive(settings: Settings, people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server that learns what it is told, and does not come upon it by looking now and then."""
    monkeypatch.setattr("workspace.live.watching.NET_EVERY", 1000)
    monkeypatch.setattr("workspace.live.care.RIGHTS_EVERY", 1000)
    with serving(settings) as found:
        yield found


def test_a_revision_without_a_new_row_is_known_within_a_second(attentive: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def keep() -> None:
        async with talking(attentive.address(paper, people.lead)) as clara:
            await clara.type("Getippt. ")
            await clara.until_stored()
            await asyncio.sleep(3 * POLL_EVERY)  # a look that the letters themselves may have caused is over
            head = log_head(db, paper)
            assert sittings.close_sitting(paper) is not None
            assert log_head(db, paper) == head, "nothing was added to the log"
            await clara.until(lambda: clara.states[-1]["head"] == 2, WITHIN)

    run(keep())


def test_a_log_that_begins_anew_is_known_within_a_second(attentive: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def begin() -> None:
        async with talking(attentive.address(paper, people.lead)) as clara:
            db.rollback()
            begin_writing()
            log.begin_anew(paper, TEXT)
            db.commit()
            await clara.until(lambda: clara.closed_with == Code.EPOCH, WITHIN)

    run(begin())


def log_head(db: Session, paper: Paper) -> int:
    """The newest row of the log."""
    db.rollback()
    return db.get_one(LiveDocument, paper.id, populate_existing=True).head


@on_postgresql
def test_a_listener_that_was_lost_looks_at_every_room(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def lose_listener() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            db.rollback()
            lost = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            assert db.scalars(lost).all()
            db.rollback()
            new = TEXT.replace("acht", "sechs")
            await asyncio.to_thread(save_elsewhere, served, paper, people.editor, new)
            await clara.until(lambda: "binnen sechs Wochen" in clara.text, 3)

    run(lose_listener())


def test_a_text_of_another_epoch_closes_the_room(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def restore() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            db.rollback()
            row = db.get_one(LiveDocument, paper.id)
            row.epoch += 1
            db.commit()
            await clara.until(lambda: clara.closed_with == Code.EPOCH, 7)

    run(restore())


def test_two_who_open_a_paper_at_the_same_moment_make_one_log(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)
    addresses = [served.address(paper, person) for person in (people.lead, people.editor, people.reader) * 3]

    async def open_at_once() -> set[str]:
        async def come(address: str) -> str:
            async with talking(address) as peer:
                return peer.text

        return set(await asyncio.gather(*map(come, addresses)))

    assert run(open_at_once()) == {TEXT}
    db.rollback()
    assert db.scalar(select(func.count()).select_from(LiveDocument)) == 1
