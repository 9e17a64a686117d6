"""One's own profile and devices, the directory of members and municipalities."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.fresh import look_again
from tests.people import People, actor_of
from workspace.accounts import actions, queries
from workspace.accounts.devices import device_name
from workspace.accounts.models import LoginSession, Member
from workspace.clock import now
from workspace.config import Settings
from workspace.errors import Conflict
from workspace.search import SearchDocument

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"


# Profile


def test_a_profile_is_changed_and_found(db: Session, client_for: ClientFor, people: People) -> None:
    clara = client_for(people.lead)
    changed = post_form(
        clara, "/account", name="Clara  Größe-Leitung", organisation="Bad Neustadt", function="Referentin",
        languages="Deutsch, Türkisch", prints="y",
    )  # fmt: skip
    assert changed.status_code == 303
    look_again(db)
    member = db.get(Member, people.lead.id)
    assert member is not None
    assert (member.name, member.sort_key) == ("Clara Größe-Leitung", "grosse-leitung clara")
    assert member.print_consent_at is not None
    rosa = client_for(people.reviewer)
    for words in ("größe", "NEUSTADT", "türkisch", "Referentin", "clara"):
        assert "Clara Größe-Leitung" in rosa.get(f"/members?q={words}").get_data(as_text=True), words
    since = member.print_consent_at
    post_form(clara, "/account", name="Clara Leitung", prints="y")
    look_again(db)
    assert db.get(Member, people.lead.id).print_consent_at == since  # type: ignore[union-attr]
    post_form(clara, "/account", name="Clara Leitung")
    look_again(db)
    assert db.get(Member, people.lead.id).print_consent_at is None  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["", "x" * 121, "Ehemaliges Mitglied", "ehemaliges mitglied"])
def test_a_name_is_needed_and_nobody_poses_as_one_who_left(client_for: ClientFor, people: People, name: str) -> None:
    page = post_form(client_for(people.lead), "/account", name=name)
    assert page.status_code == 422
    assert "kern-error" in page.get_data(as_text=True)


def test_nobody_changes_the_profile_of_somebody_else(db: Session, people: People) -> None:
    for member in (people.coordination, people.admin, None):
        with pytest.raises(Conflict, match="not_own_account"):
            actions.change_profile(
                actor_of(member), people.lead, name="X", organisation="", function="", languages="", prints=False
            )


# Devices


@pytest.mark.parametrize(
    ("device", "name"),
    [(FIREFOX, "Firefox, Windows"), (EDGE, "Edge, Windows"), (IPHONE, "Safari, iPhone"), ("", ""), ("curl/8", "")],
)
def test_devices_have_names_people_recognise(device: str, name: str) -> None:
    assert device_name(device) == name


def test_devices_are_listed_and_ended(db: Session, client_for: ClientFor, people: People) -> None:
    here, phone, office, other = (client_for(people.lead) for _time in range(4))
    own = select(LoginSession).where(LoginSession.member_id == people.lead.id)
    rows = db.scalars(own.order_by(LoginSession.id)).all()
    rows[1].device = IPHONE
    db.commit()
    page = here.get("/account/security").get_data(as_text=True)
    assert "Safari, iPhone" in page
    assert page.count("Zuletzt benutzt") == 4
    assert page.count("dieses Gerät") == 1
    ended = post_form(here, "/account/security", f"/account/sessions/{rows[1].id}/end")
    assert ended.status_code == 303
    assert phone.get("/account").status_code == 302
    assert office.get("/account").status_code == 200
    assert post_form(here, "/account/security", "/account/sessions/others/end").status_code == 303
    for client in (office, other):
        assert client.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(db: Session, client_for: ClientFor, people: People) -> None:
    clara, cora = client_for(people.lead), client_for(people.coordination)
    row = db.scalars(select(LoginSession).where(LoginSession.member_id == people.lead.id)).one()
    token = csrf_of(cora.get("/account/security"))
    assert cora.post(f"/account/sessions/{row.id}/end", data={"csrf_token": token}).status_code == 404
    assert clara.get("/account").status_code == 200


# Directory


def test_the_directory_shows_open_accounts_by_last_name(client_for: ClientFor, people: People) -> None:
    page = client_for(people.reader).get("/members").get_data(as_text=True)
    names = ["Adam Admin", "Sam Fremd", "Cora Koordination", "Clara Leitung", "Rudi Lesend", "Emil Redaktion"]
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places)
    assert "Dora" not in page, "closed accounts are not listed"
    assert "7 Mitglieder" in page


def test_municipalities_lead_to_their_people(db: Session, client_for: ClientFor, people: People) -> None:
    actions.admit_member(
        actor_of(people.coordination), name="Öz Übersee", email="oez@see.example", organisation="Überlingen"
    )
    db.commit()
    rosa = client_for(people.reviewer)
    page = rosa.get("/members/organisations").get_data(as_text=True)
    assert page.index("Musterstadt") < page.index("Überlingen")
    assert "Überlingen" in rosa.get("/members/organisations?q=uberlingen").get_data(as_text=True)
    place = queries.find_member("oez@see.example")
    assert place is not None
    found = rosa.get(f"/members?organisation={place.organisation_id}").get_data(as_text=True)
    assert "Öz Übersee" in found
    assert "1 Mitglied aus Überlingen" in found
    assert "Clara" not in found


ODD = ("q=Xylophon", "organisation=999", "after=999999", "after=x", "organisation=%00", "q=%25", "after=-1")


@pytest.mark.parametrize("query", ODD)
def test_odd_addresses_of_the_directory_are_answered(client_for: ClientFor, people: People, query: str) -> None:
    assert client_for(people.reader).get(f"/members?{query}").status_code == 200


def test_a_profile_is_for_members_and_of_open_accounts(client_for: ClientFor, people: People) -> None:
    rosa = client_for(people.reviewer)
    page = rosa.get(f"/members/{people.lead.id}").get_data(as_text=True)
    for words in ("Clara Leitung", "Musterstadt", "mailto:clara@stadt.example", "AG Qualität"):
        assert words in page
    assert rosa.get(f"/members/{people.disabled.id}").status_code == 404
    assert client_for(None).get(f"/members/{people.lead.id}").status_code == 302


def test_pages_of_10000_people_are_complete_and_read_few_rows(
    db: Session, client_for: ClientFor, people: People, settings: Settings
) -> None:
    """Each person once, in order, whatever page they are on; a page asks for no more than it shows."""
    size, many = settings.page_size, 10_000
    rows = [
        {
            "handle": f"p{n}", "name": f"Person Nr{n % 50:02}", "sort_key": f"nr{n % 50:02} person",
            "email": f"p{n}@x.example", "created_at": now(), "function": "", "languages": "",
        }
        for n in range(many)
    ]  # fmt: skip
    db.execute(insert(Member), rows)
    ids = db.execute(select(Member.id, Member.name).where(Member.handle.like("p%"))).all()
    documents = [{"kind": "member", "subject_id": i, "folded": name.lower()} for i, name in ids]
    db.execute(insert(SearchDocument), documents)
    db.commit()
    seen: list[int] = []
    after = None
    for _page in range(6):
        page = queries.people_page("nr07", after=after)
        assert page.total == many // 50
        assert len(page.members) <= size
        seen += [member.id for member in page.members]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == many // 50
    shown = client_for(people.reader).get("/members").get_data(as_text=True)
    assert "10.007 Mitglieder" in shown or "10007 Mitglieder" in shown
    assert shown.count("<li>") <= size + 20
