"""Take the pictures of the help page: real pages of the sample network, with a ring around what is pressed.

    python scripts/help_pictures.py

Loads the sample into a folder of its own, serves it on the loopback address, drives Debian's Chromium and writes
`static/help/*.webp`, in German and light. Run it after a page that is shown has changed its looks.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "static" / "help"
SIZE = {"width": 960, "height": 600}
QUALITY = 60
PATIENCE = 60_000
"""Milliseconds; a page that is not there by then is not coming."""
RING = "[data-ring] { outline: 3px solid #b4530a !important; outline-offset: 5px !important; border-radius: 3px; }"
NAME_THE_HOST = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data } = texts.currentNode;
    if (data.includes(location.origin)) texts.currentNode.data = data.replaceAll(location.origin, "https://papiere.example.org");
  }
}"""
"""Addresses that are shown name an example instead of this machine."""
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--force-color-profile=srgb"]
PAPER = "Beteiligung, die eine Antwort bekommt"


@dataclass(frozen=True)
class Shot:
    """A picture: whose browser, what it does there; what `act` returns gets the ring and is brought into view."""

    name: str
    who: str
    act: Callable[[Page], Locator | None]


def _paper(page: Page) -> None:
    page.goto("/papers")
    page.get_by_role("link", name=PAPER, exact=True).first.click()


def _more(page: Page, word: str) -> None:
    _paper(page)
    page.locator(".bar__end .menu > summary").click()
    page.locator(".bar__end .menu__list").get_by_role("link", name=word, exact=True).click()


def _tools(page: Page, word: str) -> None:
    """Open the tools of a paragraph in the middle of the text and follow one of its links."""
    _paper(page)
    handle = page.locator("article > p > .handle").nth(1)
    handle.scroll_into_view_if_needed()
    handle.click(force=True)
    page.locator("#pop").get_by_role("link", name=word, exact=True).click()


def find(page: Page) -> Locator:
    page.goto("/")
    return page.locator(".items--papers .is-news .note a").first


def read(page: Page) -> Locator:
    page.goto("/")
    page.locator(".items--papers .is-news .what a").first.click()
    return page.get_by_role("button", name="Als gelesen merken").first


def comment(page: Page) -> Locator:
    _tools(page, "Kommentieren")
    field = page.locator("dialog textarea")
    field.fill("Wer prüft, ob die Frist eingehalten wird?")
    return field


def answer(page: Page) -> Locator:
    _more(page, "Alle Rückmeldungen")
    page.locator("main a[href*='/threads/']").first.click()
    return page.locator("main textarea").first


def correct(page: Page) -> Locator:
    _tools(page, "Absatz bearbeiten")
    return page.locator("main textarea").first


def write(page: Page) -> Locator:
    _paper(page)
    page.get_by_role("link", name="Bearbeiten", exact=True).first.click()
    page.locator(".cm-content").wait_for()
    return page.get_by_role("button", name="Speichern", exact=True).locator("visible=true").first


def compare(page: Page) -> Locator:
    page.goto("/")
    page.locator(".items--papers .is-news .note a").first.click()
    return page.locator("[data-n='1']")


def authors(page: Page) -> None:
    _more(page, "Wer hat was geschrieben?")


def restore(page: Page) -> None:
    _more(page, "Verlauf und Fassungen")


def version(page: Page) -> Locator:
    _more(page, "Verlauf und Fassungen")
    newest = page.locator("main a[href*='/revisions/']").first.get_attribute("href") or ""
    address, _slash, number = newest.partition("#")[0].rpartition("/")
    page.goto(f"{address}/{int(number) - 1}")
    named = page.locator("summary", has_text="Als Fassung benennen")
    named.click()
    return named


def submit(page: Page) -> None:
    page.goto("/papers")
    page.locator(".items--papers .what a").first.click()
    page.goto(page.url.split("?")[0].rstrip("/") + "/submission")


def cite(page: Page) -> Locator:
    page.goto("/library")
    page.locator(".pub h3 a").first.click()
    return page.locator(".cite .btn").first


SHOTS = (
    Shot("find", "editor", find), Shot("read", "editor", read), Shot("comment", "reviewer", comment),
    Shot("answer", "editor", answer), Shot("correct", "editor", correct), Shot("write", "editor", write),
    Shot("compare", "editor", compare), Shot("authors", "editor", authors), Shot("restore", "editor", restore),
    Shot("version", "editor", version), Shot("submit", "lead", submit), Shot("cite", "editor", cite),
)  # fmt: skip


def main(only: set[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with TemporaryDirectory(prefix="help-pictures-") as folder:
        command = [str(Path(sys.executable).with_name("workspace"))]
        environment = {**os.environ, "WORKSPACE_INSTANCE_DIR": folder}
        loaded = subprocess.run(
            [*command, "sample", "load", "--port", port], env=environment, check=True, capture_output=True, text=True
        ).stdout
        server = subprocess.Popen([*command, "serve", "--port", port], env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/")
            _take(f"http://127.0.0.1:{port}", dict(re.findall(r"^\s+(\w+)\s.*?(http\S+)$", loaded, re.MULTILINE)), only)
        finally:
            server.terminate()
            server.wait()


def _wait(address: str) -> None:
    for _attempt in range(200):
        try:
            with urlopen(address):  # noqa: S310 - our own loopback address
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def _take(address: str, links: dict[str, str], only: set[str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        pages: dict[str, Page] = {}
        for shot in SHOTS:
            if only and shot.name not in only:
                continue
            if shot.who not in pages:
                context = browser.new_context(
                    base_url=address, viewport=SIZE, device_scale_factor=1.5, locale="de-DE", bypass_csp=True,  # type: ignore[arg-type]
                    color_scheme="light",
                )  # fmt: skip
                pages[shot.who] = page = context.new_page()
                page.set_default_timeout(PATIENCE)
                page.goto(links[shot.who])
                page.locator("main button").click()
                page.wait_for_load_state()
            _save(shot, pages[shot.who])
        browser.close()


def _save(shot: Shot, page: Page) -> None:
    ringed = shot.act(page)
    page.wait_for_load_state("networkidle")
    page.add_style_tag(content=RING)
    page.evaluate(NAME_THE_HOST)
    if ringed is not None:
        ringed.evaluate("e => { e.dataset.ring = ''; e.scrollIntoView({block: 'center'}); }")
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(PICTURES / f"{shot.name}.webp", "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    main(set(sys.argv[1:]))
