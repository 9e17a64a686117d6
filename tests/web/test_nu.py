"""The Nu HTML checker finds no error on any page, nor on what comes back when a form is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests import nu
from tests.conftest import ClientFor
from tests.every_page import NO_PAGES, make_site, shown_pages
from tests.people import People
from tests.world import make_world

ONE_DATABASE = pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
FEWEST_REFUSALS = 15


@pytest.mark.java
@ONE_DATABASE
def test_no_page_has_an_error(app: Flask, people: People, client_for: ClientFor, tmp_path: Path) -> None:
    reason = nu.reason_missing()
    if reason:
        pytest.skip(reason)
    pages: dict[str, str] = {}
    refusals = 0
    for shown in shown_pages(make_site(make_world(people)), client_for):
        assert shown.status < 500, shown.path
        who = shown.member.name if shown.member else "public"
        pages[f"{who} {shown.path} ({shown.status})"] = shown.html
        refusals += shown.status in {400, 409, 422}
    assert refusals >= FEWEST_REFUSALS
    found = nu.complaints(pages, tmp_path)
    assert not found, "\n".join(found)


@ONE_DATABASE
def test_every_address_that_shows_a_page_is_walked(app: Flask, people: People, client_for: ClientFor) -> None:
    asked: set[str] = set()
    site = make_site(make_world(people))
    adapter = app.url_map.bind("localhost")
    for shown in shown_pages(site, client_for):
        path = shown.path.partition("?")[0]
        if shown.path != "/nirgends" and shown.status < 400:
            asked.add(adapter.match(path)[0])
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - NO_PAGES - asked == set(), "add them to tests/every_page.py"


@pytest.mark.java
def test_the_checker_notices_errors(tmp_path: Path) -> None:
    reason = nu.reason_missing()
    if reason:
        pytest.skip(reason)
    page = "<!doctype html><html lang=de><title>x</title><p><div>x</div></p><img src=x>"
    assert len(nu.complaints({"bad": page}, tmp_path)) >= 2
