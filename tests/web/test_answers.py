"""What every answer carries, and how errors look: as a page for people, as JSON for scripts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import csrf_of, make_paper, post_form
from tests.conftest import ClientFor
from tests.people import People
from workspace import create_app
from workspace.config import Settings
from workspace.db import session
from workspace.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Refusal, TooLarge
from workspace.groups.models import Group
from workspace.web import messages
from workspace.web.errors import drop_changes, status_of

LONG = "Ein langer Absatz, an dem jemand eine Stunde geschrieben hat <script>alert(1)</script>."


@pytest.fixture
def public(app: Flask, people: People) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def own_app(settings: Settings, people: People) -> Iterator[Flask]:
    """An app of the test's own, to add views to."""
    made = create_app(settings)
    yield made
    made.extensions["workspace_engine"].dispose()


def add_view(app: Flask, view: Callable[..., str], address: str | None = None) -> None:
    """A public view that answers GET and POST."""
    view.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule(address or f"/{view.__name__}", view_func=view, methods=["GET", "POST"])


def check_headers(answer: TestResponse) -> None:
    headers = answer.headers
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    assert "Set-Cookie" not in headers or headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/library", 200), ("GET", "/sign-in", 200),
        ("GET", "/groups", 302), ("GET", "/nothing-here", 404), ("GET", "/static/favicon.svg", 200),
        ("GET", "/static/nothing.css", 404), ("GET", "/static/../pyproject.toml", 404), ("DELETE", "/", 405),
        ("POST", "/", 405), ("POST", "/sign-in", 400), ("GET", "/sign-in/x", 410),
        ("OPTIONS", "/", 200), ("GET", "/p/nothing/1.0", 404),
    ],
)  # fmt: skip
def test_every_kind_of_answer_carries_the_headers(public: FlaskClient, method: str, address: str, status: int) -> None:
    answer = public.open(address, method=method)
    answer.close()
    assert answer.status_code == status
    check_headers(answer)


