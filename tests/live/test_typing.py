"""Two and more people in one paper, with real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.live.peers import talking
from tests.live.serving import Served, serving, stored_text
from tests.people import People
from workspace.config import Settings


@pytest.fixture
def served(settings: Settings, people: People) -> Iterator[Served]:
    with serving(settings) as found:
        yield found


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

    asyncio.run(type_together())
    assert stored_text(paper) == "Für Schöne Bürger 👩‍🌾: " + TEXT
