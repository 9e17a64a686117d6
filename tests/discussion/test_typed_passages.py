"""A comment on text that is no revision yet: the sitting is kept first."""

from __future__ import annotations

import pytest

from tests.builders import csrf_of, make_paper
from tests.conftest import ClientFor
from tests.papers.browsers import Room
from tests.people import People, actor_of
from workspace.db import session
from workspace.discussion.actions import settle_passage
from workspace.discussion.models import Thread
from workspace.errors import Forbidden, Invalid
from workspace.papers.store import text_of


def test_the_sitting_is_closed_and_the_passage_found_where_others_typed_before_it(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    emil = room.open()
    room.send((people.editor, emil.type(0, "Ganz neu. ")))
    seen = (0, len("Ganz neu."))
    room.send((people.lead, room.open().type(0, "Davor. ")))
    number, span = settle_passage(actor_of(people.reviewer), paper, seen, "Ganz neu.")
    assert (number, text_of(paper, number)[slice(*span)]) == (2, "Ganz neu.")
    assert settle_passage(actor_of(people.reviewer), paper, span, "Ganz neu.") == (2, span)
    with pytest.raises(Invalid, match="passage_wrong"):
        settle_passage(actor_of(people.reviewer), paper, seen, "Steht nirgends.")
    with pytest.raises(Forbidden):
        settle_passage(actor_of(people.reader), paper, seen, "Ganz neu.")


def test_the_form_of_the_live_editor_says_what_stood_there(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Frisch getippt. ")))
    client = client_for(people.reviewer)
    token = csrf_of(client.get(f"/papers/{paper.key}/threads/new?revision=1"))
    sent = {"csrf_token": token, "kind": "remark", "body": "Gut so.", "start": "0", "end": "14"}
    answer = client.post(f"/papers/{paper.key}/threads", data={**sent, "quote": "Frisch getippt"})
    assert answer.status_code == 303
    session().rollback()
    thread = session().query(Thread).one()
    assert thread.passage is not None
    assert (thread.revision_number, thread.passage.quote) == (2, "Frisch getippt")
    assert text_of(paper, 2).startswith("Frisch getippt. ")
