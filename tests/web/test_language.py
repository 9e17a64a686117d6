"""Who reads in which language: the account, then this browser's choice, then what the browser asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import post_form
from tests.conftest import ClientFor
from tests.people import People
from workspace import clock
from workspace.config import Settings, using
from workspace.web.i18n import fmt_when

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


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("moment", "german", "english"),
    [
        (datetime(2026, 3, 14, 22, 59, tzinfo=UTC), "heute, 23:59", "today, 23:59"),
        (datetime(2026, 3, 13, 23, 0, tzinfo=UTC), "heute, 00:00", "today, 00:00"),
        (datetime(2026, 3, 13, 8, 5, tzinfo=UTC), "gestern, 09:05", "yesterday, 09:05"),
        (datetime(2026, 1, 2, 8, 5, tzinfo=UTC), "2. Januar", "2 January"),
        (datetime(2025, 12, 31, 8, 5, tzinfo=UTC), "31. Dezember 2025", "31 December 2025"),
    ],
)
def test_what_was_lately_is_told_as_one_speaks(
    app: Flask, settings: Settings, moment: datetime, german: str, english: str
) -> None:
    for language, words in (("de", german), ("en", english)):
        with (
            using(settings),
            app.test_request_context(headers={"Accept-Language": language}),
            clock.at(datetime(2026, 3, 14, 23, 0, tzinfo=UTC) - timedelta(hours=1)),
        ):
            assert fmt_when(moment) == words
