"""Search: the same hits on both databases, whatever people type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import make_paper, save
from tests.people import People, actor_of
from workspace import search
from workspace.network.desk import find_papers
from workspace.papers.models import Paper
from workspace.papers.queries import papers_visible_to

PAPERS = {
    "verfahren": "Das Bürgerbeteiligungsverfahren in Musterstadt ist größer, als viele denken. Die Straße bleibt zu.",
    "aktuell": "Aktuelle Formate nehmen die Häuser der Stadtteile mit. Individuelle Zugänge helfen, mit 100 % Rabatt.",
    "recht": "Nach § 3 Abs. 2 BauGB werden Entwürfe ausgelegt. Die **Aus**legung dauert einen Monat, IT inklusive.",
    "zeichen": "Ein Titel wie C++ oder a_b*c: 'Anführung' und \"zitiert\" NOT in AND or OR; DROP TABLE paper; --",
}


@pytest.fixture
def papers(db: Session, people: People) -> dict[str, Paper]:
    return {name: make_paper(people, title=f"Papier {name}", text=text, abstract="") for name, text in PAPERS.items()}


Find = Callable[[str], set[str]]


@pytest.fixture
def find(db: Session, people: People, papers: dict[str, Paper]) -> Find:
    names = {paper.id: name for name, paper in papers.items()}

    def found(words: str) -> set[str]:
        return {names[paper.id] for paper in find_papers(actor_of(people.reader), words, limit=50)}

    return found


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("Beteiligung", {"verfahren"}),
        ("Beteiligungen", {"verfahren"}),
        ("beteiligungsverfahren", {"verfahren"}),
        ("BÜRGER", {"verfahren"}),
        ("Bu\u0308rger", {"verfahren"}),
        ("Buerger", {"verfahren"}),
        ("groß", {"verfahren"}),
        ("gross", {"verfahren"}),
        ("GRÖSSER", {"verfahren"}),
        ("Strasse", {"verfahren"}),
        ("Straßen", {"verfahren"}),
        ("Haus", {"aktuell"}),
        ("aktuell", {"aktuell"}),
        ("aktueller", {"aktuell"}),
        ("individuell", {"aktuell"}),
        ("Stadt", {"verfahren", "aktuell"}),
        ("Auslegung", {"recht"}),
        ("it baugb", {"recht"}),
        ("Stadt Rabatt", {"aktuell"}),
        ("Rabatt fehlt", set()),
        ("Papier recht", {"recht"}),
        ("100%", {"aktuell"}),
    ],
)
def test_parts_of_words_are_found_with_umlauts_and_in_any_case(find: Find, words: str, hits: set[str]) -> None:
    assert find(words) == hits


@pytest.mark.parametrize("words", ["%", "_", "%%%", "*", "\\", "'", '"', "()", "--", "§ %", "\x00", "NEAR()", " "])
def test_signs_alone_find_nothing_and_break_nothing(find: Find, words: str) -> None:
    assert find(words) == (find("near") if "NEAR" in words else set())


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("B%gericht", set()),
        ("Stra%", {"verfahren"}),
        ("titel AND drop", {"zeichen"}),
        ("titel OR verfahren", set()),
        ("titel NOT musterstadt", set()),
        ("folded:titel", set()),
        ('"titel"', {"zeichen"}),
        ("tit*", {"zeichen"}),
        ("^titel", {"zeichen"}),
        ("titel' OR '1'='1", set()),
        ("DROP TABLE paper; --", {"zeichen"}),
    ],
)
def test_wildcards_and_operators_are_plain_text(find: Find, words: str, hits: set[str]) -> None:
    assert find(words) == hits


def test_a_query_of_only_short_words_works_without_the_index(find: Find) -> None:
    assert find("IT") >= {"recht"}
    assert find("3 2") == {"recht"}


def test_every_word_of_a_paper_finds_it(find: Find) -> None:
    for name, text in PAPERS.items():
        for word in search.WORD.findall(text):
            assert name in find(word), word


def test_the_newest_text_is_found_and_the_old_one_is_not(find: Find, people: People, papers: dict[str, Paper]) -> None:
    save(papers["recht"], people.editor, "Etwas ganz anderes, nämlich Quorenregelungen.\n")
    assert find("Quoren") == {"recht"}
    assert find("Auslegung") == set()


def test_members_find_only_what_they_may_see(db: Session, people: People, papers: dict[str, Paper]) -> None:
    for member in (people.stranger, people.coordination, people.admin):
        assert list(find_papers(actor_of(member), "Papier", limit=50)) == []
    everything = find_papers(actor_of(people.reader), "Papier", limit=50)
    assert {paper.id for paper in everything} == {paper.id for paper in papers.values()}


def test_a_forgotten_document_is_not_found(db: Session, people: People, papers: dict[str, Paper], find: Find) -> None:
    search.drop_document("paper", papers["recht"].id)
    db.commit()
    assert find("Auslegung") == set()


def test_documents_of_different_kinds_do_not_mix(db: Session, people: People, papers: dict[str, Paper]) -> None:
    search.index_document("edition", papers["recht"].id, search.fold("Kaffeesatz"))
    db.commit()
    condition = search.matching("paper", Paper.id, "Kaffeesatz")
    assert condition is not None
    assert db.scalars(papers_visible_to(actor_of(people.reader)).where(condition)).all() == []
    condition = search.matching("edition", Paper.id, "Kaffeesatz")
    assert condition is not None
    assert db.scalars(select(Paper.id).where(condition)).all() == [papers["recht"].id]
