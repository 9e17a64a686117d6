"""Pictures of every page: a fresh sample network at a fixed time, Chromium, three widths, light and dark.

    make screens                       all of docs/screens/ with its index, and the six pictures of the README
    make screens ARGS="--only compare" only pages whose name holds the word; the index stays as it is

Needs Chromium. A page is a line in `PAGES`; its picture is called `<page>-<width>-<light or dark>.webp`.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pydantic import SecretStr
from sqlalchemy import select

from workspace import clock, create_app, migrations
from workspace.accounts.signing_in import write_token
from workspace.asgi import make_asgi
from workspace.config import Settings, using
from workspace.db import make_engine, session, session_scope
from workspace.editions.models import Submission
from workspace.live.transport import WatchedSockets
from workspace.papers.models import Paper
from workspace.sample import loader

ROOT = Path(__file__).resolve().parent.parent
SCREENS, IMAGES = ROOT / "docs" / "screens", ROOT / "docs" / "images"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""When the pictures are taken: the sample's dates count back from here."""
SIZES = {1440: 1000, 768: 1024, 390: 844}
QUALITY = 80
LONG = "Beteiligung, die eine Antwort bekommt"
EVALUATION = "Evaluation mit Augenmaß"
WAITING = "Beteiligung braucht einen festen Ansatz im Haushalt"
PUBLISHED = "Online beteiligen: ein Leitfaden vom Auftrag bis zur Antwort"
Act = Callable[[Page], object]


@dataclass(frozen=True)
class Shot:
    """One page. In `path`: {long} {evaluation} {waiting} are keys, {slug} of the published one, {submission} its id."""

    name: str
    title: str
    role: str
    path: str
    act: Act | None = None
    """What is done before the picture is taken."""


def _send_empty(page: Page) -> None:
    for field in page.locator("main input[type=text], main input[type=email], main textarea").all():
        field.fill("")
    page.locator("main .btn--main").first.click()
    page.wait_for_load_state()


def _open_menu(page: Page) -> None:
    page.get_by_text("Mehr", exact=True).first.click()


def _open_comment(page: Page) -> None:
    page.get_by_role("link", name="Zum ganzen Papier etwas sagen").click()
    page.get_by_role("dialog").wait_for()


def _open_note(page: Page) -> None:
    page.locator('sup a[href^="#fn"]').first.click()
    page.wait_for_timeout(200)


def _collide(page: Page) -> None:
    """Both name a year in the same place; the editor saves first."""
    other = page.context.browser.contexts[0].new_page()  # type: ignore[union-attr]
    other.goto(page.url)
    text = page.locator("#body").input_value()
    year = re.search(r" Das gilt ab (\d+)\.", text)
    other_year = str(int(year[1]) + 1) if year else "2027"
    for writer, number in ((other, other_year), (page, "2040")):
        words = f" Das gilt ab {number}."
        changed = text.replace(year[0], words) if year else text.replace(".\n", f".{words}\n", 1)
        writer.locator("#body").fill(changed)
        writer.get_by_role("button", name="Speichern", exact=True).locator("visible=true").first.click()
        writer.wait_for_load_state()
    other.close()


def _preview(page: Page) -> None:
    """The preview comes by itself, where there is room for it."""
    if page.viewport_size and page.viewport_size["width"] > 1024:
        page.locator(".preview .prose").wait_for()


TYPE_AT = """(words) => {
  const { view } = document.querySelector("live-editor").editor;
  const at = view.state.doc.toString().indexOf(words) + words.length;
  view.dispatch({ selection: { anchor: at } });
  view.focus();
  scrollTo(0, view.lineBlockAt(at).top + view.documentTop + scrollY - innerHeight * 0.5);
}"""


def _together(page: Page) -> None:
    """The editor writes in the same place: a table above it, comments beside it."""
    other = page.context.browser.contexts[0].new_page()  # type: ignore[union-attr]
    other.goto(page.url)
    for each in (other, page):
        each.locator(".cm-content").wait_for()
        each.locator("[data-margin] .comment").first.wait_for(state="attached")
    page.evaluate(TYPE_AT, "Auffällig ist die letzte Spalte.")
    page.keyboard.type(" ")
    page.keyboard.press("Backspace")
    page.wait_for_timeout(600)
    other.evaluate(TYPE_AT, "Wer sie nicht plant, spart sie ein")
    other.keyboard.type(",")
    other.keyboard.press("Backspace")
    page.wait_for_timeout(400)
    page.context.on("close", lambda _context: None if other.is_closed() else other.close())


