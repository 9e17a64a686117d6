"""What lets a socket in: once, for a minute, with the rights of that moment."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import itsdangerous.timed
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.conftest import ClientFor
from tests.live.loop import run
from tests.live.peers import talking, turned_away
from tests.live.serving import Served, serving, ticket_of
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.accounts.models import LoginSession
from workspace.clock import now
from workspace.config import Settings
from workspace.groups import actions as groups
from workspace.live.models import UsedTicket
from workspace.live.protocol import Code
from workspace.live.tickets import BadTicket, epoch_of, let_in, read_ticket, write_ticket
from workspace.papers import actions as papers
from workspace.papers.models import Paper

SECRET = "a secret of the tests"


def refusal_of(paper: Paper, text: str) -> Code | None:
    return let_in([read_ticket(SECRET, paper.key, text)])[0].standing.refused


def test_a_ticket_lets_in_once(people: People, db: Session) -> None:
    paper = make_paper(people)
    text = ticket_of(SECRET, paper, people.editor)
    ticket = read_ticket(SECRET, paper.key, text)
    first, again = let_in([ticket, ticket])
    assert (first.standing.refused, first.standing.may_write) == (None, True)
    assert again.standing.refused == Code.TICKET
    assert refusal_of(paper, text) == Code.TICKET


def test_a_ticket_is_for_its_paper_and_its_minute(people: People, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    paper, other = make_paper(people), make_paper(people, title="Ein anderes")
    text = ticket_of(SECRET, paper, people.editor)
    for key, shown, secret in (
        (other.key, text, SECRET), (paper.key, text[:-1], SECRET), (paper.key, "x", SECRET), (paper.key, text, "else"),
    ):  # fmt: skip
        with pytest.raises(BadTicket):
            read_ticket(secret, key, shown)
    later = itsdangerous.timed.time.time() + 62
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: later)
    with pytest.raises(BadTicket):
        read_ticket(SECRET, paper.key, text)


def test_used_tickets_are_forgotten_when_they_are_worth_nothing(
    people: People, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(people)
    assert refusal_of(paper, ticket_of(SECRET, paper, people.editor)) is None
    db.commit()
    monkeypatch.setattr("workspace.live.tickets.now", lambda: now() + timedelta(minutes=3))
    assert refusal_of(paper, ticket_of(SECRET, paper, people.lead)) is None
    assert len(db.scalars(select(UsedTicket)).all()) == 1


def test_rights_are_those_of_the_moment_of_coming_in(people: People, db: Session) -> None:
    paper = make_paper(people)
    texts = [ticket_of(SECRET, paper, people.editor) for _ in range(5)]
    session_ids = db.scalars(select(LoginSession.id).where(LoginSession.member_id == people.editor.id)).all()

    def standing(text: str) -> tuple[Code | None, bool]:
        found = let_in([read_ticket(SECRET, paper.key, text)])[0].standing
        db.commit()
        return found.refused, found.may_write

    assert standing(texts[0]) == (None, True)
    papers.park_paper(actor_of(people.lead), paper, reason="Pause")
    db.commit()
    assert standing(texts[1]) == (None, False)
    groups.remove_from_group(actor_of(people.lead), people.quality, people.editor)
    db.commit()
    assert standing(texts[2]) == (Code.WITHDRAWN, False)
    db.get_one(LoginSession, max(session_ids)).ended_at = now()
    db.commit()
    assert standing(texts[4]) == (Code.SIGN_IN, False)
    accounts.disable_member(actor_of(people.coordination), people.editor)
    db.commit()
    assert standing(texts[3]) == (Code.SIGN_IN, False)


def test_a_ticket_of_somebody_elses_session_lets_nobody_in(people: People, db: Session) -> None:
    paper = make_paper(people)
    ticket_of(SECRET, paper, people.reader)
    session_id = db.scalars(select(LoginSession.id).where(LoginSession.member_id == people.reader.id)).one()
    text = write_ticket(SECRET, actor_of(people.editor), session_id, paper)
    assert refusal_of(paper, text) == Code.SIGN_IN


def test_the_page_gets_what_it_needs(app: Flask, client_for: ClientFor, people: People, db: Session) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"/papers/{paper.key}/live")
    assert answer.status_code == 200
    given = answer.get_json()
    assert (given["address"], given["may_write"], given["head"]) == (f"/live/{paper.key}", False, 1)
    db.rollback()
    assert given["epoch"] == epoch_of(paper.id)
    ticket = read_ticket(app.config["SECRET_KEY"], paper.key, given["ticket"])
    assert ticket.place.member_id == people.reader.id
    assert client_for(people.stranger).post(f"/papers/{paper.key}/live").status_code == 404


def test_a_ticket_needs_the_pages_csrf_token(app: Flask, client_for: ClientFor, people: People, db: Session) -> None:
    paper = make_paper(people)
    assert client_for(people.editor).post(f"/papers/{paper.key}/live").status_code == 400


def test_the_door_says_why_it_stays_shut(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)
    strangers = served.socket(paper, ticket_of(served.secret, paper, people.stranger))
    used = served.address(paper, people.lead)
    good = itertools.repeat(people.editor)

    def fresh(**given: object) -> str:
        return served.address(paper, next(good), **given)

    gone = Paper(id=paper.id + 1000, key=paper.key)
    cases = [
        (f"ws://127.0.0.1:{served.port}/live/{paper.key}", {}, Code.SIGN_IN),
        (f"ws://127.0.0.1:{served.port}/live/{'x' * 16}", {}, Code.SIGN_IN),
        (served.socket(paper, "garbage"), {}, Code.TICKET),
        (fresh().replace(paper.key, "x" * 16), {}, Code.TICKET),
        (served.socket(paper, ticket_of(served.secret, gone, people.editor)), {}, Code.UNKNOWN),
        (strangers, {}, Code.WITHDRAWN),
        (fresh(epoch=7), {}, Code.EPOCH),
        (fresh(), {"origin": "https://evil.example"}, Code.WITHDRAWN),
        (fresh(), {"origin": f"http://localhost:{served.port}"}, Code.WITHDRAWN),
    ]

    async def knock() -> list[int | None]:
        async with talking(used, origin=served.base_url):
            pass
        return [await turned_away(used), *[await turned_away(address, **more) for address, more, _ in cases]]

    assert run(knock()) == [Code.TICKET, *(code for _, _, code in cases)]


def test_of_many_who_show_the_same_ticket_at_once_one_comes_in(served: Served, people: People, db: Session) -> None:
    paper = make_paper(people)
    addresses = [served.address(paper, person) for person in (people.lead, people.editor, people.reader)]

    async def race(address: str) -> int:
        return sum(code == Code.TICKET for code in await asyncio.gather(*(code_of(address) for _ in range(4))))

    async def races() -> list[int]:
        return list(await asyncio.gather(*map(race, addresses)))

    assert run(races()) == [3, 3, 3]


async def code_of(address: str) -> int | None:
    async with talking(address) as peer:
        return peer.closed_with


def test_a_paper_takes_so_many_people_and_anybody_twice(settings: Settings, people: People, db: Session) -> None:
    paper = make_paper(people)

    async def crowd() -> None:
        with serving(settings.model_copy(update={"live_people_max": 1})) as served:
            async with talking(served.address(paper, people.lead)) as clara:
                assert await turned_away(served.address(paper, people.editor)) == Code.CROWDED
                async with talking(served.address(paper, people.lead)) as window:
                    assert window.text == clara.text
                    assert await turned_away(served.address(paper, people.lead)) == Code.CROWDED

    run(crowd())
