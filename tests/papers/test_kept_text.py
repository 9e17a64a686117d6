"""Text that arrives after the session has ended: kept for this browser and this member, never saved by itself."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.papers.pages import ZEHN, block, field_of, head, send
from tests.people import People
from workspace import clock
from workspace.accounts.models import Member
from workspace.accounts.signing_in import write_token
from workspace.db import session

LATER = timedelta(hours=9)


def sign_in(client: FlaskClient, member: Member) -> None:
    """Open a sign-in link in this browser and press its button."""
    token = write_token(member)
    session().commit()
    answer = post_form(client, f"/sign-in/{token}")
    assert answer.status_code == 303


def expire(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open a form, wait until the session has ended, send it."""
    token = csrf_of(client.get(path))
    with clock.at(clock.now() + LATER):
        return client.post(path, data={"csrf_token": token, "base": "1", "kept_for": path, **fields})


def test_text_of_an_ended_session_comes_back_into_the_form(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    answer = expire(client, path, body=ZEHN, summary="Frist")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")
    with clock.at(clock.now() + LATER):
        sign_in(client, people.editor)
        page = client.get(path).get_data(as_text=True)
        assert "ist wieder da; er ist noch nicht gespeichert" in page
        assert (field_of(page, "body"), field_of(page, "summary"), field_of(page, "base")) == (ZEHN, "Frist", "1")
        assert head(paper)[0] == 1
        assert send(client, paper, ZEHN).status_code == 303
        assert "ist wieder da" not in client.get(path).get_data(as_text=True)
    assert head(paper) == (2, ZEHN)


def test_kept_text_is_saved_on_its_own_base(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    expire(client, path, body=ZEHN)
    save(paper, people.lead, TEXT.replace("keine Satzung", "keine Leitlinie"))
    with clock.at(clock.now() + LATER):
        sign_in(client, people.editor)
        page = client.get(path).get_data(as_text=True)
        send(client, paper, field_of(page, "body"), base=field_of(page, "base"))
    assert head(paper) == (3, ZEHN.replace("keine Satzung", "keine Leitlinie"))


def test_a_block_comes_back_into_its_own_form(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    expire(client, block(paper), body="Mein Absatz.")
    with clock.at(clock.now() + LATER):
        sign_in(client, people.editor)
        assert field_of(client.get(block(paper)).get_data(as_text=True), "body").strip() == "Mein Absatz."
        assert "ist wieder da" not in client.get(f"/papers/{paper.key}/edit").get_data(as_text=True)


def test_another_member_in_the_same_browser_does_not_get_it(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    expire(client, path, body=ZEHN)
    with clock.at(clock.now() + LATER):
        sign_in(client, people.lead)
        page = client.get(path).get_data(as_text=True)
        assert field_of(page, "body") == TEXT
        assert "ist wieder da" not in page


def test_the_same_member_in_another_browser_does_not_get_it(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    expire(client, path, body=ZEHN)
    with clock.at(clock.now() + LATER):
        other = client_for(None)
        sign_in(other, people.editor)
        assert field_of(other.get(path).get_data(as_text=True), "body") == TEXT


def test_after_a_day_it_is_gone(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    now = clock.now()
    expire(client, path, body=ZEHN)
    with clock.at(now + LATER + timedelta(hours=23)):
        sign_in(client, people.editor)
        assert field_of(client.get(path).get_data(as_text=True), "body") == ZEHN
    with clock.at(now + LATER + timedelta(hours=25)):
        assert field_of(client.get(path).get_data(as_text=True), "body") == TEXT


def test_signing_out_between_ends_it(client_for: ClientFor, people: People) -> None:
    """Who signs out leaves nothing behind in this browser, not even for themselves."""
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    expire(client, path, body=ZEHN)
    with clock.at(clock.now() + LATER):
        sign_in(client, people.editor)
        assert field_of(client.get(path).get_data(as_text=True), "body") == ZEHN
        assert post_form(client, "/account", "/sign-out").status_code == 303
        for member in (people.lead, people.editor):
            sign_in(client, member)
            page = client.get(path).get_data(as_text=True)
            assert field_of(page, "body") == TEXT


def test_kept_text_is_never_saved_by_itself(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client, path = client_for(people.editor), f"/papers/{paper.key}/edit"
    expire(client, path, body=ZEHN)
    with clock.at(clock.now() + LATER):
        sign_in(client, people.editor)
        client.get(f"/papers/{paper.key}")
        client.get(path)
        client.get(path)
    assert head(paper) == (1, TEXT)
