"""The comparison page: a sentence first, then what changed and who did it; kept once made."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.builders import TEXT, make_paper, save
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import Member
from workspace.db import session
from workspace.groups.actions import set_role
from workspace.papers import actions
from workspace.papers.comparison import View, compare
from workspace.papers.comparison_words import period, sentence
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision
from workspace.permissions import Role
from workspace.text.redline import Counts, Section
from workspace.web.derived import Derived

MARCH = datetime(2026, 3, 9, 16, 40, tzinfo=UTC)
CHANGED = TEXT.replace("acht Wochen", "sechs Wochen").replace("keine Satzung", "die Satzung nicht")
PARAGRAPH = "Jede Kommune antwortet binnen acht Wochen. Die Antwort ist öffentlich und nennt Gründe."


def page_of(client_for: ClientFor, member: Member | None, address: str, status: int = 200) -> str:
    answer = client_for(member).get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def heading_of(page: str) -> str:
    """The sentence on top, blanks all alike."""
    found = re.search(r'<h1 class="cmp__sum">(.*?)</h1>', page, re.S)
    assert found
    return " ".join(re.sub("<[^>]*>", "", found[1]).split())


def two_hands(people: People) -> Paper:
    """Revision 2 by the editor, revision 3 by the lead."""
    with clock.at(MARCH):
        paper = make_paper(people)
    with clock.at(MARCH.replace(day=12)):
        save(paper, people.editor, TEXT.replace("acht Wochen", "sechs Wochen"), summary="Frist")
    with clock.at(MARCH.replace(day=14)):
        save(paper, people.lead, CHANGED, summary="Satzung")
    return paper


# The sentence


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(changed=1), "Vom 9. bis 14. März wurde 1 Absatz geändert."),
        (Counts(changed=5, inserted=1), "Vom 9. bis 14. März wurden 5 Absätze geändert und 1 eingefügt."),
        (
            Counts(5, 1, 1, 1, 0, (Section("4", "Räte"),)),
            "Vom 9. bis 14. März wurden 5 Absätze geändert, 1 eingefügt, 1 nach Abschnitt 4 verschoben"
            " und 1 gestrichen.",
        ),
        (
            Counts(moved=3, moved_to=(Section("2.3", "a"), Section("4", "b"))),
            "Vom 9. bis 14. März wurden 3 Absätze nach Abschnitt 2.3 und 4 verschoben.",
        ),
        (
            Counts(moved=3, moved_to=(Section("1", "a"), Section("2", "b"), Section("3", "c"))),
            "Vom 9. bis 14. März wurden 3 Absätze verschoben.",
        ),
        (Counts(moved=2, moved_to=(Section("", "ohne Nummer"),)), "Vom 9. bis 14. März wurden 2 Absätze verschoben."),
        (Counts(deleted=2), "Vom 9. bis 14. März wurden 2 Absätze gestrichen."),
        (Counts(inserted=1), "Vom 9. bis 14. März wurde 1 Absatz eingefügt."),
        (
            Counts(formatted=2, deleted=1),
            "Vom 9. bis 14. März wurden 1 Absatz gestrichen und 2 nur in der Form geändert.",
        ),
        (Counts(formatted=1), "Vom 9. bis 14. März wurde 1 Absatz nur in der Form geändert."),
        (Counts(), "Am Text hat sich nichts geändert."),
    ],
)
def test_the_sentence_says_what_happened(app: Flask, counts: Counts, expected: str) -> None:
    with app.test_request_context(), clock.at(MARCH.replace(day=20)):
        app.preprocess_request()
        said = "".join(sentence(period(MARCH, MARCH.replace(day=14)), counts))
    assert said.replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (MARCH, MARCH.replace(hour=17), "Am 9. März"),
        (MARCH, MARCH.replace(month=4, day=2), "Vom 9. März bis 2. April"),
        (MARCH.replace(year=2025, month=11, day=3), MARCH, "Vom 3. November 2025 bis 9. März 2026"),
        (MARCH.replace(year=2025), MARCH.replace(year=2025, day=14), "Vom 9. bis 14. März 2025"),
        # half past midnight in Berlin is the day after in UTC's calendar
        (MARCH.replace(hour=23, minute=30), MARCH.replace(day=14), "Vom 10. bis 14. März"),
    ],
)
def test_dates_are_told_as_shortly_as_they_are_clear(app: Flask, start: datetime, end: datetime, expected: str) -> None:
    with app.test_request_context(), clock.at(datetime(2026, 5, 1, tzinfo=UTC)):
        app.preprocess_request()
        assert period(start, end) == expected


# The page


def test_the_page_says_what_changed_and_who_did_it(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/3")
    with clock.at(MARCH.replace(day=20)):
        assert heading_of(page).endswith("wurden 2 Absätze geändert.")
    assert "Clara Leitung, 1 Änderung" in page
    assert "Emil Redaktion, 1<" in page
    assert "Eingefügt von Emil Redaktion:" in page
    assert "Gestrichen von Clara Leitung:" in page
    # "Satzung" was Emil's word before and still is; the change around it is Clara's alone
    assert "Eingefügt von Clara Leitung:" in page
    assert "2 Änderungen" in page


def test_the_sentence_counts_from_the_first_change(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    actions.name_version(actor_of(people.lead), get_revision(paper, 3), name="B1")
    session().commit()
    with clock.at(MARCH.replace(day=20)):
        page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/3")
        assert heading_of(page) == "Vom 12. bis 14. März wurden 2 Absätze geändert."
        one = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/2/3")
        assert heading_of(one) == "Am 14. März wurde 1 Absatz geändert."
    (line,) = re.findall(r'<p class="cmp__from[^"]*">(.*?)</p>', page, re.S)
    assert " ".join(re.sub("<[^>]*>", "", line).split()) == (
        "Stand vom 9. März 2026, 17:40 →verglichen mit: Fassung B1 vom 14. März 2026, 17:40 (aktueller Stand)"
    )


def test_many_people_stand_behind_their_initials(client_for: ClientFor, people: People) -> None:
    for member in (people.reviewer, people.reader, people.stranger):
        set_role(actor_of(people.lead), people.quality, member, Role.EDITOR)
    session().commit()
    paper, text = make_paper(people), TEXT
    for member in (people.editor, people.lead, people.reviewer, people.reader, people.stranger):
        text += f"\n{member.name} schreibt diesen Absatz.\n"
        save(paper, member, text)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/6")
    (summary, listed) = re.findall(r'<details class="cmp__who"><summary>(.*?)</summary>(.*?)</details>', page, re.S)[0]
    assert "5 Personen haben geändert" in summary
    assert "Rosa Review" not in summary
    assert "Rosa Review, 1<" in listed
    assert "cmp__who" not in page_of(client_for, people.reader, f"/papers/{paper.key}/compare/2/6")


def test_alone_one_needs_no_initials(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/2")
    assert "Die Änderung ist von Emil Redaktion." in page
    assert "Eingefügt: " in page
    assert "Eingefügt von" not in page


def test_who_took_something_out_is_found_in_the_revision_where_it_is_missing(
    client_for: ClientFor, people: People
) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("Dieses Papier ersetzt keine Satzung.\n", ""))
    save(paper, people.editor, TEXT.replace("Dieses Papier ersetzt keine Satzung.\n", "") + "\nNeu am Ende.\n")
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/3")
    assert "Gestrichen von Clara Leitung:" in page
    assert "Eingefügt von Emil Redaktion:" in page


def test_who_brought_old_words_to_a_new_place_is_named(client_for: ClientFor, people: People) -> None:
    """The words are the editor's, from before the older text; the lead set them apart."""
    set_role(actor_of(people.lead), people.quality, people.reviewer, Role.EDITOR)
    session().commit()
    words = "Die Antwort ist öffentlich und nennt Gründe."
    paper = make_paper(people)
    apart = TEXT.replace(f" {words}", "").replace("\n\n## Was", f"\n\n{words}\n\n## Was")
    save(paper, people.lead, apart)
    save(paper, people.reviewer, apart.replace("keine Satzung", "die Satzung nicht"))
    save(paper, people.lead, apart.replace("keine Satzung", "die Satzung nicht") + "\nAm Ende.\n")
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/4")
    changes = re.findall(r'data-n="\d+"><div class="row__by" data-skip>(.*?)</div>', page, re.S)
    named = [re.findall(r'title="([^"]*)"', change) for change in changes]
    assert named == [["Clara Leitung"], ["Clara Leitung"], ["Rosa Review"], ["Clara Leitung"]]


