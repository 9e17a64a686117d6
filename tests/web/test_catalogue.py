"""The English interface: every sentence is translated, and no German is left on English pages."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from babel.messages.catalog import Message
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment
from jinja2.ext import extract_from_ast
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import csrf_of
from tests.conftest import ClientFor
from tests.people import People
from tests.test_access import address, all_endpoints, values
from tests.world import DRAFT, OLD, SECRETS, SUBMITTED_SECRETS, TITLE, World, make_world
from workspace.accounts.models import Member, Organisation
from workspace.config import Settings, using
from workspace.groups.models import Group
from workspace.network.models import Network
from workspace.papers.models import Paper, Revision, Version
from workspace.web.i18n import fmt_datetime

ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTIONS = ("_", "_l", "_n", "gettext", "lazy_gettext", "ngettext")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

TELLTALE = re.compile(
    r"\b(?:und|oder|nicht|noch|nur|auch|für|mit|von|vom|zum|zur|auf|aus|bei|sich|hier|jetzt|wer|wie|seit|schon"
    r"|der|das|dem|den|eine?[mnrs]?|keine?[mnrs]?|sie|ihn(?:en)?|ihre?[mnrs]?|ist|sind|hat|haben|wird|werden|wurden?"
    r"|kann|können|bitte|alle[mnrs]?|januar|februar|märz|mai|juni|juli|oktober|dezember)\b"
    r"|änder|papier|rückmeld|fassung|ausgabe|entwurf|öffentlich|speicher|kommentier|[äöüß]",
    re.IGNORECASE,
)
"""Words and letters that no English sentence has, "hat" aside, which the workspace never speaks of."""
EXAMPLES = ("Beteiligung", "Bürgerbeteiligungsverfahren", "beteiligung-mit-antwort", "Deutsch")
"""German words that English sentences name: what is searched for, an address, the German name of the language."""

SPOKEN = frozenset({"title", "alt", "aria-label", "aria-description", "placeholder", "label"})
"""Attributes that are shown or read out; besides those that hand words to scripts."""
UNSEEN = frozenset({"script", "style", "template", "textarea", "code", "pre"})

MORE_PAGES = (
    "/search?q=Oeffentliches", "/search?q=Zwiebelturm", "/search?q=Xylophonbauer", "/library?q=Oeffentliches",
    "/library?q=Xylophonbauer", "/library?kind=position_paper&year=2020", "/p/{slug}/1.0", "/p/{slug}/1.1",
    "/p/{slug}/compare/1.0/1.1", "/papers/{key}/compare/1/2?view=side", "/papers/{key}/compare/1/2?view=changes",
    "/papers/{key}/compare/1/2?view=clean", "/papers/{key}/compare/1/1", "/papers/{key}/revisions/2",
    "/papers/{key}/history?versions=1", "/papers/{key}/history?q=Xylophonbauer", "/papers/{submitted}",
    "/papers/{submitted}/submission", "/papers/{published}", "/papers/{published}/submission",
    "/papers/{published}/log", "/papers/{published}/history", "/not-there", "/groups/{other}", "/datenschutz",
    "/barrierefreiheit", "/settings/privacy",
)  # fmt: skip
"""States of pages that the plain addresses of the endpoints do not show."""

PAPER_WORDS = (
    "Anlass", "Hier steht", " und ", ", und sonst nichts.", "Ein zweiter Absatz bleibt.", ", bitte prüfen",
)  # fmt: skip
"""What papers and comments of the test world say beside their secret words: contents and quotations show it."""

Form = tuple[str, str, Mapping[str, str]]
"""Who sends what to which endpoint."""

WRONG_FORMS: tuple[Form, ...] = (
    ("coordination", "accounts.admit", {"email": "none"}),
    ("reader", "accounts.set_password", {"new": "short"}),
    ("reader", "accounts.set_password", {"new": "Passwort1234"}),
    ("reader", "accounts.change_profile", {"name": ""}),
    ("reader", "accounts.change_address", {"email": "none"}),
    ("reader", "accounts.confirm_factor", {"code": "1"}),
    ("reader", "membership.leave", {}),
    ("lead", "membership.leave", {"sure": "y"}),
    ("coordination", "accounts.set_address", {"email": "none"}),
    ("coordination", "membership.invite_post", {"people": " "}),
    ("anonymous", "accounts.send_forgotten", {}),
    ("anonymous", "membership.join_post", {"email": "x@stadt.example"}),
    ("anonymous", "membership.accept", {}),
    ("anonymous", "accounts.sign_in_with_password", {"email": "x@stadt.example", "password": "wrong"}),
    ("coordination", "groups.create_post", {}),
    ("lead", "groups.describe", {"name": "x" * 500}),
    ("lead", "groups.set_role", {}),
    ("admin", "network.save_settings", {}),
    ("admin", "network.save_legal", {}),
    ("admin", "network.save_legal", {"text": "x", "base": "77"}),
    ("editor", "papers.create_post", {}),
    ("editor", "papers.describe_post", {}),
    ("editor", "papers.save", {"base": "2", "body": ""}),
    ("editor", "papers.save", {"base": "1", "body": f"## Anlass\n\nHier steht {OLD} ohne {DRAFT}.\n"}),
    ("editor", "papers.save_block", {"base": "77", "body": "x"}),
    ("editor", "papers.upload", {}),
    ("editor", "papers.name_version", {}),
    ("reader", "papers.unpark", {}),
    ("reviewer", "discussion.open", {"revision": "2"}),
    ("reviewer", "discussion.reply", {}),
    ("reviewer", "discussion.edit_comment_post", {}),
    ("reviewer", "discussion.pin_post", {}),
    ("lead", "editions.submit_post", {}),
    ("coordination", "editions.publish", {}),
    ("coordination", "editions.send_back", {}),
    ("coordination", "editions.withdraw", {}),
)
"""Each form with something wrong in it; nothing of this changes anything."""

LIST = "x; x; x; AG\nNora Neu; nora@stadt.example\nNora Neu; nn@see.example"
JOINS = {"name": "Nora Neu", "email": "n@see.example", "organisation": "Musterstadt", "function": "x", "reason": "x"}
DEEDS: tuple[Form, ...] = (
    ("lead", "papers.read", {"revision": "2"}),
    ("lead", "papers.unread", {"revision": "0"}),
    ("lead", "papers.describe_post", {"title": TITLE}),
    ("lead", "papers.save", {"base": "2", "body": "## Anlass\n\nHier steht nur das.\n"}),
    ("lead", "papers.save", {"base": "3", "body": "## Anlass\n\nHier steht nur das.\n"}),
    ("lead", "papers.restore", {}),
    ("lead", "papers.name_version", {"name": "F9"}),
    ("reviewer", "discussion.open", {"kind": "question", "revision": "2", "body": "x"}),
    ("reviewer", "discussion.reply", {"body": "x"}),
    ("reviewer", "discussion.resolve", {}),
    ("reviewer", "discussion.reopen", {}),
    ("lead", "papers.park", {"reason": "x"}),
    ("lead", "papers.unpark", {}),
    ("lead", "groups.describe", {"name": "AG Neu"}),
    ("coordination", "accounts.admit", {"name": "Nora Neu", "email": "nora@stadt.example"}),
    ("coordination", "accounts.write_link", {}),
    ("coordination", "accounts.send_link", {}),
    ("coordination", "membership.invite_post", {"people": LIST}),
    ("coordination", "membership.invite_post", {"people": "Nora Neu; nn@see.example", "send": "1"}),
    ("anonymous", "accounts.send_forgotten", {"email": "reader@stadt.example"}),
    ("anonymous", "membership.join_post", JOINS),
    ("reader", "accounts.change_profile", {"name": "Rudi Lesend", "organisation": "Musterstadt"}),
    ("reader", "accounts.change_address", {"email": "rudi.neu@stadt.example"}),
    ("reader", "accounts.begin_factor", {}),
    ("reader", "accounts.end_other_sessions", {}),
    ("coordination", "editions.send_back", {"answer": "x"}),
    ("coordination", "editions.withdraw", {"reason": "x"}),
    ("coordination", "accounts.close", {}),
    ("coordination", "accounts.reopen", {}),
    ("admin", "network.save_settings", {"name": "Netzwerk"}),
    ("admin", "network.save_legal", {"text": "x", "base": "0"}),
    ("lead", "groups.set_role", {"member": "6", "role": "reader"}),
    ("admin", "operation.probe", {}),
    ("admin", "operation.send_again", {}),
    ("admin", "operation.do_job_again", {}),
    ("admin", "operation.ask_for_backup", {}),
    ("admin", "operation.send_held", {}),
    ("admin", "operation.drop_held", {}),
)
"""What changes something, in an order that works, to read what is said afterwards."""


@cache
def catalogue() -> ModuleType:
    """The script that collects and compiles."""
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "scripts" / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def messages() -> tuple[Message, ...]:
    """Every collected sentence with its translation."""
    script = catalogue()
    return tuple(message for message in script.translated(script.collected()) if message.id)


def forms_of(message: Message) -> Iterator[tuple[str, str]]:
    """(German, English) of a sentence; one pair for each number where it has several."""
    german = message.id if isinstance(message.id, tuple | list) else (message.id,)
    english = message.string if isinstance(message.string, tuple | list) else (message.string,)
    assert len(german) == len(english), german
    yield from zip(german, english, strict=True)


def said_in_code() -> Iterator[tuple[str, str]]:
    """(file, German sentence) of every call that translates, read from the syntax tree."""
    for path in sorted((ROOT / "workspace").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in FUNCTIONS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path.name, first.value


def said_in_templates() -> Iterator[tuple[str, str]]:
    """The same for templates."""
    environment = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - it only parses
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for _line, _function, words in extract_from_ast(environment.parse(path.read_text()), FUNCTIONS):
            first = words if isinstance(words, str) else (words or ("",))[0]
            assert first, path
            yield f"{path.parent.name}/{path.name}", first


# The catalogue


def test_every_sentence_of_code_and_templates_is_collected() -> None:
    known = {german for message in messages() for german, _english in forms_of(message)}
    said = {*said_in_code(), *said_in_templates()}
    assert len(said) > 700
    assert {(where, words) for where, words in said if words not in known} == set()


def test_every_sentence_has_a_translation() -> None:
    script = catalogue()
    assert script.untranslated(script.translated(script.collected())) == []


def test_the_files_are_up_to_date() -> None:
    assert catalogue().main(["--check"]) is None


def test_placeholders_are_the_same_on_both_sides() -> None:
    for message in messages():
        for german, english in forms_of(message):
            assert sorted(PLACEHOLDER.findall(german)) == sorted(PLACEHOLDER.findall(english)), german
            rest = PLACEHOLDER.sub("", english).replace("%%", "")
            assert "%" not in rest, f"a lone % breaks the page: {english}"


def test_translations_are_english_with_english_quotes() -> None:
    for message in messages():
        for german, english in forms_of(message):
            assert not TELLTALE.search(_without(english, EXAMPLES)), f"{german}: {english}"
            assert not re.search(r"[„\"]", english), f"{german}: {english}"
            assert english.count("“") == english.count("”"), f"{german}: {english}"


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_dates_put_the_day_first(app: Flask, settings: Settings) -> None:
    moment = datetime(2026, 3, 14, 13, 3, tzinfo=UTC)
    with using(settings), app.test_request_context(headers={"Accept-Language": "en"}):
        assert fmt_datetime(moment) == "14 March 2026, 14:03"


# The pages


class Browser:
    """Asks for pages in English as one person and tells what German is on them."""

    def __init__(self, client: FlaskClient, data: tuple[str, ...]) -> None:
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.client, self.data = client, data

    def german_at(self, path: str) -> Iterator[str]:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code < 500, path
        if "html" in (answer.content_type or ""):
            yield from self.german_in(answer.get_data(as_text=True), path)

    def send(self, path: str, form: Mapping[str, str]) -> TestResponse:
        token = csrf_of(self.client.get("/sign-in", follow_redirects=True))
        return self.client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)

    def german_in(self, html: str, path: str) -> Iterator[str]:
        tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
        assert tree.get("lang") == "en", path
        for words in (*shown(tree), *labels_in_prose(tree)):
            left = _without(words, (*EXAMPLES, *self.data)).strip()
            if TELLTALE.search(left) or left in untranslated_words():
                yield f"{path}: {words.strip()}"


@cache
def untranslated_words() -> frozenset[str]:
    """German sentences as they stand in code and templates, whose English is another."""
    same = {german for message in messages() for german, english in forms_of(message) if german == english}
    return frozenset(words.strip() for _where, words in (*said_in_code(), *said_in_templates())) - same


def _without(words: str, data: tuple[str, ...]) -> str:
    """The words without what people wrote or were called."""
    for piece in sorted(data, key=len, reverse=True):
        words = words.replace(piece, "")
    return words


def is_of_a_paper(element: Element) -> bool:
    """Whether what stands in an element is a paper's text or title, in its own language."""
    return element.get("lang") == "de" or "prose" in (element.get("class") or "").split()


