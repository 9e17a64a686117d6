"""The start pages: what waits, the one thing to do next, papers with what changed, the way in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import Member
from workspace.discussion import actions as discussion
from workspace.discussion.models import Thread, ThreadKind
from workspace.editions import actions as editions
from workspace.editions.models import Submission
from workspace.network import actions
from workspace.network.views import start
from workspace.papers import actions as papers
from workspace.papers import reading
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision
from workspace.web.derived import Derived

CHANGED = TEXT + "\nNeuer Absatz.\n"


def words(page: str) -> str:
    """The words of a page's main part, blanks folded."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def start_page(client_for: ClientFor, member: Member | None) -> str:
    return client_for(member).get("/").get_data(as_text=True)


def submit(people: People, paper: Paper, name: str = "B1") -> Submission:
    version = papers.name_version(actor_of(people.lead), get_revision(paper, paper.head_number), name=name)
    return editions.submit_version(actor_of(people.lead), version, authors="AG Qualität")


def asked(people: People, paper: Paper, body: str, kind: ThreadKind = ThreadKind.QUESTION) -> Thread:
    return discussion.open_thread(
        actor_of(people.editor), paper, kind=kind, body=body, revision_number=paper.head_number, span=None
    )


# Everybody


def test_the_public_sees_who_we_are_and_what_is_published(db: Session, app: Flask, people: People) -> None:
    paper = make_paper(people, title="Antwort in acht Wochen", abstract="Warum eine Antwort dazugehört.")
    submission = submit(people, paper)
    editions.publish(actor_of(people.coordination), submission)
    actions.describe_network(actor_of(people.admin), name="Netz <Nord>", about="Wir fragen nach.")
    db.commit()
    make_paper(people, title="Geheimer Entwurf")
    page = app.test_client().get("/").get_data(as_text=True)
    for words_there in ("Netz &lt;Nord&gt;", "Wir fragen nach.", "Antwort in acht Wochen", f'href="/p/{paper.slug}"'):
        assert words_there in page
    for private in ("Geheimer Entwurf", paper.key):
        assert private not in page
    for way_on in ("/library", "/sign-in", "/hilfe", "/impressum"):
        assert f'href="{way_on}' in page


def test_an_empty_workspace_says_what_will_stand_here(app: Flask, db: Session) -> None:
    page = app.test_client().get("/")
    assert page.status_code == 200
    assert "sobald das erste erschienen ist" in page.get_data(as_text=True)


# What waits


