"""Two and more people in one paper, with real sockets."""

from __future__ import annotations

import asyncio

from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.live.loop import run
from tests.live.peers import talking
from tests.live.serving import Served, editors_of, save_elsewhere, stored_text
from tests.people import People
from workspace.live.tickets import epoch_of


def test_what_one_types_the_other_reads_and_it_is_stored(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def type_together() -> None:
        async with (
            talking(served.address(paper, people.lead)) as clara,
            talking(served.address(paper, people.editor)) as emil,
        ):
            assert clara.text == emil.text == TEXT
            await clara.type("Für Bürger 👩‍🌾: ")
            await emil.until(lambda: emil.text.startswith("Für Bürger 👩‍🌾: ## Anlass"))
            await emil.type("Schöne ", at=4)
            await clara.until(lambda: clara.text == emil.text)
            await clara.until_stored()
            await emil.until_stored()

    run(type_together())
    assert stored_text(paper) == "Für Schöne Bürger 👩‍🌾: " + TEXT


def test_who_comes_later_gets_everything_and_who_comes_back_brings_what_was_typed_meanwhile(
    served: Served, people: People, db: Session
) -> None:
    paper = make_paper(people)

    async def come_and_go() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            await clara.type("Eins. ")
            async with talking(served.address(paper, people.editor)) as emil:
                await emil.type("Zwei. ")
                await emil.until_stored()
            emil.browser.type(0, "Ohne Netz 😀. ")
            await clara.delete(6, 12)
            async with talking(served.address(paper, people.editor), emil):
                await clara.until(lambda: clara.text.startswith("Ohne Netz 😀. Zwei. "))
                await emil.until(lambda: emil.text == clara.text)
                await emil.until_stored()
            async with talking(served.address(paper, people.reader)) as rudi:
                assert rudi.text == clara.text

    run(come_and_go())
    assert stored_text(paper).startswith("Ohne Netz 😀. Zwei. ")


def test_the_page_learns_what_it_may_do_and_the_newest_revision(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def read_and_save() -> None:
        async with talking(served.address(paper, people.reader)) as rudi:
            assert [(s["may_write"], s["head"]) for s in rudi.states] == [(False, 1)]
            assert rudi.states[0]["epoch"] == epoch_of(paper.id)
            db.rollback()
            await asyncio.to_thread(save_elsewhere, served, paper, people.editor, TEXT + "\nNeu.\n")
            await rudi.until(lambda: rudi.text.endswith("Neu.\n"), 2)
            await rudi.until(lambda: rudi.states[-1]["head"] == 2, 2)

    run(read_and_save())


def test_what_a_reader_sends_is_not_taken(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def try_to_write() -> None:
        async with (
            talking(served.address(paper, people.reader)) as rudi,
            talking(served.address(paper, people.lead)) as clara,
        ):
            await rudi.type("Heimlich. ")
            await clara.type("Offen. ")
            await rudi.until(lambda: "Offen. " in rudi.text)
            assert rudi.stored == 0
            assert rudi.closed_with is None

    run(try_to_write())
    assert stored_text(paper) == "Offen. " + TEXT


def test_others_are_seen_as_the_server_knows_them(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def look_around() -> None:
        async with talking(served.address(paper, people.lead)) as clara:
            async with talking(served.address(paper, people.editor)) as emil:
                await emil.show(section="Anlass", user={"name": "Jemand"})
                await clara.until(lambda: clara.here)
                (seen,) = clara.here.values()
                assert seen["section"] == "Anlass"
                assert seen["user"]["name"] == "Emil Redaktion"
                assert seen["user"]["initials"] == "ER"
                async with talking(served.address(paper, people.reader)) as rudi:
                    await rudi.until(lambda: rudi.here)
                    assert [here["user"]["name"] for here in rudi.here.values()] == ["Emil Redaktion"]
                assert editors_of(paper) == {people.lead.id, people.editor.id}
            await clara.until(lambda: not clara.here)
        await asyncio.sleep(1.2)

    run(look_around())
    assert editors_of(paper) == set()
