"""Verbs of discussions."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.builders import TEXT, make_paper, save
from tests.discussion.talk import PASSAGE, grant, shown, talk
from tests.people import People, actor_of
from workspace.config import settings
from workspace.db import session
from workspace.discussion import actions
from workspace.discussion.models import CommentWording, Mention, ThreadKind
from workspace.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.events import Event
from workspace.papers.actions import park_paper
from workspace.papers.store import text_of
from workspace.text.anchors import State

START = TEXT.index(PASSAGE)
SPAN = (START, START + len(PASSAGE))


def test_a_thread_gets_the_next_number_and_its_passage(people: People) -> None:
    paper = make_paper(people)
    first, second = talk(paper, people.reviewer), talk(paper, people.lead, None)
    assert (first.number, second.number) == (1, 2)
    assert first.passage is not None
    assert (first.passage.quote, first.passage.words) == (PASSAGE, PASSAGE)
    assert second.passage is None
    assert [event.verb for event in session().scalars(select(Event).order_by(Event.id))][-2:] == ["thread.opened"] * 2


def test_a_passage_keeps_the_words_that_readers_see(people: People) -> None:
    paper = make_paper(people, text="Eine **feste [Zusage](https://a.example)** gilt.\n")
    thread = talk(paper, people.reviewer, "**feste [Zusage](https://a.example)**")
    assert thread.passage is not None
    assert thread.passage.words == "feste Zusage"


def test_a_comment_never_changes_the_text(people: People) -> None:
    paper = make_paper(people)
    before = (paper.head_number, paper.changed_at, text_of(paper, 1))
    thread = talk(paper, people.reviewer)
    comment = actions.reply(actor_of(people.editor), thread, "Weil Räte monatlich tagen.")
    session().commit()
    actions.edit_comment(actor_of(people.editor), comment, "Weil sie monatlich tagen.")
    actions.resolve_thread(actor_of(people.lead), thread)
    actions.pin_thread(actor_of(people.lead), thread, revision_number=1, span=(0, 8))
    session().commit()
    session().refresh(paper)
    assert (paper.head_number, paper.changed_at, text_of(paper, 1)) == before


@pytest.mark.parametrize("span", [(5, 5), (9, 3), (-1, 4), (0, 10**9), (9, 11)])
def test_a_passage_that_is_none_is_refused(people: People, span: tuple[int, int]) -> None:
    paper = make_paper(people)
    assert TEXT[9:11] == "\n\n"
    with pytest.raises(Invalid, match="passage_wrong"):
        actions.open_thread(
            actor_of(people.lead), paper, kind=ThreadKind.REMARK, body="Hm", revision_number=1, span=span
        )


def test_a_passage_may_be_too_long(people: People) -> None:
    text = "Wort " * 5_000 + "\n"
    paper = make_paper(people, text=text)
    with pytest.raises(Invalid, match="passage_long"):
        actions.open_thread(
            actor_of(people.lead), paper, kind=ThreadKind.REMARK, body="Hm", revision_number=1, span=(0, 20_002)
        )


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_revision_that_is_none_is_not_found(people: People, number: int) -> None:
    paper = make_paper(people)
    for span in (SPAN, None):
        with pytest.raises(NotFound):
            actions.open_thread(
                actor_of(people.lead), paper, kind=ThreadKind.REMARK, body="Hm", revision_number=number, span=span
            )


@pytest.mark.parametrize(
    ("body", "code"), [("", "comment_empty"), (" \n\0\t", "comment_empty"), ("x" * 10_001, "too_long")]
)
def test_a_comment_needs_words_and_not_too_many(people: People, body: str, code: str) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    for write in (
        lambda: actions.reply(actor_of(people.lead), thread, body),
        lambda: actions.edit_comment(actor_of(people.reviewer), thread.comments[0], body),
        lambda: actions.open_thread(
            actor_of(people.lead), paper, kind=ThreadKind.REMARK, body=body, revision_number=1, span=None
        ),
    ):
        with pytest.raises(Invalid) as refused:
            write()
        assert refused.value.fields == {"body": code}
    assert settings().comment_max == 10_000


def test_readers_and_strangers_do_not_write(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    for member, refusal in ((people.reader, Forbidden), (people.stranger, NotFound), (people.coordination, NotFound)):
        actor = actor_of(member)
        for act in (
            lambda actor=actor: actions.open_thread(
                actor, paper, kind=ThreadKind.REMARK, body="Hm", revision_number=1, span=None
            ),
            lambda actor=actor: actions.reply(actor, thread, "Hm"),
            lambda actor=actor: actions.edit_comment(actor, thread.comments[0], "Hm"),
            lambda actor=actor: actions.resolve_thread(actor, thread),
            lambda actor=actor: actions.pin_thread(actor, thread, revision_number=1, span=SPAN),
        ):
            with pytest.raises(refusal):
                act()


def test_a_parked_paper_is_not_discussed(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    park_paper(actor_of(people.lead), paper)
    session().commit()
    with pytest.raises(Forbidden):
        actions.reply(actor_of(people.lead), thread, "Noch etwas")


def test_only_those_who_may_read_can_be_mentioned(people: People) -> None:
    paper = make_paper(people)
    body = "@clara und @rosa, was meint @sam, @dora, @niemand? rosa@stadt.example"
    thread = talk(paper, people.editor, body=body)
    mentioned = set(session().scalars(select(Mention.member_id).where(Mention.comment_id == thread.comments[0].id)))
    assert mentioned == {people.lead.id, people.reviewer.id}


def test_an_edit_keeps_what_was_said_and_adds_mentions(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer, body="Erst so, @emil")
    comment = thread.comments[0]
    actions.edit_comment(actor_of(people.reviewer), comment, "Dann so, @emil und @clara")
    session().commit()
    actions.edit_comment(actor_of(people.reviewer), comment, "Dann so, @emil und @clara")
    session().commit()
    assert [wording.body for wording in session().scalars(select(CommentWording))] == ["Erst so, @emil"]
    assert comment.edited_at is not None
    assert len(session().scalars(select(Mention)).all()) == 2


def test_nobody_edits_what_others_said(people: People) -> None:
    thread = talk(make_paper(people), people.reviewer)
    with pytest.raises(Forbidden):
        actions.edit_comment(actor_of(people.lead), thread.comments[0], "Anders")


def test_resolving_and_reopening_happen_once(people: People) -> None:
    thread = talk(make_paper(people), people.reviewer)
    for _ in range(2):
        actions.resolve_thread(actor_of(people.editor), thread)
        session().commit()
    assert thread.is_resolved
    actions.reply(actor_of(people.reviewer), thread, "Danke")
    session().commit()
    assert thread.is_resolved
    for _ in range(2):
        actions.reopen_thread(actor_of(people.reviewer), thread)
        session().commit()
    acts = select(Event.verb).where(Event.verb.in_(("thread.resolved", "thread.reopened"))).order_by(Event.id)
    verbs = list(session().scalars(acts))
    assert verbs == ["thread.resolved", "thread.reopened"]


def test_another_reviewer_does_not_resolve(people: People) -> None:
    thread = talk(make_paper(people), people.lead)
    with pytest.raises(Forbidden):
        actions.resolve_thread(actor_of(people.reviewer), thread)


def test_pinning_again_keeps_the_first_passage(people: People) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    save(paper, people.editor, TEXT.replace("Jede Kommune antwortet binnen acht Wochen. ", ""))
    (view,) = shown(paper, people.lead)
    assert (view.place.state, view.was) == (State.ORPHANED, PASSAGE)
    text = text_of(paper, 2)
    start = text.index("Die Antwort ist")
    actions.pin_thread(actor_of(people.reviewer), thread, revision_number=2, span=(start, start + 10))
    session().commit()
    (view,) = shown(paper, people.lead)
    assert (view.place.state, view.place.start) == (State.EXACT, start)
    assert (view.quote, view.first_words) == ("Die Antwor", PASSAGE)
    (before,) = shown(paper, people.lead, 1)
    assert before.place.start == START


def test_a_thread_on_the_whole_paper_has_no_passage_to_pin(people: People) -> None:
    thread = talk(make_paper(people), people.lead, None)
    with pytest.raises(Conflict, match="whole_paper"):
        actions.pin_thread(actor_of(people.lead), thread, revision_number=1, span=SPAN)


def test_coordination_discusses_what_was_submitted_and_nothing_else(people: People) -> None:
    paper = make_paper(people)
    inside = talk(paper, people.reviewer)
    save(paper, people.editor, TEXT + "\nEin geheimer Satz.\n")
    grant(paper, 1)
    thread = talk(paper, people.coordination, revision=1)
    assert thread.by_grant
    actor = actor_of(people.coordination)
    for act in (
        lambda: actions.reply(actor, inside, "Hm"),
        lambda: actions.resolve_thread(actor, inside),
        lambda: actions.pin_thread(actor, thread, revision_number=2, span=SPAN),
        lambda: actions.open_thread(actor, paper, kind=ThreadKind.REMARK, body="Hm", revision_number=2, span=None),
    ):
        with pytest.raises(NotFound):
            act()
    actions.reply(actor_of(people.lead), thread, f"Verstanden, @{people.coordination.handle}")
    session().commit()
    assert session().scalars(select(Mention.member_id)).all() == [people.coordination.id]
