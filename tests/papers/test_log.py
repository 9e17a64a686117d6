"""The log of a paper's text: written before anybody is told, read the same by everybody."""

from __future__ import annotations

import random
import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.papers.browsers import Browser, Room, append
from tests.people import People
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.papers import log
from workspace.papers.models import LiveDocument, LiveUpdate


def test_a_log_begins_with_the_newest_text_and_goes_on_with_what_is_typed(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    assert room.document.text == TEXT
    emil, clara = room.open(), room.open()
    room.send((people.editor, emil.type(0, "Für 😀 ")))
    room.send((people.lead, clara.type(len(TEXT), "Größe\n")), (people.editor, emil.delete(4, 5)))
    again = Room(paper)
    assert again.document.text == room.document.text == "Für  " + TEXT + "Größe\n"
    assert (again.document.seq, again.document.epoch) == (2, room.document.epoch)
    assert again.document.known.owners == room.document.known.owners
    late = again.open()
    assert late.text == room.document.text


def test_two_that_open_a_paper_at_the_same_instant_make_one_log(
    app: Flask, settings: Settings, people: People, db: Session
) -> None:
    paper_id = make_paper(people).id
    ready, found = threading.Barrier(6), []

    def open_one() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            ready.wait(10)
            found.append(log.Document.of(log.load(paper_id)))

    workers = [threading.Thread(target=open_one) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    db.rollback()
    assert [document.text for document in found] == [TEXT] * 6
    assert len({document.state_vector() for document in found}) == 1
    assert len(db.scalars(select(LiveDocument)).all()) == 1


def test_who_writes_behind_somebody_else_reads_on_first(people: People, db: Session) -> None:
    paper, other = make_paper(people), make_paper(people, title="Anderes")
    first, second, third = Room(paper), Room(paper), Room(other)
    emil, clara = first.open(), second.open()
    first.send((people.editor, emil.type(0, "eins ")))
    late = clara.type(0, "zwei ")
    elsewhere = third.open().type(0, "drei ")
    rows = [
        log.Row.behind(room.document, [room.document.checking().check(update, people.lead.id)])
        for room, update in ((second, late), (third, elsewhere))
    ]
    with pytest.raises(log.Behind) as refused:
        append(rows)
    assert refused.value.paper_ids == [paper.id]
    assert db.scalars(select(LiveUpdate).where(LiveUpdate.paper_id == other.id)).all() == []
    assert second.catch_up() == [emil.sent[0]]
    second.send((people.lead, late))
    first.catch_up()
    assert first.document.text == second.document.text
    assert Room(paper).document.text == first.document.text


def test_a_number_that_compaction_freed_is_not_used_again(people: People, db: Session) -> None:
    paper = make_paper(people)
    first, lagging = Room(paper), Room(paper)
    emil, clara = first.open(), lagging.open()
    for word in "abc":
        first.send((people.editor, emil.type(0, word)))
    db.query(LiveDocument).update({"kept_seq": 3})
    db.commit()
    log.compact(paper.id, first.document.epoch, first.document.snapshot())
    assert db.scalars(select(LiveUpdate)).all() == []
    with pytest.raises(log.Behind):
        lagging.send((people.lead, clara.type(0, "x")))
    assert lagging.catch_up() == [first.document.snapshot().data]
    lagging.send((people.lead, clara.sent[0]))
    assert Room(paper).document.text == lagging.document.text
    assert sorted(lagging.document.text[:4]) == list("abcx")


def test_compaction_loses_nothing_of_text_or_check(people: People) -> None:
    paper, chance = make_paper(people), random.Random(7)
    room = Room(paper)
    browsers = [(people.editor, room.open()), (people.lead, room.open())]
    for step in range(60):
        member, browser = chance.choice(browsers)
        room.send((member, browser.act(chance)))
        if step % 4 == 0:
            for _, other in browsers:
                other.hear(room.document.missing(b"\0"))
        if step == 30:
            log.compact(paper.id, room.document.epoch, room.document.snapshot())
    again = Room(paper).document
    log.compact(paper.id, room.document.epoch, room.document.snapshot())
    from_state = Room(paper).document
    for document in (again, from_state):
        assert document.text == room.document.text
        assert document.known.clocks == room.document.known.clocks
        assert document.known.owners == room.document.known.owners
        assert document.known.units == room.document.known.units == len(document.text.encode("utf-16-le")) // 2
        assert document.deleted_spans() == room.document.deleted_spans()


def test_a_log_with_a_hole_is_not_read_past_it(people: People, db: Session) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    for word in "abc":
        room.send((people.editor, emil.type(0, word)))
    db.query(LiveUpdate).filter(LiveUpdate.seq == 2).delete()
    db.commit()
    with pytest.raises(log.Damaged):
        Room(paper)


def test_a_form_saved_before_the_first_opening_is_what_the_log_begins_with(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.editor, TEXT + "Nachsatz.\n")
    assert Room(paper).document.text == TEXT + "Nachsatz.\n"


def test_foreign_words_are_refused(people: People) -> None:
    room = Room(make_paper(people))
    emil = room.open()
    update = emil.type(0, "Meins ")
    room.send((people.editor, update))
    with pytest.raises(log.Refused, match="foreign_client"):
        room.send((people.lead, emil.type(0, "x")))
    assert room.send((people.lead, update)) == []
    seed = Browser(client=2 * (room.document.epoch % 512))
    with pytest.raises(log.Refused, match="foreign_client"):
        room.send((people.lead, seed.type(0, TEXT + "und mehr")))
