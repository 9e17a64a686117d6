"""Sealing: the content is gone from everywhere, what stands around it stays, the address says who, when and why."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper, post_form, save
from tests.conftest import ClientFor
from tests.discussion.talk import shown, talk
from tests.dump import whole_database
from tests.editions.publishing import publish, publish_again, submit
from tests.fresh import look_again
from tests.notices.mailing import mails, run_jobs, scope_for
from tests.papers.browsers import Room
from tests.people import People, actor_of
from tests.world import picture
from workspace import clock
from workspace.clock import now
from workspace.config import Settings
from workspace.coordination import actions
from workspace.db import begin_writing, session
from workspace.discussion import actions as discussion
from workspace.discussion.models import CommentWording, Passage
from workspace.editions.models import EditionState, SubmissionState
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.membership.own_data import own_data
from workspace.notices.models import Notice, NoticeKind
from workspace.papers.actions import mark_read, name_version, restore_revision, template_text
from workspace.papers.attachments import add_attachment, content_of
from workspace.papers.log import OtherEpoch, drop_typed
from workspace.papers.models import Attachment, Paper, PaperKind, ReadMark, Revision, RevisionText, Seal
from workspace.papers.origins import origins
from workspace.papers.rescue import keep_rescue
from workspace.papers.seals import Sealed
from workspace.papers.store import RECENT, authors_of, text_of
from workspace.text import pack

WORD = "Feldmausorgel"
"""What has to go. It stands in no other text of the tests."""
REASON = "Auszug ohne Erlaubnis des Verlags"
LINE = f"Abgeschrieben: Die {WORD} spielt leise im Herbst."


def with_word(base: str) -> str:
    return base.replace("Dieses Papier ersetzt keine Satzung.", f"{LINE}\n\nDieses Papier ersetzt keine Satzung.")


@pytest.fixture
def paper(people: People) -> Paper:
    """Six revisions; the word is in 2, 3 and 4. A passage with it and one beside it are commented on in 3."""
    made = make_paper(people)
    save(made, people.editor, with_word(TEXT), summary=f"{WORD} eingefügt")
    save(made, people.lead, with_word(TEXT).replace("acht", "zehn"))
    session().commit()
    talk(made, people.reviewer, WORD, body="Woher ist das?")
    talk(made, people.reviewer, "binnen zehn Wochen", body="Warum zehn?")
    save(made, people.editor, with_word(TEXT).replace("acht", "zehn") + "\nEin Nachwort.\n")
    name_version(actor_of(people.lead), revision(made, 4), name="F4", note=f"Mit {WORD}")
    session().commit()
    save(made, people.lead, TEXT.replace("acht", "zehn") + "\nEin Nachwort.\n", summary="Zitat entfernt")
    save(made, people.editor, TEXT.replace("acht", "zehn") + "\nEin langes Nachwort.\n")
    return made


def revision(paper: Paper, number: int) -> Revision:
    query = select(Revision).where(Revision.paper_id == paper.id, Revision.number == number)
    return session().scalars(query).unique().one()


def seal(people: People, paper: Paper, *numbers: int) -> list[Seal]:
    made = actions.seal_revisions(actor_of(people.coordination), paper, numbers, reason=REASON)
    session().commit()
    return list(made)


def read_everything(client: FlaskClient, paper: Paper) -> str:
    """The pages of a paper that show texts, so that every cache is filled; what they said."""
    base = f"/papers/{paper.key}"
    paths = [
        base,
        f"{base}/history",
        f"{base}/threads",
        f"{base}/print",
        f"{base}/log",
        f"{base}/authors",
        "/",
        "/papers",
        "/notices",
        f"/search?q={WORD}",
        "/account/data",
    ]
    for one in range(1, paper.head_number + 1):
        paths.append(f"{base}/revisions/{one}")
        paths += [f"{base}/compare/{one}/{two}" for two in range(one + 1, paper.head_number + 1)]
        paths += [f"{base}/compare/{one}/{paper.head_number}?view={view}" for view in ("side", "changes", "clean")]
    said = []
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in {200, 410}, path
        said.append(answer.get_data(as_text=True).replace(f"q={WORD}", "").replace(f'value="{WORD}"', ""))
    return "\n".join(said)


# Revisions


def test_the_words_are_in_no_table_no_page_and_no_mail(
    people: People, db: Session, app: Flask, settings: Settings, client_for: ClientFor, paper: Paper
) -> None:
    clients = [client_for(member) for member in (people.lead, people.editor, people.reader)]
    assert WORD in read_everything(clients[0], paper)
    scope = scope_for(app, settings)
    run_jobs(scope, "notices.daily")
    assert any(WORD in mail.text for mail in mails(db))
    assert WORD in whole_database(db)
    look_again(db)
    seal(people, paper, 2, 3, 4)
    db.expire_all()
    pages = "".join(read_everything(client, paper) for client in clients)
    look_again(db)
    run_jobs(scope, "notices.daily")
    everything = whole_database(db)
    assert WORD.lower() not in everything.lower()
    assert WORD not in pages
    assert all(WORD not in mail.text + mail.html + mail.subject for mail in mails(db))
    for number in (1, 5, 6):
        assert WORD not in text_of(paper, number)


def bytes_of(file: Path) -> bytes:
    """A database's file and its log, read by another process: closing a file ends this one's locks on it."""
    return subprocess.run(["cat", file, f"{file}-wal"], capture_output=True, check=True).stdout


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_the_free_space_of_the_file_holds_no_sealed_words(
    people: People, db: Session, app: Flask, settings: Settings, client_for: ClientFor
) -> None:
    made = make_paper(people)
    thread = talk(made, people.reviewer, None, body=f"{WORD} und mehr")
    comment = thread.comments[0]
    discussion.edit_comment(actor_of(people.reviewer), comment, f"{WORD} {WORD}")
    session().commit()
    edition = publish(people, make_paper(people, text=with_word(TEXT)))
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    assert WORD.encode() in bytes_of(file)
    actions.seal_comment(actor_of(people.coordination), comment, reason=REASON)
    session().commit()
    actions.seal_edition(actor_of(people.coordination), edition, reason=REASON, with_revision=True)
    session().commit()
    session().close()
    run_jobs(scope_for(app, settings))
    left = bytes_of(file)
    assert WORD.encode() not in left
    assert WORD.lower().encode() not in left


def test_the_texts_around_stay_readable_and_proved(people: People, db: Session, paper: Paper) -> None:
    before = {number: text_of(paper, number) for number in (1, 5, 6)}
    authors = {number: authors_of(paper, number).runs for number in (1, 5, 6)}
    seals = seal(people, paper, 2, 3, 4)
    RECENT._texts.clear()
    db.expire_all()
    for number, kept in before.items():
        assert text_of(paper, number) == kept
        assert pack.text_hash(kept) == revision(paper, number).text_hash
        assert authors_of(paper, number).runs == authors[number]
    for number in (2, 3, 4):
        with pytest.raises(Sealed):
            text_of(paper, number)
        assert revision(paper, number).summary == ""
    assert [(one.number, one.reason) for one in seals] == [("2", REASON), ("3", REASON), ("4", REASON)]
    assert [one.content_hash for one in seals] == [revision(paper, n).text_hash for n in (2, 3, 4)]
    assert origins(paper, 6, 0, len(before[6]))


@pytest.mark.parametrize("chosen", [(1, 2, 41), pytest.param((3, 40, 42, 43), marks=pytest.mark.long)])
def test_long_histories_stay_readable_whatever_is_sealed(people: People, db: Session, chosen: tuple[int, ...]) -> None:
    """Revisions hang together in chains; 41 begins, 42 is stored against a far one."""
    made = make_paper(people, text="## Anfang\n\nSatz 1 steht hier.\n")
    for number in range(2, 46):
        save(made, people.editor if number % 2 else people.lead, f"## Anfang\n\nSatz {number} steht hier.\n")
    texts = {number: text_of(made, number) for number in range(1, 46)}
    runs = {number: authors_of(made, number).runs for number in range(1, 46)}
    seal(people, made, *chosen)
    RECENT._texts.clear()
    db.expire_all()
    for number in range(1, 46):
        if number in chosen:
            continue
        assert text_of(made, number) == texts[number]
        assert authors_of(made, number).runs == runs[number]
    assert len(db.scalars(select(RevisionText).where(RevisionText.paper_id == made.id)).all()) == 45 - len(chosen)
    for number in range(46, 50):  # and it goes on
        save(made, people.lead, f"## Anfang\n\nSatz {number} steht hier.\n")
        RECENT._texts.clear()
        assert text_of(made, number) == f"## Anfang\n\nSatz {number} steht hier.\n"
        assert authors_of(made, number).runs


def test_writing_goes_on_where_the_next_would_be_stored_against_a_sealed_text(people: People, db: Session) -> None:
    made = make_paper(people, text="## Anfang\n\nSatz 1.\n")
    for number in range(2, 42):
        save(made, people.editor, f"## Anfang\n\nSatz {number}.\n")
    assert pack.base_number(42) == 1
    seal(people, made, 1)
    save(made, people.editor, "## Anfang\n\nSatz 42.\n")
    RECENT._texts.clear()
    assert text_of(made, 42) == "## Anfang\n\nSatz 42.\n"


def test_other_revisions_with_the_same_text_go_too(people: People, db: Session, paper: Paper) -> None:
    restore_revision(actor_of(people.lead), paper, 2)
    session().commit()
    save(paper, people.lead, TEXT)
    assert [one.number for one in seal(people, paper, 2)] == ["2", "7"]


def test_where_the_newest_text_is_sealed_the_last_readable_one_comes_back(people: People, db: Session) -> None:
    made = make_paper(people)
    save(made, people.editor, with_word(TEXT))
    before = authors_of(made, 1).runs
    seal(people, made, 2)
    db.expire_all()
    RECENT._texts.clear()
    assert made.head_number == 3
    assert text_of(made, 3) == TEXT
    assert authors_of(made, 3).runs == before
    save(made, people.editor, TEXT + "\nWeiter.\n")
    RECENT._texts.clear()
    assert text_of(made, 4).endswith("Weiter.\n")
    assert WORD not in whole_database(db)


def test_where_nothing_readable_is_left_the_paper_begins_with_its_template(people: People, db: Session) -> None:
    made = make_paper(people, text=with_word(TEXT))
    seal(people, made, 1)
    assert text_of(made, 2) == template_text(PaperKind.POSITION_PAPER)
    empty = make_paper(people, text=template_text(PaperKind.POSITION_PAPER))
    with pytest.raises(Conflict, match="nothing_to_seal"):
        seal(people, empty, 1)


def test_a_comment_stays_where_its_words_still_stand_and_loses_them_else(
    people: People, db: Session, client_for: ClientFor, paper: Paper
) -> None:
    seal(people, paper, 2, 3, 4)
    db.expire_all()
    lost, kept = sorted(shown(paper, people.lead), key=lambda view: view.number)
    assert (lost.is_orphaned, lost.was) == (True, "")
    assert (kept.quote, kept.is_placed) == ("binnen zehn Wochen", True)
    rows = db.scalars(select(Passage).order_by(Passage.id)).all()
    assert [(row.quote, row.words, row.prefix, row.suffix) for row in rows[:1]] == [("", "", "", "")]
    assert rows[1].revision_number == 5
    client = client_for(people.lead)
    assert "Die Worte der Textstelle sind versiegelt." in client.get(f"/papers/{paper.key}/threads").text
    answer = client.get(f"/papers/{paper.key}/threads/{lost.number}/passage")
    assert answer.status_code == 200


def test_read_marks_and_notices_lead_to_readable_texts(people: People, db: Session, paper: Paper) -> None:
    mark_read(actor_of(people.reader), paper, 3)
    session().commit()
    seal(people, paper, 2, 3, 4)
    mark = db.scalars(select(ReadMark).where(ReadMark.member_id == people.reader.id)).one()
    assert mark.revision_number == 1
    mark_read(actor_of(people.reader), paper, 4)  # a page that was open meanwhile
    session().commit()
    assert mark.revision_number == 1
    for row in db.scalars(select(Notice).where(Notice.kind == NoticeKind.REVISION)):
        assert not {row.since, row.subject_id} & {2, 3, 4}


def test_its_pages_answer_410_and_say_who_when_and_why(people: People, client_for: ClientFor, paper: Paper) -> None:
    seal(people, paper, 2, 3, 4)
    base = f"/papers/{paper.key}"
    client = client_for(people.reader)
    for path in (
        "/revisions/3",
        "/compare/3/6",
        "/compare/1/2",
        "/authors?revision=3",
        "/revisions/3/blocks",
        "/threads?revision=3",
        "/print?revision=3",
    ):
        answer = client.get(base + path)
        assert answer.status_code == 410, path
        assert REASON in answer.text
        assert "Cora Koordination" in answer.text
        assert revision(paper, 2 if path == "/compare/1/2" else 3).text_hash in answer.text
    assert client.get(base + "/compare/1/6").status_code == 200
    history = client.get(base + "/history").text
    assert history.count("Versiegelt") == 3
    assert f'href="{base}/compare/1/4"' not in history
    page = client.get(base + "/compare/1/6").text
    assert '<option value="3"' not in page
    assert client_for(people.stranger).get(base + "/revisions/3").status_code == 404
    answer = client.get(base + "/revisions/3", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (410, "sealed")


def test_nothing_is_made_of_a_sealed_text(people: People, client_for: ClientFor, paper: Paper) -> None:
    seal(people, paper, 2, 3, 4)
    base = f"/papers/{paper.key}"
    lead = client_for(people.lead)
    assert post_form(lead, f"{base}/edit", f"{base}/revisions/3/restoration").status_code == 410
    assert post_form(lead, f"{base}/edit", f"{base}/revisions/3/version", name="F3").status_code == 410
    answer = post_form(
        lead, f"{base}/edit", base=3, body=TEXT + "\nMein langer eigener Satz, der bleiben soll.\n", summary=""
    )
    assert answer.status_code == 410
    assert "Mein langer eigener Satz, der bleiben soll." in answer.text


def test_a_submitted_version_goes_back_to_its_group(people: People, db: Session, client_for: ClientFor) -> None:
    made = make_paper(people)
    submission = submit(people, made)
    save(made, people.editor, TEXT + "\nWeiter.\n")
    seal(people, made, 1)
    assert submission.state == SubmissionState.RETURNED
    assert submission.answer == REASON
    assert not actor_of(people.coordination).grants
    assert client_for(people.coordination).get(f"/coordination/submissions/{submission.id}").status_code == 200


def test_the_log_says_it_and_the_leads_are_told(
    people: People, db: Session, client_for: ClientFor, paper: Paper
) -> None:
    [first, *_rest] = seal(people, paper, 2, 3, 4)
    told = db.scalars(select(Notice.member_id).where(Notice.kind == NoticeKind.SEALED, Notice.subject_id == first.id))
    assert told.all() == [people.lead.id]
    [event] = db.scalars(select(Event).where(Event.verb == "content.sealed"))
    assert event.facts == {"kind": "revision", "numbers": ["2", "3", "4"]}
    client = client_for(people.lead)
    assert "hat Stand 2, 3, 4 versiegelt" in client.get(f"/papers/{paper.key}/log").text
    page = client.get("/notices").text
    assert "versiegelt" in page
    assert REASON in page


def test_only_coordination_seals_and_a_reason_is_needed(people: People, paper: Paper) -> None:
    for member in (people.lead, people.admin, people.stranger):
        with pytest.raises(Forbidden):
            actions.seal_revisions(actor_of(member), paper, [2], reason=REASON)
    with pytest.raises(Invalid):
        actions.seal_revisions(actor_of(people.coordination), paper, [2], reason="  ")
    seal(people, paper, 2)
    with pytest.raises(Conflict, match="sealed_already"):
        seal(people, paper, 2)


def test_the_database_lets_nothing_else_of_a_revision_be_changed(people: People, db: Session, paper: Paper) -> None:
    seal(people, paper, 2)
    for statement in (
        "UPDATE revision SET summary = 'anders' WHERE number = 2", "UPDATE revision SET summary = '' WHERE number = 1",
        "UPDATE revision SET summary = '', text_hash = 'x' WHERE number = 2", "DELETE FROM revision WHERE number = 2",
        "UPDATE seal SET reason = 'anders'", "DELETE FROM seal",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"):
            db.execute(text(statement))
        db.rollback()


# Comments and files


def test_a_sealed_comment_leaves_its_place(people: People, db: Session, client_for: ClientFor) -> None:
    made = make_paper(people)
    thread = talk(made, people.reviewer, None, body=f"{WORD} schreibt er, @clara")
    comment = thread.comments[0]
    discussion.edit_comment(actor_of(people.reviewer), comment, f"{WORD}, steht dort.")
    discussion.reply(actor_of(people.lead), thread, "Bitte nicht.")
    session().commit()
    actions.seal_comment(actor_of(people.coordination), comment, reason=REASON)
    session().commit()
    assert not db.scalars(select(CommentWording)).all()
    assert WORD not in whole_database(db)
    client = client_for(people.reviewer)
    page = client.get(f"/papers/{made.key}/threads/{thread.number}").text
    assert "Dieser Beitrag ist versiegelt." in page
    assert "Bitte nicht." in page
    answer = client.get(f"/papers/{made.key}/comments/{comment.id}")
    assert answer.status_code == 410
    assert REASON in answer.text
    sent = post_form(
        client,
        f"/papers/{made.key}/threads/{thread.number}",
        f"/papers/{made.key}/comments/{comment.id}",
        body=f"Doch: {WORD}",
    )
    assert sent.status_code == 410
    assert client_for(people.lead).get("/").status_code == 200
    data = own_data(actor_of(people.reviewer), people.reviewer)
    assert [(row["body"], row["sealed"]) for row in data["comments"]] == [("", True)]


def test_a_sealed_file_is_gone_with_its_copies(people: People, db: Session, client_for: ClientFor) -> None:
    made = make_paper(people, text=TEXT + "\n![Ein Bild](ablauf.png)\n")
    editor = actor_of(people.editor)
    for name in ("ablauf.png", "kopie.png"):
        add_attachment(editor, made, name=name, data=picture())
    session().commit()
    edition = publish(people, made)
    public, reader = client_for(None), client_for(people.reader)
    address = f"/p/{edition.slug}/1.0/files/ablauf.png"
    tag = public.get(address).headers["ETag"]
    assert public.get(address).headers["Cache-Control"] == "public, no-cache"
    assert public.get(address, headers={"If-None-Match": tag}).status_code == 304
    file = db.scalars(select(Attachment).where(Attachment.name == "ablauf.png")).unique().one()
    made_seals = actions.seal_file(actor_of(people.coordination), file, reason=REASON)
    session().commit()
    assert [one.number for one in made_seals] == ["ablauf.png", "kopie.png"]
    assert public.get(address, headers={"If-None-Match": tag}).status_code == 410
    for path in (f"/papers/{made.key}/files/ablauf.png", f"/papers/{made.key}/files/kopie.png"):
        assert reader.get(path).status_code == 410
    assert reader.get(f"/papers/{made.key}/files").text.count("für immer entfernt") == 2
    for page in (public.get(f"/p/{edition.slug}/1.0"), reader.get(f"/papers/{made.key}")):
        assert page.status_code == 200
        assert "Bild fehlt" in page.text
    data = own_data(editor, people.editor)
    assert {(row["file"], row["sealed"]) for row in data["uploads"]} == {(None, True)}
    with pytest.raises(Exception, match="not_found"):
        content_of(file)


# Editions


def test_a_sealed_edition_answers_410_everywhere(people: People, db: Session, client_for: ClientFor) -> None:
    first = publish(
        people, make_paper(people, text=with_word(TEXT), abstract=f"Über die {WORD}."), authors=f"{WORD} e. V."
    )
    second = publish_again(people, first, TEXT)
    public = client_for(None)
    slug = first.slug
    assert public.get(f"/p/{slug}/compare/1.0/1.1").status_code == 200
    actions.seal_edition(actor_of(people.coordination), first, reason=REASON)
    session().commit()
    for path in (f"/p/{slug}/1.0", f"/p/{slug}/compare/1.0/1.1"):
        answer = public.get(path)
        assert answer.status_code == 410
        assert REASON in answer.text
        assert "Cora" not in answer.text
        assert first.text_hash in answer.text
    assert "Cora Koordination" in client_for(people.reader).get(f"/p/{slug}/1.0").text
    page = public.get(f"/p/{slug}/1.1")
    assert page.status_code == 200
    assert "versiegelt" in page.text
    assert (first.state, second.state) == (EditionState.SUPERSEDED, EditionState.IN_FORCE)
    actions.seal_edition(actor_of(people.coordination), second, reason=REASON)
    session().commit()
    assert second.state == EditionState.WITHDRAWN
    assert public.get(f"/p/{slug}", follow_redirects=True).status_code == 410
    for path in ("/library", f"/library?q={WORD}", "/library/feed.atom", "/"):
        assert slug not in public.get(path).text


def test_the_text_behind_an_edition_goes_with_it_on_wish(people: People, db: Session) -> None:
    made = make_paper(people, text=with_word(TEXT))
    edition = publish(people, made, authors=f"{WORD} e. V.")
    save(made, people.editor, TEXT)
    seals = actions.seal_edition(actor_of(people.coordination), edition, reason=REASON, with_revision=True)
    session().commit()
    assert [(one.kind, one.number) for one in seals] == [("edition", "1.0"), ("revision", "1")]
    assert WORD not in whole_database(db)


# The pages of coordination


@pytest.fixture
def cora(client_for: ClientFor, people: People) -> FlaskClient:
    return client_for(people.coordination)


def confirm(client: FlaskClient, address: str, stands: str = "", **sent: str) -> int:
    page = client.get("/coordination/sealed/new", query_string={"address": address, "stands": stands})
    assert page.status_code == 200, page.text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    data = {"csrf_token": token[1], "address": address, "stands": stands, "reason": REASON, "sure": "y", **sent}
    return client.post("/coordination/sealed/new", data=data).status_code


def test_coordination_names_what_it_may_not_read(people: People, db: Session, cora: FlaskClient, paper: Paper) -> None:
    address = f"http://localhost/papers/{paper.key}/revisions/3"
    page = cora.get("/coordination/sealed/new", query_string={"address": address, "stands": "2-4"}).text
    assert "AG Qualität" in page
    assert paper.title not in page
    assert WORD not in page
    assert confirm(cora, address, "2-4") == 303
    look_again(db)
    assert [one.number for one in db.scalars(select(Seal).order_by(Seal.id)).unique()] == ["2", "3", "4"]
    listed = cora.get("/coordination/sealed").text
    assert listed.count(REASON) == 3
    assert paper.title not in listed


def test_each_kind_is_named_by_its_address(people: People, db: Session, cora: FlaskClient) -> None:
    made = make_paper(people, text=TEXT + "\n![Ein Bild](ablauf.png)\n")
    add_attachment(actor_of(people.editor), made, name="ablauf.png", data=picture())
    session().commit()
    thread = talk(made, people.reviewer, None, body="Eins")
    second = discussion.reply(actor_of(people.lead), thread, "Zwei")
    session().commit()
    edition = publish(people, made)
    base = f"/papers/{made.key}"
    assert cora.get("/coordination/sealed/new", query_string={"address": f"{base}/threads/1"}).status_code == 422
    assert confirm(cora, f"{base}/threads/1#c{second.id}") == 303
    assert confirm(cora, f"{base}/files/ablauf.png") == 303
    assert confirm(cora, f"/p/{edition.slug}/1.0", with_revision="y") == 303
    look_again(db)
    kinds = [one.kind for one in db.scalars(select(Seal).order_by(Seal.id)).unique()]
    assert kinds == ["comment", "file", "revision", "edition"]


@pytest.mark.parametrize(
    ("address", "stands"),
    [
        ("", ""), ("/", ""), ("https://anderswo.example/x", ""), ("/papers/gibtesnicht", "1"), ("PAPER", ""),
        ("PAPER", "0"), ("PAPER", "9"), ("PAPER", "4-2"), ("PAPER", "zwei"), ("PAPER/revisions/99", ""),
        ("PAPER/threads/99", ""), ("PAPER/comments/999999999999999999", ""), ("PAPER/files/fehlt.png", ""),
        ("PAPER/files/%00", ""), ("/p/fehlt/1.0", ""), ("/coordination/submissions/999999999999999999", ""),
        ("http://[", ""), ("PAPER", "999999999-999999999"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_at_the_field(cora: FlaskClient, paper: Paper, address: str, stands: str) -> None:
    address = address.replace("PAPER", f"/papers/{paper.key}")
    answer = cora.get("/coordination/sealed/new", query_string={"address": address, "stands": stands})
    assert answer.status_code == 422
    assert "kern-error" in answer.text


def test_it_asks_for_reason_and_consent(people: People, db: Session, cora: FlaskClient, paper: Paper) -> None:
    address = f"/papers/{paper.key}/revisions/3"
    assert confirm(cora, address, reason="") == 422
    assert confirm(cora, address, sure="") == 422
    look_again(db)
    assert not db.scalars(select(Seal)).unique().all()
    assert confirm(cora, address) == 303
    answer = cora.get("/coordination/sealed/new", query_string={"address": address})
    assert answer.status_code == 422
    assert "schon versiegelt" in answer.text


def test_the_page_warns_of_the_newest_text_and_of_editions(people: People, cora: FlaskClient) -> None:
    made = make_paper(people)
    save(made, people.editor, with_word(TEXT))
    publish(people, made)
    page = cora.get("/coordination/sealed/new", query_string={"address": f"/papers/{made.key}", "stands": "2"}).text
    assert "Danach gilt wieder Stand 1" in page
    assert "bleibt öffentlich, bis Sie auch sie versiegeln" in page


def test_mails_that_wait_are_written_anew_without_the_words(
    people: People, db: Session, app: Flask, settings: Settings
) -> None:
    made = make_paper(people)
    thread = talk(made, people.reviewer, None, body=f"{WORD}! @clara")
    scope = scope_for(app, settings)
    run_jobs(scope, "notices.at_once")
    assert WORD in mails(db, people.lead)[0].text
    actions.seal_comment(actor_of(people.coordination), thread.comments[0], reason=REASON)
    session().commit()
    assert all(WORD not in mail.text for mail in mails(db))
    look_again(db)
    run_jobs(scope, "notices.at_once")
    [mail] = mails(db, people.lead)
    assert "Rosa Review fragt Sie etwas" in mail.text
    assert WORD not in mail.text + mail.html


# Live editing


def test_what_was_typed_live_goes_with_its_revision(people: People, db: Session, paper: Paper) -> None:
    room = Room(paper)
    browser = room.open()
    room.send((people.editor, browser.type(0, f"{LINE}\n\n")))
    epoch, sealed = room.document.epoch, paper.head_number + 1
    keep_rescue(actor_of(people.editor), paper, text=browser.text, base=paper.head_number)  # closes the sitting
    session().commit()
    assert paper.head_number == sealed
    with clock.at(now() + timedelta(seconds=2)):
        seal(people, paper, 2, 3, 4, sealed)
        assert WORD not in whole_database(db)
        look_again(db)
        assert WORD not in text_of(paper, paper.head_number)
        again = Room(paper)
        assert again.document.epoch > epoch
        with pytest.raises(OtherEpoch):
            room.catch_up()
        assert again.open().text == text_of(paper, paper.head_number)


def test_what_is_typed_meanwhile_is_not_lost(people: People, paper: Paper) -> None:
    room = Room(paper)
    browser = room.open()
    room.send((people.editor, browser.type(0, "Noch nicht gespeichert.\n\n")))
    seal(people, paper, 2, 3, 4)
    assert text_of(paper, paper.head_number).startswith("Noch nicht gespeichert.")
    begin_writing()
    assert drop_typed(paper, text_of(paper, paper.head_number))
    session().rollback()
    room = Room(paper)
    room.send((people.editor, room.open().type(0, "Gerade getippt.\n\n")))
    begin_writing()
    assert not drop_typed(paper, text_of(paper, paper.head_number))
    session().rollback()
    assert Room(paper).open().text.startswith("Gerade getippt.")
