"""Several people in several papers, with broken lines and people who come late: in the end all have the same text."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest
from sqlalchemy.orm import Session
from websockets.exceptions import WebSocketException

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import Peer, talking
from tests.live.serving import Served, served_too, stored_text
from tests.people import People
from workspace.papers.models import Paper

PAPERS, EDITORS, ACTS = 5, 5, 60


class Wanderer:
    """Writes anywhere, deletes, loses the line, writes on without it and comes back, at either server."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.peer = Peer()
        self.name = f"{seed}"
        self.words: list[str] = []

    async def write(self, paper: Paper, people: People, servers: list[Served]) -> None:
        await asyncio.sleep(self.chance.random() * 2)  # some come late
        while len(self.words) < ACTS:
            member = self.chance.choice([people.lead, people.editor]) if not self.words else self.member
            self.member = member
            server = self.chance.choice(servers)
            with suppress(OSError, WebSocketException):
                async with talking(server.address(paper, member), self.peer):
                    for _ in range(self.chance.randint(5, 25)):
                        await self.act()
                    if self.chance.random() < 0.5 and self.peer.socket is not None:
                        self.peer.socket.transport.abort()  # the line breaks without a word
            for _ in range(self.chance.randint(0, 5)):
                await self.act()

    async def act(self) -> None:
        text = self.peer.text
        self.words.append(f"[{self.name}.{len(self.words)} ü😀👩‍🌾]")
        places = [at for at in range(len(text) + 1) if at in {0, len(text)} or text[at - 1] == "]"]
        await self.peer.type(self.words[-1], at=self.chance.choice(places))
        if self.chance.random() < 0.2 and (at := self.peer.text.find("Füllwort ")) >= 0:
            await self.peer.delete(at, at + 9)
        await asyncio.sleep(self.chance.random() * 0.02)


@pytest.mark.long
def test_everybody_has_every_word_once(served: Served, people: People, db: Session) -> None:
    made = [make_paper(people, title=f"Papier {n}", text="Füllwort " * 30 + "\n") for n in range(PAPERS)]

    async def wander(paper: Paper, seed: int, servers: list[Served]) -> str:
        wanderers = [Wanderer(seed * 100 + n) for n in range(EDITORS)]
        await asyncio.gather(*(one.write(paper, people, servers) for one in wanderers))
        texts = set()
        for one in wanderers:
            async with talking(servers[0].address(paper, one.member), one.peer):
                await one.peer.until_stored()
        for one in (*wanderers, Wanderer(0)):
            async with talking(servers[0].address(paper, people.lead), one.peer):
                texts.add(one.peer.text)
        (text,) = texts
        words = [word for one in wanderers for word in one.words]
        assert {word: text.count(word) for word in words} == dict.fromkeys(words, 1)
        return text

    async def wander_everywhere() -> list[str]:
        if served.settings.database_url.startswith("sqlite"):
            return list(await asyncio.gather(*(wander(paper, n, [served]) for n, paper in enumerate(made, 1))))
        with served_too(served) as second:
            both = [served, second]
            return list(await asyncio.gather(*(wander(paper, n, both) for n, paper in enumerate(made, 1))))

    shown = run(wander_everywhere())
    assert [stored_text(paper) for paper in made] == shown
