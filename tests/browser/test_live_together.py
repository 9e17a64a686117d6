"""Several people in one text: every page, the server, the database and the next revision hold the same words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, select, update

from tests.browser.conftest import PageFor, Served, cookie_of
from tests.browser.live import (
    SAVED,
    STATE,
    TEXT,
    cursor_behind,
    is_unsent,
    open_live,
    select_words,
    source,
    stored_text,
    until,
)
from tests.builders import make_paper
from workspace.groups.models import GroupMember
from workspace.papers.models import LiveDocument, Paper
from workspace.papers.queries import get_revision
from workspace.papers.store import text_of
from workspace.permissions import Role

BODY = "## Anlass\n\nErster Absatz.\n\nZweiter Absatz.\n\nDritter Absatz.\n"


def made(served: Served, text: str = BODY) -> Paper:
    paper = make_paper(served.people, text=text)
    served.db.commit()
    return paper


def expect_agreement(served: Served, paper: Paper, pages: list[Page]) -> str:
    """No page holds anything unsent, and all hold what the database holds. Returns the text."""
    for page in pages:
        until(page, lambda page=page: not is_unsent(page), "words stayed unsent")  # type: ignore[misc]
    stored = stored_text(served, paper)
    for page in pages:
        until(page, lambda page=page: source(page) == stored, f"not the stored text: {source(page)!r}")  # type: ignore[misc]
    return stored


STOPPED = "document.querySelector('live-editor').session.connection.isStopped"
KEPT = """
new Promise((resolve) => {
  const asked = indexedDB.open("workspace-unsent");
  asked.onsuccess = () => {
    const count = asked.result.transaction("rows").objectStore("rows").count();
    count.onsuccess = () => resolve(count.result);
  };
})
"""


def kept_rows(page: Page) -> int:
    """How many documents with unsent words lie in this browser."""
    found: int = page.evaluate(KEPT)
    return found


def cut_off(page: Page) -> None:
    """The network goes away."""
    page.context.set_offline(True)
    expect(page.locator(STATE)).to_contain_text("Ohne Verbindung")


def test_two_write_undo_go_offline_and_come_back(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    jana, petra = page_for(served.people.editor), page_for(served.people.lead)
    for page in (jana, petra):
        open_live(page, paper)
    cursor_behind(jana, "Erster Absatz.")
    cursor_behind(petra, "Zweiter Absatz.")
    jana.keyboard.type(" Für Bürger 🌳 und 👩‍👩‍👧.")
    petra.keyboard.type(" Größe zählt.")
    expect(jana.locator(STATE)).to_have_text(SAVED)
    text = expect_agreement(served, paper, [jana, petra])
    assert "Erster Absatz. Für Bürger 🌳 und 👩‍👩‍👧.\n\nZweiter Absatz. Größe zählt.\n" in text

    # each sees the other: initials in the bar, a caret with a name in the text
    expect(jana.locator("[data-live-row] .who")).to_have_count(1)
    expect(jana.locator(".ed-caret__name")).to_have_text(served.people.lead.name)

    # undo takes back one's own words only
    jana.keyboard.press("Control+z")
    assert "Größe zählt." in source(jana)
    assert "👩‍👩‍👧" not in source(jana)
    jana.keyboard.press("Control+y")
    expect_agreement(served, paper, [jana, petra])

    # offline on both sides of one paragraph, and a reload in between
    cut_off(jana)
    cursor_behind(jana, "Dritter Absatz")
    jana.keyboard.type(" von Jana – offline")
    select_words(petra, "Dritter")
    petra.keyboard.type("Letzter")
    expect(jana.locator(STATE)).to_contain_text("Ohne Verbindung")
    assert "offline" not in stored_text(served, paper)
    jana.context.set_offline(False)
    text = expect_agreement(served, paper, [jana, petra])
    assert text.endswith("Letzter Absatz von Jana – offline.\n")
    assert text.count("offline") == 1
    expect(jana.locator("[data-live-row] .who")).to_have_count(1, timeout=5000)

    # the next revision is this text, with both as its authors
    petra.get_by_role("button", name="Speichern", exact=True).click()
    petra.locator("dialog[open] input[name=summary]").fill("Nach dem Gespräch")
    petra.keyboard.press("Enter")
    expect(petra.locator(".notice--ok")).to_contain_text("festgehalten")
    served.db.rollback()
    served.db.refresh(paper)
    assert text_of(paper, paper.head_number) == text
    revision = get_revision(paper, paper.head_number)
    assert {author.member_id for author in revision.authors} == {served.people.editor.id, served.people.lead.id}


def leave_unsent(page: Page, words: str) -> None:
    """Type without a line, and come back to it with an editor that no longer sends."""
    cut_off(page)
    cursor_behind(page, "Dritter Absatz.")
    page.keyboard.type(words)
    page.wait_for_timeout(600)
    page.context.set_offline(False)
    page.evaluate("document.querySelector('live-editor').session.connection.stop()")


@pytest.mark.long
def test_words_left_offline_are_sent_at_the_next_visit(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    asked: list[str] = []
    page = page_for(served.people.editor, asked=asked)
    open_live(page, paper)
    leave_unsent(page, " Im Zug geschrieben.")
    page.goto("/papers")
    assert asked == ["beforeunload"]
    assert "Zug" not in stored_text(served, paper)
    open_live(page, paper)
    text = expect_agreement(served, paper, [page])
    assert text.count("Im Zug geschrieben.") == 1
    assert kept_rows(page) == 0, "what the server has does not stay in the browser"


@pytest.mark.long
def test_sign_out_asks_and_wipes(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    asked: list[str] = []
    page = page_for(served.people.editor, asked=asked)
    open_live(page, paper)
    leave_unsent(page, " Geheim.")
    page.locator(".site details.menu summary").click()
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url(lambda url: "/papers/" not in url)
    assert asked == ["confirm"]
    assert kept_rows(page) == 0


@pytest.mark.long
def test_another_account_on_the_same_computer_neither_sees_nor_sends_unsent_words(
    served: Served, page_for: PageFor
) -> None:
    paper = made(served)
    asked: list[str] = []
    page = page_for(served.people.editor, asked=asked)
    open_live(page, paper)
    leave_unsent(page, " Nur für Emil.")
    page.goto("/papers")
    page.context.add_cookies([cookie_of(served, served.people.lead)])  # type: ignore[list-item]
    open_live(page, paper)
    cursor_behind(page, "Erster Absatz.")
    page.keyboard.type(" Von der Leitung.")
    assert "Emil" not in expect_agreement(served, paper, [page])
    expect(page.locator("[data-notices] .notice")).to_have_count(0)
    assert kept_rows(page) == 1, "they wait for their writer"
    page.context.add_cookies([cookie_of(served, served.people.editor)])  # type: ignore[list-item]
    open_live(page, paper)
    text = expect_agreement(served, paper, [page])
    assert "Von der Leitung." in text
    assert "Nur für Emil." in text
    assert kept_rows(page) == 0


NO_SOCKETS = """
window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose({ code: 1006 }), 20); }
  close() {}
};
"""


@pytest.mark.long
def test_where_sockets_are_blocked_the_form_takes_over(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    clara = page_for(served.people.lead)
    open_live(clara, paper)
    clara.locator(TEXT).press_sequentially("Eben getippt. ")
    until(clara, lambda: not is_unsent(clara), "words stayed unsent")
    page = page_for(served.people.editor)
    page.add_init_script(NO_SOCKETS)
    page.goto(f"/papers/{paper.key}/edit")
    expect(page.get_by_text("lässt die Verbindung für gemeinsames Schreiben nicht durch")).to_be_visible()
    field = page.locator("textarea#body")
    expect(field).to_be_visible()
    expect(field).to_have_value(re.compile("Eben getippt"))
    field.fill(field.input_value().replace("Dritter", "Vierter"))
    page.locator("#edit").get_by_role("button", name="Speichern").click()
    expect(page.locator("article")).to_contain_text("Vierter Absatz.")
    expect(page.locator("article")).to_contain_text("Eben getippt.")
    expect(clara.locator(TEXT)).to_contain_text("Vierter Absatz.")


def give(served: Served, role: Role | None) -> None:
    """Give the editor another role in the group, or none."""
    is_theirs = GroupMember.member_id == served.people.editor.id
    if role is None:
        served.db.execute(delete(GroupMember).where(is_theirs))
    else:
        served.db.execute(update(GroupMember).where(is_theirs).values(role=role.value))
    served.db.commit()


@pytest.mark.long
def test_rights_that_are_withdrawn_are_said_at_once(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    page = page_for(served.people.editor)
    open_live(page, paper)
    give(served, Role.READER)
    expect(page.locator(STATE)).to_have_text("Sie können diesen Text nicht mehr ändern")
    expect(page.locator(TEXT)).not_to_be_editable()
    expect(page.locator(".livebar")).to_be_hidden()
    give(served, None)
    expect(page.locator("[data-notices]")).to_contain_text("zurückgenommen")
    until(page, lambda: bool(page.evaluate(STOPPED)), "the page went on trying")
    assert stored_text(served, paper) == BODY


@pytest.mark.long
def test_words_of_before_a_restored_backup_become_a_rescue_copy(served: Served, page_for: PageFor) -> None:
    paper = made(served)
    asked: list[str] = []
    page = page_for(served.people.editor, asked=asked)
    open_live(page, paper)
    cut_off(page)
    cursor_behind(page, "Dritter Absatz.")
    page.keyboard.type(" Nach der Sicherung geschrieben.")
    served.db.execute(update(LiveDocument).values(epoch=LiveDocument.epoch + 1))
    served.db.commit()
    page.context.set_offline(False)
    copy = page.get_by_role("link", name="Rettungskopie zeigen und übernehmen")
    expect(copy).to_be_visible()
    expect(page.locator(TEXT)).to_be_editable()
    assert source(page) == BODY, "the page goes on with the server's text"
    copy.click()
    expect(page.get_by_role("main")).to_contain_text("Nach der Sicherung geschrieben.")
    assert asked == []
    assert kept_rows(page) == 0


AGED = """
(hours) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("workspace-unsent");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("rows", "readwrite").objectStore("rows");
    const all = rows.getAll();
    all.onsuccess = () => {
      for (const row of all.result) rows.put({ ...row, since: row.since - hours * 3_600_000 });
    };
    rows.transaction.oncomplete = () => resolve(all.result.length);
    rows.transaction.onerror = () => reject(rows.transaction.error);
  };
})
"""
HELD = """
() => {
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const isFirst = String(given[0]).endsWith("/rescue") && !window.goOn;
    if (isFirst) await new Promise((resolve) => { window.goOn = resolve; });
    return ask(...given);
  };
}
"""
"""The first copy waits on its way until the test says so."""
COPY = "Rettungskopie zeigen und übernehmen"


def written_rows(served: Served) -> int:
    """How many updates of texts were ever taken."""
    served.db.rollback()
    return sum(served.db.scalars(select(LiveDocument.head)))


def expect_a_copy_only(served: Served, paper: Paper, page: Page, text: str, rows: int) -> Locator:
    """The page goes on with the server's text, nothing was sent, and they lie beside it. Returns: the way there."""
    copy = page.get_by_role("link", name=COPY)
    expect(copy).to_be_visible()
    expect(page.locator(TEXT)).to_be_editable()
    assert expect_agreement(served, paper, [page]) == text
    assert written_rows(served) == rows, "something of it was sent"
    until(page, lambda: kept_rows(page) == 0, "what the server keeps as a copy stays in the browser")
    return copy


