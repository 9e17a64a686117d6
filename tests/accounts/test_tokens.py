"""Tokens of links: each opens the one door it was made for, for its own person, whatever the clock does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import csrf_of, make_paper
from tests.conftest import BASE_URL, ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import AddressChange, LoginSession, Member
from workspace.accounts.signing_in import hash_token, write_token
from workspace.config import Settings
from workspace.db import session
from workspace.membership import invitations
from workspace.membership.models import Invitation, JoinRequest

DOORS = ("/sign-in/", "/invitation/", "/request/", "/address/", "/notices/stop/")


@pytest.fixture
def links(db: Session, people: People, app: Flask, settings: Settings) -> Mapping[str, str]:
    """Door → a fresh token for it."""
    cora, soon = actor_of(people.coordination), clock.now() + timedelta(days=1)
    invitations.invite_list(cora, "Eva Ein; eva@see.example", network_name="Netz")
    invited = db.scalars(select(Invitation)).one()
    invitation = invitations.renew(cora, invited, network_name="Netz", by_mail=False).rpartition("/")[2]
    asked, change = "ask" * 8, "new" * 8
    session().add(
        JoinRequest(
            token_hash=hash_token(asked), name="Nora Neu", email="nora@see.example", organisation="See", function="Amt",
            reason="Darum", language="de", created_at=clock.now(), confirmed_at=None, expires_at=soon,
        )
    )  # fmt: skip
    session().add(
        AddressChange(
            member_id=people.reader.id, email="neu@see.example", expires_at=soon, old_hash=hash_token("old" * 8),
            new_hash=hash_token(change),
        )
    )  # fmt: skip
    made = {"/sign-in/": write_token(people.lead), "/invitation/": invitation, "/request/": asked, "/address/": change}
    db.commit()
    return made


def state(db: Session) -> tuple[object, ...]:
    """What a token could have brought about."""
    look_again(db)
    counted = [db.scalar(select(func.count()).select_from(table)) for table in (Member, LoginSession, Invitation)]
    confirmed = db.scalar(select(JoinRequest.confirmed_at))
    change = db.scalars(select(AddressChange)).one()
    return (*counted, confirmed, change.old_hash, change.new_hash)


def test_a_token_opens_no_other_door(db: Session, app: Flask, links: Mapping[str, str]) -> None:
    before = state(db)
    for made_for, token in links.items():
        for door in DOORS:
            if door == made_for:
                continue
            browser = app.test_client()
            browser.get(door + token)
            sent = {"csrf_token": csrf_of(browser.get("/sign-in"))}
            assert browser.post(door + token, data=sent).status_code in {200, 404, 410}
            assert browser.get("/account").status_code == 302
    assert state(db) == before


def test_a_link_signs_in_its_own_person_whoever_opens_it(
    db: Session, client_for: ClientFor, links: Mapping[str, str], people: People
) -> None:
    """Somebody who is signed in and uses another's link becomes that person, and is not mixed up with it."""
    browser = client_for(people.editor)
    path = "/sign-in/" + links["/sign-in/"]
    assert browser.get(path).status_code == 200
    assert "Emil Redaktion" in browser.get("/account").text
    browser.post(path, data={"csrf_token": csrf_of(browser.get(path))})
    page = browser.get("/account").text
    assert "Clara Leitung" in page
    assert "Emil Redaktion" not in page


def test_a_form_token_of_another_person_is_refused(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    page = f"/papers/{paper.key}/edit"
    stolen = csrf_of(client_for(people.lead).get(page))
    answer = client_for(people.editor).post(page, data={"csrf_token": stolen, "body": "Fremd.", "base": 1})
    assert answer.status_code == 400


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-1)])
def test_a_clock_set_back_shuts_nobody_out(
    db: Session, app: Flask, client_for: ClientFor, links: Mapping[str, str], people: People, jump: timedelta
) -> None:
    """Sessions and links of the time before the jump go on; nothing answers with an error."""
    signed_in = client_for(people.editor)
    paper = make_paper(people)
    with clock.at(clock.now() + jump):
        for path in (
            "/",
            "/account",
            "/account/security",
            "/notices",
            f"/papers/{paper.key}",
            f"/papers/{paper.key}/history",
        ):
            assert signed_in.get(path).status_code == 200, path
        browser = app.test_client()
        path = "/sign-in/" + links["/sign-in/"]
        browser.post(path, data={"csrf_token": csrf_of(browser.get(path))})
        assert browser.get("/account").status_code == 200


def test_a_clock_that_jumps_ahead_ends_what_would_have_ended(
    db: Session, app: Flask, client_for: ClientFor, links: Mapping[str, str], people: People
) -> None:
    signed_in = client_for(people.editor)
    with clock.at(clock.now() + timedelta(days=400)):
        assert signed_in.get("/account").status_code == 302
        for door, token in links.items():
            browser: FlaskClient = app.test_client()
            assert browser.get(door + token).status_code in {200, 410}
            browser.post(door + token, data={"csrf_token": csrf_of(browser.get("/sign-in"))})
            assert browser.get("/account", base_url=BASE_URL).status_code == 302
    look_again(db)
    assert db.scalar(select(func.count()).select_from(LoginSession)) == 1
