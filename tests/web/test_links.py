"""Where a request may be sent on to: paths of this site and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import csrf_of
from tests.people import People
from workspace.accounts import signing_in
from workspace.web.links import safe_next

HOSTILE = [
    "https://evil.example", "http://evil.example", "//evil.example", "///evil.example", "////evil.example",
    "http:/evil.example", "https:evil.example", "http:///evil.example", "\\\\evil.example", "/\\evil.example",
    "\\/evil.example", "/\\/evil.example", "/path\\..\\evil", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "/\x00/evil.example", "/%0a\x0d/evil", "evil.example", "@evil.example", "", "/\x7f", ".", "?next=/", "#here",
    "/ /evil.example",
]  # fmt: skip
FRIENDLY = [
    "/", "/papers", "/papers/abc?view=side", "/papers/abc#r3", "/search?q=B%C3%BCrger", "/p/slug/1.0", "/a:b", "/a//b",
    "/sign-in?next=//evil.example", "/@evil.example", "/%5Cevil.example", "/%2F%2Fevil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_a_target_that_could_leave_the_site_is_dropped(target: str) -> None:
    assert safe_next(target) is None


@pytest.mark.parametrize("target", FRIENDLY)
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


def test_no_target_is_none() -> None:
    assert safe_next(None) is None


@pytest.mark.parametrize("target", HOSTILE)
def test_signing_in_never_leads_away(app: Flask, db: Session, people: People, target: str) -> None:
    token = signing_in.write_token(people.lead)
    db.commit()
    browser: FlaskClient = app.test_client()
    page = browser.get("/sign-in", query_string={"next": target})
    assert 'name="next"' not in page.get_data(as_text=True)
    sent = browser.post(f"/sign-in/{token}", data={"csrf_token": csrf_of(page), "next": target})
    assert (sent.status_code, sent.location) == (303, "/")
    assert browser.get("/sign-in", query_string={"next": target}).location == "/"