def _to_first_change(page: Page) -> None:
    page.keyboard.press("j")
    page.wait_for_timeout(300)


PAGES = (
    Shot("public-start", "Startseite der Öffentlichkeit", "public", "/"),
    Shot("library", "Bibliothek", "public", "/library"),
    Shot("library-search", "Bibliothek, gesucht", "public", "/library?q=Antwort"),
    Shot("edition", "Ausgabe", "public", "/p/{slug}/1.1"),
    Shot("edition-superseded", "Abgelöste Ausgabe", "public", "/p/{slug}/1.0"),
    Shot("edition-compare", "Zwei Ausgaben verglichen", "public", "/p/{slug}/compare/1.0/1.1"),
    Shot("sign-in", "Anmelden", "public", "/sign-in"),
    Shot("sign-in-refused", "Anmelden, abgewiesen", "public", "/sign-in", _send_empty),
    Shot("sign-in-used", "Verbrauchter Anmeldelink", "public", "/sign-in/verbraucht"),
    Shot("not-found", "Seite, die es nicht gibt", "public", "/nirgends"),
    Shot("help", "Hilfe", "public", "/hilfe"),
    Shot("imprint", "Impressum", "public", "/impressum"),
    Shot("privacy", "Datenschutz", "public", "/datenschutz"),
    Shot("accessibility", "Barrierefreiheit", "public", "/barrierefreiheit"),
    Shot("join", "Aufnahme anfragen", "public", "/join"),
    Shot("start", "Startseite eines Mitglieds", "lead", "/"),
    Shot("papers", "Papiere", "lead", "/papers"),
    Shot("reading", "Papier lesen", "editor", "/papers/{long}"),
    Shot("reading-reader", "Papier lesen, nur Mitlesen", "reader", "/papers/{long}"),
    Shot("reading-menu", "Papier lesen, Menü offen", "lead", "/papers/{long}", _open_menu),
    Shot("reading-comment", "Papier lesen, Rückmeldung schreiben", "reviewer", "/papers/{long}", _open_comment),
    Shot("reading-footnote", "Papier lesen, Fußnote offen", "editor", "/papers/{long}", _open_note),
    Shot("compare", "Vergleichen, eine Spalte", "editor", "/papers/{long}/compare/196/200", _to_first_change),
    Shot("compare-side", "Vergleichen, nebeneinander", "editor", "/papers/{long}/compare/196/200?view=side"),
    Shot("compare-changes", "Vergleichen, nur Änderungen", "editor", "/papers/{long}/compare/196/200?view=changes"),
    Shot("compare-clean", "Vergleichen, Reinfassung", "editor", "/papers/{long}/compare/196/200?view=clean"),
    Shot("history", "Verlauf", "editor", "/papers/{long}/history"),
    Shot("revision", "Früherer Stand", "editor", "/papers/{long}/revisions/92"),
    Shot("edit", "Papier bearbeiten, zu zweit", "lead", "/papers/{long}/edit", _together),
    Shot("edit-form", "Papier bearbeiten, im Formular", "editor", "/papers/{long}/edit?as=form", _preview),
    Shot("conflict", "Zwei haben dieselbe Stelle geändert", "lead", "/papers/{evaluation}/edit?as=form", _collide),
    Shot("threads", "Alle Rückmeldungen", "lead", "/papers/{long}/threads"),
    Shot("thread", "Eine Rückmeldung", "reviewer", "/papers/{long}/threads/5"),
    Shot("thread-new", "Rückmeldung schreiben", "reviewer", "/papers/{long}/threads/new?revision=200"),
    Shot("thread-passage", "Rückmeldung neu zuordnen", "lead", "/papers/{long}/threads/5/passage"),
    Shot("print", "Mit Rückmeldungen drucken", "lead", "/papers/{long}/print"),
    Shot("files", "Dateien", "editor", "/papers/{long}/files"),
    Shot("log", "Was geschah", "lead", "/papers/{long}/log"),
    Shot("who-wrote", "Wer hat was geschrieben?", "lead", "/papers/{long}/authors?revision=200"),
    Shot("description", "Titel und Angaben", "lead", "/papers/{long}/description"),
    Shot("description-refused", "Titel und Angaben, abgewiesen", "lead", "/papers/{long}/description", _send_empty),
    Shot("submit", "Zur Veröffentlichung einreichen", "lead", "/papers/{long}/submission"),
    Shot("submitted", "Eingereicht", "lead", "/papers/{waiting}/submission"),
    Shot("paper-new", "Papier beginnen", "lead", "/groups/{group}/papers/new"),
    Shot("groups", "Arbeitsgruppen", "lead", "/groups"),
    Shot("group", "Eine Arbeitsgruppe", "lead", "/groups/{group}"),
    Shot("search", "Suchen", "lead", "/search?q=Antwort"),
    Shot("search-empty", "Suchen, nichts gefunden", "lead", "/search?q=Xylophon"),
    Shot("account", "Konto", "lead", "/account"),
    Shot("account-security", "Konto, Anmeldung und Sicherheit", "lead", "/account/security"),
    Shot("account-notices", "Konto, Hinweise", "lead", "/account/notices"),
    Shot("account-data", "Konto, Daten und Austritt", "lead", "/account/data"),
    Shot("notices", "Hinweise", "lead", "/notices"),
    Shot("members", "Verzeichnis der Mitglieder", "lead", "/members"),
    Shot("organisations", "Kommunen", "lead", "/members/organisations"),
    Shot("coordination", "Koordination", "coordination", "/coordination"),
    Shot("submission", "Eingereichte Fassung prüfen", "coordination", "/coordination/submissions/{submission}"),
    Shot("withdraw", "Ausgabe zurückziehen", "coordination", "/p/{slug}/1.1/withdrawal"),
    Shot("people", "Mitglieder", "coordination", "/people"),
    Shot("person", "Ein Mitglied", "coordination", "/people/5"),
    Shot("group-new", "Arbeitsgruppe anlegen", "coordination", "/groups/new"),
    Shot("invitations", "Einladen", "coordination", "/people/invitations"),
    Shot("requests", "Aufnahmeanfragen", "coordination", "/people/requests"),
    Shot("coordination-groups", "Alle Arbeitsgruppen", "coordination", "/coordination/groups"),
    Shot("coordination-log", "Protokoll des Netzwerks", "coordination", "/coordination/log"),
    Shot("seals", "Versiegelte Inhalte", "coordination", "/coordination/sealed"),
    Shot("seal", "Versiegeln bestätigen", "coordination", "/coordination/sealed/new?address=/p/{slug}/1.0"),
    Shot("settings", "Einstellungen", "admin", "/settings"),
    Shot("setup", "Einrichtung", "admin", "/setup"),
    Shot("setup-mail", "Einrichtung, Mail", "admin", "/setup/mail"),
    Shot("legal-edit", "Datenschutz bearbeiten", "admin", "/settings/privacy"),
    Shot("operation", "Technik", "admin", "/technik"),
    Shot("operation-mail", "Technik, Mail", "admin", "/technik/mail"),
    Shot("operation-jobs", "Technik, Aufgaben", "admin", "/technik/jobs"),
    Shot("operation-backups", "Technik, Sicherungen", "admin", "/technik/backups"),
)
README = {
    "reading": ("reading", 1440, "light"), "compare": ("compare", 1440, "light"), "history": ("history", 1440, "light"),
    "edition": ("edition", 1440, "light"), "start": ("start", 1440, "light"),
    "phone-reading": ("reading", 390, "light"),
    "editor": ("edit", 1440, "light"), "editor-dark": ("edit", 1440, "dark"), "phone-editor": ("edit", 390, "light"),
}  # fmt: skip
"""Pictures of the README: file in docs/images/ → page, width and look."""


