"""Pages of discussion, as each person gets them."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import TEXT, csrf_of, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.discussion.talk import PASSAGE, grant, talk
from tests.people import People, actor_of
from workspace.accounts.models import LoginSession
from workspace.clock import now
from workspace.discussion import actions
from workspace.discussion.models import Comment, Passage, Placed, Thread
from workspace.papers.models import Paper
from workspace.text.tree import leaf_blocks, parse, rendered

START = TEXT.index(PASSAGE)
END = START + len(PASSAGE)
PIECE = {"X-Partial": "1"}


def words_of(page: str) -> str:
    """A page's text as it is read, blanks folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fresh(db: Session) -> Session:
    """The session without what it saw before: requests have sessions of their own."""
    db.rollback()
    return db


def at(paper: Paper, rest: str = "") -> str:
    return f"/papers/{paper.key}/threads{rest}"


def new_page(paper: Paper, start: int = START, end: int = END, revision: int = 1) -> str:
    return at(paper, f"/new?revision={revision}&start={start}&end={end}")


def send(client: FlaskClient, page: str, action: str, **fields: object):  # type: ignore[no-untyped-def]
    return post_form(client, page, action, **fields)


# A new thread


def test_a_passage_is_commented_without_scripts(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    page = client.get(new_page(paper))
    assert page.status_code == 200
    assert PASSAGE in page.get_data(as_text=True)
    sent = send(
        client,
        new_page(paper),
        at(paper),
        revision=1,
        start=START,
        end=END,
        kind="question",
        body="Warum acht?",
        words="",
    )
    assert sent.status_code == 303
    assert sent.location == f"/papers/{paper.key}#k1"
    reading = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert '<mark id="t1">' in reading
    assert "Nr. 1 · Frage, offen" in words_of(reading)
    thread = fresh(db).scalars(select(Thread)).unique().one()
    assert thread.passage is not None
    assert (thread.passage.start, thread.passage.end) == (START, END)


def test_a_selection_counts_what_is_visible(people: People, client_for: ClientFor) -> None:
    text = "Ein **fettes** 😀 Wort.\n\n- Ein Punkt\n"
    paper = make_paper(people, text=text)
    leaf, item = leaf_blocks(parse(text))
    begin = rendered(leaf)[0].index("fettes")
    address = at(paper, f"/new?revision=1&block={leaf.start}&from={begin}&last={item.start}&to=3")
    page = client_for(people.reviewer).get(address).get_data(as_text=True)
    assert "<p>fettes 😀 Wort.</p><p>Ein</p>" in page


def test_the_words_meant_can_be_narrowed(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    start = TEXT.index("Jede Kommune")
    end = TEXT.index("nennt Gründe.") + len("nennt Gründe.")
    fields = {"revision": 1, "start": start, "end": end, "kind": "remark", "body": "Gut"}
    page = new_page(paper, start, end)
    refused = send(client, page, at(paper), words="die Antwort ist geheim", **fields)
    assert refused.status_code == 422
    assert "Diese Wörter stehen nicht in der Textstelle" in refused.get_data(as_text=True)
    assert 'value="die Antwort ist geheim"' in refused.get_data(as_text=True)
    assert send(client, page, at(paper), words="ist", **fields).status_code == 303
    twice = send(client, page, at(paper), words="e", **fields)
    assert "stehen dort mehrmals" in twice.get_data(as_text=True)
    assert [passage.words for passage in fresh(db).scalars(select(Passage))] == ["ist"]


def test_the_whole_paper_can_be_commented(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    page = at(paper, "/new?revision=1")
    assert "Rückmeldung zum ganzen Papier" in client.get(page).get_data(as_text=True)
    sent = send(client, page, at(paper), revision=1, start="", end="", kind="objection", body="Zu lang")
    assert sent.status_code == 303
    assert fresh(db).scalars(select(Thread)).unique().one().passages == []
    assert "Einwand, offen, zum ganzen Papier" in words_of(client.get(f"/papers/{paper.key}").get_data(as_text=True))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"body": ""}, "Bitte schreiben Sie, was Sie sagen möchten."),
        ({"body": "\0\x01 "}, "Bitte schreiben Sie, was Sie sagen möchten."),
        ({"body": "x" * 10_001}, "höchstens 10000 Zeichen, es sind 10001"),
        ({"kind": "rage"}, "Bitte wählen Sie, ob es eine Frage"),
        ({"kind": ""}, "Bitte wählen Sie, ob es eine Frage"),
        ({"start": "9" * 30}, "Diese Textstelle gibt es nicht"),
        ({"start": "-1"}, "Diese Textstelle gibt es nicht"),
        ({"start": ""}, "Diese Textstelle gibt es nicht"),
        ({"end": ""}, "Diese Textstelle gibt es nicht"),
        ({"end": "99999999"}, "Diese Textstelle gibt es nicht"),
        ({"start": str(END), "end": str(START)}, "Diese Textstelle gibt es nicht"),
        ({"start": "9", "end": "11"}, "Diese Textstelle gibt es nicht"),
        ({"words": "w" * 20_001}, "höchstens 20000 Zeichen"),
        ({"revision": ""}, "Diese Textstelle gibt es nicht"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_kept(
    people: People, client_for: ClientFor, db: Session, change: dict[str, str], sentence: str
) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    fields = {"revision": "1", "start": str(START), "end": str(END), "kind": "remark", "body": "Bleibt stehen"} | change
    for headers in ({}, PIECE):
        token = csrf_of(client.get(new_page(paper)))
        sent = client.post(at(paper), data={"csrf_token": token, **fields}, headers=headers)
        assert sent.status_code == 422
        page = sent.get_data(as_text=True)
        assert sentence in html.unescape(page)
        assert ("<html" in page) == (headers == {})
        if "body" not in change:
            assert "Bleibt stehen" in page
    assert fresh(db).scalars(select(Thread)).unique().all() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("revision=1&start=x&end=3", 422),
        ("revision=1&start=5&end=5", 422),
        ("revision=1&start=5", 422),
        ("revision=1&start=5&end=99999999", 422),
        ("revision=1&block=3&from=0&to=1", 422),
        ("revision=1&block=0&from=0&to=99999", 422),
        ("revision=1&block=0&from=5&to=2", 422),
        ("revision=1&block=0&from=0&to=0", 422),
        (f"revision=1&block={10**30}&from=0&to=1", 422),
        ("revision=1&block=%00&from=0&to=1", 422),
        ("revision=2", 404),
        ("revision=0", 404),
        ("revision=-1", 404),
        (f"revision={2**63}", 404),
        ("revision=999999999", 404),
    ],
)
def test_an_address_that_names_no_passage(people: People, client_for: ClientFor, query: str, status: int) -> None:
    paper = make_paper(people)
    assert client_for(people.reviewer).get(at(paper, f"/new?{query}")).status_code == status


