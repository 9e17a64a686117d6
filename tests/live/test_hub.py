"""Rooms fail alone, and what others wrote first is read before one writes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.live.loop import run
from tests.live.peers import talking, turned_away
from tests.live.serving import Served, on_postgresql, save_elsewhere, served_too, stored_text
from tests.people import People
from workspace.live import hub as hubs
from workspace.live.protocol import Code
from workspace.papers import log
from workspace.papers.document import Document
from workspace.papers.models import Paper


class Panic(BaseException):
    """As the CRDT's library raises one."""


def test_a_room_that_fails_does_so_alone_and_comes_back_from_the_log(
    served: Served, people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, well = make_paper(people), make_paper(people, title="Ein anderes")
    apply = Document.apply

    def failing(document: Document, row: Any) -> None:
        if document.paper_id == ill.id:
            raise Panic
        apply(document, row)

    async def fail() -> None:
        async with (
            talking(served.address(ill, people.lead)) as clara,
            talking(served.address(well, people.editor)) as emil,
        ):
            monkeypatch.setattr(Document, "apply", failing)
            await asyncio.gather(clara.type("Krank. "), emil.type("Gesund. "))
            await clara.until(lambda: clara.closed_with == Code.RELOAD)
            await emil.until_stored()
            monkeypatch.setattr(Document, "apply", apply)
        async with talking(served.address(ill, people.lead), clara):
            await clara.until_stored()

    run(fail())
    assert stored_text(ill) == "Krank. " + TEXT, "it was in the log, and came once"
    assert stored_text(well) == "Gesund. " + TEXT


def test_a_panic_while_a_paper_is_opened_is_told_and_the_next_try_may_succeed(
    served: Served, people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(people)
    replay = Document.replay

    def failing(document: Document, loaded: Any) -> Any:
        raise Panic

    async def come_twice() -> None:
        monkeypatch.setattr(Document, "replay", failing)
        assert await turned_away(served.address(paper, people.lead)) == Code.RELOAD
        monkeypatch.setattr(Document, "replay", replay)
        async with talking(served.address(paper, people.lead)) as clara:
            assert clara.text == TEXT

    run(come_twice())


def test_a_paper_that_cannot_be_written_does_not_hold_up_others(
    served: Served, people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, well = make_paper(people), make_paper(people, title="Ein anderes")
    append = log.append

    def failing(connection: Connection, rows: Any) -> None:
        if any(row.paper_id == ill.id for row in rows):
            raise OSError("disk")
        append(connection, rows)

    async def fail() -> None:
        async with (
            talking(served.address(ill, people.lead)) as clara,
            talking(served.address(well, people.editor)) as emil,
        ):
            monkeypatch.setattr(hubs.log, "append", failing)
            await asyncio.gather(clara.type("Krank. "), emil.type("Gesund. "))
            await clara.until(lambda: clara.closed_with == Code.RELOAD)
            await emil.until_stored()
            assert clara.stored == 0
            monkeypatch.setattr(hubs.log, "append", append)
        async with talking(served.address(ill, people.lead), clara):
            await clara.until_stored()

    run(fail())
    assert stored_text(ill) == "Krank. " + TEXT
    assert stored_text(well) == "Gesund. " + TEXT


def test_two_processes_and_a_form_write_the_same_paper(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def write_everywhere() -> None:
        with served_too(served) as second:
            async with (
                talking(served.address(paper, people.lead)) as clara,
                talking(second.address(paper, people.editor)) as emil,
            ):
                db.rollback()
                for number in range(20):
                    await clara.type(f"C{number}. ")
                    await emil.type(f"E{number} 😀. ", at=len(emil.text))
                    if number == 10:
                        text = TEXT.replace("acht Wochen", "sechs Wochen")
                        await asyncio.to_thread(save_elsewhere, served, paper, people.lead, text)
                await clara.until_stored()
                await emil.until_stored()
                await emil.until(lambda: clara.text == emil.text and "binnen sechs Wochen" in emil.text)
                assert sorted(clara.text.count(f"C{n}. ") for n in range(20)) == [1] * 20
                assert sorted(clara.text.count(f"E{n} 😀. ") for n in range(20)) == [1] * 20
                assert stored_text(paper) == clara.text

    run(write_everywhere())


@on_postgresql
def test_people_at_two_processes_see_each_other(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def look() -> None:
        with served_too(served) as second:
            async with talking(served.address(paper, people.lead)) as clara:
                await clara.show(section="Anlass")
                async with talking(second.address(paper, people.editor)) as emil:
                    await emil.until(lambda: emil.here)
                    await emil.show(section="Schluss")
                    await clara.until(lambda: clara.here)
                    assert [seen["user"]["name"] for seen in clara.here.values()] == ["Emil Redaktion"]
                    assert [seen["user"]["name"] for seen in emil.here.values()] == ["Clara Leitung"]
                await clara.until(lambda: not clara.here)

    run(look())


def test_an_idle_room_is_closed_and_its_sitting_becomes_a_revision(
    served: Served, people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.live.care.EMPTY_FOR", 0.1)
    paper = make_paper(people)

    async def write_and_leave() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            await clara.type("Fertig. ")
            await clara.until_stored()

    def head() -> int:
        db.rollback()
        return db.get_one(Paper, paper.id, populate_existing=True).head_number

    async def until_kept() -> None:
        async with asyncio.timeout(8):
            while head() == 1:
                await asyncio.sleep(0.1)

    run(write_and_leave())
    run(until_kept())
    assert head() == 2


def test_much_is_kept_before_it_is_deleted(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people, text="Ein langer Absatz. " * 200)

    async def delete_much() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            await clara.type("Getippt. ")
            await clara.until_stored()
            await clara.delete(0, 3000)
            await clara.until(lambda: clara.states[-1]["head"] == 2)
            await clara.until_stored()

    run(delete_much())
