"""Input nobody means well with, sent to every address there is: a clear answer, never a 500."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.builders import TEXT, csrf_of, make_paper
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.discussion import actions as discussion
from workspace.discussion.models import ThreadKind
from workspace.editions import actions as editions
from workspace.groups import actions as groups
from workspace.papers import actions as papers
from workspace.papers.queries import get_revision
from workspace.permissions import NetworkRole, Role
from workspace.web.forms import Form, clean_line, clean_text

FORM = "application/x-www-form-urlencoded"
BEYOND = str(2**63)
BYTES = {
    "null": b"a\x00b",
    "half a character": b"\xed\xa0\x80",
    "not utf-8": b"\xff\xfe\xe4",
    "beyond 64 bit": BEYOND.encode(),
    "forty digits": b"9" * 40,
    "negative": b"-1",
    "nothing": b"",
    "signs": b"'\"<>%;--\\{{7*7}}%(x)s",
    "very long": b"x" * 9000,
    "every line end": "a\r\nb\rc\u2028d".encode(),
    "digits of another script": "١٢٣".encode(),
}
OTHER_FIELDS = {
    "q", "next", "do", "view", "before", "author", "named", "words", "year", "page", "kind", "start", "end", "from",
    "to", "block", "base", "revision", "theirs", "choice-0", "own-0", "kept_for", "number", "old", "new", "state",
    "slug", "number_old", "number_new", "member", "id", "paper_id", "group_id", "head_number", "password_hash",
}  # fmt: skip


def field_names() -> list[str]:
    """Every field of every form class, and every name that addresses and pages use besides."""

    def below(kind: type) -> Iterator[type]:
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    named = {name for form in below(Form) for name in vars(form) if hasattr(getattr(form, name), "field_class")}
    assert {"title", "email", "body", "purpose"} <= named
    return sorted(named | OTHER_FIELDS)


@dataclass
class World:
    """One of everything, and somebody who may do everything."""

    app: Flask
    values: dict[str, str]
    """What stands for each part of an address."""
    browser: FlaskClient


@pytest.fixture
def world(app: Flask, db: Session, people: People, client_for: ClientFor) -> World:
    cora = actor_of(people.coordination)
    for role in NetworkRole:
        accounts.give_network_role(cora, people.editor, role)
    groups.set_role(actor_of(people.lead), people.quality, people.editor, Role.LEAD)
    db.commit()
    emil, paper = actor_of(people.editor), make_paper(people)
    start = TEXT.index("acht Wochen")
    thread = discussion.open_thread(
        emil, paper, kind=ThreadKind.QUESTION, body="Warum?", revision_number=1, span=(start, start + 4)
    )
    db.commit()
    version = papers.name_version(emil, get_revision(paper, 1), name="B1")
    db.commit()
    submission = editions.submit_version(emil, version, authors="AG Qualität")
    db.commit()
    editions.publish(actor_of(people.editor), submission)
    db.commit()
    values = {
        "group_key": people.quality.key, "paper_key": paper.key, "member_id": str(people.reader.id), "slug": paper.slug,
        "comment_id": str(thread.comments[0].id), "submission_id": str(submission.id), "number": "1", "start": "0",
        "end": "9", "old": "1", "new": "1", "first": "1.0", "second": "1.0", "major": "1", "minor": "0",
        "name": "bild.png", "token": "x", "filename": "favicon.svg",
    }  # fmt: skip
    browser = client_for(people.editor)
    browser.environ_base["HTTP_X_CSRFTOKEN"] = csrf_of(browser.get("/account"))
    return World(app, {name: str(value) for name, value in values.items()}, browser)


def address_of(world: World, rule: Rule, **instead: str) -> str:
    """A rule's address with something that exists in each of its places."""
    parts = []
    for is_place, part in rule._trace:
        if not is_place:
            parts.append(part.lstrip("|"))
            continue
        name = part
        if name == "key":
            name = "group_key" if rule.rule.startswith("/groups") else "paper_key"
        parts.append(instead.get(part) or world.values.get(name, "1"))
    return "".join(parts)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "accounts.sign_out"]


def broken_by(world: World, method: str, **options: Any) -> list[str]:
    """Rules that answer this request with a 500; options as the client's. `/health` says 503 where no worker runs."""
    found = []
    for rule in rules(world.app):
        if method in (rule.methods or set()):
            answer = world.browser.open(address_of(world, rule), method=method, **options)
            answer.close()
            if answer.status_code >= 500 and (rule.endpoint, answer.status_code) != ("operation.health", 503):
                found.append(f"{method} {rule.rule}")
    return found


@pytest.mark.parametrize("what", BYTES)
def test_odd_values_in_every_field_and_query(world: World, what: str) -> None:
    sent = "&".join(f"{name}={quote(BYTES[what])}" for name in field_names())
    assert broken_by(world, "GET", query_string=sent) == []
    assert broken_by(world, "POST", data=sent, content_type=FORM) == []


