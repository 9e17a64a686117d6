"""The help page in both languages: the same tasks, their pictures, the words, whom to ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from tests.conftest import ClientFor
from tests.people import People
from workspace.web.templating import resource_dir

TASK = re.compile(r'<section class="task" id="([a-z]+)".*?</section>', re.DOTALL)
PICTURE = re.compile(r'src="/static/help/([a-z]+)\.webp[^"]*" width="(\d+)" height="(\d+)"[^>]*alt="([^"]+)"')
MOST_BYTES = 90_000
"""Of one picture; they are loaded as one scrolls to them."""


def help_page(app: Flask, language: str) -> str:
    return app.test_client().get("/hilfe", headers={"Accept-Language": language}).get_data(as_text=True)


def tasks(page: str) -> dict[str, tuple[str, int]]:
    """Anchor → (picture, number of steps)."""
    return {m[1]: (PICTURE.findall(m[0])[0][0], m[0].count("<li>")) for m in TASK.finditer(page)}


def test_both_languages_tell_the_same_tasks_with_the_same_pictures(app: Flask) -> None:
    german, english = tasks(help_page(app, "de")), tasks(help_page(app, "en"))
    assert german == english
    assert len(german) == 12
    assert len({picture for picture, _steps in german.values()}) == 12


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_entry_of_the_contents_leads_somewhere(app: Flask, language: str) -> None:
    page = help_page(app, language)
    linked = re.findall(r'<li><a href="#([a-z]+)">', page)
    assert len(linked) == 15
    assert [anchor for anchor in linked if page.count(f'id="{anchor}"') != 1] == []


def test_pictures_are_light_and_as_large_as_the_page_says(app: Flask) -> None:
    folder = resource_dir("static") / "help"
    shown = PICTURE.findall(help_page(app, "de"))
    assert {Path(f"{name}.webp") for name, *_rest in shown} == {Path(file.name) for file in folder.iterdir()}
    for name, width, height, _alt in shown:
        path = folder / f"{name}.webp"
        assert path.stat().st_size < MOST_BYTES, name
        with Image.open(path) as picture:
            assert picture.width * int(height) == picture.height * int(width), name


def test_members_read_whom_they_can_ask(app: Flask, client_for: ClientFor, people: People) -> None:
    assert "Cora Koordination" in client_for(people.reader).get("/hilfe").get_data(as_text=True)
    public = help_page(app, "de")
    assert "Cora" not in public
    assert "cora@netz.example" not in public


def test_every_word_of_the_workspace_is_explained(app: Flask) -> None:
    page = help_page(app, "de")
    terms = re.findall(r"<dt>([^<]+)</dt>", page)
    for word in ("Fassung", "Ausgabe", "Rückmeldung", "Textstelle", "Koordination", "Technik", "Mitlesen", "Ruht"):
        assert word in terms
    assert len(terms) == len(set(terms))
