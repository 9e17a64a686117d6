"""A form whose session had ended: its words are kept for this browser and this member, and never sent by themselves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.builders import csrf_of, make_paper, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People
from workspace import clock
from workspace.accounts import actions
from workspace.accounts.models import KeptForm, LoginSession, Member
from workspace.papers.models import Paper

WORDS = "Ein ganzer Absatz, an dem jemand lange geschrieben hat.\n\nUnd noch einer."


@pytest.fixture
def paper(db: Session, people: People) -> Paper:
    return make_paper(people)


@pytest.fixture
def page(paper: Paper) -> str:
    return f"/papers/{paper.key}/edit"


def end_sessions(db: Session) -> None:
    db.execute(update(LoginSession).values(ended_at=clock.now()))
    db.commit()


def sign_in_again(db: Session, browser: FlaskClient, member: Member) -> None:
    token = actions.write_token(member)
    db.commit()
    assert post_form(browser, f"/sign-in/{token}").status_code == 303


def send_late(db: Session, browser: FlaskClient, page: str, action: str | None = None, **fields: str) -> str:
    """Open the page, let the session end, send its form, which asks to be kept; gives where one is sent to."""
    token = csrf_of(browser.get(page))
    end_sessions(db)
    answer = browser.post(action or page, data={"csrf_token": token, "kept_for": page, **fields})
    assert answer.status_code == 303
    location: str = answer.location
    return location


def test_the_words_are_back_in_the_form_after_sign_in(
    db: Session, client_for: ClientFor, people: People, paper: Paper, page: str
) -> None:
    emil = client_for(people.editor)
    assert send_late(db, emil, page, body=WORDS, base="1", summary="Frist") == f"/sign-in?next={page}"
    told = emil.get(f"/sign-in?next={page}").get_data(as_text=True)
    assert "Ihr Text ist aufgehoben" in told
    sign_in_again(db, emil, people.editor)
    shown = emil.get(page).get_data(as_text=True)
    assert "Ein ganzer Absatz, an dem jemand lange geschrieben hat." in shown
    look_again(db)
    assert paper.head_number == 1, "nothing was sent by itself"


def test_nobody_else_gets_the_words(db: Session, app: Flask, client_for: ClientFor, people: People, page: str) -> None:
    emil = client_for(people.editor)
    send_late(db, emil, page, body=WORDS, base="1")
    other_browser = app.test_client()
    sign_in_again(db, other_browser, people.editor)
    assert "Ein ganzer Absatz" not in other_browser.get(page).get_data(as_text=True)
    sign_in_again(db, emil, people.lead)
    assert "Ein ganzer Absatz" not in emil.get(page).get_data(as_text=True)


def test_the_words_are_forgotten_after_a_day(db: Session, client_for: ClientFor, people: People, page: str) -> None:
    emil = client_for(people.editor)
    send_late(db, emil, page, body=WORDS, base="1")
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        sign_in_again(db, emil, people.editor)
        assert "Ein ganzer Absatz" not in emil.get(page).get_data(as_text=True)
        assert db.scalar(select(func.count(KeptForm.id))) == 0


def test_tokens_and_passwords_are_never_kept(db: Session, client_for: ClientFor, people: People) -> None:
    emil = client_for(people.editor)
    send_late(db, emil, "/account", "/account/password", old="altes Passwort", new="neues Passwort")
    assert db.scalar(select(func.count(KeptForm.id))) == 0
    emil = client_for(people.editor)
    send_late(db, emil, "/groups", "/account/password", new="geheim", body=WORDS)
    kept = json.loads(db.scalars(select(KeptForm.fields)).one())
    assert kept == {"body": [WORDS]}


def test_a_mere_button_keeps_nothing_and_promises_nothing(
    db: Session, client_for: ClientFor, people: People, paper: Paper
) -> None:
    rudi = client_for(people.reader)
    token = csrf_of(rudi.get(f"/papers/{paper.key}"))
    end_sessions(db)
    answer = rudi.post(f"/papers/{paper.key}/reading", data={"csrf_token": token, "revision": "1"})
    told = rudi.get(answer.location).get_data(as_text=True)
    assert "Bitte melden Sie sich an." in told
    assert "aufgehoben" not in told
    assert db.scalar(select(func.count(KeptForm.id))) == 0


def test_a_stranger_keeps_nothing(app: Flask, db: Session, people: People, page: str) -> None:
    stranger = app.test_client()
    token = csrf_of(stranger.get("/sign-in"))
    assert stranger.post(page, data={"csrf_token": token, "body": WORDS, "kept_for": page}).status_code == 303
    assert db.scalar(select(func.count(KeptForm.id))) == 0


def test_after_sign_in_one_comes_to_a_page_that_can_be_opened(
    db: Session, client_for: ClientFor, people: People, paper: Paper
) -> None:
    group = f"/groups/{people.quality.key}"
    lead = client_for(people.lead)
    token = csrf_of(lead.get(group))
    end_sessions(db)
    answer = lead.post(
        f"{group}/description", data={"csrf_token": token, "name": "AG", "purpose": WORDS},
        headers={"Referer": f"http://localhost{group}"},
    )  # fmt: skip
    assert answer.location == f"/sign-in?next={group}"
    answer = lead.post(
        f"{group}/description", data={"csrf_token": token}, headers={"Referer": "https://evil.example/x"}
    )
    assert answer.location == "/sign-in?next=/"


@pytest.mark.parametrize("kept_for", ["//evil.example", "https://evil.example", "/" + "x" * 600, "/\x00", "/sign-out"])
def test_a_form_cannot_name_a_page_elsewhere(
    db: Session, client_for: ClientFor, people: People, page: str, kept_for: str
) -> None:
    location = send_late(db, client_for(people.editor), page, body=WORDS, kept_for=kept_for)
    assert location == f"/sign-in?next={page}"
    assert db.scalars(select(KeptForm.path)).one() == page


def test_a_late_script_is_told_so(db: Session, client_for: ClientFor, people: People, page: str) -> None:
    emil = client_for(people.editor)
    token = csrf_of(emil.get(page))
    end_sessions(db)
    answer = emil.post(page, data={"csrf_token": token, "body": WORDS}, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["code"] == "sign_in"
