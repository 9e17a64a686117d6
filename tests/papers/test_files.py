"""The page of a paper's files, adding one without scripts, and what the browser is told about each."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from tests.builders import csrf_of, make_paper, save
from tests.conftest import ClientFor
from tests.people import People
from tests.pictures import PDF, moving, picture, png
from workspace.db import session
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper


def send(client: FlaskClient, paper: Paper, file: str, data: bytes, **fields: str) -> TestResponse:
    """Fill in the form of the files page as a browser would."""
    token = csrf_of(client.get(f"/papers/{paper.key}/files"))
    return post_whole(client, paper, {"csrf_token": token, "file": FileStorage(io.BytesIO(data), file), **fields})


def post_whole(
    client: FlaskClient, paper: Paper, form: dict[str, Any], headers: dict[str, str] | None = None
) -> TestResponse:
    """Without the temporary file that the client would leave open for large ones."""
    stream, length, boundary = stream_encode_multipart(form, use_tempfile=False)
    return client.post(
        f"/papers/{paper.key}/files", input_stream=stream, content_length=length,
        content_type=f"multipart/form-data; boundary={boundary}", headers=headers,
    )  # fmt: skip


def with_file(people: People, name: str = "ablauf.png", data: bytes | None = None) -> Paper:
    paper = make_paper(people)
    add_attachment(people.actor(people.editor), paper, name=name, data=data or picture())
    session().commit()
    return paper


def test_an_editor_adds_a_picture_and_reads_what_to_write(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.editor)
    answer = send(client, paper, "Mein Ablauf.png", picture())
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Mein-Ablauf.png" in page
    assert "24 × 16" in page
    assert "Nicht im aktuellen Text" in page
    markdown = re.search(r"<code>(.*?)</code>", page)
    assert markdown
    assert markdown[1].startswith("![Was auf dem Bild zu sehen ist](Mein-Ablauf.png){caption=")


def test_the_editor_adds_a_picture_without_leaving_the_page(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.editor)
    token = csrf_of(client.get(f"/papers/{paper.key}/files"))

    def sent(name: str, data: bytes) -> TestResponse:
        form = {"csrf_token": token, "file": FileStorage(io.BytesIO(data), name)}
        return post_whole(client, paper, form, {"Accept": "application/json"})

    assert sent("Mein Ablauf.png", picture()).get_json() == {"name": "Mein-Ablauf.png"}
    refused = sent("Mein Ablauf.png", picture())
    assert refused.status_code >= 400
    assert refused.get_json()["error"]["message"]
    assert "hinzugefügt" not in client.get(f"/papers/{paper.key}/files").get_data(as_text=True)


def test_the_list_says_whether_the_text_shows_a_file(people: People, client_for: ClientFor) -> None:
    paper = with_file(people)
    save(paper, people.editor, "## Bild\n\n![Ablauf](ablauf.png)\n")
    page = client_for(people.reader).get(f"/papers/{paper.key}/files").get_data(as_text=True)
    assert "Im aktuellen Text." in page
    assert "<code>" not in page
    assert "Emil Redaktion" in page


def test_an_old_revision_keeps_its_picture_when_the_text_no_longer_shows_it(
    people: People, client_for: ClientFor
) -> None:
    paper = with_file(people)
    save(paper, people.editor, "## Bild\n\n![Ablauf](ablauf.png)\n")
    save(paper, people.editor, "## Bild\n\nKein Bild mehr.\n")
    client = client_for(people.reader)
    assert client.get(f"/papers/{paper.key}/files/ablauf.png").status_code == 200
    assert "Nicht im aktuellen Text" in client.get(f"/papers/{paper.key}/files").get_data(as_text=True)


def test_another_name_may_be_given(people: People, client_for: ClientFor) -> None:
    paper, client = make_paper(people), client_for(people.editor)
    assert send(client, paper, "IMG_2231.jpeg", picture("JPEG"), name="Rathaus").status_code == 303
    assert client.get(f"/papers/{paper.key}/files/Rathaus.jpeg").status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("a.svg", b"<svg/>", 422, "Möglich sind Bilder"),
        ("a.png", b"<svg/>", 422, "beschädigt"),
        ("a.webp", moving("WEBP"), 422, "Bewegte Bilder"),
        ("a.png", png(60_000, 60_000), 413, "zu viele Bildpunkte"),
        ("a.png", b"\0" * 20_000_001, 413, "höchstens 20 MB"),
        ("....png", picture(), 422, "Dieser Name geht nicht"),
        ("", b"", 422, "wählen Sie eine Datei"),
    ],
    ids=["svg", "svg as png", "moving", "pixels", "bytes", "name", "nothing"],
)
def test_what_is_refused_is_said_in_a_sentence(
    people: People, client_for: ClientFor, name: str, data: bytes, status: int, words: str
) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, name, data)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


def test_a_request_beyond_all_limits_is_refused_unread(people: People, client_for: ClientFor) -> None:
    paper = make_paper(people)
    answer = send(client_for(people.editor), paper, "a.png", b"\0" * 23_000_000)
    assert answer.status_code == 413
    assert "zu groß" in answer.get_data(as_text=True)


def test_a_taken_name_is_refused_at_the_field_for_another(people: People, client_for: ClientFor) -> None:
    paper = with_file(people)
    answer = send(client_for(people.editor), paper, "ABLAUF.png", picture())
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.get_data(as_text=True)


def test_readers_see_the_list_but_cannot_add(people: People, client_for: ClientFor) -> None:
    paper, client = with_file(people), client_for(people.reader)
    page = client.get(f"/papers/{paper.key}/files")
    assert page.status_code == 200
    assert 'type="file"' not in page.get_data(as_text=True)
    token = csrf_of(page)
    form = {"csrf_token": token, "file": FileStorage(io.BytesIO(picture()), "b.png")}
    assert post_whole(client, paper, form).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "coordination", "admin"])
def test_nobody_outside_the_group_learns_of_a_file(people: People, client_for: ClientFor, who: str) -> None:
    paper, client = with_file(people), client_for(getattr(people, who))
    for name in ("ablauf.png", "fehlt.png"):
        assert client.get(f"/papers/{paper.key}/files/{name}").status_code == 404
    assert client.get(f"/papers/{paper.key}/files").status_code == 404


def test_a_picture_is_shown_but_can_do_nothing_and_is_not_kept(people: People, client_for: ClientFor) -> None:
    paper = with_file(people)
    answer = client_for(people.reader).get(f"/papers/{paper.key}/files/ablauf.png")
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == "inline; filename=ablauf.png"


def test_a_pdf_is_only_ever_saved(people: People, client_for: ClientFor) -> None:
    paper = with_file(people, "Anlage für Räte.pdf", PDF)
    answer = client_for(people.reader).get(f"/papers/{paper.key}/files/Anlage-für-Räte.pdf")
    assert answer.get_data() == PDF
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''Anlage-f%C3%BCr-R%C3%A4te.pdf" in disposition


def test_an_unchanged_file_is_not_sent_again(people: People, client_for: ClientFor) -> None:
    paper, client = with_file(people), client_for(people.reader)
    first = client.get(f"/papers/{paper.key}/files/ablauf.png")
    again = client.get(f"/papers/{paper.key}/files/ablauf.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["%00.png", "..%2F..%2Fetc%2Fpasswd", "a/b.png", "%F0%9F%99%82.png", "a" * 3000])
def test_strange_addresses_find_nothing(people: People, client_for: ClientFor, name: str) -> None:
    paper = with_file(people)
    assert client_for(people.reader).get(f"/papers/{paper.key}/files/{name}").status_code == 404
