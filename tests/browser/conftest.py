"""A real server, a real Chromium, a page for each person: desktop or phone, light or dark, scripts or none."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright
from pydantic import SecretStr
from sqlalchemy.orm import Session

from tests.people import People, make_people
from workspace import create_app
from workspace.accounts.models import Member
from workspace.accounts.signing_in import open_session
from workspace.asgi import make_asgi
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.live.transport import WatchedSockets

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=20_000)
"""A busy machine is slow, not wrong."""
SEEN = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker drives the browser: Chromium alone fills a core."""
    for item in items:
        if SEEN in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    options += ["--disable-component-update", "--disable-sync", "--force-color-profile=srgb"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@dataclass
class Served:
    """A running installation; `db` is the current session of the test."""

    app: Flask
    address: str
    db: Session
    people: People


@contextmanager
def serving(settings: Settings) -> Iterator[Flask]:
    """The app of these settings with its live rooms, answering at its address from a thread beside the test."""
    app = create_app(settings)
    port = urlsplit(settings.base_url).port or 80
    config = uvicorn.Config(make_asgi(settings), port=port, lifespan="on", log_level="error", ws=WatchedSockets)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield app
    server.should_exit = True
    thread.join(timeout=10)
    app.extensions["workspace_engine"].dispose()


def free_address() -> str:
    """An address of this machine at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def served(tmp_path: Path, sqlite_template: Path) -> Iterator[Served]:
    at = tmp_path / "workspace.sqlite3"
    shutil.copy(sqlite_template, at)
    settings = Settings(
        environment="test", instance_dir=tmp_path, database_url=f"sqlite:///{at}", base_url=free_address(),
        secret_key=SecretStr("for tests only, not a secret at all"), argon2_memory_kib=1024, argon2_rounds=1, threads=4,
    )  # fmt: skip
    with serving(settings) as app, using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
        people = make_people()
        opened.commit()
        yield Served(app, settings.base_url, opened, people)


PageFor = Callable[..., Page]


@pytest.fixture
def page_for(chromium: Browser, served: Served) -> Iterator[PageFor]:
    """A page of a browser in which this member is signed in; scripts that fail fail the test.

    So does a question that a page asks ("leave?"), unless the test gives a list `asked`, where it is noted. It is
    answered with yes.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        member: Member | None = None, *,
        phone: bool = False, scripts: bool = True, dark: bool = False, asked: list[str] | None = None,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            base_url=served.address,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="de-DE",
        )
        opened.append(context)
        if member is not None:
            context.add_cookies([cookie_of(served, member)])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("dialog", lambda dialog: _say_yes(dialog, complaints if asked is None else asked))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda sent: _stays(sent.url, served.address, complaints))
        return page

    yield make
    for context in opened:
        context.close()
    assert not complaints


def _say_yes(dialog: Dialog, asked: list[str]) -> None:
    asked.append(dialog.type)
    dialog.accept()


def _stays(url: str, address: str, complaints: list[str]) -> None:
    if not url.startswith((address, "about:", "blob:")):
        complaints.append(f"a page asked for {url}")


def client_of(served: Served, member: Member | None) -> FlaskClient:
    """A client without a browser in which this member is signed in."""
    client = served.app.test_client()
    if member is not None:
        token = open_session(member, device="client", earlier=None)
        served.db.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def cookie_of(served: Served, member: Member) -> dict[str, object]:
    """The session cookie of a member who has just signed in."""
    token = open_session(member, device="Chromium", earlier=None)
    served.db.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(served.app)
    assert signer is not None
    return {"name": "session", "value": signer.dumps({"_user_id": token, "_fresh": True}), "url": served.address}
