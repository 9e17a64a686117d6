"""From an empty database to a network: the printed link, the first account, what is done and what is open."""

from __future__ import annotations

import io
import re
import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from tests.pictures import png
from tests.world import picture
from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import LoginSession, Member
from workspace.accounts.queries import find_member
from workspace.config import Settings, using
from workspace.db import begin_writing, session_scope
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.mail import Mail
from workspace.network import actions as network
from workspace.network.models import NetworkLogo
from workspace.network.queries import the_network
from workspace.permissions import NetworkRole
from workspace.setup import actions, queries
from workspace.setup.models import SetupLink
from workspace.setup.queries import Step

PERSON = {
    "name": "Miriam Sander", "email": "miriam@stadt.example", "organisation": "Neustadt", "function": "Beteiligung",
    "new": "Morgens um sieben am Fluss",
}  # fmt: skip
USED = "abgelaufen oder schon benutzt"


@pytest.fixture
def link(db: Session) -> str:
    """The path of a link in an empty database."""
    path, _until = actions.write_link()
    db.commit()
    return path


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def first(browser: FlaskClient, link: str) -> FlaskClient:
    """The first person's browser, right after the account was made."""
    assert post_form(browser, link, **PERSON).status_code == 303
    return browser


def done() -> set[str]:
    return {str(row.step) for row in queries.progress() if row.is_done}


# The link


def test_the_link_leads_to_an_account_with_both_roles(browser: FlaskClient, link: str, db: Session) -> None:
    answer = post_form(browser, link, **PERSON)
    assert (answer.status_code, answer.location) == (303, "/setup")
    look_again(db)
    member = find_member("miriam@stadt.example")
    assert member is not None
    assert member.network_roles == frozenset(NetworkRole)
    assert (member.organisation.name if member.organisation else "", member.function) == ("Neustadt", "Beteiligung")
    assert "Willkommen!" in browser.get("/setup").get_data(as_text=True)
    post_form(browser, "/setup", "/sign-out")
    page = post_form(browser, "/sign-in", email=PERSON["email"], password=PERSON["new"])
    assert (page.status_code, page.location) == (303, "/")


