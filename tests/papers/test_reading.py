"""The reading page and its neighbours: list, new paper, description, resting."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.db import session
from workspace.papers import actions
from workspace.papers.article import places
from workspace.papers.models import OpenEditor, Paper, ReadMark
from workspace.text.tree import parse
from workspace.web.derived import Derived


def page_of(client_for: ClientFor, people: People, paper: Paper, who: str = "reader") -> str:
    answer = client_for(getattr(people, who)).get(f"/papers/{paper.key}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def article_of(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


# The reading page


def test_the_page_shows_title_abstract_contents_and_text(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, title="Beteiligung <mit> Antwort")
    page = page_of(client_for, people, paper)
    assert "<h1>Beteiligung &lt;mit&gt; Antwort</h1>" in page
    assert "Worum es geht." in page
    assert '<a href="#h-was-wir-vorschlagen"><span class="no">2</span>' in page
    article = article_of(page)
    assert f'data-revision="1" data-blocks="/papers/{paper.key}/revisions/1/blocks"' in article
    assert re.search(r'<p id="p-[0-9a-f]{8}" data-start="\d+">', article)


def test_tools_follow_what_one_may_do(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    reader = page_of(client_for, people, paper, "reader")
    reviewer = page_of(client_for, people, paper, "reviewer")
    editor = page_of(client_for, people, paper, "editor")
    assert [f'href="/papers/{paper.key}/edit"' in page for page in (reader, reviewer, editor)] == [False, False, True]


def test_tools_of_a_block_follow_what_one_may_do(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    place = next(iter(places(parse(TEXT)).values()))
    address = f"/papers/{paper.key}/revisions/1/blocks/{place.ident}"
    reader, reviewer, editor = (
        client_for(getattr(people, name)).get(address, headers={"X-Partial": "1"}).get_data(as_text=True)
        for name in ("reader", "reviewer", "editor")
    )
    assert ["Absatz bearbeiten" in piece for piece in (reader, reviewer, editor)] == [False, False, True]
    assert ["Kommentieren" in piece for piece in (reader, reviewer, editor)] == [False, True, True]
    assert f'href="/papers/{paper.key}#{place.ident}"' in reader
    assert "Wer hat das geschrieben?" in reader
    assert "<main" not in reader
    assert "<main" in client_for(people.reader).get(address).get_data(as_text=True)


def test_a_block_that_is_not_there_is_not_found(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.lead)
    for path in ("revisions/1/blocks/p-00000000", "revisions/9/blocks", "revisions/9/blocks/p-00000000"):
        assert client.get(f"/papers/{paper.key}/{path}").status_code == 404, path


def test_a_parked_paper_is_only_read(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    actions.park_paper(actor_of(people.lead), paper, reason="bis zur Novelle")
    session().commit()
    page = page_of(client_for, people, paper, "lead")
    assert "bis zur Novelle" in page
    assert f"/papers/{paper.key}/unparking" in page
    assert "/edit" not in page
    assert ">Kommentieren<" not in page


def test_what_changed_since_one_read_is_counted_and_marked(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    actions.mark_read(actor_of(people.reader), paper, 1)
    session().commit()
    save(paper, people.lead, TEXT.replace("acht", "zehn").replace("fester Ansatz", "eigener Ansatz"))
    page = page_of(client_for, people, paper)
    assert "2 Absätze geändert, seit Sie zuletzt gelesen haben" in page
    assert f'href="/papers/{paper.key}/compare/1/2"' in page
    assert article_of(page).count("is-new") == 2


def test_who_has_never_read_or_has_read_all_sees_no_notice(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    assert "seit Sie zuletzt gelesen haben" not in page_of(client_for, people, paper)
    actions.mark_read(actor_of(people.reader), paper, 2)
    session().commit()
    page = page_of(client_for, people, paper)
    assert "seit Sie zuletzt gelesen haben" not in page
    assert "data-read-mark" not in page


def test_reading_is_remembered_by_a_button(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    answer = post_form(client, f"/papers/{paper.key}", f"/papers/{paper.key}/reading", revision="1")
    assert (answer.status_code, answer.location) == (303, f"/papers/{paper.key}")
    session().rollback()
    mark = session().get(ReadMark, (paper.id, people.reader.id))
    assert mark is not None
    assert mark.revision_number == 1


@pytest.mark.parametrize("revision", ["", "0", "2", "-1", "x", str(10**30)])
def test_what_does_not_exist_is_not_read(client_for: ClientFor, people: People, revision: str) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    answer = post_form(client, f"/papers/{paper.key}", f"/papers/{paper.key}/reading", revision=revision)
    assert answer.status_code == 404


def test_a_page_is_made_once(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    first = article_of(page_of(client_for, people, paper, "editor"))
    session().rollback()
    assert session().scalar(select(func.count()).where(Derived.kind == "article")) == 1
    assert article_of(page_of(client_for, people, paper, "lead")) == first
    session().rollback()
    assert session().scalar(select(func.count()).where(Derived.kind == "article")) == 1
    assert article_of(page_of(client_for, people, paper, "reader")) == first


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL of everything that happens from now on."""
    found: list[str] = []
    engine = app.extensions["workspace_engine"]

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_a_page_that_was_made_writes_nothing_and_asks_little(
    client_for: ClientFor, people: People, statements: list[str]
) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    client.get(f"/papers/{paper.key}")
    statements.clear()
    client.get(f"/papers/{paper.key}")
    assert not [text for text in statements if text.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert sum(text.startswith("SELECT") for text in statements) <= 25


def test_others_who_edit_are_named(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client_for(people.lead).get(f"/papers/{paper.key}/edit")
    session().rollback()
    assert session().get(OpenEditor, (paper.id, people.lead.id)) is not None
    assert "hat den Text gerade zum Bearbeiten offen" in page_of(client_for, people, paper)
    session().rollback()
    assert "gerade zum Bearbeiten offen" not in page_of(client_for, people, paper, "lead")


@pytest.mark.parametrize("path", ["", "/edit", "/description", "/log", "/authors", "/blocks/0-9"])
def test_strangers_do_not_learn_that_a_paper_exists(client_for: ClientFor, people: People, path: str) -> None:
    paper = make_paper(people)
    for who in (people.stranger, people.coordination, people.admin):
        assert client_for(who).get(f"/papers/{paper.key}{path}").status_code == 404


# The list


def test_the_list_shows_papers_by_group(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, title="Sichtbar")
    page = client_for(people.reader).get("/papers").get_data(as_text=True)
    assert "AG Qualität" in page
    assert f'href="/papers/{paper.key}">Sichtbar</a>' in page
    assert "Neues Papier" not in page
    assert "Sichtbar" not in client_for(people.stranger).get("/papers").get_data(as_text=True)


def test_the_list_counts_what_changed(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    actions.mark_read(actor_of(people.reader), paper, 1)
    session().commit()
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    page = client_for(people.reader).get("/papers").get_data(as_text=True)
    assert "1 Absatz geändert, seit Sie gelesen haben" in page


def test_resting_papers_stand_apart(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, title="Ruht gerade")
    actions.park_paper(actor_of(people.lead), paper, reason="bis zur Novelle")
    session().commit()
    page = client_for(people.reader).get("/papers").get_data(as_text=True)
    assert page.index("Ruhende Papiere") < page.index("Ruht gerade") < page.index("bis zur Novelle")


def test_who_is_in_no_group_is_told_what_will_stand_here(client_for: ClientFor, people: People) -> None:
    page = client_for(people.admin).get("/papers").get_data(as_text=True)
    assert "sobald Sie in eine aufgenommen sind" in page


# A new paper


def test_a_paper_is_begun_by_a_form(client_for: ClientFor, people: People) -> None:
    client = client_for(people.lead)
    answer = post_form(
        client, "/groups/ag-qualitaet/papers/new", kind="profession_profile", title="Das Berufsbild", abstract="Kurz."
    )
    assert answer.status_code == 303
    paper = session().scalars(select(Paper)).one()
    assert (paper.title, paper.kind, paper.abstract) == ("Das Berufsbild", "profession_profile", "Kurz.")
    assert answer.location == f"/papers/{paper.key}"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "working_paper", "title": " \u200b\x00 "},
        {"kind": "working_paper", "title": "x" * 201},
        {"kind": "novel", "title": "Titel"},
        {"title": "Titel"},
        {"kind": "working_paper", "title": "Titel", "abstract": "Wort " * 500},
        {"kind": "working_paper", "title": "Titel", "contact": "x" * 301},
    ],
)
def test_wrong_input_is_named_and_kept(client_for: ClientFor, people: People, fields: dict[str, str]) -> None:
    answer = post_form(client_for(people.lead), "/groups/ag-qualitaet/papers/new", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Noch nicht angelegt" in page
    assert fields.get("abstract", "").strip() in page
    assert session().scalar(select(func.count(Paper.id))) == 0


def test_papers_are_begun_by_those_who_write(client_for: ClientFor, people: People) -> None:
    assert client_for(people.reviewer).get("/groups/ag-qualitaet/papers/new").status_code == 403
    assert client_for(people.stranger).get("/groups/ag-qualitaet/papers/new").status_code == 403
    assert client_for(people.lead).get("/groups/ag-nichts/papers/new").status_code == 404


# Description and resting


def test_title_and_abstract_are_changed_by_a_form(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    path = f"/papers/{paper.key}/description"
    answer = post_form(client_for(people.editor), path, title="Neuer  Titel", abstract="Neu.", contact="")
    assert answer.status_code == 303
    session().refresh(paper)
    assert (paper.title, paper.abstract, paper.contact) == ("Neuer Titel", "Neu.", "")
    refused = post_form(client_for(people.editor), path, title="", abstract="bleibt stehen")
    assert refused.status_code == 422
    assert "bleibt stehen" in refused.get_data(as_text=True)


def test_the_lead_lets_a_paper_rest_and_takes_it_up(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.lead)
    path = f"/papers/{paper.key}"
    too_long = post_form(client, f"{path}/description", f"{path}/parking", reason="x" * 201)
    assert too_long.status_code == 422
    assert post_form(client, f"{path}/description", f"{path}/parking", reason="bis Mai").status_code == 303
    session().rollback()
    session().refresh(paper)
    assert paper.parked_reason == "bis Mai"
    assert post_form(client, path, f"{path}/unparking").status_code == 303
    session().rollback()
    session().refresh(paper)
    assert not paper.is_parked


def test_editors_see_no_way_to_let_it_rest(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    client = client_for(people.editor)
    page = client.get(f"/papers/{paper.key}/description")
    assert "ruhen lassen" not in page.get_data(as_text=True)
    answer = client.post(f"/papers/{paper.key}/parking", data={"csrf_token": csrf_of(page), "reason": ""})
    assert answer.status_code == 403


def test_who_wrote_which_stretch_comes_as_data(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, text="Die Antwort kommt.\n")
    save(paper, people.lead, "Die Antwort kommt. Größe zählt 🌳.\n")
    data = {"Accept": "application/json"}
    answer = client_for(people.reader).get(f"/papers/{paper.key}/authors?revision=2", headers=data).get_json()
    assert sum(length for _author, length in answer["runs"]) == len("Die Antwort kommt. Größe zählt 🌳.\n")
    assert set(answer["people"]) == {people.lead.name, people.editor.name}
    assert {author for author, _length in answer["runs"]} == {0, 1}
    assert client_for(people.stranger).get(f"/papers/{paper.key}/authors", headers=data).status_code == 404
