"""The page of notices, what is followed, how soon mail comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, insert
from sqlalchemy.orm import Session

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.discussion.talk import talk
from tests.fresh import look_again
from tests.notices.mailing import notices
from tests.people import People, actor_of
from workspace.clock import now
from workspace.config import Settings
from workspace.groups import actions as groups
from workspace.notices.models import Notice, Pace, Topic
from workspace.notices.queries import paces_of


def test_the_page_lists_what_is_new_and_what_was_read(db: Session, people: People, client_for: ClientFor) -> None:
    client = client_for(people.lead)
    assert "Hier steht, wenn jemand Sie nennt" in client.get("/notices").text
    paper = make_paper(people)
    thread = talk(paper, people.reviewer, body="Und @clara?")
    save(paper, people.editor, TEXT + "\nNeu.\n")
    page = client.get("/notices").text
    assert "Zwei sind ungelesen." in page
    assert f"/papers/{paper.key}/threads/{thread.number}#c{thread.comments[0].id}" in page
    assert f"/papers/{paper.key}/compare/1/2" in page
    assert "Rosa Review fragt Sie etwas" in page
    assert "Text geändert von Emil Redaktion" in page
    assert "Zwei ungelesene Hinweise" in client.get("/").text
    client.get(f"/papers/{paper.key}/threads/{thread.number}")
    assert "Einer ist ungelesen." in client.get("/notices").text, "what was shown is read"
    client.get(f"/papers/{paper.key}/compare/1/2")
    assert "Sie haben alles gelesen." in client.get("/notices").text
    assert "ungelesene" not in client.get("/").text


def test_one_or_all_are_marked_as_read(db: Session, people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    for number in range(3):
        talk(paper, people.reviewer, None, body=f"Nummer {number}")
    first, _second, third = notices(db, people.lead)
    client = client_for(people.lead)
    assert post_form(client, "/notices", "/notices/read", notice=first.id).status_code == 303
    assert [bool(row.read_at) for row in notices(db, people.lead)] == [True, False, False]
    talk(paper, people.reviewer, None, body="Kam, als die Seite schon offen war")
    post_form(client, "/notices", "/notices/read", newest=third.id)
    assert [bool(row.read_at) for row in notices(db, people.lead)] == [True, True, True, False]
    assert [row.read_at for row in notices(db, people.editor)] == [None] * 4, "nobody else's"
    foreign = notices(db, people.editor)[0]
    post_form(client, "/notices", "/notices/read", notice=foreign.id)
    assert notices(db, people.editor)[0].read_at is None


def test_who_lost_access_reads_nothing_of_it(db: Session, people: People, client_for: ClientFor) -> None:
    paper = make_paper(people, title="Zwiebelturm")
    talk(paper, people.reviewer, body="@rudi, Siebenschlaefer")
    client = client_for(people.reader)
    assert "Zwiebelturm" in client.get("/notices").text
    groups.remove_from_group(actor_of(people.lead), people.quality, people.reader)
    db.commit()
    page, start = client.get("/notices").text, client.get("/").text
    assert "Zwiebelturm" not in page + start
    assert "Siebenschlaefer" not in page + start
    assert "ungelesen" not in page + start


def test_following_is_chosen_beside_the_paper_and_the_discussion(
    db: Session, people: People, client_for: ClientFor
) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    client, base = client_for(people.lead), f"/papers/{paper.key}"
    place = f"{base}/threads/{thread.number}"
    assert "Nicht mehr folgen" in client.get(base).text
    assert "Dieser Diskussion folgen" in client.get(place).text
    done = post_form(client, base, f"{base}/follow", mute=1)
    assert done.headers["Location"].endswith(base)
    assert "Diesem Papier folgen" in client.get(base).text
    post_form(client, place, f"{place}/follow")
    assert "Dieser Diskussion nicht mehr folgen" in client.get(place).text


def test_the_account_page_keeps_how_soon_mail_comes(db: Session, people: People, client_for: ClientFor) -> None:
    client = client_for(people.lead)
    assert post_form(client, "/account/notices", mention="weekly", revision="never").status_code == 303
    look_again(db)
    chosen = paces_of(people.lead.id)
    assert (chosen[Topic.MENTION], chosen[Topic.REVISION]) == (Pace.WEEKLY, Pace.NEVER)
    assert chosen[Topic.ANSWER] == Pace.AT_ONCE
    assert post_form(client, "/account/notices", mention="at_once").status_code == 303
    look_again(db)
    assert paces_of(people.lead.id)[Topic.MENTION] == Pace.AT_ONCE
    assert post_form(client, "/account/notices", mention="hourly").status_code == 422


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/notices", "/"])
def test_many_notices_cost_no_more_queries(
    db: Session, people: People, app: Flask, client_for: ClientFor, path: str
) -> None:
    papers = [make_paper(people, title=f"Papier {number}") for number in range(3)]
    thread = talk(papers[0], people.reviewer)
    for paper in papers:
        save(paper, people.editor, TEXT + "\nNeu.\n")
    client, engine = client_for(people.lead), app.extensions["workspace_engine"]
    client.get(path)
    with counted(engine) as few:
        client.get(path)
    row = {"member_id": people.lead.id, "created_at": now(), "changed_at": now()}
    comment = {"kind": "comment", "paper_id": papers[0].id, "thread_id": thread.id, "since": None}
    change = {"kind": "revision", "subject_id": 2, "since": 1, "thread_id": None}
    db.execute(insert(Notice), [row | comment | {"subject_id": thread.comments[0].id}] * 2000)
    db.execute(insert(Notice), [row | change | {"paper_id": paper.id} for paper in papers] * 1000)
    db.commit()
    with counted(engine) as many:
        page = client.get(path)
    assert page.status_code == 200
    assert "ehr als 99" in page.text
    assert len(many) <= len(few)


def test_pages_of_the_list_follow_each_other(
    db: Session, people: People, client_for: ClientFor, settings: Settings
) -> None:
    paper = make_paper(people)
    thread = talk(paper, people.reviewer)
    row = {
        "member_id": people.lead.id, "created_at": now(), "changed_at": now(), "kind": "comment",
        "paper_id": paper.id, "thread_id": thread.id, "subject_id": thread.comments[0].id,
    }  # fmt: skip
    db.execute(insert(Notice), [row] * settings.page_size)
    db.commit()
    client = client_for(people.lead)
    first = client.get("/notices").text
    oldest = notices(db, people.lead)[1].id
    assert f"/notices?before={oldest}" in first
    assert first.count('class="is-news"') == settings.page_size
    second = client.get(f"/notices?before={oldest}").text
    assert second.count('class="is-news"') == 1
    assert csrf_of(client.get("/notices"))
