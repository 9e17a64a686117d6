"""What is private stays private: unique words of drafts are looked for in everything an outsider can reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import ClientFor
from tests.people import People
from tests.test_access import values
from tests.world import DRAFT, OLD, SECRETS, SUBMITTED_SECRETS, SUBMITTED_TEXT, World, make_world

OUTSIDERS = ("anonymous", "disabled", "stranger", "admin")
LINK = re.compile(r'(?:href|src|action)="([^"]+)"')
MOST_PAGES = 600


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


def things(world: World) -> Iterator[dict[str, object]]:
    """Everything that can fill an address: each paper, each of its numbers."""
    for paper in (world.draft, world.submitted, world.published):
        for number in range(1, paper.head_number + 1):
            yield {"key": paper.key, "number": number, "old": 1, "new": number, "start": 0, "end": 9}


def addresses(app: Flask, world: World) -> set[str]:
    """Every address one could guess with the keys in hand."""
    found: set[str] = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()):
                continue
            for given in things(world):
                known = values(world, rule.endpoint)
                known |= {k: v for k, v in given.items() if not rule.endpoint.startswith("groups.") or k != "key"}
                for minor in (0, 1):
                    fitting = {
                        name: known.get(name, {"major": 1, "minor": minor}.get(name, "1.0" if name in "ab" else 1))
                        for name in rule.arguments
                    }
                    found.add(app.url_for(rule.endpoint, **fitting))
    for word in (*SECRETS, *SUBMITTED_SECRETS):
        found |= {f"/search?q={word}", f"/library?q={word}", f"/papers?q={word}", f"/sign-in?next=/{word[:3]}"}
    return found


def crawl(client: FlaskClient, starts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(address, headers and body) of every page that can be reached from the starts."""
    waiting, seen = sorted(starts), set(starts)
    while waiting and len(seen) < MOST_PAGES + len(waiting):
        path = waiting.pop(0)
        answer = client.get(path, buffered=True)
        assert answer.status_code < 500, path
        body = answer.get_data(as_text=False).decode("utf-8", "replace")
        yield path, f"{answer.headers}\n{body}"
        if "html" not in (answer.content_type or ""):
            continue
        for link in LINK.findall(body):
            parts = urlsplit(unescape(link))
            there = parts.path + (f"?{parts.query}" if parts.query else "")
            if (
                not parts.netloc
                and there.startswith("/")
                and not there.startswith(("/static/", "/language/"))
                and there not in seen
            ):
                seen.add(there)
                waiting.append(there)


def without_own_words(path: str, text: str) -> str:
    """What was asked for may be repeated: the words of the address itself."""
    for word in (*SECRETS, *SUBMITTED_SECRETS):
        if word.lower() in path.lower():
            text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
    return text


@pytest.mark.parametrize("person", OUTSIDERS)
def test_an_outsider_finds_no_private_word_anywhere(
    app: Flask, world: World, client_for: ClientFor, person: str
) -> None:
    client = client_for(None if person == "anonymous" else getattr(world.people, person))
    pages = 0
    for path, text in crawl(client, addresses(app, world)):
        pages += 1
        shown = without_own_words(path, text).lower()
        for secret in (*SECRETS, *SUBMITTED_SECRETS):
            assert secret.lower() not in shown, f"{person} reads {secret} at {path}"
    assert pages > 60


def test_coordination_reads_the_submitted_version_and_nothing_else(
    app: Flask, world: World, client_for: ClientFor
) -> None:
    client = client_for(world.people.coordination)
    everything = ""
    for path, text in crawl(client, addresses(app, world)):
        shown = without_own_words(path, text)
        for secret in SECRETS:
            assert secret.lower() not in shown.lower(), f"coordination reads {secret} at {path}"
        everything += shown
    assert SUBMITTED_TEXT in everything


def test_the_group_itself_finds_its_words(world: World, client_for: ClientFor) -> None:
    """Else the tests above would look for words that are nowhere."""
    client = client_for(world.people.editor)
    starts = {f"/papers/{world.draft.key}", f"/papers/{world.draft.key}/revisions/1", "/search?q=Zwiebelturm"}
    everything = "".join(text for _, text in crawl(client, starts))
    assert [secret for secret in SECRETS if secret not in everything] == []
    assert DRAFT in everything
    assert OLD in everything


def test_an_outsider_learns_nothing_by_searching(world: World, client_for: ClientFor) -> None:
    """A search for a private word and for one that is nowhere answer alike."""
    client = client_for(world.people.stranger)
    for address in ("/search?q=", "/library?q="):
        private = client.get(address + DRAFT).get_data(as_text=True).replace(DRAFT, "")
        nowhere = client.get(address + "Xylophonbauer").get_data(as_text=True).replace("Xylophonbauer", "")
        strip = re.compile(r'name="csrf_token"[^>]*>')
        assert strip.sub("", private) == strip.sub("", nowhere)


def test_files_of_a_draft_are_as_private_as_the_draft(world: World, client_for: ClientFor) -> None:
    paper = world.published
    public = client_for(None)
    assert public.get(f"/p/{paper.slug}/1.1/files/schaubild.png").status_code == 200
    assert public.get(f"/p/{paper.slug}/1.1/files/mondgestein.png").status_code == 404
    assert client_for(world.people.stranger).get(f"/papers/{paper.key}/files/schaubild.png").status_code == 404
