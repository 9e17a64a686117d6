"""A network from its first hour on: the printed link, invitations, mails as they arrive, asking to join, leaving.

An empty database, a real mail server, a worker beside the server; nothing is put into the database by the tests but
where a walk begins later.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served, free_address, serving
from tests.browser.looking import layout_faults, violations
from tests.browser.post import Post, words_of
from tests.browser.test_journey import comment_on_selection, press, start_paper, write
from tests.builders import make_paper
from tests.discussion.talk import talk
from tests.mail_server import mail_server
from tests.people import People, make_people
from tests.world import picture
from workspace import clock
from workspace.accounts import actions as accounts
from workspace.cli import main
from workspace.config import load_settings, using
from workspace.db import session_scope
from workspace.jobs import Daily
from workspace.jobs import worker as jobs
from workspace.letters.sending import may_go
from workspace.mail import delivery
from workspace.network import actions as network
from workspace.operation.worker import WorkerProcess
from workspace.permissions import NetworkRole

pytestmark = pytest.mark.long
PASSWORD = "Morgens um sieben am Fluss"
MIRIAM, NORA = "miriam@see.example", "nora@tal.example"
NETWORK = "Netz der Beteiligung"
DRAFT = """## Anlass

Wer fragt, verspricht eine Antwort.

## Vorschlag

Jede Kommune antwortet binnen acht Wochen.
"""


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server, named by the environment as an installation names it."""
    with mail_server() as server:
        given = {
            "ENVIRONMENT": "test", "INSTANCE_DIR": str(tmp_path / "instance"), "BASE_URL": free_address(),
            "SECRET_KEY": "for tests only, not a secret at all", "ARGON2_MEMORY_KIB": "1024", "ARGON2_ROUNDS": "1",
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none",
            "MAIL_FROM": "papiere@netz.example",
        }  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(f"WORKSPACE_{name}", value)
        yield Post(server, given["BASE_URL"], {})


@pytest.fixture
def printed(post: Post) -> str:
    """What `workspace init` prints where there is no database yet."""
    result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.fixture
def served(printed: str, post: Post) -> Iterator[Served]:
    """The installation that the command made."""
    settings = load_settings()
    with serving(settings) as app, using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
        yield Served(app, settings.base_url, opened, cast(People, None))


@contextmanager
def working(served: Served) -> Iterator[None]:
    """A worker beside the server, as `workspace serve` starts one."""
    process = WorkerProcess(served.app)
    thread = threading.Thread(target=process.run, daemon=True)
    thread.start()
    yield
    process.stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()


def work_at(served: Served, moment: datetime) -> None:
    """Everything that a worker has to do when it is this time."""
    process = WorkerProcess(served.app)
    with clock.at(moment):
        with process.scope():
            jobs.enqueue_recurring()
        while jobs.run_next(process.scope, process.me):
            pass
        delivery.send_waiting(process.scope, process.me, lambda: NETWORK, may_go=may_go)


def next_monday(after: datetime) -> datetime:
    """The moment in which weekly summaries are due."""
    return Daily("07:00", frozenset({0})).next_after(after, ZoneInfo("Europe/Berlin"))


Look = Callable[[Page], None]


def looks_right(page: Page) -> None:
    assert [*violations(page), *layout_faults(page)] == []


# The first start


def first_account(page: Page, printed: str, look: Look) -> None:
    found = re.search(r"http\S+/setup/link/\S+", printed)
    assert found is not None
    page.goto(found[0])
    look(page)
    page.get_by_label("Vor- und Nachname").fill("Miriam Sander")
    page.get_by_label("Dienstliche E-Mail-Adresse").fill(MIRIAM)
    page.get_by_label("Kommune").fill("Seestadt")
    page.get_by_label("Passwort").fill(PASSWORD)
    press(page, "Konto anlegen und weiter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einrichtung")
    look(page)


