"""Leaving: what goes, what stays, who must do what first."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
import zstandard
from flask import Flask
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from tests.builders import make_paper, post_form, save
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from tests.world import World, make_world
from workspace import clock
from workspace.accounts import actions as accounts
from workspace.accounts import second_factor, signing_in
from workspace.accounts.models import KeptForm, Member
from workspace.accounts.queries import people_page
from workspace.config import Settings
from workspace.db import Base
from workspace.discussion import actions as discussion
from workspace.discussion.models import Comment, ThreadKind
from workspace.editions.models import Edition
from workspace.errors import Conflict, Forbidden
from workspace.events import Event
from workspace.groups import actions as groups
from workspace.membership import actions
from workspace.permissions import NetworkRole, Role
from workspace.web.derived import Derived

NAME, MAIL, HANDLE = "Wanda Quittenbaum", "wanda@quitten.example", "wanda.quittenbaum"
PAGE = "/account/leaving"


@pytest.fixture
def world(people: People) -> World:
    return make_world(people)


@pytest.fixture
def wanda(db: Session, world: World, client_for: ClientFor) -> Member:
    """An editor who wrote, commented, was mentioned, is printed in an edition and signs in with two factors."""
    people = world.people
    cora, lead = actor_of(people.coordination), actor_of(people.lead)
    wanda = accounts.admit_member(cora, name=NAME, email=MAIL, organisation="Quittendorf", function="Quittenamt")
    accounts.give_network_role(cora, wanda, NetworkRole.COORDINATION)
    groups.set_role(lead, people.quality, wanda, Role.EDITOR)
    db.commit()
    own = actor_of(wanda)
    signing_in.set_password(own, wanda, "Ein kurzer Satz ist gut.")
    factor = second_factor.begin_factor(own, wanda)
    db.commit()
    step = int(clock.now().timestamp()) // second_factor.STEP
    second_factor.confirm_factor(own, wanda, second_factor.code_at(factor.secret, step))
    db.commit()
    paper = make_paper(people, contact=f"{NAME}, {MAIL}")
    save(paper, wanda, "## Neu\n\nGanz neue Wörter von ihr.\n")
    thread = discussion.open_thread(
        actor_of(people.reviewer), paper, kind=ThreadKind.REMARK, body=f"Weiß das @{HANDLE}?",
        revision_number=2, span=None,
    )  # fmt: skip
    db.commit()
    discussion.edit_comment(actor_of(people.reviewer), thread.comments[0], f"Weiß das @{HANDLE}, oder @{HANDLE}s Amt?")
    discussion.reply(own, thread, "Ja, das weiß ich.")
    db.commit()
    world.edition.authors = f"AG Qualität\n{NAME}, Quittendorf"
    db.commit()
    browser = client_for(wanda)
    for address in ("", "/history", "/threads", "/compare/1/2", "/log", "/edit"):
        assert browser.get(f"/papers/{paper.key}{address}").status_code == 200
    read = db.get(Member, wanda.id)
    assert read is not None
    return read


def cells(db: Session) -> Iterator[tuple[str, str]]:
    """(table.column, value) of everything in the database; packed page parts are unpacked."""
    look_again(db)
    for table in Base.metadata.sorted_tables:
        for row in db.execute(select(table)).mappings():
            for column in table.columns:
                value = row[column]
                if table is Derived.__table__ and isinstance(column.type, LargeBinary) and column.name == "data":
                    value = zstandard.ZstdDecompressor().decompress(value)
                yield (
                    f"{table.name}.{column.name}",
                    value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value),
                )


def naming(db: Session) -> set[str]:
    """Where the person is named."""
    words = (NAME.lower(), MAIL, HANDLE, "quittenbaum", "quittenamt")
    return {where for where, value in cells(db) if any(word in value.lower() for word in words)}


def test_the_name_is_in_no_table_but_consented_editions(db: Session, wanda: Member, client_for: ClientFor) -> None:
    before = naming(db)
    assert {"member.name", "member.email", "comment.body", "comment_wording.body", "paper.contact"} <= before
    assert "derived.data" in before, "else nothing would be proven about kept page parts"
    assert not {where for where in before if where.startswith("event.")}, "the log names people by their ids"
    browser = client_for(wanda)
    assert post_form(browser, PAGE, sure="y", keeps="y").status_code == 303
    assert naming(db) == {"edition.authors"}


def test_without_consent_editions_do_not_name_the_person_either(
    db: Session, wanda: Member, client_for: ClientFor, world: World
) -> None:
    text_hash = world.edition.text_hash
    page = client_for(None).get(f"/p/{world.published.slug}/1.1").get_data(as_text=True)
    assert NAME in page
    browser = client_for(wanda)
    assert f"/p/{world.published.slug}/1.1" in browser.get(PAGE).get_data(as_text=True)
    assert post_form(browser, PAGE, sure="y").status_code == 303
    assert naming(db) == set()
    edition = db.get(Edition, world.edition.id)
    assert edition is not None
    assert edition.authors == "AG Qualität\nEhemaliges Mitglied, Quittendorf"
    assert edition.text_hash == text_hash
    assert NAME not in client_for(None).get(f"/p/{world.published.slug}/1.1").get_data(as_text=True)
    assert NAME not in client_for(None).get("/library?q=Quittenbaum").get_data(as_text=True).replace(
        '"Quittenbaum"', ""
    )


def test_every_page_says_former_member_in_the_readers_language(
    db: Session, wanda: Member, client_for: ClientFor, world: World
) -> None:
    written = db.scalars(select(Comment).where(Comment.author_id == wanda.id)).one()
    key, number = written.thread.paper.key, written.thread.number
    post_form(client_for(wanda), PAGE, sure="y")
    lead = client_for(world.people.lead)
    pages = (f"/papers/{key}", f"/papers/{key}/history", f"/papers/{key}/threads/{number}", f"/papers/{key}/log",
             f"/papers/{key}/compare/1/2", f"/groups/{world.people.quality.key}")  # fmt: skip
    for path in pages:
        for language, words in (("de", "Ehemaliges Mitglied"), ("en", "Former member")):
            page = lead.get(path, headers={"Accept-Language": language}).get_data(as_text=True)
            assert "quittenbaum" not in page.lower(), path
            assert words in page or path.startswith("/groups"), f"{path} {language}"
            if language == "en":
                assert "Ehemaliges" not in page, path
    thread = lead.get(f"/papers/{key}/threads/{number}").get_data(as_text=True)
    assert f"@ehemalig.{wanda.id}" in thread
    assert f"@{HANDLE}s" not in thread


def test_who_left_is_signed_out_and_cannot_come_back(
    db: Session, wanda: Member, client_for: ClientFor, app: Flask, world: World
) -> None:
    browser, elsewhere = client_for(wanda), client_for(wanda)
    link = signing_in.write_token(wanda)
    db.add(KeptForm(session_id=2, member_id=wanda.id, path="/", fields="{}", created_at=clock.now()))
    db.commit()
    answer = post_form(browser, PAGE, sure="y")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "verlassen" in browser.get("/").get_data(as_text=True)
    for client in (browser, elsewhere):
        assert client.get("/account").status_code == 302
    assert app.test_client().get(f"/sign-in/{link}").status_code == 410
    with pytest.raises(Exception, match="sign_in_wrong"):
        signing_in.sign_in_by_password(MAIL, "Ein kurzer Satz ist gut.", network_address="", device="", earlier=None)
    db.rollback()
    gone = db.get(Member, wanda.id)
    assert gone is not None
    with pytest.raises(Conflict, match="has_left"):
        accounts.enable_member(actor_of(world.people.coordination), gone)
    db.rollback()
    cora = client_for(world.people.coordination)
    page = cora.get(f"/people/{wanda.id}").get_data(as_text=True)
    assert "Konto wieder öffnen" not in page
    assert "former.invalid" not in page
    assert wanda.id not in {member.id for member in people_page("", with_closed=True).members}
    again = accounts.admit_member(actor_of(world.people.coordination), name=NAME, email=MAIL)
    assert again.handle == HANDLE, "the address is free for a new start"


def test_the_last_lead_and_the_last_coordination_are_told_what_to_do_first(
    db: Session, client_for: ClientFor, people: People
) -> None:
    clara = client_for(people.lead)
    page = clara.get(PAGE).get_data(as_text=True)
    assert "Geben Sie die Leitung weiter:" in page
    assert f"/groups/{people.quality.key}" in page
    refused = post_form(clara, PAGE, sure="y")
    assert refused.status_code == 409
    assert "AG Qualität" in refused.get_data(as_text=True)
    cora = client_for(people.coordination)
    assert "letzte Koordination" in cora.get(PAGE).get_data(as_text=True)
    assert post_form(cora, PAGE, sure="y").status_code == 409
    look_again(db)
    for member in (people.lead, people.coordination):
        assert not db.get(Member, member.id).has_left  # type: ignore[union-attr]
    groups.set_role(actor_of(people.lead), people.quality, people.editor, Role.LEAD)
    db.commit()
    assert post_form(clara, PAGE, sure="y").status_code == 303


def test_leaving_must_be_meant(db: Session, client_for: ClientFor, people: People, settings: Settings) -> None:
    emil = client_for(people.editor)
    assert post_form(emil, PAGE).status_code == 422
    with clock.at(clock.now() + timedelta(seconds=settings.confirmation_life + 1)):
        assert post_form(emil, "/account", PAGE, sure="y").location == f"/account/confirmation?next={PAGE}"
    look_again(db)
    assert not people.editor.has_left


def test_coordination_takes_the_name_of_a_closed_account_only(
    db: Session, client_for: ClientFor, people: People
) -> None:
    cora, page = client_for(people.coordination), f"/people/{people.editor.id}"
    assert post_form(cora, page, f"{page}/removal").status_code == 409
    for member in (people.admin, people.lead, people.reader):
        with pytest.raises(Forbidden):
            actions.leave(actor_of(member), people.editor, keeps_printed_name=False)
    post_form(cora, page, f"{page}/closure")
    assert post_form(cora, page, f"{page}/removal").status_code == 303
    look_again(db)
    assert people.editor.has_left
    assert post_form(cora, "/people", f"{page}/removal").status_code == 404
    left = db.scalars(select(Event).where(Event.verb == "member.left")).one()
    assert (left.actor_id, left.facts) == (people.coordination.id, {})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Jana Reuter", "Ehemaliges Mitglied"),
        ("Jana Reuterlein, Jana Reuter", "Jana Reuterlein, Ehemaliges Mitglied"),
        ("Anjana Reuter", "Anjana Reuter"),
    ],
)
def test_only_the_whole_name_goes(text: str, left: str) -> None:
    assert actions._without_name(text, "Jana Reuter") == left


# One's own data


def archive_of(browser: object) -> zipfile.ZipFile:
    answer = post_form(browser, "/account/data", "/account/data/export")  # type: ignore[arg-type]
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    found = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    return found


def test_ones_own_data_are_complete_readable_and_nobody_elses(db: Session, client_for: ClientFor, world: World) -> None:
    archive = archive_of(client_for(world.people.reviewer))
    facts = json.loads(archive.read("daten.json"))
    assert facts["account"]["email"] == "rosa@stadt.example"
    assert facts["groups"] == [{"group": "AG Qualität", "role": "reviewer", "since": facts["groups"][0]["since"]}]
    (comment,) = facts["comments"]
    assert comment["body"] == "Siebenschlaefer, bitte prüfen, @emil"
    assert [row["body"] for row in comment["earlier"]] == ["Wiedehopfgelege"]
    assert comment["paper"] == "Zwiebelturm"
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for other in ("clara@", "emil@", "Quastenflosser", "password_hash", "argon2"):
        assert other not in everything
    assert "Siebenschlaefer" in archive.read("uebersicht.html").decode()
    files = archive_of(client_for(world.people.editor)).namelist()
    assert len([name for name in files if name.startswith("dateien/") and name.endswith(".png")]) == 5


def test_after_leaving_a_group_its_papers_are_not_named(db: Session, client_for: ClientFor, world: World) -> None:
    people = world.people
    for member in (people.reviewer, people.editor):
        groups.remove_from_group(actor_of(people.lead), people.quality, member)
    db.commit()
    archive = archive_of(client_for(people.reviewer))
    facts = json.loads(archive.read("daten.json"))
    assert [row["body"] for row in facts["comments"]] == ["Siebenschlaefer, bitte prüfen, @emil"], "own words stay own"
    assert facts["comments"][0]["paper"] is None
    archive = archive_of(client_for(people.editor))
    assert archive.namelist() == ["daten.json", "uebersicht.html"]
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for secret in ("Zwiebelturm", "Sanduhrglas", "Quastenflosser", "Flaschenpost", "Nachtigallenschlag"):
        assert secret not in everything
    assert len(json.loads(archive.read("daten.json"))["revisions"]) > 0


def test_taking_data_needs_a_fresh_sign_in_and_is_noted(
    db: Session, client_for: ClientFor, people: People, settings: Settings
) -> None:
    rosa, page = client_for(people.reviewer), "/account/data"
    with clock.at(clock.now() + timedelta(seconds=settings.confirmation_life + 1)):
        answer = post_form(rosa, page, f"{page}/export")
        assert (answer.status_code, answer.location) == (303, f"/account/confirmation?next={page}")
    archive_of(rosa)
    assert "Eigene Daten heruntergeladen." in rosa.get("/account/security").get_data(as_text=True)


def test_the_archive_of_the_public_is_asked_for_in_vain(client_for: ClientFor, people: People) -> None:
    assert client_for(None).post("/account/data/export").status_code in {302, 303, 400}