def test_a_script_is_told_where_to_go(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    piece = client.get(new_page(paper), headers=PIECE)
    assert "<html" not in piece.get_data(as_text=True)
    fields = {"revision": 1, "start": START, "end": END, "kind": "remark", "body": "Gut"}
    sent = client.post(at(paper), data={"csrf_token": csrf_of(piece), **fields}, headers=PIECE)
    assert (sent.status_code, sent.headers["Location"]) == (201, f"/papers/{paper.key}#k1")


def test_words_written_in_an_expired_session_come_back(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    client = client_for(people.reviewer)
    address = new_page(paper)
    page = client.get(address).get_data(as_text=True)
    kept_for = html.unescape(re.search(r'name="kept_for" value="([^"]+)"', page)[1])  # type: ignore[index]
    assert kept_for == address
    token = csrf_of(client.get(address))
    fresh(db).execute(update(LoginSession).values(ended_at=now()))
    db.commit()
    fields = {
        "revision": 1,
        "start": START,
        "end": END,
        "kind": "objection",
        "body": "Nicht verlieren",
        "kept_for": kept_for,
    }
    sent = client.post(at(paper), data={"csrf_token": token, **fields})
    assert sent.status_code == 303
    assert "/sign-in" in sent.location
    fresh(db).execute(update(LoginSession).values(ended_at=None))
    db.commit()
    again = client.get(address).get_data(as_text=True)
    assert "Nicht verlieren" in again
    assert re.search(r'value="objection" checked', again)
    sent = client.post(at(paper), data={"csrf_token": csrf_of(client.get(address)), **fields})
    assert sent.status_code == 303
    assert "Nicht verlieren" not in client.get(address).get_data(as_text=True)


# One thread


def test_a_thread_is_answered_resolved_and_reopened(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    client, page = client_for(people.editor), at(paper, "/1")
    sent = send(client, page, at(paper, "/1/comments"), body="Wegen der Räte, @rosa", where="margin", shown=1)
    assert (sent.status_code, sent.location) == (303, f"/papers/{paper.key}#k1")
    sent = send(client, page, at(paper, "/1/resolution"), where="page")
    assert (sent.status_code, sent.location) == (303, page)
    read = client.get(page).get_data(as_text=True)
    assert "Frage, erledigt" in words_of(read)
    assert '<b class="mention" title="Rosa Review">@rosa</b>' in read
    assert send(client, page, at(paper, "/1/reopening"), where="page").status_code == 303
    assert "Frage, offen" in words_of(client.get(page).get_data(as_text=True))


def test_a_script_gets_the_thread_back(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    client = client_for(people.editor)
    token = csrf_of(client.get(at(paper, "/1")))
    for action, fields, expected in (
        ("/1/comments", {"body": "Ja, eben"}, "Ja, eben"),
        ("/1/resolution", {}, "comment--done"),
        ("/1/reopening", {}, "Frage, offen"),
    ):
        data = {"csrf_token": token, "where": "margin", "shown": 1, **fields}
        answer = client.post(at(paper, action), data=data, headers=PIECE)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert page.lstrip().startswith("<li")
        assert 'data-for="t1"' in page
        assert expected in page


@pytest.mark.parametrize("body", ["", "x" * 10_001])
def test_an_answer_that_is_refused_keeps_its_words(people: People, client_for: ClientFor, body: str) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    client = client_for(people.editor)
    token = csrf_of(client.get(at(paper, "/1")))
    for headers in ({}, PIECE):
        data = {"csrf_token": token, "body": body, "where": "margin", "shown": "1" * 40}
        sent = client.post(at(paper, "/1/comments"), data=data, headers=headers)
        assert sent.status_code == 422
        assert 'aria-invalid="true"' in sent.get_data(as_text=True)
        assert body in sent.get_data(as_text=True)


def test_an_answer_written_in_an_expired_session_comes_back(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    client, page = client_for(people.editor), at(paper, "/1")
    token = csrf_of(client.get(page))
    fresh(db).execute(update(LoginSession).values(ended_at=now()))
    db.commit()
    data = {"csrf_token": token, "body": "Aufgehoben", "kept_for": page, "where": "margin"}
    assert client.post(at(paper, "/1/comments"), data=data, headers=PIECE).status_code == 303
    fresh(db).execute(update(LoginSession).values(ended_at=None))
    db.commit()
    assert "Aufgehoben" in client.get(page).get_data(as_text=True)
    assert client.post(at(paper, "/1/comments"), data=data).status_code == 303
    assert client.get(page).get_data(as_text=True).count("Aufgehoben") == 1


def test_an_edit_shows_what_was_said_before(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    comment = talk(paper, people.reviewer, body="Erst so").comments[0]
    client, page = client_for(people.reviewer), f"/papers/{paper.key}/comments/{comment.id}"
    assert "Erst so" in client.get(page).get_data(as_text=True)
    refused = post_form(client, page, body=" ")
    assert refused.status_code == 422
    assert post_form(client, page, body="Dann so").location == at(paper, f"/1#c{comment.id}")
    read = client_for(people.reader).get(at(paper, "/1")).get_data(as_text=True)
    assert "bearbeitet am" in read
    assert "Erst so" in read
    assert "Dann so" in read
    token = csrf_of(client.get(page))
    sent = client.post(page, data={"csrf_token": token, "body": "Zuletzt so"}, headers=PIECE)
    assert (sent.status_code, sent.headers["Location"]) == (201, f"/papers/{paper.key}#k1")


# Pinning again


def test_an_orphan_is_pinned_again_by_hand(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, "Jede Kommune antwortet binnen acht Wochen")
    save(paper, people.editor, TEXT.replace("Jede Kommune antwortet binnen acht Wochen. ", ""))
    client, page = client_for(people.reviewer), at(paper, "/1/passage")
    reading = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert "Eine Rückmeldung ohne Textstelle" in reading
    assert "„Jede Kommune antwortet binnen acht Wochen“" in reading
    asked = client.get(page).get_data(as_text=True)
    near = re.search(r'name="passage" value="(\d+-\d+)"', asked)
    assert near is not None
    missing = post_form(client, page, revision=2)
    assert missing.status_code == 422
    assert "Bitte wählen Sie einen Absatz." in missing.get_data(as_text=True)
    wrong = post_form(client, page, revision=2, passage=near[1], words="steht da nicht")
    assert wrong.status_code == 422
    assert f'value="{near[1]}" checked' in wrong.get_data(as_text=True)
    start, end = (int(part) for part in near[1].split("-"))
    done = post_form(client, page, revision=2, passage=near[1])
    assert (done.status_code, done.location) == (303, f"/papers/{paper.key}#k1")
    thread = fresh(db).scalars(select(Thread)).unique().one()
    db.refresh(thread)
    assert [(p.revision_number, p.start, p.end) for p in thread.passages][1:] == [(2, start, end)]
    after = client.get(f"/papers/{paper.key}").get_data(as_text=True)
    assert 'id="t1"' in after
    assert "Neu zugeordnet, zuerst: „Jede Kommune antwortet binnen acht Wochen“" in words_of(after)


@pytest.mark.parametrize(
    "fields",
    [
        {"passage": "5-5"}, {"passage": "x"}, {"passage": f"0-{10**30}"}, {"passage": "0-99999999"}, {"passage": "-"},
        {"passage": "\0"},
    ],
)  # fmt: skip
def test_a_pin_without_a_place_is_refused(people: People, client_for: ClientFor, fields: dict[str, str]) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    assert post_form(client_for(people.reviewer), at(paper, "/1/passage"), revision=1, **fields).status_code == 422


def test_a_thread_on_the_whole_paper_cannot_be_pinned(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, None)
    assert client_for(people.reviewer).get(at(paper, "/1/passage")).status_code == 422


# Lists and print


def test_the_list_has_filters_counts_and_empty_states(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    client = client_for(people.reader)
    assert "sobald jemand etwas sagt" in client.get(at(paper)).get_data(as_text=True)
    talk(paper, people.reviewer)
    done = talk(paper, people.lead, None)
    actions.resolve_thread(actor_of(people.lead), done)
    make_paper(people)
    page = words_of(client.get(at(paper)).get_data(as_text=True))
    assert "Offen 1 Erledigt 1 Ohne Textstelle 0 Mit mir 0 Alle 2" in page
    assert "Nr. 1" in page
    assert "Nr. 2" not in page
    resolved = client.get(at(paper, "?state=resolved&kind=question&page=99")).get_data(as_text=True)
    assert 'id="k2"' in resolved
    assert 'id="k1"' not in resolved
    assert "Keine Rückmeldung passt" in client.get(at(paper, "?state=orphaned")).get_data(as_text=True)
    assert client.get(at(paper, f"?state=%00&kind=<&page={10**40}")).status_code == 200


def test_a_draft_is_printed_with_numbered_notes(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.lead, None, body="Zum Ganzen")
    talk(paper, people.reviewer, body="Zur Stelle <b>")
    page = client_for(people.reader).get(f"/papers/{paper.key}/print").get_data(as_text=True)
    assert re.search(r'<a class="cref" data-skip href="#k2"><span class="vh">Rückmeldung Nr. </span>2</a>', page)
    assert page.index('id="k2"') < page.index('id="k1"')
    assert "Zur Stelle &lt;b&gt;" in page
    assert "Nicht zur Weitergabe" in page


def test_reading_keeps_what_was_found(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    client_for(people.reader).get(at(paper))
    assert fresh(db).scalars(select(Placed.state)).all() == ["exact"]


# Who may


def pages_of(paper: Paper, comment: Comment) -> list[str]:
    return [
        at(paper), new_page(paper), at(paper, "/1"), at(paper, "/1/passage"),
        f"/papers/{paper.key}/comments/{comment.id}", f"/papers/{paper.key}/print",
    ]  # fmt: skip


def deeds_of(paper: Paper, comment: Comment) -> list[str]:
    return [
        at(paper), at(paper, "/1/comments"), at(paper, "/1/resolution"), at(paper, "/1/reopening"),
        at(paper, "/1/passage"), f"/papers/{paper.key}/comments/{comment.id}",
    ]  # fmt: skip


def test_strangers_learn_nothing(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    comment = talk(paper, people.reviewer).comments[0]
    for member in (people.stranger, people.coordination, people.admin):
        client = client_for(member)
        for page in pages_of(paper, comment):
            assert client.get(page).status_code == 404, page
        token = csrf_of(client.get("/account"))
        for deed in deeds_of(paper, comment):
            sent = client.post(deed, data={"csrf_token": token, "body": "Hm", "kind": "remark", "revision": 1})
            assert sent.status_code == 404, deed


def test_readers_read_and_do_not_write(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    comment = talk(paper, people.reviewer).comments[0]
    client = client_for(people.reader)
    statuses = [client.get(page).status_code for page in pages_of(paper, comment)]
    assert statuses == [200, 403, 200, 403, 403, 200]
    token = csrf_of(client.get("/account"))
    for deed in deeds_of(paper, comment):
        sent = client.post(deed, data={"csrf_token": token, "body": "Hm", "kind": "remark", "revision": 1})
        assert sent.status_code == 403, deed
    page = client.get(at(paper, "/1")).get_data(as_text=True).split("<main")[1].split("</main>")[0]
    assert re.findall(r'<form[^>]* action="([^"]+)"', page) == [f"/papers/{paper.key}/threads/1/follow"]


def test_the_public_signs_in_first(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    comment = talk(paper, people.reviewer).comments[0]
    for page in pages_of(paper, comment):
        sent = client_for(None).get(page)
        assert (sent.status_code, sent.location.split("?")[0]) == (302, "/sign-in")


def test_coordination_comments_on_the_submitted_version(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer, body="Nur für die Gruppe")
    save(paper, people.editor, TEXT + "\nEin geheimer Satz.\n")
    grant(paper, 1)
    client = client_for(people.coordination)
    fields = {"start": START, "end": END, "kind": "remark", "body": "Von außen"}
    sent = send(client, new_page(paper), at(paper), revision=1, **fields)
    assert (sent.status_code, sent.location) == (303, at(paper, "/2"))
    for page in (
        at(paper),
        at(paper, "?revision=1"),
        at(paper, "/2"),
        f"/papers/{paper.key}/print",
        at(paper, "/2/passage"),
    ):
        read = client.get(page)
        assert read.status_code == 200, page
        assert "Nur für die Gruppe" not in read.get_data(as_text=True)
        assert "geheimer" not in read.get_data(as_text=True)
    for page in (
        at(paper, "/1"),
        at(paper, "?revision=2"),
        f"/papers/{paper.key}/print?revision=2",
        new_page(paper, revision=2),
    ):
        assert client.get(page).status_code == 404, page
    assert post_form(client, at(paper, "/2/passage"), revision=2, passage="0-8").status_code == 404
    inside = client_for(people.lead).get(f"/papers/{paper.key}").get_data(as_text=True)
    assert "Von außen" in inside


@pytest.mark.parametrize(
    "rest", ["/threads/0", "/threads/2", f"/threads/{2**31}", f"/threads/{2**63}", f"/comments/{2**64}", "/comments/0"]
)
def test_numbers_that_name_nothing(people: People, client_for: ClientFor, rest: str) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    assert client_for(people.lead).get(f"/papers/{paper.key}{rest}").status_code == 404


def test_a_comment_is_found_only_under_its_own_paper(people: People, client_for: ClientFor) -> None:
    paper, other = make_paper(people), make_paper(people)
    comment = talk(paper, people.lead).comments[0]
    assert client_for(people.lead).get(f"/papers/{other.key}/comments/{comment.id}").status_code == 404
    assert client_for(people.lead).get(at(other, "/1")).status_code == 404


# For the margin of the editor


def test_threads_come_as_data_with_their_passages(people: People, client_for: ClientFor, db: Session) -> None:
    paper = make_paper(people)
    number = talk(paper, people.reviewer).number
    talk(paper, people.reviewer, None, body="Ein gutes Papier.")
    save(paper, people.editor, "Neu davor.\n\n" + TEXT)
    answer = client_for(people.editor).get(f"/papers/{paper.key}/threads.json").get_json()
    assert answer["revision"] == 2
    first, whole = answer["threads"]
    assert (first["number"], first["source"], first["done"]) == (number, PASSAGE, False)
    assert first["start"] == ("Neu davor.\n\n" + TEXT).index(PASSAGE)
    assert f'data-thread="{number}"' in first["html"]
    assert "Warum acht?" in first["html"]
    assert (whole["start"], whole["source"]) == (None, "")


def test_only_who_may_read_the_paper_gets_its_threads_as_data(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    talk(paper, people.reviewer)
    assert client_for(people.stranger).get(f"/papers/{paper.key}/threads.json").status_code == 404
    assert client_for(people.reader).get(f"/papers/{paper.key}/threads.json").status_code == 200
