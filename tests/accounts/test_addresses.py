"""What goes by mail: links for a forgotten password, a new address confirmed at both, notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts import addresses, second_factor, signing_in
from workspace.accounts.models import Member, SignInToken
from workspace.config import Settings
from workspace.events import Event
from workspace.mail import Mail

PASSWORD = "Ein kurzer Satz ist gut."
NEW = "clara.neu@stadt.example"
SENT = "Wenn es zu dieser Adresse ein Konto gibt"


def mails(db: Session) -> Sequence[Mail]:
    look_again(db)
    return db.scalars(select(Mail).order_by(Mail.id)).all()


def path_in(mail: Mail) -> str:
    """The path of the link a mail holds, the same in both its forms."""
    found = re.findall(r"http://localhost(/(?:sign-in|address|invitation|request)/[\w-]+)", mail.text)
    assert len(found) == 1, mail.text
    assert f"http://localhost{found[0]}" in mail.html
    return str(found[0])


def ask(browser: FlaskClient, email: str, **options: str) -> TestResponse:
    token = csrf_of(browser.get("/password"))
    return browser.post("/password", data={"csrf_token": token, "email": email}, environ_base=options)


# A forgotten password


def test_a_forgotten_password_is_set_anew_by_a_link(
    db: Session, app: Flask, client_for: ClientFor, people: People
) -> None:
    signing_in.set_password(actor_of(people.lead), people.lead, PASSWORD)
    db.commit()
    elsewhere, browser = client_for(people.lead), app.test_client()
    assert SENT in ask(browser, " Clara@Stadt.example ").get_data(as_text=True)
    (mail,) = mails(db)
    assert (mail.to_address, mail.member_id) == ("clara@stadt.example", people.lead.id)
    path = path_in(mail)
    for _time in range(3):
        assert browser.get(path).status_code == 200, "gateways look first"
    answer = post_form(browser, path)
    assert answer.location == "/account/security"
    page = browser.get("/account/security").get_data(as_text=True)
    assert 'name="old"' not in page
    assert post_form(browser, "/account/security", "/account/password", new="Ein anderer Satz.").status_code == 303
    assert elsewhere.get("/account").status_code == 302, "other devices are signed out"
    assert browser.get(path).status_code == 410
    told = mails(db)[-1]
    assert (told.kind, told.to_address) == ("accounts/notice", "clara@stadt.example")
    assert "Ihr Passwort wurde gesetzt." in told.text
    assert "Ein anderer Satz." not in told.text


def test_later_the_password_needs_the_old_one_again(
    db: Session, app: Flask, people: People, settings: Settings
) -> None:
    signing_in.set_password(actor_of(people.lead), people.lead, PASSWORD)
    db.commit()
    browser = app.test_client()
    ask(browser, people.lead.email)
    post_form(browser, path_in(mails(db)[-1]))
    with clock.at(clock.now() + timedelta(seconds=settings.confirmation_life + 1)):
        page = post_form(browser, "/account/security", "/account/password", new="Ein anderer Satz.")
        assert page.status_code == 422
        assert "Das bisherige Passwort stimmt nicht." in page.get_data(as_text=True)


def test_a_link_by_mail_leaves_the_second_factor_on(db: Session, app: Flask, people: People) -> None:
    own = actor_of(people.lead)
    factor = second_factor.begin_factor(own, people.lead)
    db.commit()
    step = int(clock.now().timestamp()) // second_factor.STEP
    second_factor.confirm_factor(own, people.lead, second_factor.code_at(factor.secret, step))
    db.commit()
    browser = app.test_client()
    ask(browser, people.lead.email)
    assert post_form(browser, path_in(mails(db)[-1])).location == "/sign-in-code?next=/account/security"


def test_the_link_lives_an_hour(db: Session, app: Flask, people: People, settings: Settings) -> None:
    browser = app.test_client()
    ask(browser, people.lead.email)
    path = path_in(mails(db)[-1])
    with clock.at(clock.now() + timedelta(seconds=settings.mail_link_life + 1)):
        assert browser.get(path).status_code == 410


def without_what_differs(page: TestResponse, email: str) -> str:
    return re.sub(r'value="[^"]{30,}"', "", page.get_data(as_text=True)).replace(email, "")


def test_nothing_tells_whether_there_is_an_account(db: Session, app: Flask, people: People) -> None:
    answers = [
        without_what_differs(ask(app.test_client(), email), email)
        for email in ("clara@stadt.example", "niemand@stadt.example", "dora@stadt.example")
    ]
    assert SENT in answers[0]
    assert answers[0] == answers[1] == answers[2]
    assert [mail.to_address for mail in mails(db)] == ["clara@stadt.example"], "none to nobody, none to closed accounts"


def test_the_link_names_the_configured_address_whatever_the_request_claims(
    db: Session, app: Flask, people: People
) -> None:
    browser = app.test_client()
    token = csrf_of(browser.get("/password"))
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    browser.post("/password", data={"csrf_token": token, "email": people.lead.email}, headers=headers)
    for mail in mails(db):
        assert "evil" not in mail.text + mail.html


def test_nobody_is_flooded_with_links(db: Session, app: Flask, people: People, settings: Settings) -> None:
    for number in range(settings.mail_links + 3):
        assert SENT in ask(app.test_client(), people.lead.email, REMOTE_ADDR=f"10.0.0.{number}").get_data(as_text=True)
    assert len(mails(db)) == settings.mail_links
    with clock.at(clock.now() + timedelta(seconds=settings.mail_link_window + 1)):
        ask(app.test_client(), people.lead.email)
    assert len(mails(db)) == settings.mail_links + 1


def test_one_network_address_cannot_ask_for_everybody(
    db: Session, app: Flask, people: People, settings: Settings
) -> None:
    for number in range(settings.mail_link_asks):
        ask(app.test_client(), f"person{number}@stadt.example", REMOTE_ADDR="10.0.0.66")
    slow = ask(app.test_client(), people.lead.email, REMOTE_ADDR="10.0.0.66")
    assert slow.status_code == 422
    assert "Bitte warten Sie eine Stunde" in slow.get_data(as_text=True)
    assert mails(db) == []
    ask(app.test_client(), people.lead.email, REMOTE_ADDR="10.0.0.1")
    assert len(mails(db)) == 1, "from elsewhere it works"


@pytest.mark.parametrize("email", ["", "x", "a@b\nBcc: c@d.example", "\ud800@stadt.example", "x" * 5000 + "@a.example"])
def test_what_is_no_address_gets_no_mail(db: Session, app: Flask, people: People, email: str) -> None:
    assert ask(app.test_client(), email.encode("utf-8", "replace").decode()).status_code in {200, 422}
    assert mails(db) == []


# A new address


@pytest.fixture
def clara(client_for: ClientFor, people: People) -> FlaskClient:
    return client_for(people.lead)


def begin(browser: FlaskClient, db: Session, email: str = NEW) -> tuple[str, str]:
    """Ask for the change; the paths of the links that went to the old and the new address."""
    assert post_form(browser, "/account", "/account/address", email=email).status_code == 303
    old, new = mails(db)[-2:]
    assert (old.to_address, new.to_address) == ("clara@stadt.example", email)
    return path_in(old), path_in(new)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_address_changes_when_both_have_confirmed(
    db: Session, app: Flask, clara: FlaskClient, people: People, order: tuple[int, int]
) -> None:
    paths, browser = begin(clara, db), app.test_client()
    assert NEW in clara.get("/account").get_data(as_text=True)
    first, second = (paths[number] for number in order)
    assert browser.get(first).status_code == 200
    assert "fehlt noch die Bestätigung" in post_form(browser, first).get_data(as_text=True)
    look_again(db)
    assert people.lead.email == "clara@stadt.example"
    assert browser.get(first).status_code == 410, "each serves once"
    assert "ist geändert" in post_form(browser, second).get_data(as_text=True)
    look_again(db)
    assert people.lead.email == NEW
    assert clara.get("/account").status_code == 302, "all devices are signed out"
    told = mails(db)[-2:]
    assert [mail.to_address for mail in told] == ["clara@stadt.example", NEW]
    changed = db.scalars(select(Event).where(Event.verb == "email.changed")).one()
    assert (changed.subject_id, changed.facts) == (people.lead.id, {})


def test_a_newer_change_replaces_the_older(db: Session, app: Flask, clara: FlaskClient) -> None:
    first = begin(clara, db, "erste@stadt.example")
    begin(clara, db)
    for path in first:
        assert app.test_client().get(path).status_code == 410


def test_a_change_waits_three_days(
    db: Session, app: Flask, clara: FlaskClient, settings: Settings, people: People
) -> None:
    paths = begin(clara, db)
    post_form(app.test_client(), paths[0])
    with clock.at(clock.now() + timedelta(seconds=settings.address_change_life)):
        assert app.test_client().get(paths[1]).status_code == 410
        token = csrf_of(app.test_client().get("/sign-in"))
        assert app.test_client().post(paths[1], data={"csrf_token": token}).status_code in {400, 410}
    look_again(db)
    assert people.lead.email == "clara@stadt.example"


def test_an_address_that_has_an_account_is_not_told_apart(
    db: Session, clara: FlaskClient, people: People, app: Flask
) -> None:
    taken = post_form(clara, "/account", "/account/address", email="emil@stadt.example")
    free = post_form(clara, "/account", "/account/address", email=NEW)
    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert "emil@stadt.example" not in [mail.to_address for mail in mails(db)]


def test_an_address_taken_meanwhile_is_not_given_twice(
    db: Session, app: Flask, clara: FlaskClient, people: People
) -> None:
    paths, browser = begin(clara, db), app.test_client()
    addresses.set_address(actor_of(people.coordination), people.editor, NEW, network_name="Netz")
    db.commit()
    post_form(browser, paths[0])
    assert post_form(browser, paths[1]).status_code == 410
    look_again(db)
    assert people.lead.email == "clara@stadt.example"


def test_the_change_needs_a_fresh_sign_in(db: Session, clara: FlaskClient, settings: Settings) -> None:
    with clock.at(clock.now() + timedelta(seconds=settings.confirmation_life + 1)):
        answer = post_form(clara, "/account", "/account/address", email=NEW)
        assert answer.location == "/account/confirmation?next=/account"
    assert mails(db) == []


@pytest.mark.parametrize("email", ["", "keine", "clara@stadt.example", "CLARA@stadt.example", "a@b.example, x@y.de"])
def test_what_is_no_new_address_is_refused_at_its_field(db: Session, clara: FlaskClient, email: str) -> None:
    page = post_form(clara, "/account", "/account/address", email=email)
    assert page.status_code == 422
    assert "kern-error" in page.get_data(as_text=True)
    assert mails(db) == []


def test_coordination_changes_it_for_those_whose_mailbox_is_gone(
    db: Session, client_for: ClientFor, clara: FlaskClient, people: People
) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.lead.id}"
    assert post_form(cora, page, f"{page}/address", email="emil@stadt.example").status_code == 422
    assert post_form(cora, page, f"{page}/address", email=NEW).status_code == 303
    assert [mail.to_address for mail in mails(db)] == ["clara@stadt.example", NEW]
    assert "Die Koordination hat die E-Mail-Adresse" in mails(db)[0].text
    assert clara.get("/account").status_code == 302
    assert post_form(cora, page, f"{page}/sign-in-mail").status_code == 303
    assert mails(db)[-1].to_address == NEW
    assert post_form(client_for(None), path_in(mails(db)[-1])).status_code == 303


def test_links_in_mails_are_kept_as_hashes_only(db: Session, app: Flask, clara: FlaskClient, people: People) -> None:
    ask(app.test_client(), people.editor.email)
    token = path_in(mails(db)[-1]).rpartition("/")[2]
    assert token.encode() not in b"".join(db.scalars(select(SignInToken.token_hash)))
    assert db.scalar(select(func.count()).select_from(SignInToken)) == 1


def test_resetting_the_second_factor_is_told(db: Session, client_for: ClientFor, people: People) -> None:
    own = actor_of(people.lead)
    factor = second_factor.begin_factor(own, people.lead)
    db.commit()
    step = int(clock.now().timestamp()) // second_factor.STEP
    second_factor.confirm_factor(own, people.lead, second_factor.code_at(factor.secret, step))
    db.commit()
    page = f"/people/{people.lead.id}"
    post_form(client_for(people.coordination), page, f"{page}/second-factor/reset")
    (told,) = mails(db)
    assert told.to_address == "clara@stadt.example"
    assert "Die Koordination hat Ihren zweiten Faktor ausgeschaltet." in told.text


def test_mails_speak_the_language_of_their_reader(db: Session, app: Flask, people: People) -> None:
    member = db.get(Member, people.lead.id)
    assert member is not None
    member.language = "en"
    db.commit()
    ask(app.test_client(), people.lead.email)
    (mail,) = mails(db)
    assert mail.subject.startswith("Your sign-in link for")
    assert "Guten Tag" not in mail.text + mail.html
