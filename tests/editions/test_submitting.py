"""The lead's page: choosing a version, what is missing and where to put it right, waiting, answers."""

from __future__ import annotations

import re

import pytest

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.editions.publishing import name_head, submit
from tests.people import People
from tests.pictures import picture
from workspace.db import session
from workspace.editions import actions
from workspace.editions.models import Submission, SubmissionState
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper


def address(paper: Paper) -> str:
    return f"/papers/{paper.key}/submission"


def test_a_paper_without_versions_says_what_comes_first(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    page = client_for(people.lead).get(address(paper)).get_data(as_text=True)
    assert f"/papers/{paper.key}/history" in page
    assert "<textarea" not in page


def test_the_lead_submits_the_newest_version_and_sees_that_it_waits(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.lead)
    version = name_head(people, paper, "Beschlussfassung")
    page = client.get(address(paper)).get_data(as_text=True)
    assert "Fassung Beschlussfassung einreichen" in page
    assert ">\r\nAG Qualität</textarea>" in page or ">AG Qualität</textarea>" in page.replace("\n", "")
    assert "Emil Redaktion" in page
    answer = post_form(client, address(paper), version=str(version.id), authors="AG Qualität", note="Bis Mai bitte")
    assert answer.status_code == 303
    page = client.get(address(paper)).get_data(as_text=True)
    assert "Wartet auf Antwort" in page
    assert "Bis Mai bitte" in page
    assert "Einreichung zurücknehmen" in page


def test_an_older_version_may_be_chosen(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.lead)
    first = name_head(people, paper, "Erste")
    save(paper, people.editor, TEXT + "\nMehr.\n")
    name_head(people, paper, "Zweite")
    page = client.get(f"{address(paper)}?version={first.id}").get_data(as_text=True)
    assert "Fassung Erste einreichen" in page
    assert "Der Text wurde seither geändert" in page
    for strange in ("x", "-1", "9" * 40, "0"):
        assert client.get(f"{address(paper)}?version={strange}").status_code == 200


def test_a_version_of_another_paper_is_none(people: People, client_for: ClientFor) -> None:
    paper, other = make_paper(people), make_paper(people, title="Anderes")
    name_head(people, paper)
    foreign = name_head(people, other)
    answer = post_form(client_for(people.lead), address(paper), version=str(foreign.id), authors="AG")
    assert answer.status_code == 422
    assert session().query(Submission).count() == 0


def test_every_missing_piece_is_named_with_a_link_to_its_place(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people, abstract="", contact=""), client_for(people.lead)
    add_attachment(people.actor(people.editor), paper, name="a.png", data=picture())
    session().commit()
    text = "## Eins\n\n![](a.png)\n\n#### Zu tief\n\n> [!HINWEIS]\n> Noch da.\n"
    save(paper, people.editor, text)
    version = name_head(people, paper)
    answer = post_form(client, address(paper), version=str(version.id), authors="Anna Weber", note="Wort")
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    summary = re.search(r'<div class="errsum".*?</div>', page, re.DOTALL)
    assert summary
    start = text.index("![](a.png)")
    block = f"/papers/{paper.key}/blocks/{start}-{start + 10}?base=2"
    links = re.findall(r'<a href="([^"]+)">', summary[0])
    assert links == [f"/papers/{paper.key}/description"] * 2 + [block]
    assert "Anna Weber</textarea>" in page
    assert "Zu tief" in page
    assert page.count('class="is-missing"') == 3
    assert page.count('class="is-open"') == 2


def test_places_of_an_older_version_lead_to_the_whole_text(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people, text="## Eins\n\n#### Zu tief\n"), client_for(people.lead)
    name_head(people, paper)
    save(paper, people.editor, "## Eins\n\n### Gut\n")
    page = client.get(address(paper)).get_data(as_text=True)
    assert f'<a href="/papers/{paper.key}/edit">Zu tief</a>' in page


def test_missing_fields_are_said_at_the_field(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    version = name_head(people, paper)
    answer = post_form(client_for(people.lead), address(paper), version=str(version.id), authors="", note="Mein Wort")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'id="authors-error"' in page
    assert "Mein Wort" in page


def test_a_second_submission_is_refused(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.lead)
    submission = submit(people, paper)
    answer = post_form(client, address(paper), version=str(submission.version_id), authors="AG")
    assert answer.status_code == 409
    assert "wartet schon" in answer.get_data(as_text=True)


def test_taking_back_and_taking_back_again(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.lead)
    submission = submit(people, paper)
    answer = post_form(client, address(paper), f"{address(paper)}/withdrawal")
    assert answer.status_code == 303
    session().refresh(submission)
    assert submission.state == SubmissionState.TAKEN_BACK
    again = post_form(client, address(paper), f"{address(paper)}/withdrawal")
    assert again.status_code == 409


def test_the_answer_of_coordination_is_read_here(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    submission = submit(people, paper, authors="Anna Weber")
    actions.send_back(people.actor(people.coordination), submission, "Bitte die Zahlen <prüfen>.")
    session().commit()
    page = client_for(people.lead).get(address(paper)).get_data(as_text=True)
    assert "zurückgegeben" in page
    assert "Bitte die Zahlen &lt;prüfen&gt;." in page
    assert "Anna Weber</textarea>" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("editor", 403), ("reviewer", 403), ("reader", 403), ("stranger", 404), ("coordination", 404), ("admin", 404)],
)
def test_only_the_lead_comes_here(people: People, client_for: ClientFor, who: str, status: int) -> None:
    paper = make_paper(people)
    submit(people, paper)
    client = client_for(getattr(people, who))
    assert client.get(address(paper)).status_code == status
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").get_data(as_text=True))
    assert token
    for path in (address(paper), f"{address(paper)}/withdrawal"):
        assert client.post(path, data={"csrf_token": token[1]}).status_code == status
