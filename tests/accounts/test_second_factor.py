"""Codes of the app, recovery codes, setting up, the second step, losing the phone, what is compulsory."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

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
from workspace import clock, create_app
from workspace.accounts import second_factor, signing_in
from workspace.accounts.models import LoginSession, Member, RecoveryCode, SecondFactor
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event

PASSWORD = "Ein kurzer Satz ist gut."
PAGE = "/account/second-factor"


def code_now(member: Member, db: Session, *, steps: int = 0) -> str:
    """What the app of this member shows, `steps` later than now."""
    db.rollback()
    secret = db.scalars(select(SecondFactor.secret).where(SecondFactor.member_id == member.id)).one()
    return second_factor.code_at(secret, int(clock.now().timestamp()) // second_factor.STEP + steps)


@pytest.fixture
def codes(db: Session, people: People) -> list[str]:
    """The lead has a password and a second factor; these are the recovery codes."""
    actor = actor_of(people.lead)
    signing_in.set_password(actor, people.lead, PASSWORD)
    second_factor.begin_factor(actor, people.lead)
    db.commit()
    made = second_factor.confirm_factor(actor, people.lead, code_now(people.lead, db, steps=-1))
    db.commit()
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def first_step(browser: FlaskClient, **options: str) -> TestResponse:
    fields = {"csrf_token": csrf_of(browser.get("/sign-in")), "email": "clara@stadt.example", "password": PASSWORD}
    return browser.post("/sign-in", data={**fields, "next": "/groups"}, environ_base=options)


def second_step(browser: FlaskClient, code: str, **options: str) -> TestResponse:
    token = csrf_of(browser.get("/sign-in-code"))
    return browser.post(
        "/sign-in-code", data={"csrf_token": token, "code": code, "next": "/groups"}, environ_base=options
    )


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


# RFC 6238


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert second_factor.code_at(b"12345678901234567890", seconds // 30) == code[-6:]


def test_a_code_may_be_one_step_off_and_serves_once() -> None:
    secret, at = b"x" * 20, datetime(2026, 3, 14, tzinfo=UTC)
    step = int(at.timestamp()) // 30
    for off in (-1, 0, 1):
        code = second_factor.code_at(secret, step + off)
        assert second_factor.matching_step(secret, code, at, after=0) == step + off
        assert second_factor.matching_step(secret, code, at, after=step + off) is None
    for off in (-2, 2):
        assert second_factor.matching_step(secret, second_factor.code_at(secret, step + off), at, after=0) is None


# Setting up


def test_it_is_set_up_with_picture_or_key_and_gives_codes_once(
    db: Session, client_for: ClientFor, people: People
) -> None:
    clara = client_for(people.lead)
    assert clara.get(f"{PAGE}/picture.svg").status_code == 404
    assert post_form(clara, PAGE, f"{PAGE}/start").status_code == 303
    page = clara.get(PAGE).get_data(as_text=True)
    secret = db.scalars(select(SecondFactor.secret)).one()
    assert second_factor.shown_secret(secret) in page
    picture = clara.get(f"{PAGE}/picture.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.data.startswith(b"<?xml")
    assert b"<script" not in picture.data
    assert picture.headers["Cache-Control"] == "no-store"
    wrong = post_form(clara, PAGE, PAGE, code="000000")
    assert wrong.status_code == 422
    assert "Dieser Code stimmt nicht" in wrong.get_data(as_text=True)
    done = post_form(clara, PAGE, PAGE, code=code_now(people.lead, db)).get_data(as_text=True)
    assert done.count("<li><code>") == 10
    code = done.partition("<li><code>")[2].partition("</code>")[0]
    assert code not in clara.get(PAGE).get_data(as_text=True), "shown once"
    look_again(db)
    assert code.encode() not in b"".join(db.scalars(select(RecoveryCode.code_hash)))
    assert "10 Wiederherstellungscodes" in clara.get("/account/security").get_data(as_text=True)
    assert "Zweiter Faktor eingeschaltet." in clara.get("/account/security").get_data(as_text=True)


def test_the_address_for_the_app_names_network_and_account() -> None:
    address = second_factor.app_address(b"x" * 20, issuer="Netz: Beteiligung & mehr", account="clara@stadt.example")
    assert address.startswith("otpauth://totp/Netz%20%20Beteiligung%20%26%20mehr%3Aclara%40stadt.example?secret=PB4H")
    assert "issuer=Netz%3A%20Beteiligung%20%26%20mehr" in address


# The second step


def test_the_password_alone_opens_nothing(db: Session, browser: FlaskClient, codes: list[str], people: People) -> None:
    answer = first_step(browser)
    assert (answer.status_code, answer.location) == (303, "/sign-in-code?next=/groups")
    assert not is_signed_in(browser)
    assert db.scalar(select(func.count(LoginSession.id))) == 0
    done = second_step(browser, code_now(people.lead, db))
    assert (done.status_code, done.location) == (303, "/groups")
    assert is_signed_in(browser)


def test_a_sign_in_link_is_the_first_step_only(
    db: Session, browser: FlaskClient, codes: list[str], people: People
) -> None:
    link = f"/sign-in/{signing_in.write_token(people.lead)}"
    db.commit()
    assert post_form(browser, link).location == "/sign-in-code"
    assert not is_signed_in(browser)
    assert second_step(browser, code_now(people.lead, db)).status_code == 303
    assert is_signed_in(browser)


def test_a_code_serves_once_however_many_try_at_the_same_instant(
    db: Session, app: Flask, settings: Settings, codes: list[str], people: People
) -> None:
    code, recovery = code_now(people.lead, db), codes[0]
    for given in (code, recovery):
        tokens = [signing_in.write_token(people.lead, signing_in.Purpose.CODE) for _time in range(4)]
        db.commit()
        start, opened = threading.Barrier(4), list[str]()

        def use(token: str, given: str = given, start: threading.Barrier = start, opened: list[str] = opened) -> None:
            with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
                start.wait(timeout=10)
                try:
                    found = signing_in.sign_in_by_code(token, given, network_address=token, device="", earlier=None)
                    own.commit()
                    opened.append(found)
                except Invalid:
                    own.commit()

        threads = [threading.Thread(target=use, args=(token,)) for token in tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(opened) == 1


def test_a_recovery_code_replaces_the_app_once(db: Session, app: Flask, codes: list[str], people: People) -> None:
    for given, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), ("abcd-efgh-jkmn-pqrs", 422)):
        browser = app.test_client()
        first_step(browser)
        assert second_step(browser, given).status_code == status, given
    look_again(db)
    assert second_factor.codes_left(people.lead.id) == 9
    used = db.scalars(select(Event).where(Event.verb == "second_factor.recovery_used")).one()
    assert used.facts == {"left": 9}


def test_the_second_step_cannot_be_had_without_the_first(browser: FlaskClient, codes: list[str]) -> None:
    assert browser.get("/sign-in-code").status_code == 410
    token = csrf_of(browser.get("/sign-in"))
    assert browser.post("/sign-in-code", data={"csrf_token": token, "code": "000000"}).status_code == 410


def test_the_second_step_takes_ten_minutes_at_most(
    db: Session, browser: FlaskClient, codes: list[str], people: People
) -> None:
    first_step(browser)
    with clock.at(clock.now() + timedelta(minutes=10, seconds=1)):
        assert browser.get("/sign-in-code").status_code == 410


def test_tokens_of_the_two_steps_are_not_taken_for_one_another(
    db: Session, browser: FlaskClient, people: People
) -> None:
    token = signing_in.write_token(people.lead, signing_in.Purpose.CODE)
    db.commit()
    assert browser.get(f"/sign-in/{token}").status_code == 410
    with pytest.raises(Invalid):
        signing_in.sign_in_by_link(token, device="", earlier=None)


def test_guessing_codes_is_slowed_down_and_locks_nobody_out(
    db: Session, app: Flask, settings: Settings, codes: list[str], people: People
) -> None:
    guesser, wrong = app.test_client(), 0
    first_step(guesser, REMOTE_ADDR="10.0.0.66")
    for _time in range(settings.sign_in_attempts):
        assert second_step(guesser, "000000", REMOTE_ADDR="10.0.0.66").status_code == 422
    slow = second_step(guesser, "000000", REMOTE_ADDR="10.0.0.66").get_data(as_text=True)
    assert "Zu viele Versuche" in slow
    wrong = settings.sign_in_attempts
    while wrong < settings.code_attempts:
        second_step(guesser, "000000", REMOTE_ADDR=f"10.0.1.{wrong}")
        wrong += 1
    clara = app.test_client()
    first_step(clara)
    refused = second_step(clara, code_now(people.lead, db))
    assert "Bis morgen hilft nur" in refused.get_data(as_text=True), "a guesser with many addresses gets nowhere"
    assert second_step(clara, codes[0]).status_code == 303, "and the person still gets in"


# Proving again who one is


@pytest.mark.parametrize("path", ["/start", "", "/codes", "/removal"])
def test_it_is_changed_only_by_who_proved_lately_who_they_are(
    db: Session, client_for: ClientFor, codes: list[str], people: People, settings: Settings, path: str
) -> None:
    clara = client_for(people.lead)
    with clock.at(clock.now() + timedelta(seconds=settings.confirmation_life + 60)):
        assert clara.get(PAGE).location == f"/account/confirmation?next={PAGE}"
        answer = post_form(clara, "/account", PAGE + path, code="000000")
        assert answer.location == f"/account/confirmation?next={PAGE}"
        look_again(db)
        assert second_factor.codes_left(people.lead.id) == 10
        page = "/account/confirmation"
        fields = {"password": PASSWORD, "next": PAGE}
        assert post_form(clara, page, page, **{**fields, "password": "falsch"}).status_code == 422
        assert post_form(clara, page, page, **fields, code="").status_code == 422, "the code is needed too"
        done = post_form(clara, page, page, **fields, code=code_now(people.lead, db))
        assert (done.status_code, done.location) == (303, PAGE)
        assert clara.get(PAGE).status_code == 200


def test_proving_leads_nowhere_else(db: Session, client_for: ClientFor, people: People) -> None:
    signing_in.set_password(actor_of(people.lead), people.lead, PASSWORD)
    db.commit()
    clara, page = client_for(people.lead), "/account/confirmation"
    answer = post_form(clara, page, page, password=PASSWORD, next="https://evil.example/")
    assert answer.location == "/account/security"


def test_guessing_the_password_of_an_open_session_is_slowed_down(
    db: Session, client_for: ClientFor, codes: list[str], people: People, settings: Settings
) -> None:
    clara, page = client_for(people.lead), "/account/confirmation"
    for _time in range(settings.sign_in_attempts):
        assert post_form(clara, page, page, password="geraten").status_code == 422
    assert "Zu viele Versuche" in post_form(clara, page, page, password=PASSWORD).get_data(as_text=True)
    old = post_form(clara, "/account/security", "/account/password", old=PASSWORD, new="Ein anderer Satz.")
    assert "Zu viele Versuche" in old.get_data(as_text=True), "nor on the form for the password"


# Losing the phone


def test_coordination_resets_it_and_the_person_learns_of_it(
    db: Session, client_for: ClientFor, codes: list[str], people: People
) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.lead.id}"
    assert post_form(cora, page, f"{page}/second-factor/reset").status_code == 303
    look_again(db)
    assert second_factor.factor_of(people.lead.id) is None
    assert second_factor.codes_left(people.lead.id) == 0
    shown = client_for(people.lead).get("/account/security").get_data(as_text=True)
    assert "Zweiter Faktor von der Koordination ausgeschaltet." in shown
    assert "von Cora Koordination" in shown
    assert post_form(cora, page, f"{page}/second-factor/reset").status_code == 409


def test_nobody_else_resets_it(db: Session, codes: list[str], people: People) -> None:
    for member in (people.admin, people.editor, people.lead, None):
        with pytest.raises(Forbidden):
            second_factor.reset_factor(actor_of(member), people.lead)
    with pytest.raises(Forbidden):
        second_factor.reset_factor(actor_of(people.coordination), people.coordination)
    for act in (second_factor.begin_factor, second_factor.renew_codes, second_factor.switch_off):
        with pytest.raises(Conflict, match="not_own_account"):
            act(actor_of(people.coordination), people.lead)


def test_a_new_password_leaves_it_on(db: Session, codes: list[str], people: People) -> None:
    signing_in.set_password(actor_of(people.lead), people.lead, "Ein anderer Satz.", old=PASSWORD)
    db.commit()
    assert second_factor.factor_of(people.lead.id) is not None


def test_switching_off_ends_the_codes(db: Session, client_for: ClientFor, codes: list[str], people: People) -> None:
    clara = client_for(people.lead)
    assert post_form(clara, PAGE, f"{PAGE}/removal").status_code == 303
    look_again(db)
    assert db.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert db.scalar(select(func.count()).select_from(SecondFactor)) == 0


# Where it is compulsory


@pytest.mark.parametrize(
    ("asked", "sent"), [("off", set()), ("privileged", {"coordination"}), ("all", {"coordination", "lead"})]
)
def test_who_must_have_one_sets_it_up_first(
    db: Session, people: People, settings: Settings, asked: str, sent: set[str]
) -> None:
    app = create_app(settings.model_copy(update={"second_factor": asked}))
    for name in ("coordination", "lead"):
        member = getattr(people, name)
        token = signing_in.open_session(member, device="", earlier=None)
        db.commit()
        browser = app.test_client()
        with browser.session_transaction(base_url=settings.base_url) as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        answer = browser.get("/groups")
        assert (answer.location == PAGE) is (name in sent), name
        assert browser.get(PAGE).status_code == 200
        if name in sent:
            assert "vorgeschrieben" in browser.get(PAGE).get_data(as_text=True)
        assert post_form(browser, PAGE, f"{PAGE}/start").status_code == 303
        post_form(browser, PAGE, PAGE, code=code_now(member, db))
        assert browser.get("/groups").status_code == 200
    assert app.test_client().get("/library").status_code == 200
    app.extensions["workspace_engine"].dispose()