def test_unknown_and_repeated_fields(world: World) -> None:
    sent = "&".join(f"{name}={value}" for name in [*field_names(), "unknown", "roles[]", "a.b", ""] for value in "ab")
    assert broken_by(world, "POST", data=sent, content_type=FORM) == []


JSON_BODIES = ["[1]", "null", '{"title": 5, "name": ["a"], "body": {"a": 1}, "email": "\\ud800"}', "{"]
BODIES = [
    *(("application/json", body.encode()) for body in JSON_BODIES),
    ("text/plain", b"name=x"),
    ("application/xml", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nohne Ende"),
    ("multipart/form-data; boundary=x",
     b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff/../\x00"\r\n'
     b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--x--\r\n"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"name=+ADw-script+AD4-"),
    ("", b"\x00\x01\x02"),
    ("nonsense", b"name=x"),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "body"), BODIES)
def test_bodies_of_other_kinds(world: World, content_type: str, body: bytes) -> None:
    assert broken_by(world, "POST", data=body, content_type=content_type) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "X" * 50])
def test_other_methods(world: World, method: str) -> None:
    for rule in rules(world.app):
        answer = world.browser.open(address_of(world, rule), method=method)
        assert answer.status_code == 405, f"{method} {rule.rule}"


@pytest.mark.parametrize("value", [BEYOND, "9" * 40, "%00", "%ED%A0%80", "0", "999999", "-1", "%2e%2e", "x" * 3000])
def test_odd_parts_of_addresses_name_nothing(world: World, value: str) -> None:
    for rule in rules(world.app):
        numbers = {name for name, converter in rule._converters.items() if type(converter).__name__ != "PathConverter"}
        for name in numbers - {"token"}:
            answer = world.browser.get(address_of(world, rule, **{name: value}))
            assert answer.status_code < 500, f"{rule.rule} {name}"
            is_id = type(rule._converters[name]).__name__ in {"IdConverter", "NumberConverter", "KeyConverter"}
            if is_id and value not in {"0", "999999"} and "GET" in (rule.methods or set()):
                assert answer.status_code == 404, f"{rule.rule} {name}"


# Sizes


def test_a_form_that_is_too_large_is_refused(world: World, people: People) -> None:
    settings = world.app.extensions["workspace_settings"]
    address = f"/groups/{world.values['group_key']}/description"
    for body in (
        b"purpose=" + b"x" * settings.form_max_bytes,
        b"&".join(b"f%d=1" % number for number in range(settings.form_max_fields + 1)),
        b"x" * (settings.request_max_bytes + 1),
    ):
        answer = world.browser.post(address, data=body, content_type=FORM)
        assert answer.status_code == 413
        words = answer.get_data(as_text=True)
        assert "Das ist zu groß" in words
        assert len(words) < 50_000, "it is not sent back"


def test_many_fields_of_a_multipart_form_are_refused(world: World) -> None:
    limit = world.app.extensions["workspace_settings"].form_max_fields
    part = 'Content-Disposition: form-data; name="f{}"\r\n\r\n1\r\n'
    body = "".join("--x\r\n" + part.format(number) for number in range(limit + 1)) + "--x--\r\n"
    answer = world.browser.post("/people", data=body.encode(), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_limits_of_fields_are_told_at_the_field(world: World) -> None:
    address = f"/groups/{world.values['group_key']}/description"
    page = world.browser.post(address, data={"name": "N" * 121, "purpose": "P" * 1001})
    words = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "höchstens 120 Zeichen, es sind 121." in words
    assert "höchstens 1000 Zeichen, es sind 1001." in words


def test_a_form_field_is_read_from_forms_only(app: Flask, client_for: ClientFor, people: People) -> None:
    lead = client_for(people.lead)
    token = csrf_of(lead.get("/account"))
    answer = lead.post("/account/language", json={"language": "en"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 422


# What is kept of what was typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jana \t Reuter\n", "Jana Reuter"),
        ("Ju\u0308rgen", "Jürgen"),
        ("a\x00b\x07c\ufeffd", "abcd"),
        ("\ud800x\udfff", "x"),
        ("\ud83c\udf00", "\U0001f300"),
        ("a\u00a0b\u2003c", "a b c"),
        (None, ""),
    ],
)
def test_a_line_is_cleaned(typed: str | None, kept: str) -> None:
    assert clean_line(typed) == kept


def test_lines_of_a_text_stay() -> None:
    assert clean_text("\r\nErste\r\n\r\nZweite\x00\n\n") == "Erste\n\nZweite"


def test_millions_of_empty_fields_are_refused_at_once(world: World) -> None:
    started = time.monotonic()
    answer = world.browser.post("/account/language", data=b"&" * 7_000_000, content_type=FORM)
    assert answer.status_code == 413
    assert time.monotonic() - started < 5 * 2