def test_a_question_waits_until_it_is_answered(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    thread = asked(people, paper, "Was meinen Sie, @rosa?")
    papers.mark_read(actor_of(people.reviewer), paper, 1)
    db.commit()
    page = words(start_page(client_for, people.reviewer))
    assert "Eine Sache wartet auf Sie." in page
    assert "Emil Redaktion fragt Sie etwas" in page
    assert "fragt Sie etwas" not in start_page(client_for, people.reader)
    discussion.reply(actor_of(people.reviewer), thread, "Acht Wochen.")
    db.commit()
    assert "fragt Sie etwas" not in start_page(client_for, people.reviewer)


def test_a_resolved_question_waits_no_longer(db: Session, client_for: ClientFor, people: People) -> None:
    thread = asked(people, make_paper(people), "Was meinen Sie, @rosa?")
    discussion.resolve_thread(actor_of(people.editor), thread)
    db.commit()
    assert "fragt Sie etwas" not in start_page(client_for, people.reviewer)


def test_another_mention_waits_until_the_paper_is_read(db: Session, client_for: ClientFor, people: People) -> None:
    with clock.at(clock.now() - timedelta(minutes=1)):
        paper = make_paper(people)
        papers.mark_read(actor_of(people.reviewer), paper, 1)
        asked(people, paper, "Zur Kenntnis, @rosa.", ThreadKind.REMARK)
        db.commit()
    rosa = client_for(people.reviewer)
    page = rosa.get("/").get_data(as_text=True)
    assert "Emil Redaktion hat Sie genannt" in page
    assert "Als gelesen merken" in page
    answer = post_form(rosa, "/", f"/papers/{paper.key}/reading", revision=1, next="/")
    assert answer.headers["Location"] == "/"
    assert "hat Sie genannt" not in rosa.get("/").get_data(as_text=True)


def test_an_answer_waits_for_those_who_wrote_before(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    thread = asked(people, paper, "Wie viele Wochen?")
    discussion.reply(actor_of(people.reviewer), thread, "Acht.")
    db.commit()
    assert "Rosa Review hat Ihnen geantwortet" in start_page(client_for, people.editor)
    for other in (people.reviewer, people.lead):
        assert "hat Ihnen geantwortet" not in start_page(client_for, other)
    discussion.reply(actor_of(people.lead), thread, "Gut.")
    db.commit()
    for writer in (people.editor, people.reviewer):
        assert "Clara Leitung hat Ihnen geantwortet" in start_page(client_for, writer)


def test_coordination_sees_what_waits_to_be_published(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    submit(people, paper)
    db.commit()
    cora = start_page(client_for, people.coordination)
    assert "„Beteiligung mit Antwort“ wartet auf die Veröffentlichung" in words(cora)
    assert "eingereicht von Clara Leitung" in cora
    assert f"/papers/{paper.key}" not in cora
    for member in (people.admin, people.stranger):
        assert "Beteiligung mit Antwort" not in start_page(client_for, member)


def test_the_lead_sees_what_coordination_answered(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    submission = submit(people, paper)
    editions.send_back(actor_of(people.coordination), submission, "Bitte die Zahl prüfen.")
    db.commit()
    page = words(start_page(client_for, people.lead))
    assert "Die Koordination hat „Beteiligung mit Antwort“ zurückgegeben" in page
    assert "Bitte die Zahl prüfen." in page
    assert "zurückgegeben" not in start_page(client_for, people.editor)
    save(paper, people.editor, CHANGED)
    again = submit(people, paper, "B2")
    db.commit()
    assert "zurückgegeben" not in start_page(client_for, people.lead)
    editions.publish(actor_of(people.coordination), again)
    db.commit()
    assert "„Beteiligung mit Antwort“ ist veröffentlicht" in words(start_page(client_for, people.lead))


def test_the_most_pressing_comes_first_and_has_the_only_button(
    db: Session, client_for: ClientFor, people: People
) -> None:
    paper = make_paper(people)
    submission = submit(people, paper)
    editions.send_back(actor_of(people.coordination), submission, "Bitte die Zahl prüfen.")
    asked(people, paper, "Was meinen Sie, @clara?")
    db.commit()
    page = start_page(client_for, people.lead)
    assert page.count("btn--main") == 1
    assert page.index("zurückgegeben") < page.index("btn--main") < page.index("fragt Sie etwas")
    assert "Zwei Dinge warten auf Sie." in words(page)


# Papers


def test_a_member_sees_how_much_changed_since_reading_and_who_wrote(
    db: Session, client_for: ClientFor, people: People
) -> None:
    paper = make_paper(people)
    rosa = client_for(people.reviewer)
    assert "noch nicht gelesen" in rosa.get("/").get_data(as_text=True)
    papers.mark_read(actor_of(people.reviewer), paper, 1)
    db.commit()
    page = rosa.get("/").get_data(as_text=True)
    assert "Nichts wartet auf Sie. Alles ist gelesen." in words(page)
    save(paper, people.editor, CHANGED)
    page = rosa.get("/").get_data(as_text=True)
    assert "Ein Papier hat sich geändert, seit Sie gelesen haben." in words(page)
    assert "Geschrieben von: Emil Redaktion" in words(page)
    assert f'<a href="/papers/{paper.key}/compare/1/2">1 Absatz geändert' in page


def test_what_changed_back_is_no_news(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    papers.mark_read(actor_of(people.reviewer), paper, 1)
    db.commit()
    save(paper, people.editor, CHANGED)
    save(paper, people.editor, TEXT)
    assert "Alles ist gelesen" in start_page(client_for, people.reviewer)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Titles of the papers whose texts a page compares."""
    found: list[str] = []
    count = reading.changes

    def noted(paper: Paper, old: int, new: int) -> reading.Changes:
        found.append(paper.title)
        return count(paper, old, new)

    monkeypatch.setattr(reading, "changes", noted)
    return found


def test_one_visit_compares_few_texts_and_the_next_goes_on(
    db: Session, client_for: ClientFor, people: People, compared: list[str]
) -> None:
    total = start.COUNTED_ANEW * 2
    for number in range(total):
        paper = make_paper(people, title=f"Papier {number}")
        papers.mark_read(actor_of(people.reviewer), paper, 1)
        db.commit()
        save(paper, people.editor, CHANGED)
    rosa = client_for(people.reviewer)
    first = rosa.get("/").get_data(as_text=True)
    assert len(compared) == start.COUNTED_ANEW
    assert first.count("1 Absatz geändert") == start.COUNTED_ANEW
    assert first.count(">Geändert<span") == total - start.COUNTED_ANEW
    assert rosa.get("/").get_data(as_text=True).count("1 Absatz geändert") == total
    compared.clear()
    rosa.get("/")
    assert compared == [], "what was counted is kept"


def test_a_long_text_is_not_compared_for_the_start_page(
    db: Session, client_for: ClientFor, people: People, compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "LONGEST_COUNTED", 10)
    paper = make_paper(people)
    papers.mark_read(actor_of(people.reviewer), paper, 1)
    db.commit()
    save(paper, people.editor, CHANGED)
    assert ">Geändert<span" in start_page(client_for, people.reviewer)
    assert compared == []
    reading.changes(paper, 1, 2)
    db.rollback()
    page = start_page(client_for, people.reviewer)
    assert "1 Absatz geändert" in page, "the reading page counted it"
    db.execute(delete(Derived))
    db.commit()
    assert ">Geändert<span" in start_page(client_for, people.reviewer)


def test_groups_are_shown_with_role_and_papers(db: Session, client_for: ClientFor, people: People) -> None:
    make_paper(people)
    parked = make_paper(people, title="Ruht")
    papers.park_paper(actor_of(people.lead), parked)
    db.commit()
    assert "AG Qualität Review · 1 Papier" in words(start_page(client_for, people.reviewer))


# Beginning


def test_who_is_in_no_group_is_told_how_to_begin(client_for: ClientFor, people: People) -> None:
    page = start_page(client_for, people.admin)
    assert "Wie fange ich an?" in page
    assert page.count("<li><a", page.index('class="steps"'), page.index("</ol>", page.index('class="steps"'))) == 3
    assert "Einstellungen des Netzwerks" in page
    assert "Einstellungen des Netzwerks" not in start_page(client_for, people.lead)


@pytest.mark.parametrize(
    ("person", "step"), [("lead", "Das erste Papier beginnen"), ("reader", "Mit Ihrer Arbeitsgruppe sprechen")]
)
def test_a_group_without_papers_has_its_own_first_step(
    client_for: ClientFor, people: People, person: str, step: str
) -> None:
    assert step in start_page(client_for, getattr(people, person))


def test_of_many_things_the_rest_is_folded(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    for number in range(11):
        asked(people, paper, f"Frage {number} an @rosa?")
    db.commit()
    page = start_page(client_for, people.reviewer)
    assert "Elf Dinge warten auf Sie." in words(page)
    assert page.count("Frage ") == 11
    assert page[page.index("2 weitere Dinge") :].count("Frage ") == 2