def name_and_logo(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Weiter: Name und Logo").click()
    page.get_by_label("Name des Netzwerks").fill(NETWORK)
    page.locator("input[type=file]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture("teal")}
    )
    look(page)
    press(page, "Speichern und weiter")
    expect(page.locator(".site__name")).to_have_text(NETWORK)
    assert page.locator(".site__name img").evaluate("(image) => image.naturalWidth") == 24


def send_probe(page: Page, post: Post, look: Look) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Absender und Probemail")
    expect(page.get_by_text(f"{NETWORK} <papiere@netz.example>")).to_be_visible()
    press(page, "Probemail an mich")
    assert NETWORK in str(post.next(MIRIAM)["From"])
    arrived = page.get_by_text("Der Mailserver hat die Probemail angenommen.")
    for _time in range(50):
        if arrived.count():
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(arrived).to_be_visible()
    look(page)
    page.get_by_role("link", name="Weiter", exact=True).click()


def legal_pages(page: Page, look: Look) -> None:
    """The imprint is filled in, the two others are left out for now."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Impressum")
    page.get_by_text("Noch 10 Lücken").click()
    expect(page.get_by_text("Straße und Hausnummer").first).to_be_visible()
    look(page)
    field = page.get_by_label("Text")
    field.fill(re.sub(r"\[…[^\]]*\]", "ausgefüllt", field.input_value()))
    press(page, "Text speichern")
    for title in ("Datenschutz", "Barrierefreiheit"):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.get_by_role("link", name="Überspringen").click()


def first_group(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Arbeitsgruppe anlegen")
    page.get_by_label("Name der Arbeitsgruppe").fill("AG Qualität")
    expect(page.get_by_label("Erste Leitung")).to_contain_text("Miriam Sander")
    press(page, "Arbeitsgruppe anlegen")


def invite(page: Page, look: Look) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Einladungen")
    page.get_by_label("Liste").fill(
        f"Nora Neu; {NORA}; Talheim; AG Qualität; Redaktion\nPaul Pfad; paul@berg.example\nOhne Adresse; ; Dorf"
    )
    press(page, "Liste prüfen")
    expect(page.get_by_text("1 Zeile ist so nicht zu senden.")).to_be_visible()
    look(page)
    press(page, "2 Personen einladen")
    expect(page.get_by_text("2 Einladungen sind unterwegs.")).to_be_visible()


def finish(page: Page) -> None:
    expect(page.get_by_text("Noch 2 Schritte sind offen.")).to_be_visible()
    press(page, "Einrichtung abschließen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten Tag")


def first_start(page: Page, printed: str, post: Post, look: Look) -> None:
    first_account(page, printed, look)
    name_and_logo(page, look)
    send_probe(page, post, look)
    legal_pages(page, look)
    first_group(page)
    invite(page, look)
    finish(page)


def test_the_first_start_needs_no_scripts(served: Served, page_for: PageFor, printed: str, post: Post) -> None:
    with working(served):
        first_start(page_for(scripts=False, phone=True), printed, post, lambda _page: None)


# Coming in, talking


def accept(page: Page, post: Post) -> None:
    page.goto(post.link_in(post.next(NORA), "/invitation/"))
    press(page, "Einladung annehmen")
    page.get_by_label("Neues Passwort").fill(PASSWORD)
    press(page, "Passwort setzen")
    post.next(NORA)  # says that the password was set
    page.goto("/account/notices")
    page.locator("[name=revision]").select_option("weekly")
    press(page, "Speichern")
    page.locator(".menu summary").first.click()
    press(page, "Abmelden")
    expect(page.get_by_role("banner").get_by_role("link", name="Anmelden", exact=True)).to_be_visible()


def mentioned(first: Page, paper: str) -> None:
    first.goto(paper)
    comment_on_selection(first, "binnen acht Wochen", "@nora.neu Schaffen wir das?")


def answers_from_mail(page: Page, post: Post) -> None:
    """The mail shows the passage and the comment, and leads past the sign-in to the very place."""
    mail = post.next(NORA)
    assert "Antworten, die ankommen" in str(mail["Subject"])
    assert "binnen acht Wochen" in words_of(mail)
    assert "Schaffen wir das?" in words_of(mail)
    link = post.link_in(mail, "/papers/")
    page.goto(link)
    page.get_by_label("E-Mail-Adresse").fill(NORA)
    page.get_by_label("Passwort").fill(PASSWORD)
    press(page, "Anmelden")
    page.wait_for_url(link.partition("#")[0])
    expect(page.get_by_text("Schaffen wir das?").first).to_be_visible()
    page.get_by_label("Ihre Antwort").fill("Mit einer Stelle mehr, ja.")
    press(page, "Antwort senden")
    expect(page.get_by_text("Mit einer Stelle mehr, ja.").first).to_be_visible()


def the_answer_comes(post: Post) -> None:
    mail = post.next(MIRIAM)
    assert "Mit einer Stelle mehr, ja." in words_of(mail)
    assert "Nora Neu" in words_of(mail)


def weekly_summary(served: Served, first: Page, post: Post) -> None:
    """What the group wrote comes on Monday morning; one click of the mail program ends it."""
    write(first, DRAFT.replace("acht Wochen", "sechs Wochen"), "Kürzere Frist", scripts=True)
    monday = next_monday(clock.now())
    work_at(served, clock.now())
    assert post.waiting(NORA) == [], "not before Monday"
    work_at(served, monday)
    mail = post.next(NORA)
    assert mail["Subject"] == "Eine Neuigkeit zu: Antworten, die ankommen"
    assert "Miriam Sander" in words_of(mail)
    assert "[Eingefügt: Wer fragt, verspricht eine Antwort.]" in words_of(mail)
    assert post.link_in(mail, "/papers/").endswith("/compare/1/3")
    assert "Keine wöchentliche Zusammenfassung mehr" in words_of(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = str(mail["List-Unsubscribe"]).strip("<>")
    assert stop.startswith(f"{post.address}/notices/stop/")
    asked = urllib.request.Request(stop, data=b"List-Unsubscribe=One-Click", method="POST")  # noqa: S310
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
        assert answer.status == 200
    write(first, DRAFT.replace("acht Wochen", "vier Wochen"), "Noch kürzer", scripts=True)
    work_at(served, next_monday(monday))
    assert post.waiting(NORA) == [], "she ended the weekly mail"


def test_from_the_empty_database_to_the_weekly_summary(
    served: Served, page_for: PageFor, printed: str, post: Post
) -> None:
    first = page_for()
    with working(served):
        first_start(first, printed, post, looks_right)
        nora = page_for(phone=True)
        accept(nora, post)
        start_paper(first, "ag-qualitaet")
        write(first, DRAFT, "Erster Entwurf", scripts=True)
        paper = first.url.split("#")[0].split("?")[0]
        mentioned(first, paper)
        answers_from_mail(nora, post)
        the_answer_comes(post)
    first.goto(paper)
    weekly_summary(served, first, post)
    assert CliRunner().invoke(main, ["init"]).exit_code == 1, "set up is set up"


# Asking to join


def a_network() -> None:
    """It is named, and has its first person."""
    accounts.add_first_member(name="Miriam Sander", email=MIRIAM, roles=frozenset(NetworkRole), password=PASSWORD)
    network.found(name=NETWORK, about="", is_sample=False)


def ask_to_join(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Aufnahme anfragen").click()
    page.get_by_label("Vor- und Nachname").fill("Nora Neu")
    page.get_by_label("Dienstliche E-Mail-Adresse").fill(NORA)
    page.get_by_label("Kommune").fill("Talheim")
    page.get_by_label("Funktion").fill("Beteiligung")
    page.get_by_label("Warum möchten Sie mitarbeiten?").fill("Wir schreiben an Leitlinien.")
    press(page, "Anfrage senden")
    expect(page.get_by_role("status")).to_contain_text("eine Mail unterwegs")


def admit(page: Page, address: str) -> None:
    """From the link in coordination's mail, past the sign-in."""
    page.goto(address)
    sign_in(page, MIRIAM)
    expect(page.get_by_role("heading", level=2, name="Nora Neu")).to_be_visible()
    expect(page.get_by_text("Wir schreiben an Leitlinien.")).to_be_visible()
    page.get_by_role("button", name="Aufnehmen").click()
    expect(page.get_by_text("Nora Neu ist aufgenommen")).to_be_visible()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort").fill(PASSWORD)
    press(page, "Anmelden")


def test_who_asks_to_join_comes_in(served: Served, page_for: PageFor, post: Post) -> None:
    a_network()
    served.db.commit()
    nora, miriam = page_for(phone=True), page_for()
    with working(served):
        ask_to_join(nora)
        assert post.waiting(MIRIAM) == [], "nobody sees a request before its address is confirmed"
        nora.goto(post.link_in(post.next(NORA), "/request/"))
        press(nora, "Bestätigen")
        expect(nora.get_by_role("status")).to_contain_text("Die Koordination hat Ihre Anfrage")
        admit(miriam, post.link_in(post.next(MIRIAM), "/people/requests"))
        nora.goto(post.link_in(post.next(NORA), "/invitation/"))
        press(nora, "Einladung annehmen")
        expect(nora.get_by_text("Willkommen!")).to_be_visible()
    miriam.goto("/members")
    expect(miriam.get_by_role("main")).to_contain_text("Nora Neu")
    expect(miriam.get_by_role("main")).to_contain_text("Talheim")


# Leaving


def own_data(page: Page, folder: Path) -> dict[str, object]:
    """What is in the file that a person takes along."""
    page.goto("/account/data")
    with page.expect_download() as waited:
        press(page, "Daten herunterladen")
    at = folder / "own.zip"
    waited.value.save_as(at)
    with zipfile.ZipFile(at) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".json"))
        return cast(dict[str, object], json.loads(archive.read(name)))