@contextmanager
def served_sample() -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """A server of a fresh sample network in a temporary folder: its address, sign-in links, what fills paths."""
    with socket.socket() as probe, TemporaryDirectory(prefix="screens-") as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        address = f"http://127.0.0.1:{port}"
        settings = Settings(
            environment="development", instance_dir=Path(folder), base_url=address,
            secret_key=SecretStr("for pictures only, not a secret at all"),
        )  # fmt: skip
        engine = make_engine(settings.resolved_database_url())
        migrations.upgrade(engine)
        engine.dispose()
        app = create_app(settings)
        with using(settings), clock.at(NOW), session_scope(app.extensions["workspace_sessions"]):
            loader.load_sample()
            links = {role: f"{address}/sign-in/{write_token(who)}" for role, who in loader.sign_in_people()}
            words = _words()
            session().commit()
        clock._set = SimpleNamespace(get=lambda: NOW)  # type: ignore[assignment]  # also in the threads of the rooms
        config = uvicorn.Config(make_asgi(settings), port=port, lifespan="on", log_level="error", ws=WatchedSockets)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield address, links, words
        server.should_exit = True
        thread.join(timeout=10)
        app.extensions["workspace_engine"].dispose()


def _words() -> dict[str, str]:
    papers = {paper.title: paper for paper in session().scalars(select(Paper)).unique()}
    waiting = session().scalars(select(Submission.id).where(Submission.paper_id == papers[WAITING].id)).first()
    return {
        "long": papers[LONG].key, "waiting": papers[WAITING].key, "evaluation": papers[EVALUATION].key,
        "slug": papers[PUBLISHED].slug or "", "group": papers[LONG].group.key, "submission": str(waiting),
    }  # fmt: skip


