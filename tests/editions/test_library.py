"""The library: what is listed, found, narrowed, paged and fed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.builders import TEXT, make_paper
from tests.conftest import ClientFor
from tests.editions.publishing import publish, publish_again
from tests.people import People
from workspace import clock
from workspace.editions.models import Edition
from workspace.editions.views import library
from workspace.papers.models import PaperKind

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def public(client_for: ClientFor) -> FlaskClient:
    return client_for(None)


def page_of(client: FlaskClient, **asked: object) -> str:
    answer = client.get("/library", query_string=asked)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", title) for title in re.findall(r"<h3[^>]*>(.*?)</h3>", page)]


def counts(page: str) -> dict[str, str]:
    found = re.findall(r'name="(?:kind|year)" value="(\w+)"[^>]*>[^<]*<span>(\d+)</span>', page)
    return dict(found)


def published(
    people: People, title: str, *, year: int, kind: PaperKind = PaperKind.POSITION_PAPER, text: str = TEXT
) -> Edition:
    with clock.at(datetime(year, 3, 14, 12, tzinfo=UTC)):
        return publish(people, make_paper(people, title=title, kind=kind, text=text))


@pytest.fixture
def three(people: People) -> list[Edition]:
    return [
        published(people, "Losverfahren", year=2024, kind=PaperKind.WORKING_PAPER, text="Wer wird ausgelost?\n"),
        published(people, "Beruf", year=2025, kind=PaperKind.PROFESSION_PROFILE, text="Was Fachstellen **tun**.\n"),
        published(people, "Antworten", year=2026),
    ]


def test_an_empty_library_says_what_will_stand_here(people: People, public: FlaskClient) -> None:
    page = page_of(public)
    assert "sobald eines veröffentlicht ist" in page
    assert "Eingrenzen" not in page


def test_editions_in_force_are_listed_newest_first(three: list[Edition], people: People, public: FlaskClient) -> None:
    publish_again(people, three[0], "Wer wird jetzt ausgelost?\n")
    page = page_of(public)
    assert titles(page) == ["Losverfahren", "Antworten", "Beruf"]
    assert 'href="/p/losverfahren/1.1"' in page
    assert 'href="/p/losverfahren/1.0"' not in page
    assert "spine--work" in page
    assert "spine--prof" in page


def test_titles_abstracts_and_texts_are_searched(three: list[Edition], public: FlaskClient) -> None:
    assert titles(page_of(public, q="auslosen")) == []
    assert titles(page_of(public, q="ausgelost")) == ["Losverfahren"]
    page = page_of(public, q="Fachstelle")
    assert titles(page) == ["Beruf"]
    assert "<mark>Fachstellen</mark> tun." in page
    assert "1 Papier mit „Fachstelle“" in page


def test_a_search_without_hits_says_what_to_do(three: list[Edition], public: FlaskClient) -> None:
    for words in ("Quastenflosser", "!!!", "%", "_"):
        assert "weniger Wörtern" in page_of(public, q=words)


def test_kinds_and_years_narrow_and_show_how_many_there_are(three: list[Edition], public: FlaskClient) -> None:
    assert counts(page_of(public)) == {
        "position_paper": "1", "working_paper": "1", "profession_profile": "1", "2026": "1", "2025": "1", "2024": "1",
    }  # fmt: skip
    assert titles(page_of(public, kind=["position_paper", "working_paper"])) == ["Antworten", "Losverfahren"]
    assert titles(page_of(public, year=["2024", "2025"])) == ["Beruf", "Losverfahren"]
    narrowed = page_of(public, kind="position_paper", year="2024")
    assert titles(narrowed) == []
    assert counts(narrowed)["working_paper"] == "1"
    assert counts(narrowed)["2026"] == "1"


def test_unknown_choices_count_as_not_given(three: list[Edition], public: FlaskClient) -> None:
    page = page_of(public, kind="etwas", year=["x", "-1", "9" * 30], page="-7")
    assert len(titles(page)) == 3
    assert titles(page_of(public, page="999999999")) == []


def test_hostile_words_are_shown_as_words(three: list[Edition], public: FlaskClient) -> None:
    page = page_of(public, q='"><script>alert(1)</script>\0' + "x" * 5000)
    assert "<script>alert" not in page
    assert page_of(public, q="\ud800".encode("utf-8", "surrogatepass"))


def test_long_lists_are_paged(
    three: list[Edition], public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(library, "PAGE_SIZE", 2)
    first = page_of(public, kind=["position_paper", "working_paper", "profession_profile"])
    assert titles(first) == ["Antworten", "Beruf"]
    older = re.search(r'href="([^"]+)" rel="prev"', first)
    assert older
    second = public.get(older[1].replace("&amp;", "&")).get_data(as_text=True)
    assert titles(second) == ["Losverfahren"]
    assert 'rel="next"' in second
    assert 'rel="prev"' not in second


def test_the_feed_names_every_edition_in_force(three: list[Edition], people: People, public: FlaskClient) -> None:
    published(people, "Räte & <Kommunen>", year=2023)
    answer = public.get("/library/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.get_data())  # noqa: S314 - our own answer
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Antworten (Ausgabe 1.0)", "Beruf (Ausgabe 1.0)", "Losverfahren (Ausgabe 1.0)",
        "Räte & <Kommunen> (Ausgabe 1.0)",
    ]  # fmt: skip
    assert entries[0].findtext(f"{ATOM}id") == "http://localhost/p/antworten/1.0"
    assert feed.findtext(f"{ATOM}updated") == "2026-03-14T12:00:00+00:00"


def test_an_empty_feed_is_a_feed(people: People, public: FlaskClient) -> None:
    feed = ElementTree.fromstring(public.get("/library/feed.atom").get_data())  # noqa: S314 - our own answer
    assert feed.findtext(f"{ATOM}updated")
    assert feed.findall(f"{ATOM}entry") == []