def test_who_leaves_takes_the_own_data_and_leaves_no_name(served: Served, page_for: PageFor, tmp_path: Path) -> None:
    people = make_people()
    served.db.commit()
    paper = make_paper(people)
    talk(paper, people.editor, body="Acht sind zu viele.")
    emil, clara = page_for(people.editor), page_for(people.lead)
    clara.goto(f"/papers/{paper.key}")
    expect(clara.get_by_role("main")).to_contain_text("Emil Redaktion")

    data = own_data(emil, tmp_path)
    assert "emil@stadt.example" in json.dumps(data)
    assert "Acht sind zu viele." in json.dumps(data)
    emil.get_by_role("link", name="Austritt vorbereiten").click()
    emil.get_by_label(re.compile("^Ich verlasse das Netzwerk")).check()
    press(emil, "Das Netzwerk verlassen")
    expect(emil.get_by_text("Sie haben das Netzwerk verlassen.")).to_be_visible()
    emil.goto("/account")
    expect(emil.get_by_role("button", name="Anmelden", exact=True)).to_be_visible()

    for path in ("", "/threads/1", "/history", "/log"):
        clara.goto(f"/papers/{paper.key}{path}")
        assert "Emil" not in clara.content()
    clara.goto(f"/papers/{paper.key}/threads/1")
    expect(clara.get_by_role("main")).to_contain_text("Ehemaliges Mitglied")
    expect(clara.get_by_role("main")).to_contain_text("Acht sind zu viele.")
    clara.goto("/members")
    expect(clara.get_by_role("main")).to_contain_text("Clara Leitung")
    expect(clara.get_by_role("main")).not_to_contain_text("Emil")