def signed_in(browser: Browser, address: str, links: dict[str, str]) -> dict[str, Any]:
    """The cookies of each role; the first context stays open, so that a second person can act."""
    states: dict[str, Any] = {"public": None}
    for role in ("editor", *sorted(set(links) - {"editor"})):
        context = browser.new_context(base_url=address, locale="de-DE")
        page = context.new_page()
        page.goto(links[role])
        page.get_by_role("button", name="Jetzt anmelden").click()
        page.wait_for_load_state()
        states[role] = context.storage_state()
        if role != "editor":
            context.close()
    return states


def picture(page: Page, shot: Shot, words: dict[str, str]) -> Image.Image:
    page.goto(shot.path.format(**words))
    page.evaluate("document.fonts.ready")
    if shot.act is not None:
        shot.act(page)
    page.wait_for_timeout(150)
    return Image.open(
        io.BytesIO(page.screenshot(animations="allow" if shot.act is _together else "disabled", caret="hide"))
    ).convert("RGB")


def take_all(
    shots: Iterable[Shot], browser: Browser, address: str, links: dict[str, str], words: dict[str, str]
) -> int:
    """Take the pictures; bytes written."""
    states, size = signed_in(browser, address, links), 0
    for width, height in SIZES.items():
        for look in ("light", "dark"):
            contexts: dict[str, BrowserContext] = {}
            for shot in shots:
                if shot.role not in contexts:
                    contexts[shot.role] = browser.new_context(
                        base_url=address, locale="de-DE", storage_state=states[shot.role], reduced_motion="reduce",
                        viewport={"width": width, "height": height}, color_scheme=look,  # type: ignore[arg-type]
                        has_touch=width == 390, timezone_id="Europe/Berlin",
                    )  # fmt: skip
                page = contexts[shot.role].new_page()
                page.on("dialog", lambda dialog: dialog.accept())
                taken = picture(page, shot, words)
                page.close()
                file = SCREENS / f"{shot.name}-{width}-{look}.webp"
                taken.save(file, "WEBP", quality=QUALITY, method=6)
                size += file.stat().st_size
                for name, wanted in README.items():
                    if wanted == (shot.name, width, look):
                        taken.quantize(128).save(IMAGES / f"{name}.png", optimize=True)
            for context in contexts.values():
                context.close()
    return size


def write_index() -> None:
    """docs/screens/README.md: a line for each page, a link for each picture."""
    looks = [(width, look) for width in SIZES for look in ("light", "dark")]
    heads = " | ".join(f"{width} {'hell' if look == 'light' else 'dunkel'}" for width, look in looks)
    lines = [
        "# Pictures of every page", "",
        "Made by `make screens` from the sample network. Looked at before each release.", "",
        f"| Page | {heads} |", "|---" * (len(looks) + 1) + "|",
    ]  # fmt: skip
    for shot in PAGES:
        links = " | ".join(f"[{width}]({shot.name}-{width}-{look}.webp)" for width, look in looks)
        lines.append(f"| {shot.title} | {links} |")
    (SCREENS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default="", help="pages whose name holds this word")
    asked = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is not installed")
    shots = [shot for shot in PAGES if asked.only in shot.name]
    SCREENS.mkdir(exist_ok=True)
    with served_sample() as (address, links, words), sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        size = take_all(shots, browser, address, links, words)
        browser.close()
    if not asked.only:
        write_index()
    sys.stdout.write(f"{len(shots) * len(SIZES) * 2} pictures, {size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
