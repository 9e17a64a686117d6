"""Legal pages: read by everybody, filled in by those who run the installation; every wording is kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import csrf_of, post_form
from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace import clock
from workspace.accounts.models import LoginSession
from workspace.accounts.signing_in import write_token
from workspace.errors import Conflict, Forbidden, Invalid
from workspace.events import Event
from workspace.network import actions
from workspace.network.legal import LegalPage, draft, legal_text, rendered
from workspace.network.models import LegalText

ADDRESSES = {"imprint": "/impressum", "privacy": "/datenschutz", "accessibility": "/barrierefreiheit"}


@pytest.mark.parametrize(("page", "address"), ADDRESSES.items())
def test_everybody_reads_the_draft_until_it_is_replaced(
    app: Flask, db: Session, client_for: ClientFor, people: People, page: str, address: str
) -> None:
    shown = app.test_client().get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="en">' in shown
    assert '<article class="prose" lang="de">' in shown
    assert "This text is not complete yet." in shown
    assert "<mark>" not in shown, "only those who can fill the gaps see them marked"
    adam = client_for(people.admin)
    assert adam.get(address).get_data(as_text=True).count("<mark>") == legal_text(LegalPage(page)).gaps > 0
    answer = post_form(adam, f"/settings/{page}", text="## Angaben\n\nStadt Musterstadt", base="0")
    assert answer.headers["Location"] == address
    public = app.test_client().get(address).get_data(as_text=True)
    assert "Stadt Musterstadt" in public
    assert re.search(r"Stand: \d+\. \w+ \d{4}", public)
    assert "noch nicht vollständig" not in public


@pytest.mark.parametrize("page", LegalPage)
def test_drafts_are_whole_and_name_the_terms_of_the_settings(db: Session, people: People, page: LegalPage) -> None:
    text = draft(page)
    assert not re.search(r"\{\w*\}", text)
    assert len(re.findall(r"\[[^\]…]*\](?!\()", text)) == 0, "every gap begins with […"
    if page == LegalPage.PRIVACY:
        assert "endet nach 8 Stunden ohne Nutzung, spätestens nach 7 Tagen" in text
        assert "höchstens 14 Tage, auf Anforderung per Mail 60 Minuten" in text
        assert "gilt 14 Tage und wird 180 Tage nach ihrem Ablauf gelöscht" in text
        assert "die letzten 14 Nächte" in text


def test_every_page_links_to_them(app: Flask, client_for: ClientFor, people: People) -> None:
    for page in (
        app.test_client().get("/sign-in"),
        app.test_client().get("/nowhere"),
        client_for(people.lead).get("/"),
    ):
        for address in (*ADDRESSES.values(), "/hilfe"):
            assert f'href="{address}"' in page.get_data(as_text=True)


def test_only_admin_writes_them(db: Session, client_for: ClientFor, people: People) -> None:
    for member in (people.coordination, people.lead):
        browser = client_for(member)
        assert browser.get("/settings/imprint").status_code == 403
        assert post_form(browser, "/account", "/settings/imprint", text="Meins", base="0").status_code == 403
        with pytest.raises(Forbidden):
            actions.write_legal_text(actor_of(member), LegalPage.IMPRINT, "Meins", base=0)
    assert client_for(people.admin).get("/settings/nowhere").status_code == 404


def test_every_wording_is_kept_and_told(db: Session, people: People) -> None:
    adam = actor_of(people.admin)
    actions.write_legal_text(adam, LegalPage.IMPRINT, "Eins", base=0)
    db.commit()
    first = legal_text(LegalPage.IMPRINT)
    actions.write_legal_text(adam, LegalPage.IMPRINT, "Zwei", base=first.number)
    actions.write_legal_text(adam, LegalPage.IMPRINT, "Zwei", base=legal_text(LegalPage.IMPRINT).number)
    db.commit()
    assert db.scalars(select(LegalText.text).order_by(LegalText.id)).all() == ["Eins", "Zwei"]
    told = db.scalars(select(Event).where(Event.verb == "legal_text.written")).all()
    assert [event.facts["page"] for event in told] == ["imprint", "imprint"]
    assert legal_text(LegalPage.PRIVACY).is_draft


def test_two_who_write_at_once_lose_nothing(db: Session, client_for: ClientFor, people: People) -> None:
    adam = client_for(people.admin)
    csrf_of(adam.get("/settings/imprint"))
    actions.write_legal_text(actor_of(people.admin), LegalPage.IMPRINT, "Von nebenan", base=0)
    db.commit()
    with pytest.raises(Conflict, match="legal_changed"):
        actions.write_legal_text(actor_of(people.admin), LegalPage.IMPRINT, "Von hier", base=0)
    db.rollback()
    refused = post_form(adam, "/settings/imprint", text="Von hier", base="0")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Von hier" in page
    assert "Von nebenan" in page
    base = re.search(r'name="base"[^>]*value="(\d+)"', page)
    assert base is not None
    assert post_form(adam, "/settings/imprint", text="Beides", base=base[1]).status_code == 303


def test_a_preview_saves_nothing(db: Session, client_for: ClientFor, people: People) -> None:
    answer = post_form(
        client_for(people.admin), "/settings/imprint", text="**Fett** <script> [… Name]", base="0", preview="1"
    )
    page = answer.get_data(as_text=True)
    assert "<strong>Fett</strong>" in page
    assert "<mark>[… Name]</mark>" in page
    assert "&lt;script&gt;" in page
    assert legal_text(LegalPage.IMPRINT).is_draft


@pytest.mark.parametrize("text", ["", "  \n", "x" * 50_001])
def test_a_text_has_its_limits(db: Session, client_for: ClientFor, people: People, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.write_legal_text(actor_of(people.admin), LegalPage.IMPRINT, text, base=0)
    assert set(refused.value.fields) == {"text"}
    db.rollback()
    assert post_form(client_for(people.admin), "/settings/imprint", text=text, base="0").status_code == 422


def test_gaps_in_addresses_and_attributes_stay_as_they_are() -> None:
    made = rendered("[Wort](https://stadt.example/[…x]) und [… Name]", mark_gaps=True)
    assert made.count("<mark>") == 1


def test_the_settings_say_how_many_gaps_are_left(db: Session, client_for: ClientFor, people: People) -> None:
    adam = client_for(people.admin)
    assert f"noch {legal_text(LegalPage.IMPRINT).gaps} Lücken" in adam.get("/settings").get_data(as_text=True)
    actions.write_legal_text(actor_of(people.admin), LegalPage.IMPRINT, "Nur [… Name] fehlt.", base=0)
    db.commit()
    assert "noch 1 Lücke<" in adam.get("/settings").get_data(as_text=True)


def test_a_text_sent_after_the_session_ended_is_back_in_the_form(
    db: Session, client_for: ClientFor, people: People
) -> None:
    adam, page = client_for(people.admin), "/settings/imprint"
    token = csrf_of(adam.get(page))
    db.execute(update(LoginSession).values(ended_at=clock.now()))
    db.commit()
    sent = {"csrf_token": token, "kept_for": page, "text": "Lange geschrieben", "base": "0", "formdata": "x"}
    assert adam.post(page, data=sent).status_code == 303
    link = write_token(people.admin)
    db.commit()
    post_form(adam, f"/sign-in/{link}")
    assert "Lange geschrieben" in adam.get(page).get_data(as_text=True)
    assert legal_text(LegalPage.IMPRINT).is_draft
    post_form(adam, page, text="Lange geschrieben", base="0")
    assert "Name der Kommune" not in adam.get(page).get_data(as_text=True)
