"""Two people at the same instant."""

from __future__ import annotations

import threading

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, save
from tests.discussion.talk import PASSAGE, shown, talk
from tests.people import People, actor_of
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.discussion import actions
from workspace.discussion.models import Comment, Entry, ThreadKind
from workspace.papers.models import Paper

AT_ONCE = 6


def test_threads_opened_at_the_same_instant_get_different_numbers(
    app: Flask, settings: Settings, people: People, db: Session
) -> None:
    paper_id = make_paper(people).id
    authors = [actor_of(people.reviewer), actor_of(people.lead)]
    ready, failures = threading.Barrier(AT_ONCE), []

    def open_one(index: int) -> None:
        try:
            with using(settings), session_scope(app.extensions["workspace_sessions"]):
                paper = session().get_one(Paper, paper_id)
                ready.wait(10)
                actions.open_thread(
                    authors[index % 2], paper, kind=ThreadKind.REMARK, body=f"Nummer {index}", revision_number=1,
                    span=(0, 9),
                )  # fmt: skip
                session().commit()
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=open_one, args=(index,)) for index in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    db.rollback()
    assert failures == []
    assert sorted(db.scalars(select(Entry.number))) == list(range(1, AT_ONCE + 1))
    assert len(set(db.scalars(select(Comment.body)))) == AT_ONCE
    assert db.get_one(Paper, paper_id).entry_count == AT_ONCE


def test_a_comment_on_a_text_that_moved_on_is_placed_right(people: People) -> None:
    paper = make_paper(people)
    save(paper, people.editor, "Ein neuer Satz davor.\n\n" + TEXT)
    thread = talk(paper, people.reviewer, revision=1)
    (view,) = shown(paper, people.editor)
    assert thread.revision_number == 1
    assert view.place.start == TEXT.index(PASSAGE) + len("Ein neuer Satz davor.\n\n")
