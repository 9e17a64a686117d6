"""From a named version to an edition: who may, what is refused, what stays."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.editions.publishing import name_head, publish, publish_again, submit
from tests.people import People
from tests.pictures import PDF, picture
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.editions import actions
from workspace.editions.models import Edition, EditionState, Submission, SubmissionState
from workspace.editions.queries import files_of_edition, search_editions, writers_of
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.papers.actions import describe_paper, park_paper
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper, PaperState, Version
from workspace.permissions import Permission, can
from workspace.text.pack import text_hash

NOT_LEAD = ["editor", "reviewer", "reader", "stranger", "coordination", "admin"]
NOT_COORDINATION = ["lead", "editor", "reviewer", "reader", "stranger", "admin"]


# Submitting


def test_the_lead_submits_and_coordination_may_read_exactly_that_version(people: People) -> None:
    paper = make_paper(people)
    version = name_head(people, paper)
    save(paper, people.editor, TEXT + "\nSpäter.\n")
    assert not can(people.actor(people.coordination), Permission.VERSION_READ, _At(paper, 1))
    submission = actions.submit_version(people.actor(people.lead), version, authors="AG Qualität", note="Bitte bald")
    session().commit()
    assert (submission.revision_number, submission.state) == (1, SubmissionState.WAITING)
    assert (submission.title, submission.abstract) == ("Beteiligung mit Antwort", "Worum es geht.")
    assert paper.state == PaperState.SUBMITTED
    cora = people.actor(people.coordination)
    assert can(cora, Permission.VERSION_READ, _At(paper, 1))
    assert not can(cora, Permission.VERSION_READ, _At(paper, 2))
    assert not can(cora, Permission.PAPER_READ, paper)
    assert not can(people.actor(people.admin), Permission.VERSION_READ, _At(paper, 1))


class _At:
    """A paper at a revision, for the rules."""

    def __init__(self, paper: Paper, revision_number: int) -> None:
        self.paper, self.revision_number = paper, revision_number


@pytest.mark.parametrize("who", NOT_LEAD)
def test_only_the_lead_submits(people: People, who: str) -> None:
    version = name_head(people, make_paper(people))
    with pytest.raises(Forbidden):
        actions.submit_version(people.actor(getattr(people, who)), version, authors="AG")


def test_a_parked_paper_cannot_be_submitted(people: People) -> None:
    paper = make_paper(people)
    version = name_head(people, paper)
    park_paper(people.actor(people.lead), paper)
    session().commit()
    with pytest.raises(Forbidden):
        actions.submit_version(people.actor(people.lead), version, authors="AG")


def test_everything_that_is_missing_is_named_at_once(people: People) -> None:
    paper = make_paper(people, abstract="", contact=" ", text="> [!HINWEIS]\n> Nur ein Hinweis.\n")
    version = name_head(people, paper)
    with pytest.raises(Conflict, match="not_ready") as refused:
        actions.submit_version(people.actor(people.lead), version, authors="AG")
    assert refused.value.missing == ("missing_abstract", "missing_contact", "missing_text")
    assert session().scalar(select(func.count(Submission.id))) == 0


def test_a_picture_without_description_or_file_is_missing_something(people: People) -> None:
    paper = make_paper(people, text="## Bild\n\n![](gibtesnicht.png)\n")
    version = name_head(people, paper)
    with pytest.raises(Conflict) as refused:
        actions.submit_version(people.actor(people.lead), version, authors="AG")
    assert refused.value.missing == ("missing_files", "missing_alt_texts")


def test_one_version_waits_at_a_time(people: People) -> None:
    paper = make_paper(people)
    submit(people, paper)
    save(paper, people.editor, TEXT + "\nMehr.\n")
    version = name_head(people, paper, "F2")
    with pytest.raises(Conflict, match="submitted_already"):
        actions.submit_version(people.actor(people.lead), version, authors="AG")


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"authors": " \n "}, "authors", "required"),
        ({"authors": "x" * 1001}, "authors", "too_long"),
        ({"authors": "AG", "note": "x" * 1001}, "note", "too_long"),
    ],
)
def test_the_words_beside_a_submission_are_checked(
    people: People, given: dict[str, str], field: str, code: str
) -> None:
    version = name_head(people, make_paper(people))
    with pytest.raises(Invalid) as refused:
        actions.submit_version(people.actor(people.lead), version, **given)
    assert refused.value.fields == {field: code}


def test_authors_are_kept_one_a_line_without_empty_lines(people: People) -> None:
    submission = submit(people, make_paper(people), authors="\r\n  Anna   Weber \r\n\r\nAG Qualität\r\n")
    assert submission.authors == "Anna Weber\nAG Qualität"


def test_a_cover_changed_at_the_same_time_is_looked_at_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make_paper(people)
    version = name_head(people, paper)

    def meanwhile() -> None:
        monkeypatch.undo()
        describe_paper(people.actor(people.editor), paper, title="Anders", abstract="Neu.", contact="x@y.example")
        session().commit()
        actions.begin_writing()

    monkeypatch.setattr(actions, "begin_writing", meanwhile)
    with pytest.raises(Conflict, match="cover_changed"):
        actions.submit_version(people.actor(people.lead), version, authors="AG")


def test_what_was_taken_back_is_out_of_sight(people: People) -> None:
    paper = make_paper(people)
    submission = submit(people, paper)
    with pytest.raises(Forbidden):
        actions.take_back(people.actor(people.editor), submission)
    actions.take_back(people.actor(people.lead), submission)
    session().commit()
    assert (submission.state, paper.state) == (SubmissionState.TAKEN_BACK, PaperState.DRAFT)
    assert not can(people.actor(people.coordination), Permission.VERSION_READ, submission)
    with pytest.raises(Conflict, match="submission_answered"):
        actions.take_back(people.actor(people.lead), submission)


def test_coordination_returns_a_version_with_a_sentence(people: People) -> None:
    paper = make_paper(people)
    submission, cora = submit(people, paper), people.actor(people.coordination)
    with pytest.raises(Invalid):
        actions.send_back(cora, submission, " \n")
    actions.send_back(cora, submission, " Bitte den Stand der Zahlen nennen. ")
    session().commit()
    assert (submission.state, submission.answer) == (SubmissionState.RETURNED, "Bitte den Stand der Zahlen nennen.")
    assert paper.state == PaperState.DRAFT
    assert not can(people.actor(people.coordination), Permission.VERSION_READ, submission)
    with pytest.raises(Conflict, match="submission_answered"):
        actions.send_back(cora, submission, "Noch einmal")
    assert submission.answered_by == people.coordination.id


def test_a_returned_version_may_be_submitted_again(people: People) -> None:
    paper = make_paper(people)
    submission = submit(people, paper)
    actions.send_back(people.actor(people.coordination), submission, "Bitte warten.")
    session().commit()
    again = actions.submit_version(people.actor(people.lead), submission.version, authors="AG")
    session().commit()
    assert can(people.actor(people.coordination), Permission.VERSION_READ, again)


# Publishing


@pytest.mark.parametrize("who", NOT_COORDINATION)
def test_only_coordination_answers(people: People, who: str) -> None:
    submission, actor = submit(people, make_paper(people)), people.actor(getattr(people, who))
    with pytest.raises(Forbidden):
        actions.publish(actor, submission)
    with pytest.raises(Forbidden):
        actions.send_back(actor, submission, "Nein")


def test_the_first_edition_is_1_0_and_keeps_its_own_words(people: People) -> None:
    paper = make_paper(people)
    edition = publish(people, paper, authors="Anna Weber", slug="beteiligung-mit-antwort")
    describe_paper(people.actor(people.editor), paper, title="Anders", abstract="Anders.", contact="x@y.example")
    session().commit()
    assert edition.number == "1.0"
    assert (edition.slug, paper.slug) == ("beteiligung-mit-antwort",) * 2
    assert (edition.title, edition.authors, edition.group_name) == (
        "Beteiligung mit Antwort", "Anna Weber", "AG Qualität",
    )  # fmt: skip
    assert edition.text == TEXT
    assert edition.text_hash == text_hash(TEXT)
    assert paper.state == PaperState.PUBLISHED
    assert not can(people.actor(people.coordination), Permission.PAPER_READ, paper)


def test_numbers_go_on_from_1_0_to_1_1_to_2_0_and_one_is_in_force(people: People) -> None:
    first = publish(people)
    second = publish_again(people, first, TEXT + "\nMehr.\n")
    third = publish_again(people, second, TEXT + "\nNoch mehr.\n", is_major=True)
    fourth = publish_again(people, third, TEXT + "\nGanz anders.\n")
    assert [e.number for e in (first, second, third, fourth)] == ["1.0", "1.1", "2.0", "2.1"]
    session().expire_all()
    assert [e.state for e in (first, second, third, fourth)] == [*[EditionState.SUPERSEDED] * 3, EditionState.IN_FORCE]
    assert {e.slug for e in (first, second, third, fourth)} == {"beteiligung-mit-antwort"}


def test_writing_guidance_never_reaches_an_edition(people: People) -> None:
    text = "## Anlass\n\n> [!HINWEIS]\n> Geheimer Hinweis.\n\nEin Satz.\n"
    edition = publish(people, make_paper(people, text=text))
    assert "Hinweis" not in edition.text
    assert "HINWEIS" not in edition.text
    assert search_editions("Geheimer", limit=5) == []


@pytest.mark.parametrize("wish", ["ab", "", "Groß", "mit leerzeichen", "ende-", "a/b", "x" * 61, "ä-ö-ü"])
def test_an_address_that_cannot_stay_for_good_is_refused(people: People, wish: str) -> None:
    submission = submit(people, make_paper(people))
    with pytest.raises(Invalid) as refused:
        actions.publish(people.actor(people.coordination), submission, slug=wish)
    assert refused.value.fields == {"slug": "slug_wrong"}


def test_an_address_belongs_to_one_paper(people: People) -> None:
    publish(people, make_paper(people), slug="antwort")
    second = make_paper(people, title="Antwort")
    submission = submit(people, second)
    assert actions.suggested_slug(second, "Antwort") == "antwort-2"
    with pytest.raises(Invalid) as refused:
        actions.publish(people.actor(people.coordination), submission, slug="antwort")
    assert refused.value.fields == {"slug": "slug_taken"}
    session().rollback()
    assert actions.publish(people.actor(people.coordination), submission).slug == "antwort-2"


def test_an_edition_carries_the_files_its_text_shows_and_no_others(people: People) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    for name in ("a.png", "b.png", "anlage.pdf"):
        add_attachment(editor, paper, name=name, data=PDF if name.endswith("pdf") else picture())
    session().commit()
    save(paper, people.editor, f"## Bild\n\n![A](a.png)\n\n[Anlage](/papers/{paper.key}/files/anlage.pdf)\n")
    edition = publish(people, paper)
    assert sorted(file.name for file in files_of_edition(edition)) == ["a.png", "anlage.pdf"]


def test_an_edition_is_found_by_its_text_until_it_is_withdrawn(people: People) -> None:
    edition = publish(people)
    assert [found.id for found in search_editions("Beteiligungsblätter", limit=5)] == [edition.id]
    actions.withdraw(people.actor(people.coordination), edition, "Enthält falsche Zahlen.")
    session().commit()
    assert search_editions("Beteiligungsblätter", limit=5) == []


def test_a_withdrawn_edition_keeps_its_words_and_its_reason(people: People) -> None:
    edition, cora = publish(people), people.actor(people.coordination)
    with pytest.raises(Invalid):
        actions.withdraw(cora, edition, "  ")
    actions.withdraw(cora, edition, "Enthält falsche Zahlen.")
    session().commit()
    assert (edition.state, edition.withdrawn_reason) == (EditionState.WITHDRAWN, "Enthält falsche Zahlen.")
    assert edition.text == TEXT
    with pytest.raises(Conflict, match="withdrawn_already"):
        actions.withdraw(cora, edition, "Noch einmal")
    assert publish_again(people, edition, TEXT + "\nRichtig.\n").number == "1.1"
    session().refresh(edition)
    assert edition.state == EditionState.WITHDRAWN


@pytest.mark.parametrize("who", NOT_COORDINATION)
def test_only_coordination_withdraws(people: People, who: str) -> None:
    edition = publish(people)
    with pytest.raises(Forbidden):
        actions.withdraw(people.actor(getattr(people, who)), edition, "Grund")


def test_the_log_names_each_act(people: People) -> None:
    edition = publish(people)
    actions.withdraw(people.actor(people.coordination), edition, "Grund")
    session().commit()
    verbs = session().scalars(select(Event.verb).where(Event.paper_id == edition.paper_id).order_by(Event.id)).all()
    assert verbs[-3:] == ["paper.submitted", "edition.published", "edition.withdrawn"]


# At the same instant


def at_once(app: Flask, settings: Settings, *acts: Callable[[Session], object]) -> list[str]:
    """Run each act in a session of its own, at the same instant; what became of each, sorted."""
    together, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[Session], object]) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            together.wait(30)
            try:
                act(own)
                own.commit()
                results.append("done")
            except (Conflict, Invalid) as refused:
                results.append(refused.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    session().rollback()  # the test's own session looks anew
    return sorted(results)


def test_two_people_publishing_one_submission_give_one_edition(app: Flask, people: People, settings: Settings) -> None:
    submission_id = submit(people, make_paper(people)).id
    cora = people.actor(people.coordination)

    def act(own: Session) -> None:
        actions.publish(cora, own.get_one(Submission, submission_id))

    assert at_once(app, settings, act, act) == ["done", "submission_answered"]
    assert session().scalar(select(func.count(Edition.id))) == 1


def test_publishing_and_taking_back_at_once_end_in_one_answer(app: Flask, people: People, settings: Settings) -> None:
    submission_id = submit(people, make_paper(people)).id
    cora, clara = people.actor(people.coordination), people.actor(people.lead)
    results = at_once(
        app, settings,
        lambda own: actions.publish(cora, own.get_one(Submission, submission_id)),
        lambda own: actions.take_back(clara, own.get_one(Submission, submission_id)),
    )  # fmt: skip
    assert results == ["done", "submission_answered"]
    state = session().scalar(select(Submission.state))
    assert (session().scalar(select(func.count(Edition.id))) == 1) == (state == SubmissionState.PUBLISHED)


def test_two_papers_taking_one_address_at_once(app: Flask, people: People, settings: Settings) -> None:
    ids = [submit(people, make_paper(people, title=title)).id for title in ("Eins", "Zwei")]
    cora = people.actor(people.coordination)

    def taker(submission_id: int) -> Callable[[Session], object]:
        return lambda own: actions.publish(cora, own.get_one(Submission, submission_id), slug="gleich")

    assert at_once(app, settings, *(taker(number) for number in ids)) == ["done", "invalid"]
    assert session().scalars(select(Edition.slug)).all() == ["gleich"]


def test_two_leads_submitting_at_once_give_one_submission(app: Flask, people: People, settings: Settings) -> None:
    version_id, clara = name_head(people, make_paper(people)).id, people.actor(people.lead)

    def act(own: Session) -> None:
        actions.submit_version(clara, own.get_one(Version, version_id), authors="AG")

    assert at_once(app, settings, act, act) == ["done", "submitted_already"]


# Reads


def test_writers_are_named_by_what_they_wrote_up_to_a_version(people: People) -> None:
    paper = make_paper(people, text="Kurz.\n")
    save(paper, people.lead, "Kurz.\n\n" + "Viele Worte mehr. " * 20 + "\n")
    assert [member.name for member in writers_of(paper, 2)] == ["Clara Leitung", "Emil Redaktion"]
    assert [member.name for member in writers_of(paper, 1)] == ["Emil Redaktion"]
