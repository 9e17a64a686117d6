"""Words that could not be joined by themselves are kept, for their writer alone, until they are taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.papers.browsers import Room
from tests.people import People, actor_of
from workspace import clock
from workspace.clock import now
from workspace.config import DAY
from workspace.db import session
from workspace.errors import Invalid, NotFound
from workspace.events import Event
from workspace.membership.own_data import own_data
from workspace.operation.retention import drop_what_is_due
from workspace.papers import rescue
from workspace.papers.models import Paper, RescueCopy
from workspace.papers.store import text_of

MINE = TEXT.replace("acht Wochen", "vier Wochen").replace("- Ein fester Ansatz im Haushalt\n", "")


def _kept(people: People, paper: Paper, text: str = MINE, base: int = 1) -> RescueCopy:
    copy = rescue.keep_rescue(actor_of(people.editor), paper, text=text, base=base)
    session().commit()
    return copy


def test_each_differing_paragraph_is_offered_and_what_others_did_is_none(people: People) -> None:
    paper = make_paper(people)
    copy = _kept(people, paper)
    save(paper, people.lead, TEXT.replace("Satzung", "Ordnung").replace("acht Wochen", "zwölf Wochen"))
    asked = rescue.passages(paper, copy, 2)
    assert [(place.theirs.strip(), place.mine.strip()) for place in asked.conflicts] == [
        (
            "Jede Kommune antwortet binnen zwölf Wochen. Die Antwort ist öffentlich und nennt Gründe.",
            "Jede Kommune antwortet binnen vier Wochen. Die Antwort ist öffentlich und nennt Gründe.",
        ),
        (
            "- Ein Beteiligungsblatt vor jedem Verfahren\n- Ein fester Ansatz im Haushalt",
            "- Ein Beteiligungsblatt vor jedem Verfahren",
        ),
    ]
    all_mine = asked.resolved([place.mine for place in asked.conflicts])
    assert all_mine == MINE.replace("Satzung", "Ordnung")
    assert asked.resolved([place.theirs for place in asked.conflicts]) == text_of(paper, 2)


@pytest.mark.parametrize("base", [0, 9])
def test_without_a_known_base_every_difference_is_offered(people: People, base: int) -> None:
    paper = make_paper(people)
    copy = _kept(people, paper, base=base)
    asked = rescue.passages(paper, copy, 1)
    assert asked.resolved([place.mine for place in asked.conflicts]) == MINE


def test_a_copy_is_kept_once_and_the_oldest_go_first(people: People, db: Session) -> None:
    paper = make_paper(people)
    first = _kept(people, paper)
    assert _kept(people, paper).id == first.id
    for number in range(20):
        _kept(people, paper, text=f"Text {number}")
    texts = [copy.text for copy in rescue.rescues_of(actor_of(people.editor), paper)]
    assert texts == [f"Text {number}\n" for number in range(19, -1, -1)]
    event = db.scalars(select(Event).where(Event.verb == "rescue.kept").order_by(Event.id)).first()
    assert event is not None
    assert (event.actor_id, event.facts) == (people.editor.id, {})


def test_nobody_else_has_a_copy_and_nothing_empty_is_kept(people: People) -> None:
    paper = make_paper(people)
    copy = _kept(people, paper)
    with pytest.raises(NotFound):
        rescue.get_rescue(actor_of(people.lead), paper, copy.id)
    with pytest.raises(NotFound):
        rescue.drop_rescue(actor_of(people.lead), copy)
    with pytest.raises(NotFound):
        rescue.keep_rescue(actor_of(people.stranger), paper, text="x", base=1)
    with pytest.raises(Invalid, match="paper_empty"):
        rescue.keep_rescue(actor_of(people.editor), paper, text=" \n", base=1)


def test_a_copy_lies_beside_the_newest_text_also_where_somebody_is_typing(people: People) -> None:
    paper = make_paper(people)
    room = Room(paper)
    room.send((people.lead, room.open().type(0, "Getippt. ")))
    copy = _kept(people, paper)
    assert text_of(paper, paper.head_number) == "Getippt. " + TEXT
    asked = rescue.passages(paper, copy, paper.head_number)
    assert asked.resolved([place.mine for place in asked.conflicts]) == "Getippt. " + MINE


def test_who_may_only_read_now_keeps_the_words_too(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    token = csrf_of(client.get("/account"))
    sent = {"csrf_token": token, "text": MINE, "base": "1"}
    answer = client.post(f"/papers/{paper.key}/rescue", data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    page = client.get(answer.json["address"])
    assert "Das Papier können Sie zurzeit nicht ändern." in page.get_data(as_text=True)
    assert "So übernehmen" not in page.get_data(as_text=True)


def test_passages_are_taken_over_on_the_page_and_the_copy_goes(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    Room(paper)
    copy = _kept(people, paper)
    client, address = client_for(people.editor), f"/papers/{paper.key}/rescue/{copy.id}"
    shown = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert address in shown
    undecided = post_form(client, address, **{"theirs": "1", "choice-0": "mine"})
    assert undecided.status_code == 422
    assert "Bitte entscheiden Sie jede der Stellen." in undecided.get_data(as_text=True)
    answer = post_form(client, address, **{"theirs": "1", "choice-0": "mine", "choice-1": "theirs"})
    assert answer.status_code == 303
    session().rollback()
    assert text_of(paper, 2) == TEXT.replace("acht Wochen", "vier Wochen")
    assert Room(paper).document.text == text_of(paper, 2)
    assert client.get(address).status_code == 404


def test_a_copy_is_downloaded_and_deleted(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    copy = _kept(people, paper)
    client, address = client_for(people.editor), f"/papers/{paper.key}/rescue/{copy.id}"
    file = client.get(f"{address}.md")
    assert file.get_data(as_text=True) == MINE
    assert file.headers["Content-Disposition"].startswith(f'attachment; filename="{paper.key}-')
    assert client_for(people.lead).get(f"{address}.md").status_code == 404
    assert post_form(client, address, f"{address}/removal").status_code == 303
    assert client.get(address).status_code == 404


def test_copies_are_kept_for_a_while_and_are_ones_own_data(people: People, db: Session) -> None:
    paper = make_paper(people)
    _kept(people, paper)
    rows = own_data(actor_of(people.editor), people.editor)["rescue_copies"]
    assert [(row["paper"], row["text"]) for row in rows] == [(paper.title, MINE)]
    assert own_data(actor_of(people.lead), people.lead)["rescue_copies"] == []
    drop_what_is_due()
    db.commit()
    assert len(db.scalars(select(RescueCopy)).all()) == 1
    with clock.at(now() + timedelta(seconds=90 * DAY + 1)):
        assert drop_what_is_due()["rescue_copies"] == 1
    db.commit()


def test_saving_what_was_typed_answers_page_and_script(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Getippt. ")))
    client = client_for(people.lead)
    shown = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert "Es wird gerade daran geschrieben." in shown
    sent = {"csrf_token": csrf_of(client.get("/account")), "summary": " Einleitung "}
    address = f"/papers/{paper.key}/sitting"
    answer = client.post(address, data=sent, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["number"]) == (200, 2)
    session().rollback()
    assert text_of(paper, 2) == "Getippt. " + TEXT
    again = client.post(address, data=sent)
    assert (again.status_code, paper.head_number) == (303, 2)
    too_long = client.post(address, data={**sent, "summary": "x" * 201}, headers={"Accept": "application/json"})
    assert (too_long.status_code, too_long.json["error"]["code"]) == (422, "invalid")
    assert client_for(people.reader).post(address, data=sent).status_code in {400, 403}
    log = client.get(f"/papers/{paper.key}/log").get_data(as_text=True)
    assert "hat den Text geändert." in log
