"""What readers see of discussions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.discussion.talk import PASSAGE, grant, shown, talk
from tests.people import People, actor_of
from workspace import clock
from workspace.db import session
from workspace.discussion import actions
from workspace.discussion.lists import Chosen, counts, filtered, pages
from workspace.discussion.marks import marks_for, numbered_marks
from workspace.discussion.models import Placed, ThreadKind
from workspace.discussion.placing import keep
from workspace.discussion.queries import get_comment, get_paper_at, get_thread, people_to_mention, threads_shown
from workspace.errors import NotFound
from workspace.papers.actions import mark_read
from workspace.papers.store import text_of
from workspace.text.anchors import State


def test_threads_stand_in_the_order_of_the_text(people: People) -> None:
    paper = make_paper(people)
    whole = talk(paper, people.lead, None)
    late = talk(paper, people.reviewer, "keine Satzung")
    early = talk(paper, people.reviewer, "verspricht etwas")
    gone = talk(paper, people.reviewer, "Ein fester Ansatz im Haushalt")
    save(paper, people.editor, TEXT.replace("- Ein fester Ansatz im Haushalt\n", ""))
    views = shown(paper, people.reader)
    assert [view.number for view in views] == [early.number, late.number, gone.number, whole.number]
    assert [view.is_placed for view in views] == [True, True, False, False]
    assert views[2].is_orphaned
    assert views[2].was == "Ein fester Ansatz im Haushalt"
    assert views[3].is_whole


@pytest.mark.parametrize(
    ("change", "state", "was"),
    [
        (lambda text: text, State.EXACT, ""),
        (lambda text: "Davor.\n\n" + text, State.EXACT, ""),
        (lambda text: text.replace("acht Wochen", "zwölf Wochen"), State.CHANGED, PASSAGE),
        (lambda text: text.replace("Jede Kommune antwortet binnen acht Wochen. ", ""), State.ORPHANED, PASSAGE),
    ],
)
def test_each_state_is_shown(people: People, change, state: State, was: str) -> None:  # type: ignore[no-untyped-def]
    paper = make_paper(people)
    talk(paper, people.reviewer)
    text = change(TEXT)
    if text != TEXT:
        save(paper, people.editor, text)
    (view,) = shown(paper, people.reader)
    assert (view.place.state, view.was) == (state, was)
    if state == State.EXACT:
        assert text[view.place.start : view.place.end] == PASSAGE == view.quote


def test_a_passage_that_moved_with_its_block_is_shifted(people: People) -> None:
    first = "Wer Menschen um ihre Meinung bittet, verspricht etwas. Das Versprechen heißt: Die Meinung kommt an.\n\n"
    paper = make_paper(people)
    talk(paper, people.reviewer, "Die Meinung kommt an")
    save(paper, people.editor, TEXT.replace(first, "") + "\n" + first)
    (view,) = shown(paper, people.reader)
    assert view.is_shifted
    assert view.quote == "Die Meinung kommt an"


def test_what_was_said_on_later_revisions_is_left_out(people: People) -> None:
    paper = make_paper(people)
    early = talk(paper, people.reviewer)
    save(paper, people.editor, TEXT + "\nNachtrag.\n")
    talk(paper, people.reviewer, "Nachtrag.")
    talk(paper, people.reviewer, None)
    assert [view.number for view in shown(paper, people.reader, 1)] == [early.number]
    assert len(shown(paper, people.reader, 2)) == 3


def test_places_are_found_once(people: People, db: Session) -> None:
    paper = make_paper(people)
    for words in ("verspricht etwas", "keine Satzung"):
        talk(paper, people.reviewer, words)
    kept: list[Placed] = []
    threads_shown(actor_of(people.reader), paper, 1, TEXT, keep=kept.extend)
    assert len(kept) == 2
    for _ in range(2):  # somebody else found the same
        keep(kept, db)
        db.commit()
    assert db.scalar(select(func.count()).select_from(Placed)) == 2
    again: list[Placed] = []
    assert len(threads_shown(actor_of(people.reader), paper, 1, TEXT, keep=again.extend)) == 2
    assert again == []


def test_new_is_what_others_wrote_since_one_read(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    mark_read(actor_of(people.lead), paper, 1)
    session().commit()
    assert [view.is_new for view in shown(paper, people.lead)] == [False]
    with clock.at(clock.now() + timedelta(minutes=1)):
        actions.reply(actor_of(people.lead), thread, "Eigenes ist nicht neu")
        session().commit()
        assert [view.is_new for view in shown(paper, people.lead)] == [False]
        actions.reply(actor_of(people.editor), thread, "Das schon")
        session().commit()
    assert [view.is_new for view in shown(paper, people.lead)] == [True]
    assert [view.is_new for view in shown(paper, people.reader)] == [False]


def test_what_each_may_do(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    may = {
        member.name: (view.can_reply, view.can_resolve, view.can_pin, len(view.editable))
        for member in (people.reader, people.reviewer, people.editor)
        for view in shown(paper, member)
    }
    assert may == {
        "Rudi Lesend": (False, False, False, 0),
        "Rosa Review": (True, True, True, 1),
        "Emil Redaktion": (True, True, True, 0),
    }
    assert get_thread(actor_of(people.reader), paper.key, thread.number) is thread


def test_coordination_sees_only_what_was_opened_on_the_submitted_version(people: People) -> None:
    paper = make_paper(people)
    inside = talk(paper, people.reviewer)
    grant(paper, 1)
    own = talk(paper, people.coordination, "verspricht etwas", revision=1)
    assert [view.number for view in shown(paper, people.coordination, 1)] == [own.number]
    assert {view.number for view in shown(paper, people.reader, 1)} == {inside.number, own.number}
    actor = actor_of(people.coordination)
    assert get_paper_at(actor, paper.key, None) == (paper, 1)
    assert get_thread(actor, paper.key, own.number) is own
    for refused in (
        lambda: get_thread(actor, paper.key, inside.number),
        lambda: get_comment(actor, paper.key, inside.comments[0].id),
        lambda: get_paper_at(actor, paper.key, 2),
        lambda: get_paper_at(actor_of(people.stranger), paper.key, None),
        lambda: get_paper_at(actor_of(people.admin), paper.key, 1),
        lambda: get_paper_at(actor_of(people.reader), paper.key, 0),
        lambda: get_paper_at(actor_of(people.reader), paper.key, 2),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_passage_pinned_to_a_later_text_stays_with_the_group(people: People) -> None:
    paper = make_paper(people)
    grant(paper, 1)
    thread = talk(paper, people.coordination, revision=1)
    save(paper, people.editor, TEXT + "\nEin geheimer Satz.\n")
    start = text_of(paper, 2).index("Ein geheimer")
    actions.pin_thread(actor_of(people.lead), thread, revision_number=2, span=(start, start + 12))
    session().commit()
    (view,) = shown(paper, people.coordination, 1)
    assert view.words == PASSAGE
    assert view.first_words == ""
    (inside,) = shown(paper, people.lead, 2)
    assert inside.words == "Ein geheimer"


def test_people_to_mention_are_the_group_with_open_accounts(people: People) -> None:
    names = [member.handle for member in people_to_mention(make_paper(people))]
    assert names == ["clara", "emil", "rosa", "rudi"]


def test_marks(people: People) -> None:
    paper = make_paper(people)
    done = talk(paper, people.reviewer, "keine Satzung")
    actions.resolve_thread(actor_of(people.lead), done)
    talk(paper, people.reviewer)
    talk(paper, people.reviewer, None)
    save(paper, people.editor, TEXT.replace("acht Wochen", "zwölf Wochen"))
    with_count = [(mark.ident, mark.css_class, mark.count, mark.href) for mark in marks_for(shown(paper, people.lead))]
    assert with_count == [("t2", "is-changed", 1, "#k2"), ("t1", "is-done", 1, "#k1")]
    assert [mark.count for mark in numbered_marks(shown(paper, people.lead))] == [2, 1]


def test_filters_and_counts(people: People) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    done = talk(paper, people.lead, None, kind=ThreadKind.OBJECTION)
    actions.resolve_thread(actor_of(people.lead), done)
    talk(paper, people.lead, "Ein fester Ansatz im Haushalt", kind=ThreadKind.REMARK)
    save(paper, people.editor, TEXT.replace("- Ein fester Ansatz im Haushalt\n", ""))
    views = shown(paper, people.lead)
    found = counts(views, Chosen(), people.lead.id)
    assert found == {
        "open": 2, "resolved": 1, "orphaned": 1, "mine": 2, "all": 3,
        "kind-": 2, "kind-question": 1, "kind-remark": 1, "kind-objection": 0,
    }  # fmt: skip
    assert [view.number for view in filtered(views, Chosen("all", "objection"), None)] == [2]


def test_what_an_address_cannot_mean_is_not_chosen() -> None:
    assert Chosen.of("x" * 99, "\0", 10**8) == Chosen("open", "", 10**8)
    assert Chosen.of(None, None, None) == Chosen()


def test_a_page_behind_the_last_shows_the_last(people: People) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    views = shown(paper, people.lead)
    assert pages(views * 60, 10**8) == (views * 10, 2)
    assert pages([], 3) == ([], 1)