def test_only_sending_the_form_uses_the_link(browser: FlaskClient, link: str, db: Session) -> None:
    for _time in range(3):
        page = browser.get(link)
        assert page.status_code == 200
        assert "Konto anlegen" in page.get_data(as_text=True)
        assert browser.head(link).status_code == 200
    assert db.scalar(select(func.count(Member.id))) == 0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Bitte füllen Sie dieses Feld aus."),
        ("email", "miriam", "sieht nicht wie eine E-Mail-Adresse aus"),
        ("new", "kurz", "mindestens 12 Zeichen"),
        ("new", "Miriam Sander", "zu leicht zu erraten"),
        ("organisation", "N" * 121, "höchstens 120"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(
    browser: FlaskClient, link: str, db: Session, field: str, value: str, says: str
) -> None:
    answer = post_form(browser, link, **{**PERSON, field: value})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert says in page
    assert PERSON["new"] not in page
    look_again(db)
    assert db.scalar(select(func.count(Member.id))) == 0
    assert post_form(browser, link, **PERSON).status_code == 303


def _answer_of(app: Flask, path: str) -> tuple[int, str, int, str]:
    """What opening a link and sending its form gives, without what differs from visit to visit."""
    client = app.test_client()
    opened = client.get(path)
    token = csrf_of(client.get("/sign-in"))
    sent = client.post(path, data={"csrf_token": token, **PERSON})
    name = path.rsplit("/", 1)[1]
    pages = [page.get_data(as_text=True).replace(name, "…") for page in (opened, sent)]
    return opened.status_code, re.sub(r'name="csrf_token"[^>]*>', "", pages[0]), sent.status_code, pages[1]


def test_used_expired_and_guessed_links_answer_alike(
    app: Flask, first: FlaskClient, link: str, db: Session, settings: Settings
) -> None:
    used, guessed = _answer_of(app, link), _answer_of(app, "/setup/link/" + "x" * 32)
    assert used == guessed
    assert (used[0], used[2]) == (410, 410)
    assert USED in used[1]
    look_again(db)
    assert db.scalar(select(func.count(Member.id))) == 1


def test_an_expired_link_makes_nothing(app: Flask, link: str, db: Session, settings: Settings) -> None:
    with clock.at(clock.now() + timedelta(seconds=settings.setup_link_life)):
        opened, _page, sent, _text = _answer_of(app, link)
    assert (opened, sent) == (410, 410)
    look_again(db)
    assert db.scalar(select(func.count(Member.id))) == 0


def test_links_can_be_printed_again_and_all_go_with_the_first_account(
    app: Flask, link: str, db: Session, settings: Settings
) -> None:
    with clock.at(clock.now() + timedelta(seconds=settings.setup_link_life - 60)):
        second, _until = actions.write_link()
        db.commit()
        assert app.test_client().get(link).status_code == app.test_client().get(second).status_code == 200
        third, _until = actions.write_link()
        db.commit()
        assert post_form(app.test_client(), third, **PERSON).status_code == 303
        assert {app.test_client().get(path).status_code for path in (link, second, third)} == {410}
    look_again(db)
    assert db.scalar(select(func.count()).select_from(SetupLink)) == 0


def test_a_link_is_worth_nothing_once_somebody_came_by_the_command_line(app: Flask, link: str, db: Session) -> None:
    accounts.add_first_member(name="Cora", email="cora@netz.example", roles=frozenset(NetworkRole))
    db.commit()
    assert _answer_of(app, link)[0::2] == (410, 410)


def test_two_who_send_at_the_same_instant(link: str, db: Session, app: Flask, settings: Settings) -> None:
    start, opened, refused = threading.Barrier(2), list[str](), list[str]()

    def send(name: str) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            start.wait(timeout=10)
            try:
                given = {**PERSON, "name": name, "email": f"{name.lower()}@stadt.example", "organisation": name}
                password = given.pop("new")
                token = link.rsplit("/", 1)[1]
                opened.append(
                    actions.make_first_account(token, password=password, device="test", earlier=None, **given)
                )
                own.commit()
            except Invalid as error:
                refused.append(error.code)

    threads = [threading.Thread(target=send, args=(name,)) for name in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (len(opened), refused) == (1, ["setup_link_used"])
    look_again(db)
    assert db.scalar(select(func.count(Member.id))) == 1
    assert db.scalar(select(func.count(LoginSession.id))) == 1


def test_the_command_signs_the_first_person_in_until_the_first_start_is_finished(
    app: Flask, first: FlaskClient, db: Session
) -> None:
    path, _until = actions.write_link()
    db.commit()
    assert path.startswith("/sign-in/")
    again = app.test_client()
    post_form(again, path)
    assert "Miriam Sander" in again.get("/account").get_data(as_text=True)
    post_form(first, "/settings", name="Netz", about="")
    post_form(first, "/setup", "/setup/end")
    look_again(db)
    with pytest.raises(Conflict) as refused:
        actions.write_link()
    assert (refused.value.code, refused.value.values["name"]) == ("set_up", "Netz")


def test_a_sample_needs_no_first_start(db: Session) -> None:
    network.found(name="Muster", about="", is_sample=True)
    db.commit()
    with pytest.raises(Conflict, match="set_up"):
        actions.write_link()


def test_where_nobody_is_left_to_finish_it(db: Session, people: People) -> None:
    accounts.take_network_role(actor_of(people.coordination), people.admin, NetworkRole.ADMIN)
    db.commit()
    with pytest.raises(Conflict, match="no_admin"):
        actions.write_link()


# The steps


def test_each_step_leads_to_the_next_open_one(first: FlaskClient, db: Session) -> None:
    page = first.get("/setup").get_data(as_text=True)
    assert "Noch 7 Schritte sind offen." in page
    assert "Weiter: Name und Logo" in page
    assert done() == {"account"}
    answer = post_form(first, "/settings?next=/setup/after/network", "/settings", name="Netz", about="",
                       next="/setup/after/network")  # fmt: skip
    assert answer.location == "/setup/after/network"
    assert first.get(answer.location).location == "/setup/mail?next=/setup/after/mail"
    assert "Weiter ohne Mail" in first.get("/setup/mail?next=/setup/after/mail").get_data(as_text=True)
    imprint = first.get("/setup/after/mail").location
    page = first.get(imprint).get_data(as_text=True)
    assert "Schritt 4 von 8" in page
    assert 'href="/setup/after/imprint"' in page
    assert "Name der Kommune, Behörde oder Körperschaft mit Rechtsform</li>" in page, "gaps are named"
    answer = post_form(first, imprint, "/settings/imprint", text="## Angaben\n\nStadt", base="0",
                       next="/setup/after/imprint")  # fmt: skip
    assert first.get(answer.location).location == "/settings/privacy?next=/setup/after/privacy"
    group = first.get("/setup/after/accessibility").location
    me = find_member(PERSON["email"])
    assert me is not None
    assert f'<option selected value="{me.id}">' in first.get(group).get_data(as_text=True)
    answer = post_form(first, group, "/groups/new", name="AG Eins", purpose="", lead=me.id, next="/setup/after/group")
    assert first.get(answer.location).location == "/people/invitations?next=/setup/after/invitations"
    answer = post_form(first, "/people/invitations", people="Nora Neu; nora@see.example", send="1",
                       next="/setup/after/invitations")  # fmt: skip
    assert first.get(answer.location).location == "/setup"
    look_again(db)
    assert done() == {"account", "network", "imprint", "group", "invitations"}
    assert queries.following(Step.NETWORK) == Step.MAIL
    assert queries.following(Step.GROUP) is None


def test_a_refused_form_keeps_its_step(first: FlaskClient) -> None:
    answer = post_form(first, "/settings", name="", about="", next="/setup/after/network")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Schritt 2 von 8" in page
    assert 'name="next" value="/setup/after/network"' in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nothing_leads_away(first: FlaskClient, target: str) -> None:
    answer = post_form(first, "/settings", name="Netz", about="", next=target)
    assert answer.location == "/settings"
    assert post_form(first, "/technik/mail", "/technik/mail/probe", next=target).location == "/technik/mail"


def test_a_step_that_is_none(first: FlaskClient) -> None:
    assert first.get("/setup/after/tea").status_code == 404
    assert "Schritt 2" not in first.get("/settings?next=/setup/after/tea").get_data(as_text=True)


def test_finishing_needs_a_name_and_nothing_else(first: FlaskClient, db: Session) -> None:
    answer = post_form(first, "/setup", "/setup/end")
    assert answer.status_code == 409
    assert "Geben Sie dem Netzwerk zuerst einen Namen." in answer.get_data(as_text=True)
    assert "Einrichtung abschließen" not in first.get("/setup").get_data(as_text=True)
    post_form(first, "/settings", name="Netz", about="")
    assert "Die Einrichtung ist noch nicht abgeschlossen." in first.get("/").get_data(as_text=True)
    assert post_form(first, "/setup", "/setup/end").status_code == 303
    assert "noch nicht abgeschlossen" not in first.get("/").get_data(as_text=True)
    page = first.get("/setup").get_data(as_text=True)
    assert "6 Schritte sind noch offen." in page
    assert "Weiter: Absender und Probemail" in page, "what was left out can still be done"
    look_again(db)
    event = db.scalars(select(Event).where(Event.verb == "network.set_up")).one()
    assert event.facts["still_open"] == ["mail", "imprint", "privacy", "accessibility", "group", "invitations"]
    post_form(first, "/setup", "/setup/end")
    look_again(db)
    assert len(db.scalars(select(Event).where(Event.verb == "network.set_up")).all()) == 1, (
        "done again it changes nothing"
    )


def test_only_the_technical_administration_finishes_it(people: People) -> None:
    for member in (people.coordination, people.lead):
        with pytest.raises(Forbidden):
            network.finish_first_start(actor_of(member), still_open=())


def test_what_coordination_does_is_no_link_for_the_admin_alone(client_for: ClientFor, people: People) -> None:
    page = client_for(people.admin).get("/setup").get_data(as_text=True)
    assert "/people/invitations" not in page
    assert "Das macht die Koordination." in page


# Mail


def test_a_probe_shows_what_became_of_it(first: FlaskClient, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "WORKSPACE_SMTP_HOST" in first.get("/setup/mail").get_data(as_text=True)
    monkeypatch.setattr("workspace.setup.views.is_set_up", lambda: True)
    monkeypatch.setattr("workspace.setup.queries.is_set_up", lambda: True)
    address = "/setup/mail?next=/setup/after/mail"
    answer = post_form(first, address, "/technik/mail/probe", next=address)
    assert answer.location == address
    assert "Die Probemail ist unterwegs" in first.get(address).get_data(as_text=True)
    for state, says in (("refused", "kam nicht an"), ("sent", "hat die Probemail angenommen")):
        begin_writing()
        sent = db.scalars(select(Mail)).one()
        sent.state, sent.error = state, "550 Nein"
        db.commit()
        page = first.get(address).get_data(as_text=True)
        assert says in page
        assert "550 Nein" in page
    assert "mail" in done()


# The logo


def logo_now(browser: FlaskClient) -> str:
    found = re.search(r'class="logo" src="([^"]+)"', browser.get("/").get_data(as_text=True))
    return found[1] if found else ""


def put_logo(browser: FlaskClient, data: bytes, name: str = "logo.png", **fields: str) -> TestResponse:
    token = csrf_of(browser.get("/settings"))
    sent = {"csrf_token": token, "name": "Netz", "about": "", "file": (io.BytesIO(data), name), **fields}
    return browser.post("/settings", data=sent, content_type="multipart/form-data", buffered=True)


def test_a_logo_stands_over_every_page_made_anew_and_small(app: Flask, first: FlaskClient, settings: Settings) -> None:
    large = io.BytesIO()
    Image.new("RGBA", (3000, 1000), (0, 0, 255, 0)).save(large, "PNG", pnginfo=None)
    assert put_logo(first, large.getvalue() + b"hidden").status_code == 303
    address = logo_now(app.test_client())
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"hidden" not in answer.data
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert shown.size == (720, 240)
        assert shown.mode == "RGBA"
    assert 'width="720" height="240"' in first.get("/setup").get_data(as_text=True)
    assert put_logo(first, picture()).status_code == 303
    assert logo_now(app.test_client()) not in {"", address}
    assert app.test_client().get(address).status_code == 404
    post_form(first, "/settings", name="Netz", about="")
    assert logo_now(app.test_client()), "saving without a picture keeps it"
    post_form(first, "/settings", name="Netz", about="", drop="y")
    assert logo_now(app.test_client()) == ""


@pytest.mark.parametrize(
    ("name", "data", "status", "says"),
    [
        ("logo.svg", b"<svg/>", 422, "Möglich sind Bilder"),
        ("logo.png", b"no picture", 422, "beschädigt"),
        ("logo.pdf", b"%PDF-1.7\n%%EOF", 422, "Ein Logo ist ein Bild"),
        ("logo.png", png(60_000, 60_000), 413, "zu viele Bildpunkte"),
    ],
)
def test_what_is_no_logo_changes_nothing(
    first: FlaskClient, db: Session, name: str, data: bytes, status: int, says: str
) -> None:
    put_logo(first, picture())
    before = logo_now(first)
    answer = put_logo(first, data, name, about="Anders")
    assert answer.status_code == status
    assert says in answer.get_data(as_text=True)
    assert logo_now(first) == before
    look_again(db)
    assert the_network().about == ""
    assert db.scalar(select(func.count()).select_from(NetworkLogo)) == 1
