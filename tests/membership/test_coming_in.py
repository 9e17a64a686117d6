"""Invitations: lists as they come from Excel, sending, again, no more, coming in. Requests to join."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.accounts.test_addresses import mails, path_in
from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.accounts.queries import find_member
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.groups.models import GroupMember
from workspace.membership import invitations, requests
from workspace.membership.models import Invitation, InvitationToken, JoinRequest
from workspace.membership.people_list import Line, decoded, read_lines
from workspace.permissions import NetworkRole

PAGE = "/people/invitations"
LIST = "Jana Reuter; jana@neustadt.example; Neustadt; AG Qualität; Redaktion\nUwe Über; uwe@see.example"


# Lists


@pytest.mark.parametrize(
    "text",
    [
        "Jana Reuter;jana@neustadt.example;Neustadt;AG Qualität;Redaktion",
        "Jana Reuter\tjana@neustadt.example\tNeustadt\tAG Qualität\tRedaktion\r\n\r\n",
        '"Jana Reuter","jana@neustadt.example","Neustadt","AG Qualität","Redaktion"\n',
        "Name;E-Mail;Kommune;Arbeitsgruppe;Rolle\nJana Reuter;Jana@Neustadt.example;Neustadt;AG Qualität;Redaktion",
        "E-Mail-Adresse*;Nachname;Vorname;Gruppe;Rolle;Stadt\n"
        "jana@neustadt.example;Reuter;Jana;AG Qualität;Redaktion;Neustadt",
        "\ufeff Jana   Reuter ; <jana@neustadt.example> ;Neustadt;AG Qualität;Redaktion;;;",
    ],
)
def test_a_list_is_read_as_people_have_it(text: str) -> None:
    (line,) = read_lines(text)
    assert (line.name, line.email, line.organisation, line.group, line.role) == (
        "Jana Reuter", "jana@neustadt.example", "Neustadt", "AG Qualität", "Redaktion",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_whatever_wrote_it(encoding: str) -> None:
    data = "Jürgen Groß;jg@köln.example;Köln\r\nÄnne Öz;ao@see.example;See".encode(encoding)
    assert [line.name for line in read_lines(decoded(data))] == ["Jürgen Groß", "Änne Öz"]


@pytest.mark.parametrize("text", ["", "\n \n;;;\n", "\ufeff", '"', "\x00", ";" * 1000])
def test_what_holds_nobody_is_no_list(text: str) -> None:
    assert [line for line in read_lines(text) if line.email] == []


def test_lines_keep_their_numbers() -> None:
    assert [(line.number, line.name) for line in read_lines("A;a@x.example\n\n\nB;b@x.example\n")] == [
        (1, "A"),
        (4, "B"),
    ]
    assert read_lines("Name;Mail\nA;a@x.example") == [Line(2, "A", "a@x.example")]


def test_each_line_says_what_is_wrong_with_it(db: Session, client_for: ClientFor, people: People) -> None:
    cora = client_for(people.coordination)
    post_form(cora, PAGE, people="Eva Da; eva@da.example", send="1")
    text = "\n".join(
        (
            "Jana Reuter; jana@neustadt.example; Neustadt; ag qualitat; leitung",
            "; ohne@name.example",
            "Keine Mail; stadt.example",
            "Noch Einmal; JANA@neustadt.example",
            "Clara Leitung; clara@stadt.example",
            "Eva Da; eva@da.example",
            "Gina Gruppe; gina@see.example; See; AG Nirgends",
            "Rolf Rolle; rolf@see.example; See; AG Anderes; Chef",
            "Olga Ohne; olga@see.example; See; ; Review",
            "L" * 121 + "; lang@see.example",
        )
    )
    checked = invitations.check_list(actor_of(people.coordination), text)
    assert [row.error for row in checked] == [
        "", "name_missing", "email_wrong", "line_double", "email_taken", "invited_already", "group_unknown",
        "role_unknown", "role_without_group", "line_long",
    ]  # fmt: skip
    page = post_form(cora, PAGE, people=text).get_data(as_text=True)
    assert "1 Person kann eingeladen werden" in page
    assert "9 Zeilen sind so nicht zu senden" in page
    assert "Diese Adresse steht schon weiter oben." in page
    assert "AG Nirgends" in page
    assert len(mails(db)) == 1, "a look sends nothing"


def test_too_long_a_list_is_refused(client_for: ClientFor, people: People, settings: Settings) -> None:
    text = "\n".join(f"P{n}; p{n}@see.example" for n in range(settings.invitations_max + 1))
    page = post_form(client_for(people.coordination), PAGE, people=text)
    assert page.status_code == 422
    assert f"höchstens {settings.invitations_max} Personen" in page.get_data(as_text=True)
    assert post_form(client_for(people.coordination), PAGE, people=" ").status_code == 422


def test_a_file_from_excel_can_be_uploaded(db: Session, client_for: ClientFor, people: People) -> None:
    cora = client_for(people.coordination)
    data = "Name;E-Mail;Kommune\r\nJürgen Groß;jg@see.example;Überlingen\r\n".encode("cp1252")
    sent = {"csrf_token": csrf_of(cora.get(PAGE)), "people": "", "file": (io.BytesIO(data), "liste.csv")}
    page = cora.post(PAGE, data=sent, content_type="multipart/form-data").get_data(as_text=True)
    assert "Jürgen Groß" in page
    assert "Überlingen" in page
    assert "1 Person einladen" in page


# Inviting and coming in


def test_from_a_list_to_members_in_their_group(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    cora = client_for(people.coordination)
    assert post_form(cora, PAGE, people=LIST, send="1").status_code == 303
    shown = cora.get(PAGE).get_data(as_text=True)
    assert "2 Einladungen sind unterwegs." in shown
    assert "jana@neustadt.example" in shown
    jana, uwe = mails(db)
    assert (jana.to_address, uwe.to_address) == ("jana@neustadt.example", "uwe@see.example")
    assert "Cora Koordination lädt Sie ein" in jana.text
    path, browser = path_in(jana), app.test_client()
    for _time in range(3):
        page = browser.get(path)
        assert page.status_code == 200, "gateways look first"
        assert "AG Qualität" in page.get_data(as_text=True)
    assert find_member("jana@neustadt.example") is None
    assert post_form(browser, path).location == "/account/security"
    assert "Willkommen!" in browser.get("/account/security").get_data(as_text=True)
    look_again(db)
    member = find_member("jana@neustadt.example")
    assert member is not None
    assert member.organisation is not None
    assert member.organisation.name == "Neustadt"
    role = db.scalar(select(GroupMember.role).where(GroupMember.member_id == member.id))
    assert role == "editor"
    assert browser.get(path).status_code == 410
    left = cora.get(PAGE).get_data(as_text=True)
    assert "jana@neustadt.example" not in left, "who came is not in the list of who did not"
    assert "uwe@see.example" in left
    assert not [e for e in db.scalars(select(Event)) if "Jana" in str(e.facts) or "jana" in str(e.facts)]


def test_an_invitation_serves_once_even_at_the_same_instant(
    db: Session, app: Flask, settings: Settings, people: People
) -> None:
    invitations.invite_list(actor_of(people.coordination), LIST, network_name="Netz")
    db.commit()
    token = path_in(mails(db)[0]).rpartition("/")[2]
    start, came, refused = threading.Barrier(4), list[str](), list[str]()

    def use() -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            start.wait(timeout=10)
            try:
                opened = invitations.accept(token, device="", earlier=None)
                own.commit()
                came.append(opened)
            except Invalid as error:
                refused.append(error.code)

    threads = [threading.Thread(target=use) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (len(came), refused) == (1, ["invitation_used"] * 3)


def test_invitations_expire_are_sent_again_and_withdrawn(
    db: Session, client_for: ClientFor, app: Flask, people: People, settings: Settings
) -> None:
    cora = client_for(people.coordination)
    post_form(cora, PAGE, people=LIST, send="1")
    first = path_in(mails(db)[0])
    row, _other = db.scalars(select(Invitation).order_by(Invitation.id)).unique()
    late = clock.now() + timedelta(seconds=settings.invitation_life)
    with clock.at(late):
        assert app.test_client().get(first).status_code == 410
        assert "abgelaufen am" in client_for(people.coordination).get(PAGE).get_data(as_text=True)
    cora = client_for(people.coordination)
    assert post_form(cora, PAGE, f"{PAGE}/{row.id}/mail").status_code == 303
    second = path_in(mails(db)[-1])
    assert second != first
    for path in (first, second):
        assert app.test_client().get(path).status_code == 200, "a link sent before keeps working"
    page = post_form(cora, PAGE, f"{PAGE}/{row.id}/link").get_data(as_text=True)
    third = page.partition('<code class="address">http://localhost')[2].partition("</code>")[0]
    assert app.test_client().get(third).status_code == 200
    assert third not in cora.get(PAGE).get_data(as_text=True), "shown once"
    assert post_form(cora, PAGE, f"{PAGE}/{row.id}/withdrawal").status_code == 303
    for path in (first, second, third):
        assert app.test_client().get(path).status_code == 410
    assert post_form(cora, PAGE, f"{PAGE}/{row.id}/withdrawal").status_code == 404
    look_again(db)
    assert db.scalars(select(Invitation.name)).all() == ["Uwe Über"], "name and address are gone"


def test_only_coordination_invites(db: Session, people: People) -> None:
    for member in (people.admin, people.lead, people.reader, None):
        for act in (invitations.check_list, lambda a, t: invitations.invite_list(a, t, network_name="")):
            with pytest.raises(Forbidden):
                act(actor_of(member), LIST)


def test_an_account_made_meanwhile_is_told(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    post_form(client_for(people.coordination), PAGE, people=LIST, send="1")
    path = path_in(mails(db)[0])
    accounts.admit_member(actor_of(people.coordination), name="Jana", email="jana@neustadt.example")
    db.commit()
    answer = post_form(app.test_client(), path)
    assert answer.status_code == 410
    assert "gibt es schon ein Konto" in answer.get_data(as_text=True)


def test_links_of_invitations_are_kept_as_hashes_only(db: Session, people: People) -> None:
    invitations.invite_list(actor_of(people.coordination), LIST, network_name="Netz")
    db.commit()
    token = path_in(mails(db)[0]).rpartition("/")[2]
    assert token.encode() not in b"".join(db.scalars(select(InvitationToken.token_hash)))
    assert len(token) >= 32, "192 bits"


# Requests to join

REQUEST = {
    "name": "Nora Neu", "email": "nora@neustadt.example", "organisation": "Neustadt", "function": "Referentin",
    "reason": "Wir bauen gerade eine Stabsstelle auf.",
}  # fmt: skip


def ask(browser: FlaskClient, **changed: str) -> TestResponse:
    return post_form(browser, "/join", **{**REQUEST, **changed})


def asked(db: Session, app: Flask) -> JoinRequest:
    """A request whose address is confirmed."""
    browser = app.test_client()
    ask(browser)
    post_form(browser, path_in(mails(db)[-1]))
    look_again(db)
    return db.scalars(select(JoinRequest)).one()


def test_from_a_request_to_a_member(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    browser, cora = app.test_client(), client_for(people.coordination)
    assert "eine Mail unterwegs" in ask(browser).get_data(as_text=True)
    assert "Nora Neu" not in cora.get("/people/requests").get_data(as_text=True), "not before the address is confirmed"
    path = path_in(mails(db)[-1])
    assert browser.get(path).status_code == 200
    assert "Nora Neu" not in cora.get("/people/requests").get_data(as_text=True), "looking confirms nothing"
    assert "Danke." in post_form(browser, path).get_data(as_text=True)
    assert browser.get(path).status_code == 410
    told = mails(db)[-1]
    assert (told.kind, told.to_address) == ("membership/request", "cora@netz.example")
    page = cora.get("/people/requests").get_data(as_text=True)
    assert "Nora Neu" in page
    assert "Stabsstelle" in page
    row = db.scalars(select(JoinRequest)).one()
    assert post_form(cora, "/people/requests", f"/people/requests/{row.id}/admission").status_code == 303
    answer = mails(db)[-1]
    assert (answer.kind, answer.to_address) == ("membership/admitted", "nora@neustadt.example")
    assert post_form(browser, path_in(answer)).status_code == 303
    look_again(db)
    assert find_member("nora@neustadt.example") is not None
    assert db.scalar(select(func.count(JoinRequest.id))) == 0


def test_a_request_is_declined_with_a_sentence(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    row, cora = asked(db, app), client_for(people.coordination)
    path = f"/people/requests/{row.id}/refusal"
    assert post_form(cora, "/people/requests", path).status_code == 422
    answer = post_form(cora, "/people/requests", path, sentence="Bitte fragen Sie <Ihre> Amtsleitung.")
    assert answer.status_code == 303
    told = mails(db)[-1]
    assert "Bitte fragen Sie <Ihre> Amtsleitung." in told.text
    assert "Bitte fragen Sie &lt;Ihre&gt; Amtsleitung." in told.html
    assert db.scalar(select(func.count(JoinRequest.id))) == 0


@pytest.mark.parametrize("second", ["admission", "refusal"])
def test_of_two_answers_the_first_counts_and_the_second_is_told(
    db: Session, client_for: ClientFor, app: Flask, people: People, second: str
) -> None:
    accounts.give_network_role(actor_of(people.coordination), people.lead, NetworkRole.COORDINATION)
    db.commit()
    row, cora, clara = asked(db, app), client_for(people.coordination), client_for(people.lead)
    post_form(cora, "/people/requests", f"/people/requests/{row.id}/admission")
    late = post_form(clara, "/people/requests", f"/people/requests/{row.id}/{second}", sentence="Nein.")
    assert late.status_code == 409
    assert "inzwischen jemand anderes" in late.get_data(as_text=True)
    assert len([mail for mail in mails(db) if mail.to_address == "nora@neustadt.example"]) == 2


def test_two_answers_at_the_same_instant(db: Session, app: Flask, settings: Settings, people: People) -> None:
    request_id = asked(db, app).id
    start, done, refused = threading.Barrier(2), list[str](), list[str]()

    def answer(admits: bool) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as own:
            cora = actor_of(own.get(Member, people.coordination.id))
            row = requests.get_request(cora, request_id)
            start.wait(timeout=10)
            try:
                if admits:
                    requests.admit_request(cora, row, network_name="Netz")
                else:
                    requests.decline_request(cora, row, "Nein.", network_name="Netz")
                own.commit()
                done.append("admitted" if admits else "declined")
            except Conflict as error:
                refused.append(error.code)

    threads = [threading.Thread(target=answer, args=(admits,)) for admits in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(done) == 1
    assert refused == ["request_answered"]
    kinds = {mail.kind for mail in mails(db) if mail.to_address == "nora@neustadt.example"}
    assert kinds == {"membership/confirm", f"membership/{done[0]}"}


def test_a_request_of_a_member_is_answered_alike_and_gets_a_sign_in_link(
    db: Session, app: Flask, people: People
) -> None:
    new, known = ask(app.test_client()), ask(app.test_client(), email="clara@stadt.example")
    closed = ask(app.test_client(), email="dora@stadt.example")
    pages = {answer.get_data(as_text=True) for answer in (new, known, closed)}
    assert len(pages) == 1
    assert [(mail.kind, mail.to_address) for mail in mails(db)] == [
        ("membership/confirm", "nora@neustadt.example"), ("accounts/link", "clara@stadt.example"),
    ]  # fmt: skip


def test_requests_are_limited_by_address_and_by_network_address(
    db: Session, app: Flask, people: People, settings: Settings
) -> None:
    for _time in range(settings.mail_links + 2):
        assert ask(app.test_client()).status_code == 200
    assert len(mails(db)) == settings.mail_links
    for number in range(settings.mail_link_asks):
        answer = ask(app.test_client(), email=f"n{number}@see.example")
    assert answer.status_code == 422
    assert "Bitte warten Sie eine Stunde" in answer.get_data(as_text=True)


def test_an_unconfirmed_request_is_forgotten(db: Session, app: Flask, people: People, settings: Settings) -> None:
    ask(app.test_client())
    path = path_in(mails(db)[-1])
    with clock.at(clock.now() + timedelta(seconds=settings.join_request_life)):
        assert app.test_client().get(path).status_code == 410
        ask(app.test_client(), email="andere@see.example")
    look_again(db)
    assert db.scalars(select(JoinRequest.email)).all() == ["andere@see.example"]


@pytest.mark.parametrize("field", list(REQUEST))
def test_every_field_of_a_request_is_needed(db: Session, app: Flask, people: People, field: str) -> None:
    page = ask(app.test_client(), **{field: " "})
    assert page.status_code == 422
    assert mails(db) == []


def test_only_coordination_answers(db: Session, client_for: ClientFor, app: Flask, people: People) -> None:
    row = asked(db, app)
    for member in (people.admin, people.lead, people.stranger):
        client = client_for(member)
        assert client.get("/people/requests").status_code == 403
        for act in ("admission", "refusal"):
            assert post_form(client, "/account", f"/people/requests/{row.id}/{act}", sentence="x").status_code == 403
