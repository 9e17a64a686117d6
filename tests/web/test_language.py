"""Who reads in which language: the account, then this browser's choice, then what the browser asks for."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import post_form
from tests.conftest import ClientFor
from tests.people import People

GERMAN, ENGLISH = '<html lang="de">', '<html lang="en">'


def test_a_visitor_chooses_with_a_link_that_leads_back(app: Flask, people: People) -> None:
    visitor = app.test_client()
    page = visitor.get("/library?q=x").get_data(as_text=True)
    assert GERMAN in page
    assert 'href="/language/en?next=/library?q%3Dx"' in page
    answer = visitor.get("/language/en?next=/library?q%3Dx")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/library?q=x")
    assert [cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")] == ["session"]
    assert ENGLISH in visitor.get("/library").get_data(as_text=True)


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""])
def test_the_way_back_stays_on_this_site(app: Flask, people: People, target: str) -> None:
    answer = app.test_client().get("/language/de", query_string={"next": target})
    assert answer.headers["Location"] == "/"


def test_a_language_we_do_not_speak_is_not_there(app: Flask, people: People) -> None:
    answer = app.test_client().get("/language/fr")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_member_chooses_in_the_account_from_any_page(db: Session, client_for: ClientFor, people: People) -> None:
    clara = client_for(people.lead)
    answer = post_form(clara, "/papers", "/account/language", language="en", next="/papers")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/papers")
    assert ENGLISH in clara.get("/papers").get_data(as_text=True)
    assert ENGLISH in client_for(people.lead).get("/").get_data(as_text=True), "on another device, too"


def test_a_member_without_a_choice_keeps_the_visitors(
    app: Flask, db: Session, client_for: ClientFor, people: People
) -> None:
    rosa = client_for(people.reviewer)
    rosa.get("/language/en")
    assert ENGLISH in rosa.get("/").get_data(as_text=True)
    post_form(rosa, "/account", "/account/language", language="")
    assert GERMAN in rosa.get("/").get_data(as_text=True), "the account follows the browser again"


def test_no_page_sets_a_cookie_for_its_switch(app: Flask, people: People) -> None:
    for path in ("/", "/hilfe", "/impressum", "/library"):
        answer = app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers
        assert {"Cookie", "Accept-Language"} <= set(answer.vary)
