"""The reading page and its neighbours: list, new paper, description, resting, log, who wrote what."""

from __future__ import annotations

import re
from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.db import session
from workspace.papers import actions, log
from workspace.papers.article import Place, article_html, new_spans
from workspace.papers.models import OpenEditor, Paper, ReadMark
from workspace.papers.origins import first_with, origins
from workspace.text.redline import redline
from workspace.text.tree import parse
from workspace.web.derived import Derived

RICH = """## Anlass

Ein Absatz.

- eins
- zwei
    - innen

> Ein Zitat,
> zwei Zeilen.

> [!HINWEIS]
> Hier steht ein Hinweis.

| Art | Std. |
| --- | --- |
| Rat | 180 |

Mit Fußnote.[^1]

[^1]: Die Quelle.
"""


def page_of(client_for: ClientFor, people: People, paper: Paper, who: str = "reader") -> str:
    answer = client_for(getattr(people, who)).get(f"/papers/{paper.key}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def article_of(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


# The article


def with_tools(source: str, new: frozenset[tuple[int, int]] = frozenset()) -> str:
    return article_html(
        parse(source),
        tools_for=lambda place: f'<details data-skip data-edit="{place.edit}" data-words="{place.words}"></details>',
        new=new,
        new_label="Neu:",
    )


def places(source: str) -> list[Place]:
    found: list[Place] = []

    def note(place: Place) -> str:
        found.append(place)
        return ""

    article_html(parse(source), tools_for=note)
    return found


def test_tools_stand_behind_paragraphs_and_inside_items() -> None:
    html = with_tools("Ein Absatz.\n\n- eins\n")
    assert re.search(r'<div class="block"><p [^>]*>Ein Absatz\..*?</p><details .*?</details></div>', html)
    assert re.search(r'<li [^>]*class="block"[^>]*>.*?eins.*?<details .*?</details></li>', html)


def test_a_page_with_tools_reads_back_as_it_was_written() -> None:
    """A parser moves what may not stand where it is: <details> in a paragraph, for example."""
    html = with_tools(RICH)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    serious = [code for _, code, _ in parser.errors if code != "expected-doctype-but-got-start-tag"]
    assert not serious
    blocks = [element for element in tree.iter("div") if element.get("class") == "block"]
    assert all(element[-1].tag == "details" for element in blocks)
    assert [element[0].tag for element in blocks] == ["h2", "p", "p", "p", "div", "p"]


def test_what_is_edited_together_is_one_block() -> None:
    edited = [RICH[slice(*place.edit)] for place in places(RICH)]
    assert edited == [
        "## Anlass",
        "Ein Absatz.",
        "- eins",
        "- zwei\n    - innen",
        "- zwei\n    - innen",
        "> Ein Zitat,\n> zwei Zeilen.",
        "> [!HINWEIS]\n> Hier steht ein Hinweis.",
        "| Art | Std. |\n| --- | --- |\n| Rat | 180 |",
        "Mit Fußnote.[^1]",
        "[^1]: Die Quelle.",
    ]


def test_what_is_commented_on_are_the_words() -> None:
    words = [RICH[slice(*place.words)] for place in places(RICH)]
    assert words[:5] == ["Anlass", "Ein Absatz.", "eins", "zwei", "innen"]
    assert words[-1] == "Die Quelle."


def bars(old: str, new: str) -> list[str]:
    """The blocks with a bar beside them."""
    return sorted(new[slice(*span)] for span in new_spans(redline(parse(old), parse(new))))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Eins.\n\nZwei.\n", "Eins.\n\nZwei neue Wörter.\n", ["Zwei neue Wörter."]),
        ("Eins.\n", "Eins.\n\n- a\n- b\n", ["- a", "- b"]),
        ("- a\n- b\n", "- a\n- b und c\n", ["- b und c"]),
        ("Eins.\n\nZwei.\n", "Eins.\n", []),
        ("Satz[^1].\n\n[^1]: Alt.\n", "Satz[^1].\n\n[^1]: Neu.\n", ["Neu."]),
        ("| a | b |\n|---|---|\n| c | d |\n", "| a | b |\n|---|---|\n| c | e |\n", ["| a | b |\n|---|---|\n| c | e |"]),
        ("Ein Wort.\n", "Ein **Wort**.\n", ["Ein **Wort**."]),
    ],
)
def test_bars_stand_beside_what_changed(old: str, new: str, expected: list[str]) -> None:
    assert bars(old, new) == expected


def test_every_bar_can_be_heard() -> None:
    new = RICH.replace("Ein Absatz", "Der Absatz").replace("eins", "einzig").replace("180", "190")
    html = with_tools(new, new_spans(redline(parse(RICH), parse(new))))
    assert html.count("is-new") == html.count("Neu:") == 3


# The reading page


def test_the_page_shows_title_abstract_contents_and_text(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, title="Beteiligung <mit> Antwort")
    page = page_of(client_for, people, paper)
    assert "<h1>Beteiligung &lt;mit&gt; Antwort</h1>" in page
    assert "Worum es geht." in page
    assert '<a href="#h-was-wir-vorschlagen"><span class="no">2</span>' in page
    article = article_of(page)
    assert f'data-paper="{paper.key}" data-revision="1"' in article
    assert re.search(r'<p id="p-[0-9a-f]{8}" data-start="\d+" data-end="\d+"', article)


def test_tools_follow_what_one_may_do(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    reader = page_of(client_for, people, paper, "reader")
    reviewer = page_of(client_for, people, paper, "reviewer")
    editor = page_of(client_for, people, paper, "editor")
    assert [f"/papers/{paper.key}/blocks/" in page for page in (reader, reviewer, editor)] == [False, False, True]
    assert [">Kommentieren<" in article_of(page) for page in (reader, reviewer, editor)] == [False, True, True]
    assert [f'href="/papers/{paper.key}/edit"' in page for page in (reader, reviewer, editor)] == [False, False, True]


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
    session().rollback()
    page_of(client_for, people, paper, "reader")
    session().rollback()
    assert session().scalar(select(func.count()).where(Derived.kind == "article")) == 2


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


# The log


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
             "edition": "1.0", "slug": "a-b"}  # fmt: skip
    with app.test_request_context():
        for verb, write in log.SENTENCES.items():
            sentence, _link, _label = write(paper, "Clara", facts)
            assert sentence.startswith("Clara "), verb
            assert "%(" not in sentence
            assert sentence.endswith(".")
    assert len(log.SENTENCES) == 18


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
    page = page_of(client_for, people, paper)
    address = re.search(r'href="(/papers/\w+/authors\?revision=2&amp;start=136&amp;end=\d+)"', page)
    assert address
    answer = client_for(people.reader).get(address[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "Jede Kommune antwortet binnen zehn Wochen." in answer
    assert "Emil Redaktion" in answer
    assert "Clara Leitung" in answer
    assert "% der Zeichen" in answer


@pytest.mark.parametrize(
    "query", ["start=9&end=9", "start=9&end=3", "start=0&end=99999", "start=-1&end=4", "start=x", "revision=9", "revision=0"]
)
def test_what_is_no_passage_has_no_writers(client_for: ClientFor, people: People, query: str) -> None:
    paper = make_paper(people)
    assert client_for(people.reader).get(f"/papers/{paper.key}/authors?{query}").status_code == 404