def shown(element: Element) -> Iterator[str]:
    """Texts and spoken attributes of a page, without texts of papers and what is typed."""
    if not isinstance(element.tag, str) or element.tag in UNSEEN or is_of_a_paper(element):
        return
    yield from _said_by(element)
    for child in element:
        yield from shown(child)
        yield child.tail or ""


def _said_by(element: Element) -> Iterator[str]:
    yield element.text or ""
    for name, value in element.attrib.items():
        if name in SPOKEN or (name.startswith("data-") and " " in value):
            yield value


def labels_in_prose(tree: Element) -> Iterator[str]:
    """What the workspace itself says inside the text of a paper: hidden words, summaries of folds, labels."""
    for place in (element for element in tree.iter() if isinstance(element.tag, str) and is_of_a_paper(element)):
        for element in place.iter():
            if element.get("data-skip") is not None or element.tag == "summary" or "vh" in _classes(element):
                yield from (element.text or "", *(child.text or "" for child in element))


def _classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


@pytest.fixture
def data(db: Session, world: World) -> tuple[str, ...]:
    """Names, titles and words of people: they stay as they are in every language."""
    columns: tuple[Any, ...] = (
        Member.name, Organisation.name, Group.name, Group.purpose, Paper.title, Paper.abstract, Version.name,
        Version.note, Revision.summary, Network.name, Network.about,
    )  # fmt: skip
    found = {value for column in columns for value in db.scalars(select(column)) if value}
    return (*found, *SECRETS, *SUBMITTED_SECRETS, *PAPER_WORDS, world.published.slug or "")


