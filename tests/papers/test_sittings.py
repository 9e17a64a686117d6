"""What is typed becomes revisions, with everybody who wrote; what forms save reaches those who type."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.papers.browsers import Browser, Room, append
from tests.papers.test_updates import between
from tests.people import People, actor_of
from workspace import clock
from workspace.clock import now
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.events import Event
from workspace.papers import actions, log, sittings
from workspace.papers import text as text_module
from workspace.papers.models import LiveDocument, LiveUpdate, Paper, ReadMark, Revision, Source
from workspace.papers.queries import get_revision
from workspace.papers.store import authors_of, text_of
from workspace.papers.text import EditConflict, change_text
from workspace.text.authorship import who_wrote


def _live(paper: Paper) -> LiveDocument:
    return session().scalars(select(LiveDocument).where(LiveDocument.paper_id == paper.id)).one()


def test_a_sitting_becomes_one_revision_that_names_everybody(people: People, db: Session) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil, clara = room.open(), room.open()
    room.send((people.editor, emil.type(0, "Zwei neue Wörter. ")))
    room.send((people.lead, clara.type(len(TEXT), "Drei Wörter mehr.\n")))
    gone = TEXT.index("verspricht etwas. ")
    room.send((people.lead, clara.delete(gone, gone + len("verspricht etwas. "))))
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert (revision.number, revision.source, revision.log_seq, revision.summary) == (2, Source.LIVE, 3, "")
    assert text_of(paper, 2) == Room(paper).document.text
    credited = {row.member_id: (row.inserted, row.deleted) for row in revision.authors}
    assert credited == {people.editor.id: (3, 0), people.lead.id: (3, 2)}
    assert revision.committed_by == people.lead.id
    text, runs = text_of(paper, 2), authors_of(paper, 2).runs
    assert who_wrote(runs, 0, len("Zwei neue Wörter. ")) == [(people.editor.id, 18)]
    assert who_wrote(runs, len(text) - 18, len(text)) == [(people.lead.id, 18)]
    event = db.scalars(select(Event).where(Event.verb == "revision.saved").order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.actor_id, event.facts["source"], event.facts["writers"]) == (people.lead.id, "live", 2)
    assert sittings.close_sitting(paper) is None
    assert _live(paper).open_since is None


def test_line_ends_at_the_end_stay_where_somebody_is_about_to_write(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.type(len(TEXT), "\n\n")))
    assert sittings.close_sitting(paper) is None
    room.catch_up()
    assert room.document.text == TEXT + "\n\n"
    room.send((people.editor, emil.type(len(TEXT) + 2, "Weiter")))
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert text_of(paper, 2) == TEXT + "\n\nWeiter\n"
    room.catch_up()
    assert room.document.text == TEXT + "\n\nWeiter"
    room.send((people.editor, emil.type(len(TEXT) + 8, " gehts.")))
    sittings.close_sitting(paper)
    assert text_of(paper, 3) == TEXT + "\n\nWeiter gehts.\n"
    assert {row.inserted for row in get_revision(paper, 3).authors} == {1}


def test_the_text_is_brought_into_its_stored_form_by_an_edit_in_the_log(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.type(0, "Fu\u0308r\x00 alle\ue000\u2028ja. ")))
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert text_of(paper, 2) == "Für alle\nja. " + TEXT
    emil.hear(*room.catch_up())
    assert emil.text == room.document.text == text_of(paper, 2)
    assert not sittings.is_open(paper)


def test_a_text_that_was_deleted_wholly_is_no_revision(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.delete(0, len(TEXT))))
    assert sittings.close_sitting(paper) is None
    assert sittings.is_open(paper)
    save(paper, people.lead, TEXT + "Neu.\n")
    assert not sittings.is_open(paper)
    assert Room(paper).document.text == TEXT + "Neu.\n"
    room.catch_up()
    room.send((people.editor, room.open().type(0, "Anfang. ")))
    sittings.close_sitting(paper)
    assert text_of(paper, 3) == "Anfang. " + TEXT + "Neu.\n"


def test_a_form_that_is_saved_reaches_open_editors_and_closes_the_sitting_first(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.type(0, "Getippt. ")))
    revision = save(paper, people.lead, TEXT.replace("acht", "sechs"), base=1)
    assert (revision.number, revision.source, get_revision(paper, 2).source) == (3, Source.MERGE, Source.LIVE)
    assert text_of(paper, 3) == "Getippt. " + TEXT.replace("acht", "sechs")
    came = room.catch_up()
    assert [len(update) < 60 for update in came] == [True], "only what changed is sent"
    emil.hear(*came)
    assert emil.text == text_of(paper, 3)
    assert [row.member_id for row in revision.authors] == [people.lead.id]


def test_a_conflict_with_what_was_typed_shows_it_and_keeps_both(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    at = TEXT.index("acht")
    room.send((people.editor, emil.delete(at, at + 4)), (people.editor, emil.type(at, "zehn")))
    with pytest.raises(EditConflict) as met:
        save(paper, people.lead, TEXT.replace("acht", "sechs"), base=1)
    session().rollback()
    session().refresh(paper)
    assert (met.value.theirs_number, paper.head_number) == (2, 2)
    assert "zehn" in text_of(paper, 2)


def test_restoring_goes_through_the_log_and_gives_the_old_authors_back(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.lead, emil.delete(0, 60)))
    actions.restore_revision(actor_of(people.lead), paper, 1)
    session().commit()
    emil.hear(*room.catch_up())
    assert emil.text == TEXT
    assert {author for author, _ in authors_of(paper, paper.head_number).runs} == {people.editor.id}


def test_undoing_a_restore_brings_back_what_was_typed_before_it(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT + "Zweiter Stand.\n")
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Getippt. ")))
    client = client_for(people.lead)
    address = f"/papers/{paper.key}/revisions/1"
    assert post_form(client, address, f"{address}/restoration").status_code == 303
    page = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert f"/papers/{paper.key}/revisions/3/restoration" in page
    session().rollback()
    assert text_of(paper, 3) == "Getippt. " + TEXT + "Zweiter Stand.\n"
    assert text_of(paper, 4) == TEXT


def test_what_is_typed_while_a_form_is_saved_is_kept_for_the_next_revision(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    begin = text_module.begin_writing

    def typed_meanwhile() -> None:
        monkeypatch.setattr(text_module, "begin_writing", begin)
        session().rollback()
        room.send((people.editor, emil.type(0, "Dazwischen. ")))
        begin()

    monkeypatch.setattr(text_module, "begin_writing", typed_meanwhile)
    save(paper, people.lead, TEXT.replace("acht", "sechs"))
    assert text_of(paper, 2) == TEXT.replace("acht", "sechs")
    assert sittings.is_open(paper)
    emil.hear(*room.catch_up())
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert text_of(paper, 3) == "Dazwischen. " + TEXT.replace("acht", "sechs") == emil.text
    assert {(row.member_id, row.inserted, row.deleted) for row in revision.authors} == {(people.editor.id, 1, 0)}


def test_earlier_authors_stay_and_moved_sentences_keep_theirs(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    clara = room.open()
    sentence = "Wer Menschen um ihre Meinung bittet, verspricht etwas. "
    at = TEXT.index(sentence)
    room.send((people.lead, clara.delete(at, at + len(sentence))))
    room.send((people.lead, clara.type(len(clara.text), "\n" + sentence + "Und das gilt auch für uns selbst.\n")))
    sittings.close_sitting(paper)
    text, runs = text_of(paper, 2), authors_of(paper, 2).runs
    start = text.index(sentence)
    assert who_wrote(runs, start, start + len(sentence) - 1) == [(people.editor.id, len(sentence) - 1)]
    own = text.index("Und das gilt")
    assert who_wrote(runs, own, own + 20) == [(people.lead.id, 20)]


def test_rows_stay_until_a_revision_has_used_them(people: People, db: Session) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil, clara = room.open(), room.open()
    room.send((people.editor, emil.type(0, "Eins zwei drei. ")))
    room.send((people.lead, clara.delete(0, 10)))
    log.compact(paper.id, room.document.epoch, room.document.snapshot())
    assert len(db.scalars(select(LiveUpdate)).all()) == 2
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert {row.member_id for row in revision.authors} == {people.editor.id, people.lead.id}
    db.expire_all()
    assert db.scalars(select(LiveUpdate)).all() == []
    assert Room(paper).document.text == text_of(paper, 2)


def test_a_sitting_left_open_is_closed_when_it_is_due(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.type(0, "x")))
    live = _live(paper)
    assert live.open_since is not None
    assert sittings.closes_at(live.open_since, live.written_at) == live.written_at + timedelta(minutes=5)
    assert sittings.closes_at(live.open_since, live.open_since + timedelta(minutes=29)) == live.open_since + timedelta(
        minutes=30
    )
    assert sittings.close_due_sittings() == 0
    with clock.at(now() + timedelta(minutes=6)):
        assert sittings.close_due_sittings() == 1
    assert text_of(paper, 2).startswith("x")
    assert sittings.due_sittings() == []


def test_a_log_that_cannot_be_read_does_not_hold_up_others(people: People, db: Session) -> None:
    papers = [make_paper(people, title=title) for title in ("Eins", "Zwei")]
    for paper in papers:
        room = Room(paper)
        emil = room.open()
        for _ in range(3):
            room.send((people.editor, emil.type(0, "x")))
    db.query(LiveUpdate).filter(LiveUpdate.paper_id == papers[0].id, LiveUpdate.seq == 2).delete()
    db.commit()
    with clock.at(now() + timedelta(minutes=6)):
        assert sittings.close_due_sittings() == 1
    assert [paper.head_number for paper in papers] == [1, 2]


def test_much_that_is_deleted_at_once_ends_the_sitting_first(people: People) -> None:
    paper = make_paper(people, text="Ein Satz mit Wörtern. " * 100)
    room = Room(paper)
    emil = room.open()
    little = room.document.checking().check(emil.delete(0, 20), people.editor.id)
    assert not sittings.ends_sitting([little])
    emil = room.open()
    much = room.document.checking().check(emil.delete(0, 1500), people.editor.id)
    assert sittings.ends_sitting([much])


def test_a_log_that_says_different_things_begins_anew(people: People) -> None:
    """Not even what the check should have refused may leave people with different texts."""
    paper = make_paper(people, text="abcdef\n")
    room = Room(paper)
    epoch, seed = room.document.epoch, 2 * (room.document.epoch % 512)
    crossed = [
        (people.editor.id, between("X", 6000, 0, 0, seed=seed)),
        (people.lead.id, between("Y", 5000, 2, 2, seed=seed)),
    ]
    append([log.Row(paper.id, epoch, 1, crossed)])
    room.catch_up()
    assert room.open().text != room.document.text
    revision = sittings.close_sitting(paper)
    assert revision is not None
    assert text_of(paper, 2) == room.document.text + "\n"
    again = Room(paper)
    assert again.document.epoch > epoch
    assert again.open().text == again.document.text == text_of(paper, 2)
    with pytest.raises(log.OtherEpoch):
        room.catch_up()


def test_two_that_close_the_same_sitting_make_one_revision(
    app: Flask, settings: Settings, people: People, db: Session
) -> None:
    paper = make_paper(people)
    paper_id = paper.id
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Neu. ")))
    ready, failures = threading.Barrier(4), []

    def close() -> None:
        try:
            with using(settings), session_scope(app.extensions["workspace_sessions"]):
                own = session().get_one(Paper, paper_id)
                ready.wait(10)
                sittings.close_sitting(own)
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=close) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    db.rollback()
    assert failures == []
    numbers = select(Revision.number).where(Revision.paper_id == paper_id)
    assert sorted(db.scalars(numbers)) == [1, 2]


def test_who_saves_keeps_a_summary_and_has_read_it(people: People, db: Session) -> None:
    paper = make_paper(people)
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Neu. ")))
    revision = sittings.save_sitting(actor_of(people.lead), paper, summary="Einleitung")
    assert (revision.number, revision.summary, revision.committed_by) == (2, "Einleitung", people.lead.id)
    assert sittings.save_sitting(actor_of(people.lead), paper).number == 2
    mark = db.get(ReadMark, (paper.id, people.editor.id))
    assert mark is not None
    assert mark.revision_number == 2


def _random_edit(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 0, 3, 20, 200)))
        text = text[:start] + chance.choice(("", "ü", "😀 ", "Neuer Satz. ", "\n\n- Punkt\n")) + text[end:]
    return text


def run_server_edits(people: People, rounds: int, seed: int) -> None:
    """Forms and typing by turns; after each, everybody has the same text."""
    chance = random.Random(seed)
    paper = make_paper(people)
    room = Room(paper)
    browsers: list[Browser] = [room.open(), room.open()]
    for _ in range(rounds):
        browser = chance.choice(browsers)
        if chance.random() < 0.5:
            room.send((people.editor, browser.act(chance)))
        before = text_of(paper, paper.head_number)
        wanted = _random_edit(chance, before)
        if wanted.strip():
            try:
                change_text(
                    actor_of(people.lead), paper, base=paper.head_number, new_text=wanted, source=Source.FORM
                )  # fmt: skip
            except EditConflict:
                session().rollback()
                session().refresh(paper)
            session().commit()
        for other in browsers:
            other.hear(*[room.document.missing(other.doc.get_state())])
        room.catch_up()
        for other in browsers:
            other.hear(room.document.missing(other.doc.get_state()))
            assert other.text == room.document.text
        if not sittings.is_open(paper):
            assert room.document.text.rstrip("\n") == text_of(paper, paper.head_number).rstrip("\n")


def test_forms_and_typing_agree_to_the_letter(people: People) -> None:
    run_server_edits(people, 30, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_forms_and_typing_agree_to_the_letter_at_length(people: People, seed: int) -> None:
    run_server_edits(people, 120, seed)