def test_views_are_links_and_show_the_same_changes(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    start = f"/papers/{paper.key}/compare/1/3"
    page = page_of(client_for, people.reader, start)
    for view in ("side", "changes", "clean"):
        assert f'href="{start}?view={view}"' in page
        assert 'aria-current="page">' in page_of(client_for, people.reader, f"{start}?view={view}")
    assert '<table class="syn">' in page_of(client_for, people.reader, f"{start}?view=side")
    clean = page_of(client_for, people.reader, f"{start}?view=clean")
    assert "<ins" not in clean
    assert "sechs Wochen" in clean
    assert page_of(client_for, people.reader, f"{start}?view=nonsense").count('id="c') == 2


def test_one_goes_from_change_to_change_without_scripts(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    start = f"/papers/{paper.key}/compare/1/3"
    first = page_of(client_for, people.reader, start)
    assert f'href="{start}?change=1#c1" data-step="1"' in first
    assert f'href="{start}?change=2#c2" data-step="-1"' in first
    second = page_of(client_for, people.reader, f"{start}?change=1")
    assert "Änderung 1 von 2" in second
    assert f'href="{start}?change=2#c2" data-step="1"' in second
    assert "Änderung 9" not in page_of(client_for, people.reader, f"{start}?change=9")


def test_two_revisions_in_the_wrong_order_are_swapped(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    answer = client_for(people.reader).get(f"/papers/{paper.key}/compare/3/1?view=side")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/papers/{paper.key}/compare/1/3?view=side")


def test_the_same_revision_twice_says_that_nothing_changed(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/3/3")
    assert heading_of(page) == "Das ist zweimal derselbe Stand. Es hat sich nichts geändert."
    assert 'class="stepper"' not in page


def test_equal_texts_and_other_spellings_are_told_apart(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT.replace("- Ein", "* Ein"))
    save(paper, people.editor, TEXT)
    key = paper.key
    assert "nur daran, wie er im Quelltext" in heading_of(
        page_of(client_for, people.reader, f"/papers/{key}/compare/1/2")
    )
    assert "denselben Text" in heading_of(page_of(client_for, people.reader, f"/papers/{key}/compare/1/3"))


def test_other_texts_are_chosen_by_date_and_name(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    actions.name_version(actor_of(people.lead), get_revision(paper, 2), name="R1")
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/3")
    assert '<option value="2">12. März 2026, 17:40, Fassung R1</option>' in page
    assert '<option value="3" selected>14. März 2026, 17:40, aktueller Stand</option>' in page
    answer = client_for(people.reader).get(f"/papers/{paper.key}/compare?old=3&new=2&view=changes")
    assert answer.headers["Location"].endswith(f"/papers/{paper.key}/compare/2/3?view=changes")


def test_what_one_has_read_is_named(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    actions.mark_read(actor_of(people.reader), paper, 2)
    session().commit()
    assert "von Ihnen zuletzt gelesen" in page_of(client_for, people.reader, f"/papers/{paper.key}/compare/2/3")


def test_a_moved_paragraph_is_linked_from_both_places(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(
        paper, people.lead, TEXT.replace(PARAGRAPH + "\n\n", "").replace("\n\n## Was", f"\n\n{PARAGRAPH}\n\n## Was", 1)
    )
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/2")
    assert "1 Absatz nach Abschnitt 1 verschoben" in heading_of(page)
    assert 'id="m1"' in page
    assert 'href="#m1"' in page
    assert 'href="#c1"' in page
    assert page.count("Die Antwort ist öffentlich und nennt Gründe.") == 1


def test_no_revision_number_stands_in_the_text_of_the_page(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/3")
    visible = re.sub(r"<[^>]*>", " ", page[page.index("<main") :])
    assert not re.search(r"(Revision|Stand|Nr\.) ?[123]\b", visible)


@pytest.mark.parametrize(
    "address", ["compare/1/9", "compare/9/1", "compare?old=1", "compare?old=x&new=2", "compare/0/1"]
)
def test_what_is_not_there_is_not_found(client_for: ClientFor, people: People, address: str) -> None:
    paper = two_hands(people)
    answer = client_for(people.reader).get(f"/papers/{paper.key}/{address}", follow_redirects=True)
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["stranger", "coordination", "admin"])
def test_outsiders_learn_nothing(client_for: ClientFor, people: People, who: str) -> None:
    paper = two_hands(people)
    for address in ("compare/1/3", "compare/3/1", "compare?old=1&new=3", "compare/1/3?view=clean"):
        page_of(client_for, getattr(people, who), f"/papers/{paper.key}/{address}", 404)


def test_what_people_wrote_never_becomes_markup(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT.replace("Gründe", '<script>alert(1)</script> & "Gründe"'), summary="<b>")
    people.editor.name = "Emil <i>Redaktion</i>"
    session().commit()
    page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/2")
    assert "<script>alert" not in page
    assert "<i>Redaktion" not in page


# What is kept


def test_a_comparison_is_made_once(app: Flask, people: People) -> None:
    paper = two_hands(people)
    old, new = get_revision(paper, 1), get_revision(paper, 3)
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        read.append(statement)

    engine = app.extensions["workspace_engine"]
    with app.test_request_context():
        app.preprocess_request()
        made = compare(paper, old, new, View.COLUMN)
        session().commit()
        event.listen(engine, "before_cursor_execute", note)
        again = compare(paper, old, new, View.COLUMN)
        event.remove(engine, "before_cursor_execute", note)
        app.do_teardown_request()
    assert again == made
    assert not any("revision_text" in statement for statement in read)


def test_what_is_kept_holds_no_names(client_for: ClientFor, people: People) -> None:
    paper = two_hands(people)
    address = f"/papers/{paper.key}/compare/1/3"
    assert "Eingefügt von Emil Redaktion" in page_of(client_for, people.reader, address)
    people.editor.name = "Emil Anders"
    session().commit()
    assert "Eingefügt von Emil Anders" in page_of(client_for, people.reader, address)
    assert session().scalars(select(Derived.kind)).all().count("compare") == 1
