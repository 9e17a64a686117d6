"""Files of a paper: their names are for good, only writers add them, heavy work happens before the lock."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.people import People
from tests.pictures import PDF, picture
from workspace.config import Settings, using
from workspace.db import session, session_scope
from workspace.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from workspace.events import Event
from workspace.papers import attachments
from workspace.papers.attachments import (
    add_attachment,
    attachments_in,
    clean_name,
    content_of,
    get_attachment,
    linked_file,
)
from workspace.papers.models import Attachment, AttachmentContent, Paper
from workspace.papers.pictures import CleanFile, clean_file
from workspace.text.tree import parse


def test_an_editor_adds_a_picture_and_the_log_says_so(people: People) -> None:
    paper = make_paper(people)
    file = add_attachment(people.actor(people.editor), paper, name="Ablauf.PNG", data=picture())
    assert (file.name, file.media_type, file.width, file.height) == ("Ablauf.png", "image/png", 24, 16)
    assert file.size == len(content_of(file))
    assert file.is_picture
    event = session().scalars(select(Event).where(Event.verb == "file.added")).one()
    assert event.facts["name"] == "Ablauf.png"


@pytest.mark.parametrize("who", ["reviewer", "reader", "stranger", "coordination", "admin"])
def test_only_writers_of_the_group_add_files(people: People, who: str) -> None:
    paper = make_paper(people)
    with pytest.raises(Forbidden):
        add_attachment(people.actor(getattr(people, who)), paper, name="a.png", data=picture())


def test_a_name_is_never_used_again_whatever_its_case(people: People) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    add_attachment(editor, paper, name="Bild.png", data=picture())
    session().commit()
    with pytest.raises(Invalid, match="file_name_taken") as refused:
        add_attachment(editor, paper, name="BILD.PNG", data=picture(colour="red"))
    assert refused.value.fields == {"name": "file_name_taken"}
    other = make_paper(people, title="Ein anderes")
    assert add_attachment(editor, other, name="Bild.png", data=picture()).name == "Bild.png"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Bilder\\Ablauf (neu).PNG", "Ablauf-neu.png"),
        ("  Mein   Bild.jpg ", "Mein-Bild.jpg"),
        ("Größe & Maß.webp", "Größe-Maß.webp"),
        ("Gro\u0308sse.png", "Grösse.png"),
        ("a\0b.png", "a-b.png"),
        ("ein\u202egnp.exe.png", "ein-gnp.exe.png"),
        ("..versteckt.png", "versteckt.png"),
        ("-rf.png", "rf.png"),
        ("nul.png", "Datei-nul.png"),
        ("COM1.pdf", "Datei-COM1.pdf"),
        ("a.png%00.png", "a.png-00.png"),
        ("بطاقة.png", "بطاقة.png"),
        ('x"onerror="alert(1).png', "x-onerror-alert-1.png"),
    ],
)
def test_strange_names_are_cleaned(db: Session, given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    "given", ["", ".", "...", "....png", "/", "bild", ".png", "a.", "a.p", "\u202e", "🙂.png", "\0"]
)
def test_names_without_anything_fit_are_refused(db: Session, given: str) -> None:
    with pytest.raises(Invalid, match="file_name"):
        clean_name(given)


@pytest.mark.parametrize("letter", ["a", "ß", "ŉ", "ﬃ", "ä"])
def test_long_names_are_cut_to_what_the_table_holds(people: People, letter: str) -> None:
    paper = make_paper(people)
    file = add_attachment(people.actor(people.editor), paper, name=letter * 300 + ".png", data=picture())
    session().commit()
    assert file.name.endswith(letter + ".png")
    assert len(file.name) <= 100 >= len(file.name_folded)


def test_too_many_and_too_large_files_are_refused(people: People, settings: Settings) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    small = settings.model_copy(update={"attachments_per_paper": 1, "attachment_max_bytes": 2000})
    with using(small):
        add_attachment(editor, paper, name="a.png", data=picture())
        session().commit()
        with pytest.raises(Conflict, match="files_full"):
            add_attachment(editor, paper, name="b.png", data=picture())
        with pytest.raises(TooLarge, match="file_too_large"):
            add_attachment(editor, paper, name="b.png", data=b"\0" * 2001)


def test_a_parked_paper_takes_no_files(people: People) -> None:
    from workspace.papers.actions import park_paper

    paper = make_paper(people)
    park_paper(people.actor(people.lead), paper)
    session().commit()
    with pytest.raises(Forbidden):
        add_attachment(people.actor(people.editor), paper, name="a.png", data=picture())


def test_the_picture_is_made_before_the_writing_transaction_begins(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper, seen = make_paper(people), []

    def watched(name: str, data: bytes) -> CleanFile:
        seen.append(bool(session().info.get("writing")))
        return clean_file(name, data)

    monkeypatch.setattr(attachments, "clean_file", watched)
    add_attachment(people.actor(people.editor), paper, name="a.png", data=picture())
    assert seen == [False]
    assert session().info["writing"] is True


def test_what_is_refused_leaves_nothing_behind(people: People) -> None:
    paper = make_paper(people)
    with pytest.raises(Invalid):
        add_attachment(people.actor(people.editor), paper, name="a.png", data=b"<svg/>")
    assert session().scalar(select(func.count(Attachment.id))) == 0
    assert session().scalar(select(func.count()).select_from(AttachmentContent)) == 0


def test_two_files_of_one_name_at_the_same_instant_give_one(app: Flask, people: People, settings: Settings) -> None:
    paper_id, actor = make_paper(people).id, people.actor(people.editor)
    together, results = threading.Barrier(2), []

    def upload() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            paper = own.get_one(Paper, paper_id)
            own.rollback()
            together.wait()
            try:
                add_attachment(actor, paper, name="bild.png", data=picture())
                own.commit()
                results.append("kept")
            except Invalid as refused:
                results.append(refused.code)

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["file_name_taken", "kept"]


def test_the_files_a_text_shows_are_its_pictures_and_linked_ones_in_order(people: People) -> None:
    paper, editor = make_paper(people), people.actor(people.editor)
    for name in ("a.png", "b.png", "anlage.pdf", "ungenutzt.png"):
        add_attachment(editor, paper, name=name, data=PDF if name.endswith("pdf") else picture())
    text = (
        f"[Anlage](/papers/{paper.key}/files/Anlage.pdf) und ![B](B.PNG), ![B](b.png)\n\n"
        "![A](a.png)\n\n![C](fehlt.png)\n"
        "[fremd](/papers/aaaa/files/ungenutzt.png)\n"
    )
    assert [file.name for file in attachments_in(paper, parse(text))] == ["b.png", "a.png", "anlage.pdf"]


def test_a_link_to_a_file_is_known_by_its_address(settings: Settings) -> None:
    with using(settings):
        assert linked_file("k7", "/papers/k7/files/Anlage%201.pdf") == "Anlage 1.pdf"
        assert linked_file("k7", f"{settings.base_url}/papers/k7/files/a.pdf?x=1#y") == "a.pdf"
        assert linked_file("k7", "/papers/k8/files/a.pdf") is None
        assert linked_file("k7", "/papers/k7/files/") is None
        assert linked_file("k7", "https://anders.example/papers/k7/files/a.pdf") is None


@pytest.mark.parametrize("name", ["", "fehlt.png", "a\0.png", "\ud800.png", "../a.png", "a" * 5000])
def test_asking_for_what_is_not_there(people: People, name: str) -> Any:
    paper = make_paper(people)
    with pytest.raises(NotFound):
        get_attachment(paper.id, name)
