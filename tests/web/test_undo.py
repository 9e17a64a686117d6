"""What was done can be taken back by the button in the answer."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace.discussion import actions as discussion
from workspace.discussion.models import ThreadKind
from workspace.groups.queries import role_of
from workspace.papers import actions as papers
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision, last_read
from workspace.papers.store import text_of
from workspace.permissions import NetworkRole, Role

FORM = re.compile(r'<form class="notice__deeds" method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')


def do(browser: FlaskClient, path: str, action: str, **fields: Any) -> str:
    """Send a form as a browser does and give the page it leads to."""
    answer = post_form(browser, path, action, **fields)
    assert answer.status_code == 303, answer.status
    return browser.get(answer.headers["Location"]).get_data(as_text=True)


def undo(browser: FlaskClient, page: str) -> str:
    """Press "Rückgängig" and give the page that follows."""
    found = FORM.search(page)
    assert found, "nothing to undo is offered"
    answer = browser.post(unescape(found[1]), data={n: unescape(v) for n, v in FIELD.findall(found[2])})
    assert answer.status_code == 303, answer.status
    return browser.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.fixture
def paper(people: People) -> Paper:
    return make_paper(people)


def test_a_paper_marked_as_read(db: Session, client_for: ClientFor, people: People, paper: Paper) -> None:
    rosa, me, address = client_for(people.reviewer), actor_of(people.reviewer), f"/papers/{paper.key}"
    undo(rosa, do(rosa, address, f"{address}/reading", revision=1))
    assert last_read(me, paper) is None
    papers.mark_read(me, paper, 1)
    db.commit()
    save(paper, people.editor, TEXT + "\nNeu.\n")
    page = do(rosa, address, f"{address}/reading", revision=2)
    undo(rosa, page)
    look_again(db)
    mark = last_read(me, paper)
    assert mark is not None
    assert mark.revision_number == 1


def test_a_mark_is_never_set_forward_by_undoing(db: Session, people: People, paper: Paper) -> None:
    me = actor_of(people.reviewer)
    papers.mark_unread(me, paper, 1)
    assert last_read(me, paper) is None
    papers.mark_read(me, paper, 1)
    papers.mark_unread(me, paper, 1)
    mark = last_read(me, paper)
    assert mark is not None
    assert mark.revision_number == 1


def test_the_script_that_notices_reading_leaves_no_answer(client_for: ClientFor, people: People, paper: Paper) -> None:
    rosa, address = client_for(people.reviewer), f"/papers/{paper.key}"
    page = rosa.get(address).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    sent = {"csrf_token": token[1], "revision": 1}
    assert rosa.post(f"{address}/reading", data=sent, headers={"Accept": "application/json"}).status_code == 303
    assert "Gemerkt" not in rosa.get("/").get_data(as_text=True)


def test_a_resolved_thread(db: Session, client_for: ClientFor, people: People, paper: Paper) -> None:
    thread = discussion.open_thread(
        actor_of(people.reviewer), paper, kind=ThreadKind.REMARK, body="Ja", revision_number=1, span=None
    )
    db.commit()
    emil, address = client_for(people.editor), f"/papers/{paper.key}/threads/{thread.number}"
    page = undo(emil, do(emil, address, f"{address}/resolution"))
    look_again(db)
    assert not thread.is_resolved
    undo(emil, page)
    look_again(db)
    assert thread.is_resolved


def test_a_parked_paper_with_its_reason(db: Session, client_for: ClientFor, people: People, paper: Paper) -> None:
    clara, address = client_for(people.lead), f"/papers/{paper.key}"
    page = undo(clara, do(clara, f"{address}/description", f"{address}/parking", reason="Bis „März“ & länger"))
    look_again(db)
    assert not paper.is_parked
    undo(clara, page)
    look_again(db)
    assert paper.parked_reason == "Bis „März“ & länger"


def test_a_role_and_a_membership(db: Session, client_for: ClientFor, people: People) -> None:
    clara, group, rosa = client_for(people.lead), people.quality, people.reviewer.id
    address = f"/groups/{group.key}"
    undo(clara, do(clara, address, f"{address}/people", member=rosa, role="lead"))
    assert role_of(group, rosa) == Role.REVIEWER
    undo(clara, do(clara, address, f"{address}/people/{rosa}/removal"))
    assert role_of(group, rosa) == Role.REVIEWER
    undo(clara, do(clara, address, f"{address}/people", member=people.stranger.id, role="reader"))
    assert role_of(group, people.stranger.id) is None


def test_nothing_is_offered_that_the_person_could_no_longer_do(client_for: ClientFor, people: People) -> None:
    clara, rosa, address = client_for(people.lead), client_for(people.reviewer), f"/groups/{people.quality.key}"
    do(clara, address, f"{address}/people", member=people.editor.id, role="lead")
    assert not FORM.search(do(clara, address, f"{address}/people", member=people.lead.id, role="reader"))
    assert not FORM.search(do(rosa, address, f"{address}/people/{people.reviewer.id}/removal"))


def test_network_roles_and_a_closed_account(db: Session, client_for: ClientFor, people: People) -> None:
    cora, member = client_for(people.coordination), people.admin
    address = f"/people/{member.id}"
    page = do(cora, address, f"{address}/roles", coordination="y")
    look_again(db)
    assert member.network_roles == {NetworkRole.COORDINATION}
    undo(cora, page)
    look_again(db)
    assert member.network_roles == {NetworkRole.ADMIN}
    undo(cora, do(cora, address, f"{address}/closure"))
    look_again(db)
    assert not member.is_disabled


def test_a_submission(db: Session, client_for: ClientFor, people: People, paper: Paper) -> None:
    version = papers.name_version(actor_of(people.lead), get_revision(paper, 1), name="B1")
    db.commit()
    clara, address = client_for(people.lead), f"/papers/{paper.key}/submission"
    page = undo(clara, do(clara, address, address, version=version.id, authors="AG Qualität"))
    assert "zurückgenommen" in page


def test_a_restored_text_unless_somebody_wrote_on(
    db: Session, client_for: ClientFor, people: People, paper: Paper
) -> None:
    newer = TEXT + "\nNeu.\n"
    save(paper, people.editor, newer)
    emil, address = client_for(people.editor), f"/papers/{paper.key}/revisions/1"
    undo(emil, do(emil, address, f"{address}/restoration"))
    look_again(db)
    assert text_of(paper, paper.head_number) == newer
    page = do(emil, address, f"{address}/restoration")
    look_again(db)
    save(paper, people.lead, TEXT + "\nVon Clara.\n")
    assert "Inzwischen wurde weitergeschrieben" in undo(emil, page)
    look_again(db)
    assert "Von Clara" in text_of(paper, paper.head_number)
