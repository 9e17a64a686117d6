"""The members' search, the settings."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.editions import actions as editions
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.network import actions
from workspace.network.queries import the_network
from workspace.papers import actions as papers
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision


@pytest.fixture
def published(db: Session, people: People) -> Paper:
    """A paper with edition 1.0 and a newer draft."""
    paper = make_paper(people, title="Antwort in acht Wochen", abstract="Warum eine Antwort dazugehört.")
    lead = actor_of(people.lead)
    version = papers.name_version(lead, get_revision(paper, 1), name="B1")
    db.commit()
    submission = editions.submit_version(lead, version, authors="AG Qualität")
    db.commit()
    editions.publish(actor_of(people.coordination), submission)
    db.commit()
    save(paper, people.editor, TEXT.replace("acht Wochen", "Kaffeesatz"))
    return paper


# Search


def test_search_finds_ones_own_papers_and_what_is_published(
    client_for: ClientFor, people: People, published: Paper
) -> None:
    rosa = client_for(people.reviewer).get("/search?q=Kaffeesatz").get_data(as_text=True)
    assert f"/papers/{published.key}" in rosa
    assert f"/p/{published.slug}" not in rosa, "the edition does not hold the word"
    sam = client_for(people.stranger).get("/search?q=Kaffeesatz").get_data(as_text=True)
    assert published.key not in sam
    assert "Antwort in acht Wochen" not in sam
    sam = client_for(people.stranger).get("/search?q=Beteiligungsblatt").get_data(as_text=True)
    assert f"/p/{published.slug}" in sam
    assert published.key not in sam


def test_search_shows_the_words_as_words(client_for: ClientFor, people: People) -> None:
    page = client_for(people.reviewer).get("/search", query_string={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.get_data(as_text=True)
    assert "&lt;script&gt;" in page.get_data(as_text=True)


def test_search_is_for_members(app: Flask, people: People) -> None:
    assert app.test_client().get("/search?q=x").location.startswith("/sign-in?next=")


@pytest.mark.parametrize("words", ["", " ", "x" * 5000, "\x00", "%", "a " * 500])
def test_odd_searches_are_answered(client_for: ClientFor, people: People, words: str) -> None:
    assert client_for(people.reviewer).get("/search", query_string={"q": words}).status_code == 200


# Settings


def test_admin_describes_the_network(db: Session, client_for: ClientFor, people: People) -> None:
    adam = client_for(people.admin)
    assert post_form(adam, "/settings", name="Netz Nord", about="Erste Zeile\r\n\r\nZweite").status_code == 303
    page = adam.get("/settings").get_data(as_text=True)
    assert 'value="Netz Nord"' in page
    assert "Erste Zeile\n\nZweite" in page.replace("\r", "")
    refused = post_form(adam, "/settings", name="", about="x" * 1001)
    assert refused.status_code == 422
    assert "höchstens 1000 Zeichen" in refused.get_data(as_text=True)
    assert the_network().name == "Netz Nord"


def test_only_admin_changes_settings(db: Session, client_for: ClientFor, people: People) -> None:
    for member in (people.coordination, people.lead, people.stranger):
        browser = client_for(member)
        assert browser.get("/settings").status_code == 403
        assert post_form(browser, "/account", "/settings", name="Meins").status_code == 403
        with pytest.raises(Forbidden):
            actions.describe_network(actor_of(member), name="Meins", about="")


def test_the_network_is_founded_once(db: Session, people: People) -> None:
    actions.found(name="Netz", about="", is_sample=False)
    db.commit()
    with pytest.raises(Conflict, match="not_empty"):
        actions.found(name="Netz", about="", is_sample=True)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": ""}, "name"), ({"name": "N" * 121}, "name"), ({"name": "N", "about": "A" * 1001}, "about")],
)
def test_a_description_has_its_limits(db: Session, people: People, given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.describe_network(actor_of(people.admin), **{"about": "", **given})
    assert set(refused.value.fields) == {field}
