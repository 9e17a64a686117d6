"""The log of a paper, and who wrote what."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.builders import TEXT, make_paper, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.db import session
from workspace.papers import actions, journal
from workspace.papers.article import places
from workspace.papers.origins import first_with, origins
from workspace.papers.store import text_of
from workspace.text.tree import parse


def test_the_log_tells_what_happened(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, title="Erst so")
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    save(paper, people.editor, TEXT.replace("keine Satzung", "keine Leitlinie"), base=1)
    actions.restore_revision(actor_of(people.lead), paper, 1)
    actions.describe_paper(actor_of(people.lead), paper, title="Dann so", abstract="", contact="")
    actions.park_paper(actor_of(people.lead), paper, reason="bis zur Novelle")
    session().commit()
    page = client_for(people.reader).get(f"/papers/{paper.key}/log").get_data(as_text=True)
    told = [
        "Clara Leitung lässt das Papier ruhen.",
        "Grund: bis zur Novelle",
        "Clara Leitung hat den Titel geändert: „Dann so“, vorher „Erst so“.",
        "Clara Leitung hat einen früheren Text wiederhergestellt.",
        "Emil Redaktion hat den Text geändert und mit Änderungen anderer zusammengeführt.",
        "Clara Leitung hat den Text geändert.",
        "Emil Redaktion hat den ersten Text gespeichert.",
        "Emil Redaktion hat das Papier „Erst so“ begonnen.",
    ]
    assert [page.index(sentence) for sentence in told] == sorted(page.index(sentence) for sentence in told)


def test_every_verb_of_a_paper_has_a_sentence(app: Flask, people: People) -> None:
    paper = make_paper(people)
    facts = {"number": 2, "source": "form", "title": "a", "title_before": "b", "name": "K1", "version": "K1",
             "edition": "1.0", "slug": "a-b", "kind": "comment", "numbers": ["12"]}  # fmt: skip
    with app.test_request_context():
        for verb, write in journal.SENTENCES.items():
            sentence, _link, _label = write(paper, "Clara", facts)
            assert sentence.startswith("Clara "), verb
            assert "%(" not in sentence
            assert sentence.endswith(".")
    assert len(journal.SENTENCES) == 21


def test_the_log_is_paged(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    lead = actor_of(people.lead)
    for _turn in range(30):
        actions.park_paper(lead, paper)
        actions.unpark_paper(lead, paper)
    session().commit()
    client = client_for(people.reader)
    first = client.get(f"/papers/{paper.key}/log").get_data(as_text=True)
    assert first.count("<time") == 50
    older = re.search(r'href="(/papers/\w+/log\?before=\d+)"', first)
    assert older
    second = client.get(older[1]).get_data(as_text=True)
    assert second.count("<time") == 12
    assert "begonnen" in second
    assert client.get(f"/papers/{paper.key}/log?before=x").status_code == 200
    assert "Weiter zurück gibt es nichts." in client.get(f"/papers/{paper.key}/log?before=0").get_data(as_text=True)


# Who wrote what


def test_who_wrote_a_passage_how_much_and_when(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht Wochen", "zehn Arbeitswochen"))
    text = TEXT.replace("acht Wochen", "zehn Arbeitswochen")
    start = text.index("Jede Kommune")
    found = origins(paper, 2, start, start + len("Jede Kommune antwortet binnen zehn Arbeitswochen."))
    assert [(origin.member, origin.revision.number) for origin in found] == [(people.editor, 1), (people.lead, 2)]
    assert found[0].share > found[1].share
    assert sum(origin.share for origin in found) in (99, 100, 101)


def test_words_are_dated_by_their_first_revision(people: People) -> None:
    paper = make_paper(people)
    text = TEXT
    for number in range(2, 12):
        text += f"\nAbsatz {number}.\n"
        save(paper, people.lead, text)
    assert [first_with(paper, 11, f"Absatz {n}.") for n in (2, 5, 11)] == [2, 5, 11]
    assert first_with(paper, 11, "Jede Kommune") == 1


def test_the_page_names_writers_of_a_block(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    block = next(ident for ident, place in places(parse(text_of(paper, 2))).items() if place.edit[0] == 136)
    page = client_for(people.reader).get(f"/papers/{paper.key}/revisions/2/blocks/{block}").get_data(as_text=True)
    address = re.search(r'href="(/papers/\w+/authors\?revision=2&amp;start=136&amp;end=\d+)"', page)
    assert address
    answer = client_for(people.reader).get(address[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "Jede Kommune antwortet binnen zehn Wochen." in answer
    assert "Emil Redaktion" in answer
    assert "Clara Leitung" in answer
    assert "% der Zeichen" in answer


@pytest.mark.parametrize(
    "query",
    ["start=9&end=9", "start=9&end=3", "start=0&end=99999", "start=-1&end=4", "start=x", "revision=9", "revision=0"],
)
def test_what_is_no_passage_has_no_writers(client_for: ClientFor, people: People, query: str) -> None:
    paper = make_paper(people)
    assert client_for(people.reader).get(f"/papers/{paper.key}/authors?{query}").status_code == 404