@pytest.mark.long
def test_words_kept_for_longer_than_a_day_are_offered_as_a_copy_and_younger_ones_sent(
    served: Served, page_for: PageFor
) -> None:
    paper = made(served)
    page = page_for(served.people.editor, asked=[])
    open_live(page, paper)
    leave_unsent(page, " Gestern geschrieben.")
    page.goto("/papers")
    assert page.evaluate(AGED, 23) == 1
    open_live(page, paper)
    assert expect_agreement(served, paper, [page]).count("Gestern geschrieben.") == 1

    leave_unsent(page, " Vorgestern geschrieben.")
    page.goto("/papers")
    assert page.evaluate(AGED, 25) == 1
    petra = page_for(served.people.lead)
    open_live(petra, paper)
    cursor_behind(petra, "Erster Absatz.")
    petra.keyboard.type(" Inzwischen.")
    before = expect_agreement(served, paper, [petra])
    rows = written_rows(served)
    open_live(page, paper)
    expect(page.locator("[data-notices]")).to_contain_text("Sie waren lange ohne Verbindung.")
    expect_a_copy_only(served, paper, page, before, rows).click()
    expect(page.get_by_role("main")).to_contain_text("Vorgestern geschrieben.")
    page.get_by_label("Meinen Text nehmen").check()
    page.get_by_role("button", name="So übernehmen").click()
    until(page, lambda: "Vorgestern geschrieben." in source(petra), "what was taken over is not in the other page")
    text = expect_agreement(served, paper, [petra])
    assert text == before.replace(" Gestern", " Vorgestern geschrieben. Gestern")


