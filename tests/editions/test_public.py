"""Editions as everybody reads them: what the page says, what it never says, what caches may keep."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.editions.publishing import publish, publish_again
from tests.people import People
from tests.pictures import PDF, picture
from workspace.db import session
from workspace.editions.models import Edition
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper


@pytest.fixture
def public(client_for: ClientFor) -> FlaskClient:
    return client_for(None)


def page_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def address_of(edition: Edition) -> str:
    return f"/p/{edition.slug}/{edition.number}"


def meta_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', page)


# The page


def test_the_page_has_cover_text_citations_and_hash(people: People, public: FlaskClient) -> None:
    edition = publish(people, authors="Anna Weber\nBen Kurz")
    page = page_of(public, address_of(edition))
    for words in (
        "Beteiligung mit Antwort", "Anna Weber, Ben Kurz", "Positionspapier", "Ausgabe 1.0", "Worum es geht.",
        "ag@netz.example", "AG Qualität", edition.text_hash, "Ein fester Ansatz im Haushalt", "Erste Ausgabe.",
        "WEBER, Anna und Ben KURZ", "@techreport{weber",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("<h1") == 1


def test_the_newest_address_leads_to_the_edition_in_force(people: People, public: FlaskClient) -> None:
    first = publish(people)
    assert public.get(f"/p/{first.slug}").headers["Location"] == "/p/beteiligung-mit-antwort/1.0"
    publish_again(people, first, TEXT + "\nMehr.\n")
    answer = public.get(f"/p/{first.slug}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/p/beteiligung-mit-antwort/1.1")


@pytest.mark.parametrize(
    "address", ["/p/gibt-es-nicht", "/p/beteiligung-mit-antwort/1.7", "/p/beteiligung-mit-antwort/0.0", "/p/x/1.0"]
)
def test_what_was_never_published_is_not_there(people: People, public: FlaskClient, address: str) -> None:
    publish(people)
    assert public.get(address).status_code == 404


@pytest.mark.parametrize("number", ["1.99999999999999999999", "99999999999.0", "1.0.0", "a.b", "-1.0"])
def test_numbers_that_name_nothing_are_not_there(people: People, public: FlaskClient, number: str) -> None:
    publish(people)
    assert public.get(f"/p/beteiligung-mit-antwort/{number}").status_code == 404


def test_an_address_written_another_way_leads_to_the_one(people: People, public: FlaskClient) -> None:
    publish(people)
    answer = public.get("/p/beteiligung-mit-antwort/01.00")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/p/beteiligung-mit-antwort/1.0")


def test_superseded_editions_keep_their_address_and_point_on(people: People, public: FlaskClient) -> None:
    first = publish(people)
    publish_again(people, first, TEXT.replace("acht Wochen", "sechs Wochen"))
    old = page_of(public, "/p/beteiligung-mit-antwort/1.0")
    assert "Diese Ausgabe ist abgelöst." in old
    assert 'href="/p/beteiligung-mit-antwort/1.1"' in old
    assert "acht Wochen" in old
    new = page_of(public, "/p/beteiligung-mit-antwort/1.1")
    assert "abgelöst." not in new
    assert "1 Absatz geändert." in new
    assert 'href="/p/beteiligung-mit-antwort/compare/1.0/1.1"' in new


def test_a_withdrawn_edition_says_why_and_is_still_readable(people: People, client_for: ClientFor) -> None:
    edition = publish(people)
    cora = client_for(people.coordination)
    assert "lässt sich nicht rückgängig machen" in page_of(cora, f"{address_of(edition)}/withdrawal")
    answer = post_form(cora, f"{address_of(edition)}/withdrawal", reason="Enthält <b>falsche</b> Zahlen.")
    assert (answer.status_code, answer.headers["Location"]) == (303, address_of(edition))
    public = client_for(None)
    page = page_of(public, address_of(edition))
    assert "zurückgezogen" in page
    assert "Enthält &lt;b&gt;falsche&lt;/b&gt; Zahlen." in page
    assert '<meta name="robots" content="noindex">' in page
    assert "Ein fester Ansatz im Haushalt" in page
    assert public.get(f"/p/{edition.slug}").headers["Location"] == address_of(edition)
    assert edition.title not in page_of(public, "/library")
    assert edition.title not in page_of(public, "/library/feed.atom")
    assert "schon zurückgezogen" in page_of(cora, f"{address_of(edition)}/withdrawal")


def test_withdrawing_asks_for_a_reason(people: People, client_for: ClientFor) -> None:
    edition = publish(people)
    answer = post_form(client_for(people.coordination), f"{address_of(edition)}/withdrawal", reason=" ")
    assert answer.status_code == 422
    assert "Noch nicht zurückgezogen" in answer.get_data(as_text=True)


# Metadata


def test_search_engines_read_authors_date_and_number(people: People, public: FlaskClient) -> None:
    edition = publish(people, authors="Anna von der Heide\nAG Qualität")
    page = page_of(public, address_of(edition))
    meta = meta_of(page)
    assert [content for name, content in meta if name == "citation_author"] == ["von der Heide, Anna", "AG Qualität"]
    facts = dict(meta)
    assert facts["citation_title"] == "Beteiligung mit Antwort"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d", facts["citation_publication_date"])
    assert facts["citation_technical_report_number"] == "1.0"
    assert facts["citation_abstract_html_url"] == f"http://localhost{address_of(edition)}"
    assert f'<link rel="canonical" href="http://localhost{address_of(edition)}">' in page


def test_the_linked_data_cannot_close_its_element(people: People, public: FlaskClient) -> None:
    title = 'Titel </script><script>alert("1")</script>'
    edition = publish(people, make_paper(people, title=title), slug="titel")
    page = page_of(public, address_of(edition))
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    facts = json.loads(found[1])
    assert (facts["@type"], facts["name"], facts["version"]) == ("Report", title, "1.0")
    assert "<script>alert" not in page


# What an edition never opens


def test_no_public_page_reveals_the_paper_behind_it(people: People, public: FlaskClient) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    for name in ("gezeigt.png", "geheim.png", "anlage.pdf"):
        add_attachment(editor, paper, name=name, data=PDF if name.endswith("pdf") else picture())
    session().commit()
    base = f"/papers/{paper.key}"
    text = (
        f"## Bild\n\n![Bild](gezeigt.png)\n\n[Anlage]({base}/files/anlage.pdf), "
        f"[Entwurf]({base})\n\n> [!HINWEIS]\n> Geheimer Hinweis.\n"
    )
    save(paper, people.editor, text)
    first = publish(people, paper)
    second = publish_again(people, first, text + "\nMehr.\n")
    save(paper, people.editor, text + "\nGeheimer neuer Stand.\n")
    for address in (
        address_of(first), address_of(second), f"/p/{first.slug}/compare/1.0/1.1", "/library", "/library/feed.atom",
        "/library?q=Bild",
    ):  # fmt: skip
        page = page_of(public, address)
        for secret in (paper.key, "Geheimer", "Emil", "Clara", "Cora", people.quality.key + "/", "/papers/"):
            assert secret not in page, (address, secret)
    assert public.get(f"{address_of(first)}/files/gezeigt.png").status_code == 200
    assert public.get(f"{address_of(first)}/files/anlage.pdf").get_data() == PDF
    assert public.get(f"{address_of(first)}/files/geheim.png").status_code == 404
    assert public.get(f"/papers/{paper.key}/files/gezeigt.png").status_code == 302


def test_an_editions_picture_is_public_while_the_drafts_others_are_not(people: People, client_for: ClientFor) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    add_attachment(editor, paper, name="alt.png", data=picture(colour="red"))
    add_attachment(editor, paper, name="neu.png", data=picture(colour="blue"))
    session().commit()
    save(paper, people.editor, "## Bild\n\n![Alt](alt.png)\n")
    first = publish(people, paper)
    second = publish_again(people, first, "## Bild\n\n![Neu](neu.png)\n")
    for client in (client_for(None), client_for(people.stranger)):
        assert client.get(f"{address_of(first)}/files/alt.png").status_code == 200
        assert client.get(f"{address_of(first)}/files/neu.png").status_code == 404
        assert client.get(f"{address_of(second)}/files/neu.png").status_code == 200
        assert client.get(f"{address_of(second)}/files/alt.png").status_code == 404
    page = page_of(client_for(None), address_of(first))
    assert f'src="{address_of(first)}/files/alt.png"' in page
    assert client_for(people.stranger).get(f"/papers/{paper.key}/files/alt.png").status_code == 404


# Comparing editions


def heading_of(page: str) -> str:
    """The sentence on top, blanks all alike."""
    (heading,) = re.findall(r'<h1 class="cmp__sum">(.*?)</h1>', page, re.S)
    return " ".join(re.sub("<[^>]*>", "", heading).split())


@pytest.mark.parametrize(("view", "sign"), [("side", '<table class="syn">'), ("changes", 'class="fold"')])
def test_editions_are_compared_side_by_side_and_by_changes(
    people: People, public: FlaskClient, view: str, sign: str
) -> None:
    publish_again(people, publish(people), TEXT.replace("acht Wochen", "sechs Wochen"))
    start = "/p/beteiligung-mit-antwort/compare/1.0/1.1"
    assert f'href="{start}?view={view}"' in page_of(public, start)
    page = page_of(public, f"{start}?view={view}")
    assert sign in page
    assert sign not in page_of(public, start + "?view=clean")
    assert f'href="{start}?view={view}&amp;change=1#c1"' in page


def test_two_editions_are_compared_the_older_first(people: People, public: FlaskClient) -> None:
    first = publish(people)
    publish_again(people, first, TEXT.replace("acht Wochen", "sechs Wochen"))
    page = page_of(public, "/p/beteiligung-mit-antwort/compare/1.0/1.1")
    assert heading_of(page) == "Von Ausgabe 1.0 zu Ausgabe 1.1 wurde 1 Absatz geändert."
    assert "acht" in re.sub(r"<[^>]+>", "", "".join(re.findall(r"<del[^>]*>.*?</del>", page)))
    assert "sechs" in re.sub(r"<[^>]+>", "", "".join(re.findall(r"<ins[^>]*>.*?</ins>", page)))
    turned = public.get("/p/beteiligung-mit-antwort/compare/1.1/1.0")
    assert turned.headers["Location"] == "/p/beteiligung-mit-antwort/compare/1.0/1.1"
    same = public.get("/p/beteiligung-mit-antwort/compare/1.0/1.0")
    assert same.headers["Location"] == "/p/beteiligung-mit-antwort/1.0"
    assert public.get("/p/beteiligung-mit-antwort/compare/1.0/3.0").status_code == 404


# Caching


def test_public_answers_may_be_kept_and_asked_about(people: People, public: FlaskClient) -> None:
    edition = publish(people)
    for address in (address_of(edition), "/library", "/library/feed.atom"):
        first = public.get(address)
        assert "Set-Cookie" not in first.headers, address
        assert first.headers["Cache-Control"].startswith("public"), address
        assert "Accept-Language" in first.headers["Vary"]
        again = public.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


def test_the_same_page_is_private_for_whoever_is_signed_in(people: People, client_for: ClientFor) -> None:
    answer = client_for(people.stranger).get(address_of(publish(people)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_file_of_an_edition_is_kept_and_asked_about(people: People, public: FlaskClient) -> None:
    paper = make_paper(people)
    add_attachment(people.actor(people.editor), paper, name="a.png", data=picture())
    session().commit()
    save(paper, people.editor, "## Bild\n\n![A](a.png)\n")
    address = f"{address_of(publish(people, paper))}/files/a.png"
    answer = public.get(address)
    assert answer.headers["Cache-Control"] == "public, no-cache"  # asked about each time: it may be sealed
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Set-Cookie" not in answer.headers
    assert public.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert session().scalar(select(Paper.slug).where(Paper.id == paper.id)) == "beteiligung-mit-antwort"
