"""Signing in and out: links, passwords, sessions, the one cookie."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import csrf_of, post_form
from tests.conftest import BASE_URL, ClientFor
from tests.people import People, actor_of
from workspace import clock, create_app
from workspace.accounts import actions, passwords, queries, signing_in
from workspace.accounts.models import LoginSession, Member, SignInAttempt, SignInToken
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.errors import Conflict, Invalid

PASSWORD = "Ein kurzer Satz ist gut."
WRONG = "E-Mail-Adresse oder Passwort stimmen nicht."


@pytest.fixture
def link(db: Session, people: People) -> str:
    """The path of a fresh sign-in link for the lead."""
    token = signing_in.write_token(people.lead)
    db.commit()
    return f"/sign-in/{token}"


@pytest.fixture
def browser(app: Flask, db: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def clara(db: Session, people: People) -> Member:
    """The lead, with a password."""
    signing_in.set_password(actor_of(people.lead), people.lead, PASSWORD)
    db.commit()
    return people.lead


def sign_in(browser: FlaskClient, email: str, password: str, **options: str) -> TestResponse:
    token = csrf_of(browser.get("/sign-in"))
    fields = {"csrf_token": token, "email": email, "password": password}
    return browser.post("/sign-in", data=fields, environ_base=options)


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


# Links


def test_looking_at_a_link_does_not_use_it(browser: FlaskClient, link: str) -> None:
    for _time in range(4):
        page = browser.get(link)
        assert page.status_code == 200
        assert "Jetzt anmelden" in page.get_data(as_text=True)
    assert browser.head(link).status_code == 200
    assert not is_signed_in(browser)
    assert post_form(browser, link).status_code == 303
    assert is_signed_in(browser)


def test_a_link_serves_once(app: Flask, browser: FlaskClient, link: str) -> None:
    post_form(browser, link)
    second = app.test_client()
    page = second.get(link)
    assert page.status_code == 410
    assert "abgelaufen oder schon benutzt" in page.get_data(as_text=True)
    token = csrf_of(second.get("/sign-in"))
    assert second.post(link, data={"csrf_token": token}).status_code == 410
    assert not is_signed_in(second)


def test_a_link_serves_once_even_at_the_same_instant(
    db: Session, app: Flask, settings: Settings, people: People
) -> None:
    token, start, opened = signing_in.write_token(people.lead), threading.Barrier(4), list[str]()
    db.commit()

    def use() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            start.wait(timeout=10)
            try:
                opened.append(signing_in.sign_in_by_link(token, device="", earlier=None).token)
                own.commit()
            except Invalid:
                own.rollback()

    threads = [threading.Thread(target=use) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(opened) == 1


def test_a_link_expires(db: Session, browser: FlaskClient, settings: Settings, people: People) -> None:
    with clock.at(clock.now() - timedelta(seconds=settings.sign_in_token_life)):
        old = signing_in.write_token(people.lead)
    with clock.at(clock.now() - timedelta(seconds=settings.sign_in_token_life - 60)):
        fresh = signing_in.write_token(people.lead)
    db.commit()
    assert browser.get(f"/sign-in/{old}").status_code == 410
    assert browser.get(f"/sign-in/{fresh}").status_code == 200


def test_a_link_is_kept_as_a_hash_only(db: Session, people: People) -> None:
    token = signing_in.write_token(people.lead)
    db.commit()
    kept = db.scalars(select(SignInToken)).one()
    assert token.encode() not in kept.token_hash
    assert len(token) >= 32, "192 bits"


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "%F0%9F%98%80", "..%2F", "%ED%A0%80"])
def test_a_token_that_is_none_is_answered_like_a_used_one(browser: FlaskClient, people: People, token: str) -> None:
    assert browser.get(f"/sign-in/{token}").status_code in {404, 410}


def test_a_link_of_a_closed_account_does_not_sign_in(
    db: Session, browser: FlaskClient, link: str, people: People
) -> None:
    actions.disable_member(actor_of(people.coordination), people.lead)
    db.commit()
    assert browser.get(link).status_code == 410
    with pytest.raises(Conflict, match="account_closed"):
        actions.write_sign_in_link(actor_of(people.coordination), people.disabled)


def test_signing_in_as_somebody_else_ends_the_session_before(
    db: Session, client_for: ClientFor, people: People, link: str
) -> None:
    browser = client_for(people.editor)
    assert post_form(browser, link).status_code == 303
    assert "Clara Leitung" in browser.get("/account").get_data(as_text=True)
    open_sessions = select(func.count(LoginSession.id)).where(LoginSession.ended_at.is_(None))
    assert db.scalar(open_sessions.where(LoginSession.member_id == people.editor.id)) == 0


# Passwords


def test_a_password_signs_in_and_leads_on(browser: FlaskClient, clara: Member) -> None:
    assert browser.get("/groups").location == "/sign-in?next=/groups"
    token = csrf_of(browser.get("/sign-in?next=/groups"))
    fields = {"csrf_token": token, "email": " Clara@Stadt.example ", "password": PASSWORD, "next": "/groups"}
    answer = browser.post("/sign-in", data=fields)
    assert (answer.status_code, answer.location) == (303, "/groups")
    assert is_signed_in(browser)
    assert browser.get("/sign-in?next=/groups").location == "/groups"


def without_token(page: TestResponse, email: str) -> str:
    words = re.sub(r'value="[^"]{30,}"', "", page.get_data(as_text=True))
    return words.replace(email, "")


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, clara: Member, people: People) -> None:
    known, unknown, bare, closed = (
        without_token(sign_in(app.test_client(), email, "falsches Passwort"), email)
        for email in ("clara@stadt.example", "niemand@stadt.example", "emil@stadt.example", "dora@stadt.example")
    )
    assert WRONG in known
    assert known == unknown == bare == closed


def test_a_password_is_checked_for_unknown_addresses_too(
    db: Session, clara: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    matches = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: checked.append(given[0]) or matches(*given))
    for email in ("clara@stadt.example", "niemand@stadt.example", "dora@stadt.example"):
        with pytest.raises(Invalid, match="sign_in_wrong"):
            signing_in.sign_in_by_password(email, "falsch", network_address="10.0.0.1", device="", earlier=None)
    assert [hashed.split("$")[3] for hashed in checked] == ["m=1024,t=1,p=4"] * 3, "the same work each time"


def test_guessing_is_slowed_down_and_locks_nobody_out(
    app: Flask, db: Session, clara: Member, settings: Settings
) -> None:
    guesser = app.test_client()
    for _time in range(settings.sign_in_attempts):
        assert WRONG in sign_in(guesser, clara.email, "geraten", REMOTE_ADDR="10.0.0.66").get_data(as_text=True)
    slow = sign_in(guesser, clara.email, PASSWORD, REMOTE_ADDR="10.0.0.66")
    assert slow.status_code == 422
    assert "Zu viele Versuche" in slow.get_data(as_text=True)
    assert sign_in(app.test_client(), clara.email, PASSWORD, REMOTE_ADDR="10.0.0.1").status_code == 303
    other = sign_in(guesser, "emil@stadt.example", "geraten", REMOTE_ADDR="10.0.0.66")
    assert WRONG in other.get_data(as_text=True), "another account from there is not slowed down"
    later = clock.now() + timedelta(seconds=settings.sign_in_window + 1)
    with clock.at(later):
        assert sign_in(guesser, clara.email, PASSWORD, REMOTE_ADDR="10.0.0.66").status_code == 303
    with clock.at(clock.now() + timedelta(seconds=settings.code_window + 1)):
        sign_in(guesser, "emil@stadt.example", "geraten")
    assert db.scalar(select(func.count(SignInAttempt.id))) == 1, "old attempts are forgotten"


def test_the_form_says_what_is_missing(browser: FlaskClient, people: People) -> None:
    page = sign_in(browser, "", "")
    assert page.status_code == 422
    assert page.get_data(as_text=True).count("Bitte füllen Sie dieses Feld aus.") >= 2


def test_a_password_is_never_shown_again(browser: FlaskClient, clara: Member) -> None:
    secret = "Das ist ein langes Passwort aus mehr als vierzig Zeichen."
    assert secret not in sign_in(browser, clara.email, secret).get_data(as_text=True)
    refused = browser.post("/sign-in", data={"email": clara.email, "password": secret})
    assert refused.status_code == 400
    assert secret not in refused.get_data(as_text=True)


# Sessions


def test_signing_out_ends_the_session_for_good(app: Flask, client_for: ClientFor, people: People) -> None:
    browser = client_for(people.lead)
    stolen = browser.get_cookie("session")
    assert stolen is not None
    assert is_signed_in(browser)
    answer = post_form(browser, "/account", "/sign-out")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(browser)
    thief = app.test_client()
    thief.set_cookie("session", stolen.value, domain="localhost")
    assert thief.get("/account").location == "/sign-in?next=/account"


def test_signing_out_needs_the_form(client_for: ClientFor, people: People) -> None:
    browser = client_for(people.lead)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 400
    assert is_signed_in(browser)


def test_a_new_session_gets_a_new_token_and_a_new_csrf_token(browser: FlaskClient, clara: Member) -> None:
    before = csrf_of(browser.get("/sign-in"))
    sign_in(browser, clara.email, PASSWORD)
    with browser.session_transaction(base_url=BASE_URL) as cookie:
        first = cookie["_user_id"]
    assert browser.post("/sign-out", data={"csrf_token": before}).status_code == 400, "fixed by a stranger"
    post_form(browser, "/account", "/sign-out")
    sign_in(browser, clara.email, PASSWORD)
    with browser.session_transaction(base_url=BASE_URL) as cookie:
        assert cookie["_user_id"] != first
        assert {name for name in cookie if not name.startswith("_")} <= {"csrf_token"}
    assert len(first) >= 43, "256 bits"


def test_closing_an_account_ends_its_sessions_at_once(db: Session, client_for: ClientFor, people: People) -> None:
    browser = client_for(people.editor)
    assert is_signed_in(browser)
    actions.disable_member(actor_of(people.coordination), people.editor)
    db.commit()
    assert not is_signed_in(browser)
    actions.enable_member(actor_of(people.coordination), people.editor)
    db.commit()
    assert not is_signed_in(browser), "the old session stays ended"


def test_a_session_ends_when_it_is_not_used(client_for: ClientFor, people: People, settings: Settings) -> None:
    browser, start = client_for(people.lead), clock.now()
    idle = timedelta(seconds=settings.session_idle)
    with clock.at(start + idle - timedelta(minutes=1)):
        assert is_signed_in(browser)
    with clock.at(start + 2 * idle - timedelta(minutes=2)):
        assert is_signed_in(browser), "use was noted"
    with clock.at(start + 3 * idle):
        assert not is_signed_in(browser)


def test_a_session_ends_after_a_week_however_much_it_is_used(
    client_for: ClientFor, people: People, settings: Settings
) -> None:
    browser, start = client_for(people.lead), clock.now()
    step = timedelta(seconds=settings.session_idle // 2)
    moment = start
    while moment + step < start + timedelta(seconds=settings.session_absolute):
        moment += step
        with clock.at(moment):
            assert is_signed_in(browser)
    with clock.at(start + timedelta(seconds=settings.session_absolute)):
        assert not is_signed_in(browser)


def test_use_is_noted_at_most_every_few_minutes(
    db: Session, client_for: ClientFor, people: People, settings: Settings
) -> None:
    browser, start = client_for(people.lead), clock.now()
    seen = select(LoginSession.seen_at).where(LoginSession.member_id == people.lead.id)
    with clock.at(start + timedelta(seconds=settings.session_seen_every - 10)):
        browser.get("/account")
    assert db.scalar(seen) <= start + timedelta(seconds=2)
    db.rollback()
    with clock.at(start + timedelta(seconds=settings.session_seen_every + 10)):
        browser.get("/account")
    assert db.scalar(seen) > start + timedelta(seconds=settings.session_seen_every)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "ü" * 200])
def test_a_made_up_session_is_nobody(app: Flask, people: People, token: str) -> None:
    browser = app.test_client()
    with browser.session_transaction(base_url=BASE_URL) as cookie:
        cookie["_user_id"] = token
    assert not is_signed_in(browser)


@pytest.mark.parametrize("value", ["", "x", "e30.x.y", "\x7f", "a" * 4000])
def test_a_broken_cookie_is_nobody(app: Flask, people: People, value: str) -> None:
    browser = app.test_client(use_cookies=False)
    assert browser.get("/account", headers={"Cookie": f"session={value}"}).status_code == 302


# The cookie


def set_cookies(answer: TestResponse) -> list[str]:
    return answer.headers.getlist("Set-Cookie")


def test_there_is_one_cookie_and_scripts_cannot_read_it(browser: FlaskClient, link: str) -> None:
    (cookie,) = set_cookies(post_form(browser, link))
    name, *flags = [part.strip() for part in cookie.split(";")]
    assert name.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)
    assert "Secure" not in flags, "not by http"


def test_the_cookie_is_bound_to_the_host_where_people_come_by_https(settings: Settings, people: People) -> None:
    secure = settings.model_copy(update={"base_url": "https://papiere.example.org"})
    app = create_app(secure)
    answer = app.test_client().get("/sign-in", base_url="https://papiere.example.org")
    (cookie,) = set_cookies(answer)
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    app.extensions["workspace_engine"].dispose()


@pytest.mark.parametrize("address", ["/", "/library", "/favicon.ico", "/nothing-here", "/groups"])
def test_public_pages_set_no_cookie(browser: FlaskClient, people: People, address: str) -> None:
    assert set_cookies(browser.get(address)) == []


def test_reading_as_a_member_does_not_set_the_cookie_again(client_for: ClientFor, people: People) -> None:
    browser = client_for(people.reader)
    browser.get("/")
    assert set_cookies(browser.get("/")) == []


def test_a_token_found_by_another_name_opens_nothing(db: Session, people: People) -> None:
    assert queries.find_session("nothing") is None
