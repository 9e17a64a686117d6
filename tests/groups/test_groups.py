"""Working groups: made by coordination, led by their leads, never without one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import make_paper, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.config import Settings, using
from workspace.db import session_scope
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.groups import actions
from workspace.groups.models import Group, GroupMember
from workspace.papers.actions import park_paper
from workspace.permissions import Role


def role_of(db: Session, group: Group, member: Member) -> str | None:
    look_again(db)
    row = db.get(GroupMember, (group.id, member.id))
    return row.role if row is not None else None


# Creating and describing


def test_coordination_creates_a_group_with_its_first_lead(db: Session, client_for: ClientFor, people: People) -> None:
    cora = client_for(people.coordination)
    made = post_form(cora, "/groups/new", name="AG Jugend & Städte", purpose="Junge Leute", lead=str(people.editor.id))
    assert (made.status_code, made.location) == (303, "/groups/ag-jugend-staedte")
    page = client_for(people.editor).get(made.location).get_data(as_text=True)
    assert "AG Jugend &amp; Städte" in page
    assert "Mitglied aufnehmen" in page
    assert "Mitglied aufnehmen" not in cora.get(made.location).get_data(as_text=True), "coordination leads nothing"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "", "lead": "clara"}, "Bitte geben Sie der Arbeitsgruppe einen Namen."),
        ({"name": "AG QUALITÄT", "lead": "clara"}, "Diesen Namen gibt es schon."),
        ({"name": "AG Neu", "lead": ""}, "Bitte wählen Sie, wer die Arbeitsgruppe leitet."),
        ({"name": "AG Neu", "lead": "dora"}, "Keine gültige Auswahl"),
        ({"name": "AG Neu", "lead": "99999999999999999999"}, "Keine gültige Auswahl"),
        ({"name": "A" * 121, "lead": "clara"}, "höchstens 120 Zeichen"),
    ],
)
def test_a_new_group_needs_a_name_of_its_own_and_a_lead(
    db: Session, client_for: ClientFor, people: People, fields: dict[str, str], says: str
) -> None:
    ids = {"clara": str(people.lead.id), "dora": str(people.disabled.id)}
    sent = {**fields, "lead": ids.get(fields["lead"], fields["lead"]), "purpose": "Was wir wollen"}
    page = post_form(client_for(people.coordination), "/groups/new", **sent)
    assert page.status_code == 422
    assert says in page.get_data(as_text=True)
    assert "Was wir wollen" in page.get_data(as_text=True)
    assert db.scalars(select(Group.name).order_by(Group.name)).all() == ["AG Anderes", "AG Qualität"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AG Größe & Maß", "ag-groesse-mass"),
        ("AG Qualitaet", "ag-qualitaet-2"),
        ("!!!", "gruppe"),
        ("日本", "gruppe"),
        ("X", "x-1"),
        ("New", "new-2"),
        ("Öffentliches Grün und Straßenräume in der Großstadt", "oeffentliches-gruen-und-strass"),
    ],
)
def test_the_address_of_a_group_is_made_from_its_name(db: Session, people: People, name: str, key: str) -> None:
    group = actions.create_group(actor_of(people.coordination), name=name, purpose="", lead=people.lead)
    assert group.key == key


def test_only_coordination_creates_groups(db: Session, client_for: ClientFor, people: People) -> None:
    for member in (people.admin, people.lead, people.stranger):
        assert client_for(member).get("/groups/new").status_code == 403
        with pytest.raises(Forbidden):
            actions.create_group(actor_of(member), name="AG Neu", purpose="", lead=people.lead)


def test_a_lead_renames_the_group_and_its_address_stays(db: Session, client_for: ClientFor, people: People) -> None:
    page = f"/groups/{people.quality.key}"
    lead = client_for(people.lead)
    assert post_form(lead, page, f"{page}/description", name="AG Güte", purpose="Neu").status_code == 303
    shown = lead.get(page).get_data(as_text=True)
    assert "<h1" in shown
    assert "AG Güte" in shown
    refused = post_form(lead, page, f"{page}/description", name="ag anderes", purpose="Neu")
    assert refused.status_code == 422
    assert "Diesen Namen gibt es schon." in refused.get_data(as_text=True)
    for member in (people.editor, people.coordination, people.stranger):
        assert post_form(client_for(member), "/account", f"{page}/description", name="X").status_code == 403


# Roles


def test_a_lead_takes_people_in_and_changes_their_role(db: Session, client_for: ClientFor, people: People) -> None:
    lead, page = client_for(people.lead), f"/groups/{people.quality.key}"
    for role in (Role.READER, Role.EDITOR):
        sent = post_form(lead, page, f"{page}/people", member=str(people.stranger.id), role=role)
        assert sent.status_code == 303
        assert role_of(db, people.quality, people.stranger) == role
    about_sam = select(Event.verb).where(
        Event.subject_id == people.stranger.id, Event.verb.in_(["group.joined", "group.role_changed"])
    )
    assert list(db.scalars(about_sam.order_by(Event.id))) == ["group.joined", "group.role_changed"]


@pytest.mark.parametrize("role", ["", "chief", "LEAD", "coordination", "lead\x00"])
def test_a_role_that_is_none_is_refused(db: Session, client_for: ClientFor, people: People, role: str) -> None:
    lead, page = client_for(people.lead), f"/groups/{people.quality.key}"
    sent = post_form(lead, page, f"{page}/people", member=str(people.stranger.id), role=role)
    assert sent.status_code == 422
    assert role_of(db, people.quality, people.stranger) is None


def test_a_closed_account_is_not_taken_in(db: Session, client_for: ClientFor, people: People) -> None:
    lead, page = client_for(people.lead), f"/groups/{people.quality.key}"
    sent = post_form(lead, page, f"{page}/people", member=str(people.disabled.id), role="lead")
    assert sent.status_code == 422
    with pytest.raises(Invalid):
        actions.set_role(actor_of(people.lead), people.quality, people.disabled, Role.LEAD)


@pytest.mark.parametrize("who", ["coordination", "admin", "editor", "reviewer", "reader", "stranger", "disabled"])
def test_only_leads_give_roles(db: Session, people: People, who: str) -> None:
    actor = actor_of(getattr(people, who))
    with pytest.raises(Forbidden):
        actions.set_role(actor, people.quality, people.stranger, Role.READER)
    with pytest.raises(Forbidden):
        actions.set_role(actor, people.quality, getattr(people, who), Role.LEAD)
    with pytest.raises(Forbidden):
        actions.remove_from_group(actor, people.quality, people.lead)


def test_everybody_may_leave_and_then_sees_no_paper(db: Session, client_for: ClientFor, people: People) -> None:
    paper = make_paper(people)
    reader, page = client_for(people.reader), f"/groups/{people.quality.key}"
    assert "Beteiligung mit Antwort" in reader.get(page).get_data(as_text=True)
    assert post_form(reader, page, f"{page}/people/{people.reader.id}/removal").status_code == 303
    assert "Beteiligung mit Antwort" not in reader.get(page).get_data(as_text=True)
    assert reader.get(f"/papers/{paper.key}").status_code == 404
    assert post_form(reader, "/account", f"{page}/people/{people.reader.id}/removal").status_code == 409


def test_the_last_lead_cannot_leave_or_step_down(db: Session, client_for: ClientFor, people: People) -> None:
    lead, page = client_for(people.lead), f"/groups/{people.quality.key}"
    left = post_form(lead, page, f"{page}/people/{people.lead.id}/removal")
    stepped = post_form(lead, page, f"{page}/people", member=str(people.lead.id), role="editor")
    assert (left.status_code, stepped.status_code) == (409, 409)
    assert "Eine Arbeitsgruppe braucht mindestens eine Leitung." in left.get_data(as_text=True)
    assert role_of(db, people.quality, people.lead) == Role.LEAD
    post_form(lead, page, f"{page}/people", member=str(people.editor.id), role="lead")
    assert post_form(lead, page, f"{page}/people/{people.lead.id}/removal").status_code == 303


def test_a_lead_with_a_closed_account_does_not_count(db: Session, people: People) -> None:
    lead = actor_of(people.lead)
    actions.set_role(lead, people.quality, people.editor, Role.LEAD)
    db.commit()
    accounts.disable_member(actor_of(people.coordination), people.editor)
    db.commit()
    with pytest.raises(Conflict, match="last_lead"):
        actions.remove_from_group(lead, people.quality, people.lead)
    db.rollback()
    actions.remove_from_group(lead, people.quality, people.editor)
    db.commit()
    assert role_of(db, people.quality, people.editor) is None


Act = Callable[[Session, Member, Member, Group], None]


def leave(_db: Session, own: Member, _other: Member, group: Group) -> None:
    actions.remove_from_group(actor_of(own), group, own)


def step_down(_db: Session, own: Member, _other: Member, group: Group) -> None:
    actions.set_role(actor_of(own), group, own, Role.READER)


def push_out(_db: Session, own: Member, other: Member, group: Group) -> None:
    actions.remove_from_group(actor_of(own), group, other)


@pytest.mark.parametrize("act", [leave, step_down, push_out])
def test_two_leads_cannot_go_at_the_same_instant(
    db: Session, app: Flask, settings: Settings, people: People, act: Act
) -> None:
    actions.set_role(actor_of(people.lead), people.quality, people.editor, Role.LEAD)
    db.commit()
    pairs = [(people.lead.id, people.editor.id), (people.editor.id, people.lead.id)]
    group_id, start, refused = people.quality.id, threading.Barrier(2), list[str]()

    def run(own_id: int, other_id: int) -> None:
        with using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
            own, other, group = opened.get(Member, own_id), opened.get(Member, other_id), opened.get(Group, group_id)
            assert own is not None
            assert other is not None
            assert group is not None
            start.wait(timeout=10)
            try:
                act(opened, own, other, group)
                opened.commit()
            except (Conflict, Forbidden) as error:
                refused.append(error.code)

    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    leads = select(GroupMember.member_id).where(GroupMember.group_id == group_id, GroupMember.role == Role.LEAD)
    look_again(db)
    assert len(db.scalars(leads).all()) == 1
    assert len(refused) == 1


# Pages


def test_every_member_sees_the_groups_and_their_people_but_no_papers_of_others(
    db: Session, client_for: ClientFor, people: People
) -> None:
    make_paper(people)
    for member in (people.stranger, people.coordination, people.admin):
        browser = client_for(member)
        assert "AG Qualität" in browser.get("/groups").get_data(as_text=True)
        page = browser.get(f"/groups/{people.quality.key}").get_data(as_text=True)
        assert "Clara Leitung" in page
        assert "Beteiligung mit Antwort" not in page
        assert "Papiere</h2>" not in page


def test_parked_papers_stand_apart(db: Session, client_for: ClientFor, people: People) -> None:
    park_paper(actor_of(people.lead), make_paper(people, title="Ruhendes Papier"))
    db.commit()
    page = client_for(people.reader).get(f"/groups/{people.quality.key}").get_data(as_text=True)
    assert "1 ruhendes Papier" in page
    assert "Ruht" in page


@pytest.mark.parametrize("key", ["nothing", "a", "AG-Qualitaet", "x" * 90, "ag_qualitaet", "-x"])
def test_a_group_that_is_not_there_is_not_found(client_for: ClientFor, people: People, key: str) -> None:
    assert client_for(people.lead).get(f"/groups/{key}").status_code == 404
