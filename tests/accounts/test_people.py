"""One's own account, admitting people, network roles, closing accounts."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace.accounts import actions, signing_in
from workspace.accounts.models import LoginSession, Member, Organisation
from workspace.accounts.queries import find_member
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.permissions import NetworkRole

PASSWORD = "Ein kurzer Satz ist gut."


def fields_refused(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return dict(error.value.fields)


# Admitting


def test_coordination_admits_people_and_hands_out_their_link(
    db: Session, client_for: ClientFor, people: People, app: Flask
) -> None:
    cora = client_for(people.coordination)
    made = post_form(
        cora, "/people", name="  Jana\tReuter ", email="Jana.Reuter@Stadt.example", organisation="Neustadt", function=""
    )
    assert made.status_code == 303
    jana = find_member("jana.reuter@stadt.example")
    assert jana is not None
    assert (jana.name, jana.handle, jana.email) == ("Jana Reuter", "jana.reuter", "jana.reuter@stadt.example")
    assert jana.organisation is not None
    page = post_form(cora, made.location, f"{made.location}/sign-in-link").get_data(as_text=True)
    link = page.partition('<code class="address">')[2].partition("</code>")[0]
    assert link.startswith("http://localhost/sign-in/")
    assert link not in cora.get(made.location).get_data(as_text=True), "it is shown once"
    browser = app.test_client()
    assert post_form(browser, link.removeprefix("http://localhost")).status_code == 303
    assert "Jana Reuter" in browser.get("/account").get_data(as_text=True)


def test_what_was_typed_stays_when_something_is_wrong(client_for: ClientFor, people: People) -> None:
    cora = client_for(people.coordination)
    page = post_form(cora, "/people", name="Jana Reuter", email="clara@stadt.example", organisation="Neustadt")
    words = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Mit dieser Adresse gibt es schon ein Konto." in words
    assert 'value="Jana Reuter"' in words
    assert 'value="Neustadt"' in words


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"email": "clara@stadt.example"}, {"email": "email_taken"}),
        ({"email": "CLARA@Stadt.example "}, {"email": "email_taken"}),
        ({"email": "jana"}, {"email": "email_wrong"}),
        ({"email": "jana@stadt"}, {"email": "email_wrong"}),
        ({"email": "jana@stadt.example\nBcc: x@y.example"}, {"email": "email_wrong"}),
        ({"email": "Jana <jana@stadt.example>"}, {"email": "email_wrong"}),
        ({"email": "j" * 60 + "@" + "s" * 180 + ".example-domain"}, {"email": "email_wrong"}),
        ({"email": "j" * 64 + "@" + "s" * 180 + ".abcdefghijklmnop"}, {"email": "email_wrong"}),
        ({"name": ""}, {"name": "required"}),
        ({"name": "J" * 121}, {"name": "too_long"}),
        ({"name": "Jana\x00Reuter"}, {"name": "not_printable"}),
        ({"name": "Jana\ud800"}, {"name": "not_printable"}),
        ({"organisation": "N" * 121}, {"organisation": "too_long"}),
        ({"function": "N" * 121}, {"function": "too_long"}),
    ],
)
def test_a_person_needs_a_name_and_an_address_of_their_own(
    db: Session, people: People, given: dict[str, str], refused: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as error:
        actions.admit_member(
            actor_of(people.coordination), **{"name": "Jana Reuter", "email": "jana@stadt.example"} | given
        )
    assert fields_refused(error) == refused


def test_only_coordination_admits(db: Session, people: People) -> None:
    for member in (people.admin, people.lead, people.stranger, None):
        with pytest.raises(Forbidden):
            actions.admit_member(actor_of(member), name="Jana Reuter", email="jana@stadt.example")


def test_two_people_of_the_same_name_get_handles_of_their_own(db: Session, people: People) -> None:
    cora = actor_of(people.coordination)
    made = [
        actions.admit_member(cora, name=name, email=f"jana{number}@stadt.example").handle
        for number, name in enumerate(["Jana Müller", "Jana Müller", "Jana Mueller", "Łukasz Ørsted", "王芳"])
    ]
    assert made == ["jana.mueller", "jana.mueller2", "jana.mueller3", "ukasz.rsted", "mitglied"]


def test_a_municipality_is_made_once(db: Session, people: People) -> None:
    cora = actor_of(people.coordination)
    for number in range(2):
        actions.admit_member(cora, name="Jana Reuter", email=f"jana{number}@stadt.example", organisation="Neustadt")
    assert db.scalar(select(func.count(Organisation.id)).where(Organisation.name == "Neustadt")) == 1


def test_two_admitting_the_same_person_at_once_make_one_account(
    db: Session, client_for: ClientFor, people: People
) -> None:
    actions.give_network_role(actor_of(people.coordination), people.lead, NetworkRole.COORDINATION)
    db.commit()
    browsers = [client_for(people.coordination), client_for(people.lead)]
    tokens = [csrf_of(browser.get("/people")) for browser in browsers]
    start, answers = threading.Barrier(2), list[int]()

    def admit(browser: FlaskClient, token: str) -> None:
        start.wait(timeout=10)
        fields = {"csrf_token": token, "name": "Jana Reuter", "email": "jana@stadt.example"}
        answers.append(browser.post("/people", data=fields).status_code)

    threads = [threading.Thread(target=admit, args=given) for given in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) in ([303, 409], [303, 422])
    assert db.scalar(select(func.count(Member.id)).where(Member.email == "jana@stadt.example")) == 1


def test_the_first_person_is_made_in_an_empty_installation_only(db: Session) -> None:
    first = actions.add_first_member(name="Cora", email="cora@netz.example", roles=frozenset(NetworkRole))
    db.commit()
    assert first.network_roles == set(NetworkRole)
    with pytest.raises(Conflict, match="not_empty"):
        actions.add_first_member(name="Conny", email="conny@netz.example", roles=frozenset(NetworkRole))


# Roles in the network


def test_coordination_gives_and_takes_network_roles(db: Session, client_for: ClientFor, people: People) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.lead.id}"
    assert post_form(cora, page, f"{page}/roles", coordination="y", admin="y").status_code == 303
    look_again(db)
    assert people.lead.network_roles == set(NetworkRole)
    assert post_form(cora, page, f"{page}/roles", admin="y").status_code == 303
    look_again(db)
    assert people.lead.network_roles == {NetworkRole.ADMIN}
    verbs = db.scalars(select(Event.verb).where(Event.subject_id == people.lead.id, Event.verb.like("network_role%")))
    assert sorted(verbs) == ["network_role.given", "network_role.given", "network_role.taken"]


def test_nobody_changes_their_own_network_roles(db: Session, client_for: ClientFor, people: People) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.coordination.id}"
    assert f"{page}/roles" not in cora.get(page).get_data(as_text=True)
    assert post_form(cora, page, f"{page}/roles", coordination="y", admin="y").status_code == 403
    assert post_form(cora, page, f"{page}/roles").status_code == 403
    look_again(db)
    assert people.coordination.network_roles == {NetworkRole.COORDINATION}


def test_two_cannot_take_the_coordination_from_each_other(
    db: Session, app: Flask, settings: Settings, people: People
) -> None:
    actions.give_network_role(actor_of(people.coordination), people.lead, NetworkRole.COORDINATION)
    db.commit()
    pairs = [(people.coordination.id, people.lead.id), (people.lead.id, people.coordination.id)]
    start, refused = threading.Barrier(2), list[str]()

    def take(own: int, other: int) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
            actor, member = actor_of(opened.get(Member, own)), opened.get(Member, other)
            assert member is not None
            start.wait(timeout=10)
            try:
                actions.take_network_role(actor, member, NetworkRole.COORDINATION)
                opened.commit()
            except Conflict as error:
                refused.append(error.code)

    threads = [threading.Thread(target=take, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert refused == ["last_coordination"]


# Closing accounts


def test_a_closed_account_can_be_opened_again(db: Session, client_for: ClientFor, people: People) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.editor.id}"
    assert post_form(cora, page, f"{page}/closure").status_code == 303
    assert "geschlossen" in cora.get(page).get_data(as_text=True)
    assert post_form(cora, page, f"{page}/sign-in-link").status_code == 409
    assert post_form(cora, page, f"{page}/reopening").status_code == 303
    look_again(db)
    assert not people.editor.is_disabled


def test_nobody_closes_their_own_account(db: Session, client_for: ClientFor, people: People) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.coordination.id}"
    assert f"{page}/closure" not in cora.get(page).get_data(as_text=True)
    assert post_form(cora, page, f"{page}/closure").status_code == 409


@pytest.mark.parametrize("address", ["/people", "/people/1"])
def test_only_coordination_sees_the_list_of_people(client_for: ClientFor, people: People, address: str) -> None:
    for member in (people.admin, people.lead, people.stranger):
        assert client_for(member).get(address).status_code == 403


@pytest.mark.parametrize("member_id", ["0", "999999", str(2**63 - 1), str(2**63), "9" * 40, "-1", "x", "1%00"])
def test_a_person_that_is_not_there_is_not_found(client_for: ClientFor, people: People, member_id: str) -> None:
    cora = client_for(people.coordination)
    assert cora.get(f"/people/{member_id}").status_code == 404
    for act in ("roles", "closure", "reopening", "sign-in-link"):
        assert post_form(cora, "/people", f"/people/{member_id}/{act}").status_code == 404


# One's own account


def test_a_password_is_set_and_changed_with_the_old_one(db: Session, client_for: ClientFor, people: People) -> None:
    clara, elsewhere = client_for(people.lead), client_for(people.lead)
    assert post_form(clara, "/account/security", "/account/password", new=PASSWORD).status_code == 303
    assert clara.get("/account").status_code == 200, "this session goes on"
    assert elsewhere.get("/account").status_code == 302, "others are signed out"
    page = post_form(clara, "/account/security", "/account/password", old="falsch", new="Ein anderer Satz.")
    assert page.status_code == 422
    assert "Das bisherige Passwort stimmt nicht." in page.get_data(as_text=True)
    assert (
        post_form(clara, "/account/security", "/account/password", old=PASSWORD, new="Ein anderer Satz.").status_code
        == 303
    )
    look_again(db)
    assert people.lead.password_hash is not None
    assert people.lead.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("zu kurz", "password_short"),
        ("x" * 201, "password_long"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("Passwort1234", "password_common"),
        ("claraleitung", "password_common"),
        ("clara@stadt.example", "password_common"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(db: Session, people: People, password: str, code: str) -> None:
    with pytest.raises(Invalid) as error:
        signing_in.set_password(actor_of(people.lead), people.lead, password)
    assert fields_refused(error) == {"new": code}


@pytest.mark.parametrize(
    "password", ["Grüße aus 🏙 der Stadt", "tab\tund\x00null und mehr", "\ud800 halb und halb", " " * 3 + "Leerzeichen"]
)
def test_any_characters_make_a_password(db: Session, people: People, password: str) -> None:
    signing_in.set_password(actor_of(people.lead), people.lead, password)
    db.commit()
    signed_in = {"network_address": "10.0.0.1", "device": "", "earlier": None}
    assert signing_in.sign_in_by_password("clara@stadt.example", password, **signed_in)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        signing_in.sign_in_by_password("clara@stadt.example", password.strip() + "x", **signed_in)  # type: ignore[arg-type]


def test_nobody_sets_the_password_or_language_of_somebody_else(db: Session, people: People) -> None:
    for member in (people.coordination, people.admin, None):
        with pytest.raises(Conflict, match="not_own_account"):
            signing_in.set_password(actor_of(member), people.lead, PASSWORD)
        with pytest.raises(Conflict, match="not_own_account"):
            actions.choose_language(actor_of(member), people.lead, "en")


def test_the_language_is_the_persons_then_the_browsers_then_german(client_for: ClientFor, people: People) -> None:
    clara, english = client_for(people.lead), {"Accept-Language": "en-GB,en;q=0.8"}

    def language(**headers: str) -> str:
        page = clara.get("/account", headers=headers).get_data(as_text=True)
        return page.partition('<html lang="')[2][:2]

    assert language() == "de"
    assert language(**english) == "en"
    assert language(**{"Accept-Language": "fr, uk;q=0.5"}) == "de"
    assert post_form(clara, "/account", "/account/language", language="de").status_code == 303
    assert language(**english) == "de"
    assert post_form(clara, "/account", "/account/language", language="en").status_code == 303
    assert language(**{"Accept-Language": "de"}) == "en"
    assert post_form(clara, "/account", "/account/language", language="").status_code == 303
    assert language(**english) == "en"
    assert post_form(clara, "/account", "/account/language", language="fr").status_code == 422


def test_a_session_knows_its_device(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    token = signing_in.write_token(people.lead)
    db.commit()
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = "Amt\x01browser " + "x" * 300
    post_form(browser, f"/sign-in/{token}")
    device = db.scalars(select(LoginSession.device).order_by(LoginSession.id.desc())).first()
    assert device is not None
    assert device.startswith("Amtbrowser x")
    assert len(device) == 200
