"""Every page is well-formed HTML that keeps to the content security policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from html5lib.html5parser import ParseError

from tests.conftest import ClientFor
from tests.people import People
from tests.test_leaks import addresses, crawl
from tests.world import World, make_world

READERS = ("anonymous", "reader", "reviewer", "lead", "coordination", "admin")


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


def pages(app: Flask, world: World, client_for: ClientFor, person: str) -> Iterator[tuple[str, str]]:
    """(address, HTML) of every page this person reaches."""
    client = client_for(None if person == "anonymous" else getattr(world.people, person))
    for path, text in crawl(client, addresses(app, world)):
        head, _, body = text.partition("<!doctype html>")
        if body and "text/html" in head:
            yield path, "<!doctype html>" + body


def complaints(html: str) -> Iterator[str]:
    """What is wrong with a page."""
    try:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    except ParseError as error:
        yield f"not well-formed: {error}"
        return
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    yield from (f"id {name} stands {count} times" for name, count in ids.items() if count > 1)
    for element in elements:
        yield from _faults(element, set(ids))


def _faults(element: Element, ids: set[str | None]) -> Iterator[str]:
    for name in element.attrib:
        if name == "style" or name.startswith("on"):
            yield f"<{element.tag} {name}=…> breaks the content security policy"
        if name in {"for", "aria-describedby", "aria-labelledby", "list"}:
            missing = set((element.get(name) or "").split()) - ids
            if missing:
                yield f"<{element.tag} {name}> names {missing}, which is not there"
    is_data = element.get("type") == "application/ld+json"  # a block of data: no browser runs it
    is_inline = element.tag == "script" and not element.get("src") and not is_data
    if element.tag in {"style", "font", "center"} or is_inline:
        yield f"<{element.tag}> has no place in a page"
    if element.tag == "img" and element.get("alt") is None:
        yield "a picture without alternative text"
    is_post = element.tag == "form" and (element.get("method") or "get").lower() == "post"
    if is_post and not any(child.get("name") == "csrf_token" for child in element.iter()):
        yield f"the form for {element.get('action')} has no token"
    href = element.get("href") or ""
    if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
        yield f"the link {href} leads nowhere"


@pytest.mark.parametrize("person", READERS)
def test_every_page_is_well_formed(app: Flask, world: World, client_for: ClientFor, person: str) -> None:
    found = [
        f"{path}: {complaint}" for path, html in pages(app, world, client_for, person) for complaint in complaints(html)
    ]
    assert not found, "\n".join(dict.fromkeys(found))


def test_the_examination_notices_faults() -> None:
    page = '<!doctype html><title>x</title><p id=a style="color:red"><a href="#nowhere">x</a><p id=a><img src=x>'
    found = "\n".join(complaints(page))
    for word in ("stands 2 times", "style", "leads nowhere", "alternative text"):
        assert word in found
