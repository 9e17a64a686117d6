"""What one can do with a paper besides writing it: begin, describe, name, rest, read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.builders import TEXT, make_paper, save
from tests.people import People, actor_of
from workspace import clock
from workspace.db import session
from workspace.errors import Conflict, Forbidden, Invalid, TooLarge
from workspace.events import Event
from workspace.papers import actions, queries
from workspace.papers.models import OpenEditor, Paper, PaperKind, PaperState, ReadMark, Version
from workspace.papers.store import text_of
from workspace.search import matching
from workspace.text.tree import headings, parse, without_guidance


def verbs(paper: Paper) -> list[str]:
    return list(session().scalars(select(Event.verb).where(Event.paper_id == paper.id).order_by(Event.id)))


def mark_of(paper: Paper, people: People, who: str) -> int | None:
    mark = session().get(ReadMark, (paper.id, getattr(people, who).id))
    return mark.revision_number if mark is not None else None


# Beginning


def test_a_paper_begins_as_a_draft_of_its_group(people: People) -> None:
    paper = make_paper(people, title="Beteiligung mit Antwort")
    assert (paper.title, paper.group_id, paper.head_number) == ("Beteiligung mit Antwort", people.quality.id, 1)
    assert (paper.state, paper.is_parked, paper.slug) == (PaperState.DRAFT, False, None)
    assert text_of(paper, 1) == TEXT
    assert verbs(paper) == ["paper.created", "revision.saved"]


def test_the_address_of_a_paper_is_random_and_legible(people: People) -> None:
    keys = {make_paper(people).key for _ in range(3)}
    assert len(keys) == 3
    assert all(re.fullmatch("[a-km-np-z2-9]{16}", key) for key in keys)


@pytest.mark.parametrize("kind", PaperKind)
def test_each_kind_has_sections_with_guidance_that_can_be_left_out(people: People, kind: PaperKind) -> None:
    paper = actions.create_paper(actor_of(people.lead), people.quality, kind=kind, title="Neu")
    text = text_of(paper, 1)
    assert len(headings(parse(text))) >= 6
    assert "[!HINWEIS]" in text
    bare = without_guidance(text)
    assert "HINWEIS" not in bare
    assert len(headings(parse(bare))) == len(headings(parse(text)))


def test_who_begins_a_paper_has_read_it(people: People) -> None:
    paper = make_paper(people)
    assert mark_of(paper, people, "editor") == 1
    assert mark_of(paper, people, "lead") is None


@pytest.mark.parametrize("who", ["reviewer", "reader", "stranger", "coordination"])
def test_only_editors_and_leads_begin_papers(people: People, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.create_paper(actor_of(getattr(people, who)), people.quality, kind=PaperKind.WORKING_PAPER, title="Neu")
    assert session().scalar(select(func.count(Paper.id))) == 0


def test_a_title_is_needed_and_limits_hold(people: People) -> None:
    for given, field in (
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"abstract": "x" * 2001}, "abstract"),
    ):
        with pytest.raises(Invalid) as caught:
            make_paper(people, **given)
        assert list(caught.value.fields) == [field]
    with pytest.raises(TooLarge):
        make_paper(people, text="x" * 1_000_001)
    session().rollback()
    assert session().scalar(select(func.count(Paper.id))) == 0


# Describing


def test_describing_is_found_and_logged(people: People) -> None:
    paper = make_paper(people)
    actions.describe_paper(
        actor_of(people.lead), paper, title="Losverfahren", abstract="Kurz", contact="x@netz.example"
    )
    session().commit()
    assert (paper.title, paper.abstract, paper.contact) == ("Losverfahren", "Kurz", "x@netz.example")
    condition = matching("paper", Paper.id, "Losverfahren")
    assert condition is not None
    assert session().scalars(select(Paper.id).where(condition)).all() == [paper.id]
    event = session().scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.verb, event.facts["title_before"]) == ("paper.described", "Beteiligung mit Antwort")


def test_describing_without_a_change_is_no_event(people: People) -> None:
    paper = make_paper(people)
    before = verbs(paper)
    actions.describe_paper(
        actor_of(people.lead), paper, title=paper.title, abstract=paper.abstract, contact=paper.contact
    )
    assert verbs(paper) == before


def test_reviewers_do_not_describe(people: People) -> None:
    paper = make_paper(people)
    with pytest.raises(Forbidden):
        actions.describe_paper(actor_of(people.reviewer), paper, title="Neu", abstract="", contact="")


# Versions


def test_a_version_freezes_a_revision_under_a_name(people: People) -> None:
    paper = make_paper(people)
    version = actions.name_version(actor_of(people.editor), queries.head_of(paper), name="K1", note="für die Sitzung")
    session().commit()
    assert (version.name, version.revision_number, version.note) == ("K1", 1, "für die Sitzung")
    assert [row.name for row in queries.versions_of(paper)] == ["K1"]
    assert verbs(paper)[-1] == "version.named"


def test_names_are_used_once_and_a_revision_has_one_name(people: People) -> None:
    paper, other = make_paper(people), make_paper(people)
    actor = actor_of(people.editor)
    actions.name_version(actor, queries.head_of(paper), name="K1")
    session().commit()
    with pytest.raises(Conflict, match="version_named"):
        actions.name_version(actor, queries.head_of(paper), name="K2")
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    with pytest.raises(Invalid) as caught:
        actions.name_version(actor, queries.head_of(paper), name="K1")
    assert caught.value.fields == {"name": "taken"}
    actions.name_version(actor, queries.head_of(other), name="K1")
    session().commit()
    assert session().scalar(select(func.count(Version.id))) == 2


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_version_needs_a_name_that_fits(people: People, name: str) -> None:
    paper = make_paper(people)
    with pytest.raises(Invalid):
        actions.name_version(actor_of(people.editor), queries.head_of(paper), name=name)


# Resting


def test_a_paper_rests_and_is_taken_up_again(people: People) -> None:
    paper = make_paper(people)
    lead = actor_of(people.lead)
    actions.park_paper(lead, paper, reason="bis zur Novelle")
    actions.park_paper(lead, paper, reason="noch einmal")
    session().commit()
    assert (paper.is_parked, paper.parked_reason) == (True, "bis zur Novelle")
    actions.unpark_paper(lead, paper)
    actions.unpark_paper(lead, paper)
    session().commit()
    assert (paper.is_parked, paper.parked_reason) == (False, "")
    assert verbs(paper)[2:] == ["paper.parked", "paper.unparked"]


def test_only_the_lead_lets_a_paper_rest(people: People) -> None:
    paper = make_paper(people)
    for act in (actions.park_paper, actions.unpark_paper):
        with pytest.raises(Forbidden):
            act(actor_of(people.editor), paper)
    with pytest.raises(Invalid):
        actions.park_paper(actor_of(people.lead), paper, reason="x" * 201)


# Reading


def test_a_read_mark_never_goes_back(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    reader = actor_of(people.reader)
    actions.mark_read(reader, paper, 2)
    session().commit()
    actions.mark_read(reader, paper, 1)
    session().commit()
    assert mark_of(paper, people, "reader") == 2


def test_reading_again_is_dated_again(people: People) -> None:
    paper = make_paper(people)
    first = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    for moment in (first, first + timedelta(days=4)):
        with clock.at(moment):
            actions.mark_read(actor_of(people.reader), paper, 1)
            session().commit()
    mark = queries.last_read(actor_of(people.reader), paper)
    assert mark is not None
    assert mark.read_at == first + timedelta(days=4)


@pytest.mark.parametrize("number", [0, -1, 2, 10**18])
def test_only_what_exists_can_be_read(people: People, number: int) -> None:
    paper = make_paper(people)
    with pytest.raises(Invalid):
        actions.mark_read(actor_of(people.reader), paper, number)


def test_strangers_leave_no_read_mark(people: People) -> None:
    paper = make_paper(people)
    with pytest.raises(Forbidden):
        actions.mark_read(actor_of(people.stranger), paper, 1)


def test_ones_own_save_is_no_news(people: People) -> None:
    paper = make_paper(people)
    revision = save(paper, people.editor, TEXT.replace("acht", "zehn"))
    actions.follow_own_save(actor_of(people.editor), paper, revision.number)
    session().commit()
    assert mark_of(paper, people, "editor") == 2


def test_what_others_wrote_meanwhile_stays_news(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.lead, TEXT.replace("acht", "zehn"))
    merged = save(paper, people.editor, TEXT.replace("keine Satzung", "keine Leitlinie"), base=1)
    actions.follow_own_save(actor_of(people.editor), paper, merged.number)
    session().commit()
    assert mark_of(paper, people, "editor") == 1


def test_a_save_closes_ones_own_edit_page_only(people: People) -> None:
    paper = make_paper(people)
    for member in (people.editor, people.lead):
        session().add(OpenEditor(paper_id=paper.id, member_id=member.id, opened_at=clock.now()))
    session().commit()
    actions.follow_own_save(actor_of(people.editor), paper, 1)
    session().commit()
    assert queries.others_editing(actor_of(people.editor), paper).members == [people.lead]
    assert not queries.others_editing(actor_of(people.lead), paper)


def test_an_edit_page_counts_as_open_for_a_quarter_of_an_hour(people: People) -> None:
    paper = make_paper(people)
    opened = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    session().add(OpenEditor(paper_id=paper.id, member_id=people.lead.id, opened_at=opened))
    session().commit()
    for minutes, is_open in ((0, True), (14, True), (15, False)):
        with clock.at(opened + timedelta(minutes=minutes)):
            assert bool(queries.others_editing(actor_of(people.editor), paper)) is is_open