@pytest.mark.parametrize("address", ["/", "/account", "/groups", "/papers", "/search?q=x", "/nothing-here", "/library"])
def test_what_a_member_sees_is_stored_nowhere(client_for: ClientFor, people: People, address: str) -> None:
    answer = client_for(people.lead).get(address)
    check_headers(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("address", ["/", "/library"])
def test_a_public_page_may_be_stored_and_is_asked_for_again(public: FlaskClient, address: str) -> None:
    answer = public.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    public.set_cookie("anything", "1")
    with_cookie = public.get(address)
    assert with_cookie.headers["Cache-Control"] == "no-store"


def test_a_page_with_a_form_is_stored_nowhere(public: FlaskClient) -> None:
    answer = public.get("/sign-in")
    assert "Set-Cookie" in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_good_because_their_address_names_their_content(public: FlaskClient) -> None:
    page = public.get("/").get_data(as_text=True)
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "?v=" in address
    answer = public.get(address)
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()
    missing = public.get("/static/nothing.css")
    assert missing.headers["Cache-Control"] == "no-store"


def test_https_is_remembered_by_browsers(settings: Settings, people: People) -> None:
    made = create_app(settings.model_copy(update={"base_url": "https://papiere.example.org"}))
    answer = made.test_client().get("/", base_url="https://papiere.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    check_headers(answer)
    made.extensions["workspace_engine"].dispose()


# Errors


@pytest.fixture
def failing(own_app: Flask) -> FlaskClient:
    """A browser of an app in which /fail/<what> raises it."""
    raised: dict[str, Exception] = {
        "NotFound": NotFound(), "Forbidden": Forbidden("group.roles"), "Invalid": Invalid(),
        "TooLarge": TooLarge("too_long", limit=3, now=9), "Gone": Gone("not_found"),
        "Conflict": Conflict("race", ("required", "taken")),
        "Bug": RuntimeError("geheimer Zustand"),
        "Busy": OperationalError("SELECT 1", {}, Exception("database is locked")),
        "Disk": OperationalError("SELECT 1", {}, Exception("disk I/O error")),
    }  # fmt: skip

    def fail(what: str) -> str:
        raise raised[what]

    add_view(own_app, fail, "/fail/<what>")
    return own_app.test_client()


REFUSALS = {
    "NotFound": 404, "Forbidden": 403, "Invalid": 422, "TooLarge": 413, "Conflict": 409, "Gone": 410, "Bug": 500,
    "Busy": 503, "Disk": 500,
}  # fmt: skip


@pytest.mark.parametrize(("what", "status"), REFUSALS.items())
def test_an_error_is_a_page_for_people_and_json_for_scripts(failing: FlaskClient, what: str, status: int) -> None:
    page = failing.get(f"/fail/{what}")
    words = page.get_data(as_text=True)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert "<h1" in words
    assert f"Fehler {status}" in words
    assert "geheimer Zustand" not in words
    assert "Traceback" not in words
    check_headers(page)
    answer = failing.get(f"/fail/{what}", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json is not None
    assert set(answer.json["error"]) == {"code", "message", "missing"}
    assert answer.json["error"]["message"]


def test_a_conflict_names_every_missing_piece(failing: FlaskClient) -> None:
    words = failing.get("/fail/Conflict").get_data(as_text=True)
    assert "Bitte füllen Sie dieses Feld aus." in words
    assert "Diesen Namen gibt es schon." in words


def test_a_bug_is_logged_under_the_reference_that_the_page_shows(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        words = failing.get("/fail/Bug").get_data(as_text=True)
    (record,) = [record for record in caplog.records if record.name == "workspace.web.errors"]
    reference = record.getMessage().rpartition(" ")[2]
    assert reference in words


def test_every_refusal_has_a_status_and_every_status_a_title(failing: FlaskClient) -> None:
    for kind in Refusal.__subclasses__():
        assert 400 <= status_of(kind("not_found")) < 500
    for what, status in REFUSALS.items():
        title = failing.get(f"/fail/{what}").get_data(as_text=True).partition("<title>")[2].partition(" – ")[0]
        assert (title == "Bei uns ist etwas schiefgegangen") is (status == 500)


@pytest.mark.parametrize(
    ("address", "allowed"), [("/sign-out", {"POST", "OPTIONS"}), ("/groups", {"GET", "HEAD", "OPTIONS"})]
)
def test_a_wrong_method_names_the_right_ones(
    client_for: ClientFor, people: People, address: str, allowed: set[str]
) -> None:
    answer = client_for(people.lead).put(address, headers={"X-CSRFToken": "x"})
    assert answer.status_code in {400, 405}
    answer = client_for(people.lead).open(address, method="TRACE" if "POST" not in allowed else "GET")
    if answer.status_code == 405:
        assert {word.strip() for word in answer.headers["Allow"].split(",")} == allowed


def test_an_error_in_the_middle_of_a_database_failure_still_gets_a_page(own_app: Flask, people: People) -> None:
    def broken() -> str:
        session().execute(text("SELECT nothing FROM nowhere"))
        raise AssertionError("not reached")

    add_view(own_app, broken)
    answer = own_app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Bei uns ist etwas schiefgegangen" in answer.get_data(as_text=True)


def test_who_was_a_moment_too_late_is_told_so(own_app: Flask, people: People, db: Session) -> None:
    key = people.quality.key

    def late() -> str:
        session().add(Group(key=key, name="Andere", created_at=datetime.now(UTC)))
        session().flush()
        raise AssertionError("not reached")

    def dangling() -> str:
        session().execute(text("INSERT INTO group_member (group_id, member_id, role, joined_at) "
                               "VALUES (99999, 99999, 'lead', '2026-01-01 00:00:00')"))  # fmt: skip
        raise AssertionError("not reached")

    for view in (late, dangling):
        add_view(own_app, view)
    assert own_app.test_client().get("/late").status_code == 409
    assert own_app.test_client().get("/dangling").status_code == 500, "a row that must be there is missing: our mistake"


def test_a_refused_request_leaves_nothing_behind(own_app: Flask, people: People, db: Session) -> None:
    def half() -> str:
        session().execute(text("UPDATE working_group SET purpose = 'halb'"))
        raise Conflict("race")

    add_view(own_app, half)
    browser = own_app.test_client()
    token = csrf_of(browser.get("/sign-in"))
    assert browser.post("/half", data={"csrf_token": token}).status_code == 409
    assert "halb" not in db.scalars(text("SELECT purpose FROM working_group")).all()


def test_a_get_never_commits(own_app: Flask, people: People, db: Session) -> None:
    def sneaky() -> str:
        session().execute(text("UPDATE working_group SET purpose = 'heimlich'"))
        return "fertig"

    add_view(own_app, sneaky)
    assert own_app.test_client().get("/sneaky").status_code == 200
    assert "heimlich" not in db.scalars(text("SELECT purpose FROM working_group")).all()


def test_changes_can_be_dropped_outside_a_request_too(app: Flask) -> None:
    with app.app_context():
        drop_changes()


# Forms that come from elsewhere, or too late


def test_without_its_token_a_form_is_refused_and_its_words_are_shown(client_for: ClientFor, people: People) -> None:
    lead, address = client_for(people.lead), f"/groups/{people.quality.key}/description"
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "\x00ü"}):
        answer = lead.post(address, data={"name": "AG", "purpose": LONG, "old": LONG[:60] + "geheim", **token})
        words = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert "Das Formular ist zu alt" in words
        assert LONG.replace("<", "&lt;").replace(">", "&gt;") in words
        assert "geheim" not in words, "passwords are not shown"
        assert "<script>alert" not in words


def test_a_token_of_somebody_else_is_refused(client_for: ClientFor, people: People) -> None:
    token = csrf_of(client_for(people.editor).get("/account"))
    answer = client_for(people.lead).post("/account/language", data={"csrf_token": token, "language": "en"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Origin", "http://localhost", 303),
        ("Origin", "https://evil.example", 403),
        ("Origin", "http://localhost.evil.example", 403),
        ("Origin", "http://localhost:8000", 403),
        ("Origin", "https://localhost", 403),
        ("Origin", "null", 403),
        ("Origin", "", 403),
        ("Sec-Fetch-Site", "same-origin", 303),
        ("Sec-Fetch-Site", "none", 303),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "odd", 403),
    ],
)
def test_a_form_of_another_site_is_forbidden(
    client_for: ClientFor, people: People, header: str, value: str, status: int
) -> None:
    lead = client_for(people.lead)
    fields = {"csrf_token": csrf_of(lead.get("/account")), "language": "de"}
    assert lead.post("/account/language", data=fields, headers={header: value}).status_code == status
    without = lead.post("/account/language", headers={header: value})
    assert without.status_code == (400 if status == 303 else 403), "forbidden even before its token is looked at"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "[::1", "", "a b", "x:y"]
)
def test_a_forged_host_changes_no_link(client_for: ClientFor, public: FlaskClient, people: People, host: str) -> None:
    cora = client_for(people.coordination)
    page = f"/people/{people.lead.id}"
    fields = {"csrf_token": csrf_of(cora.get(page))}
    forged = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    shown = cora.post(f"{page}/sign-in-link", data=fields, headers=forged)
    assert shown.status_code in {200, 400}
    if shown.status_code == 200:
        assert "http://localhost/sign-in/" in shown.get_data(as_text=True)
    assert "evil" not in shown.get_data(as_text=True)
    for address in ("/", "/groups", "//groups", "/groups/", "/groups//new", "/papers/../groups", "/sign-in"):
        answer = public.get("/", headers=forged, environ_overrides={"PATH_INFO": address})
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith("//")
        assert f'"http://{host}' not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("base", "host", "path", "target"),
    [
        ("http://127.0.0.1:8000", "localhost:8000", "/sign-in/abc?x=1", "http://127.0.0.1:8000/sign-in/abc?x=1"),
        ("http://127.0.0.1:8000", "[::1]:8000", "/", "http://127.0.0.1:8000/"),
        ("http://localhost:8000", "127.0.0.1:8000", "/p/%C3%BCber", "http://localhost:8000/p/%C3%BCber"),
        ("http://127.0.0.1:8000", "localhost:8000", "//evil.example/x", "http://127.0.0.1:8000/evil.example/x"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "/", None),
        ("http://127.0.0.1:8000", "localhost:9000", "/", None),
        ("http://127.0.0.1:8000", "evil.example:8000", "/", None),
        ("http://papiere.example:8000", "localhost:8000", "/", None),
    ],
)
def test_another_name_of_this_machine_leads_to_the_one_in_the_settings(
    settings: Settings, people: People, base: str, host: str, path: str, target: str | None
) -> None:
    made = create_app(settings.model_copy(update={"base_url": base}))
    browser, (name, _, query) = made.test_client(), path.partition("?")
    asked = {"PATH_INFO": unquote(name).encode().decode("latin-1"), "QUERY_STRING": query}
    answer = browser.get("/", headers={"Host": host}, environ_overrides=asked)
    assert answer.headers.get("Location") == target
    assert (answer.status_code == 307) is (target is not None)
    assert browser.post("/sign-in", headers={"Host": host}).status_code != 307, "a form is never sent on"
    made.extensions["workspace_engine"].dispose()


# Sentences


def test_every_code_has_one_sentence() -> None:
    with pytest.raises(ValueError, match="group\\.roles"):
        messages.add_messages({"group.roles": "Ein zweiter Satz."})
    assert messages.message("no.such.right") == messages.message("forbidden")
    assert messages.message("no_such_code") == messages.message("invalid")
    assert messages.message("too_long", {"limit": 3, "now": 9}).endswith("höchstens 3 Zeichen, es sind 9.")
    assert "group.roles" in messages.known_codes()


def test_the_paper_of_an_error_stays_readable(client_for: ClientFor, people: People, db: Session) -> None:
    make_paper(people)
    answer = post_form(client_for(people.reader), "/account", f"/groups/{people.quality.key}/description", name="X")
    assert answer.status_code == 403
    assert "Rollen in der Arbeitsgruppe vergibt ihre Leitung." in answer.get_data(as_text=True)
