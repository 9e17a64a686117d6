"""The desk of coordination: it sees what was submitted, exactly that, and answers."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.editions.publishing import name_head, publish, submit
from tests.people import People
from tests.pictures import picture
from workspace.accounts.actions import give_network_role
from workspace.db import session
from workspace.discussion.actions import open_thread
from workspace.discussion.models import ThreadKind
from workspace.editions import actions
from workspace.editions.models import Edition, Submission, SubmissionState
from workspace.papers.actions import describe_paper
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper
from workspace.permissions import NetworkRole


def address(submission: Submission) -> str:
    return f"/coordination/submissions/{submission.id}"


def rich_submission(people: People) -> Submission:
    """A version with an old text before it, a new one after it, an internal thread and three pictures."""
    paper, editor = make_paper(people, text="## Anlass\n\nGeheimer alter Stand.\n"), people.actor(people.editor)
    for name in ("gezeigt.png", "geheim.png"):
        add_attachment(editor, paper, name=name, data=picture())
    session().commit()
    text = f"## Anlass\n\nEingereichter Satz. [Mehr](/papers/{paper.key}/history)\n\n![Bild](gezeigt.png)\n"
    save(paper, people.editor, text, summary="Geheime Zusammenfassung")
    at = text.index("Eingereichter")
    open_thread(
        people.actor(people.reviewer), paper, kind=ThreadKind.REMARK, body="Geheimer Kommentar", revision_number=2,
        span=(at, at + 13),
    )  # fmt: skip
    session().commit()
    submission = submit(people, paper, note="Bis Mai bitte")
    save(paper, people.editor, text + "\n![Bild](geheim.png)\n\nGeheimer neuer Stand.\n")
    describe_paper(editor, paper, title="Geheimer Titel", abstract="Geheim.", contact="geheim@netz.example")
    session().commit()
    return submission


def test_the_desk_lists_what_waits_the_oldest_first(people: People, client_for: ClientFor) -> None:
    for title in ("Erstes", "Zweites"):
        submit(people, make_paper(people, title=title))
    edition = publish(people, make_paper(people, title="Schon öffentlich"))
    page = client_for(people.coordination).get("/coordination").get_data(as_text=True)
    assert page.index("Erstes") < page.index("Zweites")
    assert "2 Fassungen warten auf Antwort" in page
    assert f'href="/p/{edition.slug}/1.0/withdrawal"' in page


def test_an_empty_desk_says_what_will_stand_here(people: People, client_for: ClientFor) -> None:
    page = client_for(people.coordination).get("/coordination").get_data(as_text=True)
    assert "zur Veröffentlichung einreichen" in page
    assert "Noch ist nichts veröffentlicht." in page


def test_what_is_unfinished_of_the_network_is_named_with_the_way_there(people: People, client_for: ClientFor) -> None:
    path = address(submit(people, make_paper(people)))
    page = client_for(people.coordination).get(path).get_data(as_text=True)
    for words in ("hat noch keinen Namen", "sind noch 27 Lücken", "Mail ist nicht eingerichtet"):
        assert words in page, words
    assert "Darum kümmert sich die Technik." in page
    assert 'href="/setup"' not in page
    give_network_role(people.actor(people.coordination), people.admin, NetworkRole.COORDINATION)
    session().commit()
    assert 'href="/setup"' in client_for(people.admin).get(path).get_data(as_text=True)


def test_coordination_reads_exactly_the_submitted_text(people: People, client_for: ClientFor) -> None:
    submission = rich_submission(people)
    page = client_for(people.coordination).get(address(submission)).get_data(as_text=True)
    for words in ("Beteiligung mit Antwort", "Eingereichter Satz.", "Bis Mai bitte", "Eine Rückmeldung ist noch offen"):
        assert words in page, words
    assert "Geheime" not in page
    assert "geheim" not in page
    assert f'src="{address(submission)}/files/gezeigt.png"' in page
    assert f'"/papers/{submission.paper.key}/history"' not in page
    assert f"/papers/{submission.paper.key}/threads/new?revision=2" in page


def test_footnotes_are_marked_up_and_blocks_can_be_chosen(people: People, client_for: ClientFor) -> None:
    submission = submit(people, make_paper(people, text="Ein Satz[^1].\n\n[^1]: Eine Note & mehr.\n"))
    page = client_for(people.coordination).get(address(submission)).get_data(as_text=True)
    assert '<section class="footnotes"' in page
    assert "&lt;section" not in page
    blocks = f"/papers/{submission.paper.key}/revisions/{submission.revision_number}/blocks"
    assert f'data-blocks="{blocks}"' in page
    listed = client_for(people.coordination).get(blocks).get_data(as_text=True)
    assert "Eine Note &amp; mehr." in listed


def test_only_the_files_of_the_submitted_text_are_shown(people: People, client_for: ClientFor) -> None:
    submission, client = rich_submission(people), client_for(people.coordination)
    answer = client.get(f"{address(submission)}/files/gezeigt.png")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    for name in ("geheim.png", "fehlt.png", "%00.png"):
        assert client.get(f"{address(submission)}/files/{name}").status_code == 404
    assert client.get(f"/papers/{submission.paper.key}/files/gezeigt.png").status_code == 404


def test_everything_else_of_the_paper_stays_unknown_to_coordination(people: People, client_for: ClientFor) -> None:
    submission, client = rich_submission(people), client_for(people.coordination)
    base = f"/papers/{submission.paper.key}"
    for path in (
        "",
        "/history",
        "/revisions/1",
        "/revisions/2",
        "/compare/1/2",
        "/files",
        "/edit",
        "/log",
        "/submission",
    ):
        assert client.get(base + path).status_code == 404, path


def test_what_coordination_says_itself_stands_beside_the_text(people: People, client_for: ClientFor) -> None:
    submission = rich_submission(people)
    open_thread(
        people.actor(people.coordination), submission.paper, kind=ThreadKind.QUESTION, body="Woher ist die Zahl?",
        revision_number=2, span=None,
    )  # fmt: skip
    session().commit()
    page = client_for(people.coordination).get(address(submission)).get_data(as_text=True)
    assert "Woher ist die Zahl?" in page
    assert "Geheimer Kommentar" not in page


@pytest.mark.parametrize("who", ["lead", "editor", "reviewer", "reader", "stranger", "admin"])
def test_submissions_are_known_to_coordination_alone(people: People, client_for: ClientFor, who: str) -> None:
    submission, client = submit(people, make_paper(people)), client_for(getattr(people, who))
    assert client.get("/coordination").status_code == 403
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").get_data(as_text=True))
    assert token
    for number in (submission.id, submission.id + 1):
        base = f"/coordination/submissions/{number}"
        assert client.get(base).status_code == 404
        assert client.get(f"{base}/files/a.png").status_code == 404
        for act in ("publication", "return"):
            assert client.post(f"{base}/{act}", data={"csrf_token": token[1]}).status_code == 404


def test_the_first_publication_asks_for_the_address(people: People, client_for: ClientFor) -> None:
    submission, client = submit(people, make_paper(people)), client_for(people.coordination)
    page = client.get(address(submission)).get_data(as_text=True)
    assert 'value="beteiligung-mit-antwort"' in page
    assert 'name="step"' not in page
    answer = post_form(client, address(submission), f"{address(submission)}/publication", slug="antwort")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/antwort/1.0")
    assert "Ausgabe 1.0 ist veröffentlicht." in client.get("/p/antwort/1.0").get_data(as_text=True)


def test_later_publications_ask_how_large_the_step_is(people: People, client_for: ClientFor) -> None:
    first = publish(people)
    client = client_for(people.coordination)
    paper = session().get_one(Paper, first.paper_id)
    for number, (step, expected) in enumerate((("minor", "1.1"), ("major", "2.0")), start=1):
        save(paper, people.editor, TEXT + f"\nSatz {number}.\n")
        submission = submit(people, paper, name=f"N{number}")
        page = client.get(address(submission)).get_data(as_text=True)
        assert 'name="slug"' not in page
        assert f"wird Ausgabe {expected}" in page
        answer = post_form(client, address(submission), f"{address(submission)}/publication", step=step)
        assert answer.headers["Location"] == f"/p/{first.slug}/{expected}"


@pytest.mark.parametrize(
    ("slug", "words"),
    [("", "geben Sie der Ausgabe eine Adresse"), ("Ä", "3 bis 60 Zeichen"), ("vergeben", "schon ein anderes Papier")],
)
def test_an_address_that_does_not_fit_is_said_at_the_field(
    people: People, client_for: ClientFor, slug: str, words: str
) -> None:
    publish(people, make_paper(people, title="Anderes"), slug="vergeben")
    submission, client = submit(people, make_paper(people)), client_for(people.coordination)
    answer = post_form(client, address(submission), f"{address(submission)}/publication", slug=slug)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert 'id="slug-error"' in page
    assert "Noch nicht veröffentlicht" in page


def test_a_version_is_returned_with_a_sentence(people: People, client_for: ClientFor) -> None:
    submission, client = submit(people, make_paper(people)), client_for(people.coordination)
    empty = post_form(client, address(submission), f"{address(submission)}/return", answer=" ")
    assert empty.status_code == 422
    assert "Noch nicht zurückgegeben" in empty.get_data(as_text=True)
    answer = post_form(client, address(submission), f"{address(submission)}/return", answer="Bitte Zahlen prüfen.")
    assert answer.headers["Location"] == "/coordination"
    page = client.get(address(submission)).get_data(as_text=True)
    assert "Bitte Zahlen prüfen." in page
    assert "Wer Menschen um ihre Meinung bittet" not in page
    assert "zurückgegeben: Bitte Zahlen prüfen." in client.get("/coordination").get_data(as_text=True)


def test_an_answered_submission_cannot_be_answered_again(people: People, client_for: ClientFor) -> None:
    edition = publish(people)
    client = client_for(people.coordination)
    submission = session().scalars(select(Submission)).unique().one()
    waiting = submit(people, make_paper(people, title="Anderes"))
    for act, fields in (("publication", {"slug": "neu"}), ("return", {"answer": "Nein"})):
        answer = post_form(client, address(waiting), f"{address(submission)}/{act}", **fields)
        assert answer.status_code == 409
        assert "schon beantwortet" in answer.get_data(as_text=True)
    assert session().scalars(select(Edition.id)).all() == [edition.id]
    assert f"/p/{edition.slug}/1.0" in client.get(address(submission)).get_data(as_text=True)


def test_what_was_taken_back_is_gone_from_the_desk(people: People, client_for: ClientFor) -> None:
    submission, client = submit(people, make_paper(people)), client_for(people.coordination)
    actions.take_back(people.actor(people.lead), submission)
    session().commit()
    assert submission.state == SubmissionState.TAKEN_BACK
    answer = client.get(address(submission))
    assert answer.status_code == 404
    assert "zurückgenommen" in answer.get_data(as_text=True)
    assert submission.title not in answer.get_data(as_text=True)
    assert submission.title not in client.get("/coordination").get_data(as_text=True)


@pytest.mark.parametrize("who", ["lead", "stranger", "admin"])
def test_withdrawing_is_for_coordination(people: People, client_for: ClientFor, who: str) -> None:
    edition = publish(people)
    client = client_for(getattr(people, who))
    assert client.get(f"/p/{edition.slug}/1.0/withdrawal").status_code == 403
    assert client.get("/p/gibt-es-nicht/1.0/withdrawal").status_code == 404
    assert client_for(None).get(f"/p/{edition.slug}/1.0/withdrawal").status_code == 302


def test_who_leads_and_coordinates_at_once_keeps_both(people: People, client_for: ClientFor) -> None:
    from workspace.groups.actions import set_role
    from workspace.permissions import Role

    set_role(people.actor(people.lead), people.quality, people.coordination, Role.LEAD)
    session().commit()
    paper = make_paper(people)
    version = name_head(people, paper)
    client = client_for(people.coordination)
    page = f"/papers/{paper.key}/submission"
    assert post_form(client, page, version=str(version.id), authors="AG").status_code == 303
    submission = session().scalars(select(Submission)).unique().one()
    assert client.get(address(submission)).status_code == 200
