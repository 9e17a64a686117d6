"""The history: days, sittings, milestones, filters; one revision with what one can do with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, insert

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import Member
from workspace.db import session
from workspace.papers import actions
from workspace.papers.models import Paper, Revision, RevisionAuthor
from workspace.papers.queries import get_revision
from workspace.papers.store import text_of

START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def page_of(client_for: ClientFor, member: Member | None, address: str, status: int = 200) -> str:
    answer = client_for(member).get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def lines_of(page: str) -> list[str]:
    """What each line says, blanks all alike."""
    items = re.findall(r'<li (?:class="is-mile[^"]*" )?id="[rv]\d+">(.*?)</li>', page, re.S)
    return [" ".join(re.sub("<[^>]*>", " ", item).split()) for item in items]


def written(people: People) -> Paper:
    """Four revisions on two days: two of one sitting, one by another member, one the day after."""
    with clock.at(START):
        paper = make_paper(people)
    steps = (
        (timedelta(hours=2), people.editor, "Ein Anfang.", "Angefangen"),
        (timedelta(hours=2, minutes=20), people.editor, "Noch etwas.", "Weiter geschrieben"),
        (timedelta(hours=2, minutes=30), people.lead, "Von Clara.", "Durchgesehen"),
        (timedelta(days=1), people.lead, "Am Tag darauf.", ""),
    )
    text = TEXT
    for after, member, words, summary in steps:
        text += f"\n{words}\n"
        with clock.at(START + after):
            save(paper, member, text, summary=summary)
    return paper


def many(people: People, count: int) -> Paper:
    """A paper with a long history; the texts do not matter to its page."""
    paper = make_paper(people)
    first = get_revision(paper, 1)
    rows = [
        {
            "paper_id": paper.id, "number": number, "base_number": number - 1, "source": "form",
            "committed_by": people.editor.id, "created_at": START + timedelta(hours=number), "length": 1,
            "text_hash": first.text_hash, "summary": f"Schritt {number}", "restored_number": None,
        }
        for number in range(2, count + 1)
    ]  # fmt: skip
    made = session().execute(insert(Revision).returning(Revision.id), rows).scalars().all()
    session().execute(
        insert(RevisionAuthor),
        [{"revision_id": each, "member_id": people.editor.id, "inserted": 3, "deleted": 1} for each in made],
    )
    paper.head_number = count
    session().commit()
    return paper


# The list


def test_days_and_sittings_are_folded_newest_first(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    assert re.findall(r'<h2><time datetime="([\d-]+)">', page) == ["2026-03-10", "2026-03-09"]
    lines = lines_of(page)
    assert len(lines) == 4
    assert lines[0].startswith("Text bearbeitet")
    assert "aktueller Stand" in lines[0]
    assert lines[1].startswith("Durchgesehen")
    assert lines[2].startswith("Weiter geschrieben · Angefangen")
    assert "11:00 bis 11:20" in lines[2]
    assert "Stand 2 bis 3" in lines[2]
    assert lines[3].startswith("Papier angelegt")


def test_a_summary_leads_to_what_its_sitting_changed(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    for address in ("compare/4/5", "compare/3/4", "compare/1/3", "revisions/1", "revisions/3", "compare/3/5"):
        assert f'href="/papers/{paper.key}/{address}"' in page
        assert client_for(people.reader).get(f"/papers/{paper.key}/{address}").status_code == 200


def test_the_size_of_a_sitting_is_the_sum_of_its_revisions(client_for: ClientFor, people: People) -> None:
    lines = lines_of(page_of(client_for, people.reader, f"/papers/{written(people).key}/history"))
    assert "Umfang: +4 −0 Wörter" in lines[2]


def test_named_versions_are_milestones(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    actions.name_version(actor_of(people.lead), get_revision(paper, 2), name="R1", note="Für die Runde")
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    lines = lines_of(page)
    assert lines[3].startswith("Fassung R1")
    assert "Für die Runde" in lines[3]
    assert lines[2].startswith("Weiter geschrieben")
    assert lines[4].startswith("Angefangen")
    assert page.count('class="is-mile"') == 1


def test_the_place_up_to_which_one_has_read_is_marked(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    actions.mark_read(actor_of(people.reader), paper, 3)
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    assert "Bis hierher haben Sie gelesen" in page
    assert f'href="/papers/{paper.key}/compare/3/5">Was sich geändert hat, seit Sie zuletzt gelesen haben' in page
    assert "Bis hierher" not in page_of(client_for, people.lead, f"/papers/{paper.key}/history")


def test_the_history_can_be_narrowed(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    actions.name_version(actor_of(people.lead), get_revision(paper, 3), name="R1")
    session().commit()
    start = f"/papers/{paper.key}/history"

    def found(query: str) -> list[str]:
        lines = lines_of(page_of(client_for, people.reader, f"{start}?{query}"))
        return list(dict.fromkeys(number for line in lines for number in re.findall(r"Stand (\d+)", line)))

    assert found(f"who={people.lead.id}") == ["5", "4"]
    assert found(f"who={people.editor.id}") == ["3", "2", "1"]
    assert found("versions=1") == ["3"]
    assert found("q=geSCHRieben") == ["3"]
    assert found("q=%25") == []
    assert found(f"q=an&who={people.editor.id}") == ["2"]
    assert found("who=nonsense&before=-3") == found("")
    assert "Kein Stand passt" in page_of(client_for, people.reader, f"{start}?q=gibtesnicht")


def test_capital_umlauts_are_found(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT + "\nx\n", summary="Übergang geklärt")
    assert "Übergang" in "".join(
        lines_of(page_of(client_for, people.reader, f"/papers/{paper.key}/history?q=%C3%BCbergang"))
    )


def test_everybody_who_wrote_is_listed(client_for: ClientFor, people: People) -> None:
    page = page_of(client_for, people.reader, f"/papers/{written(people).key}/history")
    people_part = " ".join(re.sub("<[^>]*>", " ", page[page.index("Wer mitgeschrieben hat") :]).split())
    assert "Emil Redaktion , 3 Stände" in people_part
    assert "Clara Leitung , 2 Stände" in people_part


def test_paging_shows_each_revision_once(client_for: ClientFor, people: People) -> None:
    paper = many(people, 130)
    address, seen = f"/papers/{paper.key}/history", list[int]()
    while address:
        page = page_of(client_for, people.reader, address)
        seen += [int(number) for number in re.findall(r'id="r(\d+)"', page)]
        older = re.search(r'href="([^"]+)" rel="prev"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(130, 0, -1))


def test_small_sittings_in_a_row_are_one_line_that_opens(client_for: ClientFor, people: People) -> None:
    paper = many(people, 12)  # 4 words each, an hour apart: sittings of their own
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    (summary,) = re.findall(r'<details class="gap"><summary>(.*?)</summary>', page, re.S)
    assert ": 10 kleine Änderungen, zusammen +30 −10 Wörter." in summary
    folded = page[page.index('<details class="gap">') : page.index("</details>\n<section", page.index("gap__all"))]
    assert [int(number) for number in re.findall(r'id="r(\d+)"', folded)] == list(range(11, 1, -1))
    assert f'href="/papers/{paper.key}/compare/1/11">Alle zusammen' in folded
    # what one looks for stands open: the newest, the first, what has a name, what one read last, what a filter finds
    actions.name_version(actor_of(people.lead), get_revision(paper, 5), name="R1")
    actions.mark_read(actor_of(people.reader), paper, 9)
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history")
    assert len(re.findall('<details class="gap">', page)) == 2
    assert "3 kleine Änderungen" in page
    found = page_of(client_for, people.reader, f"/papers/{paper.key}/history?q=Schritt")
    assert '<details class="gap">' not in found


def test_two_revisions_are_chosen_without_scripts(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    start = f"/papers/{paper.key}/history"
    actions.mark_read(actor_of(people.reader), paper, 3)
    session().commit()
    page = page_of(client_for, people.reader, start)
    assert f'href="{start}?chosen=4#r4">Mit einem anderen Stand vergleichen …' in page
    assert f'href="/papers/{paper.key}/compare/3/4">Mit dem vergleichen, was ich zuletzt gelesen habe' in page
    page = page_of(client_for, people.reader, f"{start}?chosen=4")
    assert "Welcher Stand soll mit dem vom 9. März 2026, 11:30 verglichen werden?" in page
    assert f'href="/papers/{paper.key}/compare/4/5">damit vergleichen' in page
    assert f'href="/papers/{paper.key}/compare/1/4">damit vergleichen' in page
    assert page.count("<b>gewählt</b>") == 1
    page_of(client_for, people.reader, f"{start}?chosen=99", 404)


def test_the_page_says_what_a_filter_leaves(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history?q=ge&who={people.lead.id}")
    shown = " ".join(re.sub("<[^>]*>", "", page[page.index("Sie sehen nicht alles") :]).split())
    assert shown.startswith("Sie sehen nicht alles, nur: Stände von Clara Leitung mit „ge“ in der Zusammenfassung.")
    assert "Sie sehen nicht alles" not in page_of(client_for, people.reader, f"/papers/{paper.key}/history")


def test_paging_keeps_the_filters(client_for: ClientFor, people: People) -> None:
    paper = many(people, 120)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/history?q=Schritt&who={people.editor.id}")
    older = re.search(r'href="([^"]+)" rel="prev"', page)
    assert older
    assert "q=Schritt" in older[1]
    assert f"who={people.editor.id}" in older[1]


def test_a_long_history_asks_no_more_than_a_short_one(app: Flask, client_for: ClientFor, people: People) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    counts = []
    for size in (5, 400):
        paper = many(people, size)
        client = client_for(people.reader)
        client.get(f"/papers/{paper.key}/history")
        engine = app.extensions["workspace_engine"]
        event.listen(engine, "before_cursor_execute", note)
        client.get(f"/papers/{paper.key}/history")
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["stranger", "coordination", "admin"])
def test_outsiders_learn_nothing(client_for: ClientFor, people: People, who: str) -> None:
    paper = written(people)
    for address in ("history", "revisions/1", "revisions/99"):
        page_of(client_for, getattr(people, who), f"/papers/{paper.key}/{address}", 404)


# One revision


def test_an_earlier_text_is_read_as_it_was(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/revisions/2")
    assert "Sie lesen einen früheren Stand, vom 9. März 2026, 11:00." in page
    assert "Ein Anfang." in page
    assert "Noch etwas." not in page
    assert f'href="/papers/{paper.key}/compare/1/2"' in page
    assert f'href="/papers/{paper.key}/compare/2/5"' in page
    assert "Das ist der aktuelle Stand" in page_of(client_for, people.reader, f"/papers/{paper.key}/revisions/5")
    page_of(client_for, people.reader, f"/papers/{paper.key}/revisions/6", 404)


def test_what_one_has_read_last_can_be_compared(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    actions.mark_read(actor_of(people.reader), paper, 3)
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/revisions/2")
    assert f'href="/papers/{paper.key}/compare/2/3"' in page


def test_only_those_who_may_write_can_restore_and_name(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    address = f"/papers/{paper.key}/revisions/2"
    for member, may in ((people.reader, False), (people.reviewer, False), (people.editor, True), (people.lead, True)):
        page = page_of(client_for, member, address)
        assert ("kommt als neuer Stand zurück" in page) is may
        assert ("Als Fassung benennen" in page) is may
    assert "zurückholen" not in page_of(client_for, people.lead, f"/papers/{paper.key}/revisions/5").split("</nav>")[-1]
    client = client_for(people.reviewer)
    for deed in ("restoration", "version"):
        assert post_form(client, "/account", f"{address}/{deed}", name="R1").status_code == 403


def test_a_text_is_restored_as_a_new_revision(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    address = f"/papers/{paper.key}/revisions/2"
    answer = post_form(client_for(people.lead), address, f"{address}/restoration", summary="")
    assert answer.status_code == 303
    session().expire_all()
    head = get_revision(paper, 6)
    assert text_of(paper, 6) == text_of(paper, 2)
    assert head.restored_number == 2
    assert head.summary == "Stand vom 9. März 2026, 11:00 zurückgeholt"
    again = post_form(client_for(people.lead), address, f"{address}/restoration", summary="")
    assert again.status_code == 409
    assert "nichts zurückzuholen" in again.get_data(as_text=True)


def test_a_reason_too_long_is_kept_and_said(client_for: ClientFor, people: People) -> None:
    address = f"/papers/{written(people).key}/revisions/2"
    answer = post_form(client_for(people.lead), address, f"{address}/restoration", summary="x" * 201)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "höchstens 200 Zeichen" in page
    assert "x" * 201 in page


def test_a_revision_becomes_a_version(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    address = f"/papers/{paper.key}/revisions/3"
    answer = post_form(client_for(people.editor), address, f"{address}/version", name=" R1 ", note="Review")
    assert answer.status_code == 303
    page = page_of(client_for, people.reader, address)
    assert "Fassung R1" in page
    assert "Als Fassung benennen" not in page_of(client_for, people.editor, address)


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Bitte geben Sie der Fassung einen Namen"), ("R1", "Diesen Namen gibt es schon")]
)
def test_a_name_must_be_there_and_free(client_for: ClientFor, people: People, name: str, sentence: str) -> None:
    paper = written(people)
    actions.name_version(actor_of(people.lead), get_revision(paper, 2), name="R1")
    session().commit()
    address = f"/papers/{paper.key}/revisions/3"
    answer = post_form(client_for(people.editor), address, f"{address}/version", name=name, note="Meine Anmerkung")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert sentence in page
    assert "Meine Anmerkung" in page


def test_ids_stand_once_on_every_page(client_for: ClientFor, people: People) -> None:
    paper = written(people)
    for address in ("history", "revisions/2", "compare/1/5", "compare/1/5?view=side"):
        page = page_of(client_for, people.lead, f"/papers/{paper.key}/{address}")
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address
        assert "style=" not in page
