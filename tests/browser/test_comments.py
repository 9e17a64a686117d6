"""Commenting in Chromium: with scripts and without, by keyboard, on a phone."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.browser.conftest import PageFor, Served
from tests.builders import TEXT, make_paper
from tests.discussion.talk import PASSAGE, talk
from workspace.accounts.models import LoginSession
from workspace.clock import now
from workspace.discussion.models import Passage, Thread

SELECT = """([first, from, last, to]) => {
  const all = [...document.querySelectorAll(".prose [data-start]")];
  const blocks = all.filter((block) => !block.querySelector("[data-start]"));
  const range = document.createRange();
  range.setStart(blocks[first].firstChild, from);
  range.setEnd(blocks[last].firstChild, to);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def choose_words(page: Page, first: int, start: int, last: int, end: int) -> None:
    """Select text from an offset in one block to an offset in another."""
    page.evaluate(SELECT, [first, start, last, end])


def test_selected_words_are_commented_without_leaving_the_page(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reviewer)
    page.goto(f"/papers/{paper.key}")
    choose_words(page, 1, 4, 1, 12)
    page.get_by_role("button", name="Kommentieren").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("blockquote")).to_have_text("Menschen")
    expect(sheet.get_by_label("Ihre Rückmeldung")).to_be_focused()
    sheet.get_by_role("button", name="Rückmeldung absenden").click()
    expect(sheet.get_by_text("Bitte schreiben Sie, was Sie sagen möchten.")).to_be_visible()
    sheet.get_by_label("Frage").check()
    sheet.get_by_label("Ihre Rückmeldung").fill("Welche?")
    sheet.get_by_role("button", name="Rückmeldung absenden").click()
    expect(page.locator("mark#t1")).to_have_text("Menschen")
    expect(page.locator(".comments #k1")).to_contain_text("Welche?")
    expect(page.locator(".comments #k1")).to_have_class(re.compile("is-active"))


def test_a_selection_may_run_over_blocks_and_signs_of_any_width(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people, text="😀 Eins 😀 zwei.\n\n- drei **vier**\n")
    page = page_for(served.people.reviewer)
    page.goto(f"/papers/{paper.key}")
    choose_words(page, 0, 7, 1, 5)  # the page counts 16-bit units: a face is two of them
    page.get_by_role("button", name="Kommentieren").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("blockquote p")).to_have_text(["😀 zwei.", "drei"])
    sheet.get_by_label("Ihre Rückmeldung").fill("Beides")
    sheet.get_by_role("button", name="Rückmeldung absenden").click()
    expect(page.locator(".comments #k1")).to_contain_text("Beides")
    served.db.rollback()
    assert [passage.quote for passage in served.db.scalars(select(Passage))] == ["😀 zwei.\n\n- drei"]


@pytest.mark.parametrize("way", ["bar", "key"])
def test_the_bar_and_its_key_take_the_selected_words(served: Served, page_for: PageFor, way: str) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reviewer)
    page.goto(f"/papers/{paper.key}")
    button = page.locator(".bar").get_by_role("link", name="Kommentieren")
    press = button.click if way == "bar" else partial(page.keyboard.press, "c")
    choose_words(page, 1, 4, 1, 12)
    press()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("blockquote")).to_have_text("Menschen")
    page.keyboard.press("Escape")
    page.evaluate("getSelection().removeAllRanges()")
    press()
    expect(sheet.get_by_label("Ihre Rückmeldung")).to_be_visible()
    expect(sheet.locator("blockquote")).to_have_count(0)


def test_words_stay_in_a_sheet_that_was_closed(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reviewer)
    page.goto(f"/papers/{paper.key}")
    link = page.get_by_role("link", name="Zum ganzen Papier etwas sagen")
    link.click()
    page.get_by_label("Ihre Rückmeldung").fill("Noch nicht fertig")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    link.click()
    expect(page.get_by_label("Ihre Rückmeldung")).to_have_value("Noch nicht fertig")


def test_answers_and_resolving_happen_in_place(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    talk(paper, served.people.reviewer)
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}")
    page.evaluate("window.stayed = true")
    thread = page.locator("#k1")
    thread.get_by_text("Antworten").click()
    expect(thread.get_by_label("Ihre Antwort")).to_be_focused()
    thread.get_by_role("button", name="Antwort senden").click()
    expect(thread.get_by_text("Bitte schreiben Sie, was Sie sagen möchten.")).to_be_visible()
    thread.get_by_label("Ihre Antwort").press_sequentially("Wegen @ro")
    expect(page.get_by_role("option")).to_have_text(["Rosa Review (@rosa)"])
    page.keyboard.press("Enter")
    expect(thread.get_by_label("Ihre Antwort")).to_have_value("Wegen @rosa ")
    thread.get_by_role("button", name="Antwort senden").click()
    expect(thread.locator(".mention")).to_have_text("@rosa")
    thread.get_by_role("button", name="Erledigt").click()
    expect(page.locator("mark#t1")).to_have_class(re.compile("is-done"))
    expect(page.locator('.cref[href="#k1"]')).to_contain_text("2")
    assert page.evaluate("window.stayed")