@pytest.mark.long
def test_a_page_that_slept_for_longer_than_a_day_begins_anew_beside_its_words(
    served: Served, page_for: PageFor
) -> None:
    """The computer was closed with words unsent, and is opened on the day after the next."""
    paper = made(served)
    page = page_for(served.people.editor, asked=[])
    page.clock.install()
    open_live(page, paper)
    cut_off(page)
    cursor_behind(page, "Dritter Absatz.")
    page.keyboard.type(" Vor der Reise.")
    until(page, lambda: kept_rows(page) == 1, "the words are not kept")
    rows = written_rows(served)
    page.evaluate(HELD)
    page.clock.fast_forward("25:00:00")
    page.context.set_offline(False)
    until(page, lambda: bool(page.evaluate("Boolean(window.goOn)")), "no copy was handed over")
    page.keyboard.type(" Und danach.")
    page.evaluate("window.goOn()")
    copy = expect_a_copy_only(served, paper, page, BODY, rows)
    cursor_behind(page, "Erster Absatz.")
    page.keyboard.type(" Wieder da.")
    assert "Erster Absatz. Wieder da." in expect_agreement(served, paper, [page])
    copy.click()
    expect(page.get_by_role("main")).to_contain_text("Vor der Reise. Und danach.")


@pytest.mark.long
def test_five_write_at_once(served: Served, page_for: PageFor) -> None:
    people = served.people
    paper = made(served, "\n\n".join(f"Absatz {n}." for n in range(5)) + "\n")
    pages = [page_for(people.editor if n % 2 else people.lead) for n in range(5)]
    for page in pages:
        open_live(page, paper)
    for round_ in range(4):
        for n, page in enumerate(pages):
            cursor_behind(page, f"Absatz {n}.")
            page.keyboard.type(f" ü{n}{round_}🌳")
        cut_off(pages[round_])
        cursor_behind(pages[round_], f"Absatz {round_}.")
        pages[round_].keyboard.type(" offline")
        pages[(round_ + 1) % 5].keyboard.press("Control+z")
        pages[round_].context.set_offline(False)
    text = expect_agreement(served, paper, pages)
    assert text.count("offline") == 4
    for n in range(5):
        assert f"Absatz {n}." in text
