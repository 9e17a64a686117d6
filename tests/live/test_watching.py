"""News from outside the rooms: forms, the worker, the command line, restores."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.live.loop import run
from tests.live.peers import talking
from tests.live.serving import Served, on_postgresql, save_elsewhere
from tests.people import People
from workspace.live.protocol import Code
from workspace.papers.models import LiveDocument

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