def browser(client_for: ClientFor, world: World, data: tuple[str, ...], person: str) -> Browser:
    return Browser(client_for(None if person == "anonymous" else getattr(world.people, person)), data)


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize("person", ["anonymous", "reader", "reviewer", "lead", "coordination", "admin"])
def test_no_page_asked_for_in_english_speaks_german(
    app: Flask, world: World, data: tuple[str, ...], client_for: ClientFor, person: str
) -> None:
    with app.app_context():  # links in mails are signed
        paths = {
            address(app, endpoint, method, values(world, endpoint))
            for endpoint, method in all_endpoints()
            if method == "GET" and endpoint != "static"
        }
    names = {
        "key": world.draft.key, "submitted": world.submitted.key, "published": world.published.key,
        "slug": world.published.slug, "other": world.people.other.key,
    }  # fmt: skip
    paths |= {path.format_map(names) for path in MORE_PAGES}
    reading = browser(client_for, world, data, person)
    found = [line for path in sorted(paths) for line in reading.german_at(path)]
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("forms", "statuses"), [(WRONG_FORMS, range(400, 500)), (DEEDS, range(200, 300))])
def test_no_answer_in_english_speaks_german(
    app: Flask, world: World, data: tuple[str, ...], client_for: ClientFor, forms: tuple[Form, ...], statuses: range
) -> None:
    browsers = {person: browser(client_for, world, data, person) for person, _endpoint, _form in forms}
    found: list[str] = []
    for person, endpoint, form in forms:
        with app.app_context():
            path = address(app, endpoint, "POST", values(world, endpoint))
        answer = browsers[person].send(path, form)
        assert answer.status_code in statuses, f"{endpoint}: {answer.status}"
        found += browsers[person].german_in(answer.get_data(as_text=True), f"{endpoint} {dict(form)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_the_examination_notices_german(client_for: ClientFor, db: Session) -> None:
    page = """<!doctype html><html lang="en"><title>Papers</title><p>Gespeichert.</p><p title="Bitte warten">x</p>
        <button data-done="Link ist kopiert">Copy</button><p>Ein Satz</p><article class="prose" lang="de"><p>Und hier
        nicht.</p><span class="vh">Gestrichen:</span></article><textarea>Und hier auch nicht.</textarea></html>"""
    found = list(Browser(client_for(None), ()).german_in(page, "/"))
    assert [line.removeprefix("/: ") for line in found] == [
        "Gespeichert.", "Bitte warten", "Link ist kopiert", "Ein Satz", "Gestrichen:",
    ]  # fmt: skip