def test_an_answer_in_an_ended_session_comes_back_after_sign_in(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    talk(paper, served.people.reviewer)
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}")
    thread = page.locator("#k1")
    thread.get_by_text("Antworten").click()
    thread.get_by_label("Ihre Antwort").fill("Nicht verlieren")
    served.db.rollback()
    served.db.execute(update(LoginSession).values(ended_at=now()))
    served.db.commit()
    thread.get_by_role("button", name="Antwort senden").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    served.db.execute(update(LoginSession).values(ended_at=None))
    served.db.commit()
    page.goto(f"/papers/{paper.key}/threads/1")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Nicht verlieren")


def test_comments_stand_beside_their_passages_and_yield(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    for words in ("verspricht etwas", "Die Meinung kommt an", PASSAGE):
        talk(
            paper,
            served.people.reviewer,
            words,
            body="Ein Satz, der mehr als eine Zeile im Rand neben dem Text braucht.",
        )
    page = page_for(served.people.lead)
    page.goto(f"/papers/{paper.key}")
    expect(page.locator(".comments")).to_have_class(re.compile("is-placed"))

    def distance(number: int) -> float:
        mark, comment = page.locator(f"mark#t{number}").bounding_box(), page.locator(f"#k{number}").bounding_box()
        assert mark is not None
        assert comment is not None
        return comment["y"] - mark["y"]

    assert abs(distance(1)) < 8
    assert distance(2) > 8
    page.locator("mark#t2").click()
    expect(page.locator("#k2")).to_have_class(re.compile("is-active"))
    assert abs(distance(2)) < 8
    page.get_by_role("button", name="Nächste Rückmeldung").click()
    expect(page.locator("#k3")).to_have_class(re.compile("is-active"))
    expect(page.locator("[data-comment-step] output")).to_have_text("3 von 3")


def test_without_scripts_a_block_is_commented_and_narrowed(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reviewer, scripts=False)
    page.goto(f"/papers/{paper.key}")
    page.locator(".bar__end .menu summary").click()
    page.get_by_role("link", name="Absatz für Absatz").click()
    page.get_by_role("link", name="Jede Kommune antwortet").click()
    page.get_by_role("link", name="Kommentieren").click()
    expect(page.locator("blockquote")).to_contain_text("Jede Kommune antwortet")
    page.get_by_label("Ihre Rückmeldung").fill("Sicher?")
    page.get_by_text("Nur einen Teil davon meinen").click()
    page.get_by_label("Nur diese Wörter").fill(PASSAGE)
    page.get_by_role("button", name="Rückmeldung absenden").click()
    expect(page.locator("mark#t1")).to_have_text(PASSAGE)
    served.db.rollback()
    thread = served.db.scalars(select(Thread)).unique().one()
    assert thread.passage is not None
    assert thread.passage.start == TEXT.index(PASSAGE)


def test_on_a_phone_a_comment_opens_as_a_sheet_without_scripts(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    talk(paper, served.people.reviewer)
    talk(paper, served.people.lead, "keine Satzung")
    page = page_for(served.people.editor, phone=True, scripts=False)
    page.goto(f"/papers/{paper.key}")
    page.locator('.cref[href="#k1"]').click()
    sheet = page.locator("#k1")
    expect(sheet).to_have_css("position", "fixed")
    sheet.get_by_role("link", name="Nächste Rückmeldung").click()
    expect(sheet).to_have_css("position", "static")
    expect(page.locator("#k2")).to_have_css("position", "fixed")
    page.locator("#k2").get_by_role("link", name="Zurück zum Text").click()
    expect(page.locator("#k2")).to_have_css("position", "static")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_orphan_is_pinned_to_selected_words(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    talk(paper, served.people.reviewer)
    page = page_for(served.people.reviewer)
    page.goto(f"/papers/{paper.key}/threads/1/passage")
    page.get_by_text("Alle anderen Absätze").click()
    words = page.locator(".blocks__words", has_text="Dieses Papier ersetzt keine Satzung.")
    words.evaluate("(element) => getSelection().setBaseAndExtent(element.firstChild, 0, element.firstChild, 12)")
    expect(page.get_by_label("Nur diese Wörter")).to_have_value("Dieses Papie")
    page.get_by_role("button", name="Neu zuordnen").click()
    expect(page.locator("mark#t1")).to_have_text("Dieses Papie")
    expect(page.locator("#k1")).to_contain_text(f"Neu zugeordnet, zuerst: „{PASSAGE}“")
