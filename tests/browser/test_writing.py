"""The form for writing under a slow network and a slow hand: a press reaches its button, words are asked about."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.test_journey import BODY, press
from tests.builders import make_paper, save

SCRIPTS = ("source-field", "editor-toolbar", "paste-cleaner", "live-preview")
"""Those that a page for writing can do without for a while."""
ALL = "|".join(SCRIPTS)
PLACE = """() => {
    const box = document.querySelector("[data-save]").getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def open_editor(page: Page, address: str, late: str = "") -> list[Route]:
    """Open the edit page of the paper at `address`; the scripts of these names are held back and returned."""
    held: list[Route] = []
    page.unroute_all()
    if late:
        page.route(re.compile(rf"/js/(?:{late})\.js"), lambda route: held.append(route))
    page.goto(f"{address}/edit?as=form", wait_until="commit" if late else "load")
    expect(page.locator("#summary")).to_be_visible()
    return held


def release(page: Page, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    page.wait_for_load_state("load")


def type_words(page: Page, words: str = "Neu. ") -> None:
    """By keyboard: a browser asks only where somebody has done something."""
    page.locator("#body").press("End")
    page.keyboard.type(words)


def paper_of(served: Served) -> str:
    """The address of a new paper."""
    return f"/papers/{make_paper(served.people, text=BODY).key}"


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_button_stays_under_a_slow_hand(served: Served, page_for: PageFor, phone: bool) -> None:
    """The press begins when the line for the history, far below, has just taken the focus, and ends a second later."""
    page, address = page_for(served.people.editor, phone=phone), paper_of(served)
    for late in ("", ALL):
        open_editor(page, address, late)
        page.evaluate("""document.querySelector("#summary").focus()""")
        x, y = page.evaluate(PLACE)
        page.mouse.move(x, y)
        page.mouse.down()
        page.wait_for_timeout(1000)
        assert page.evaluate(PLACE) == [x, y]
        page.mouse.up()
        page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("in_time", [True, False], ids=["just before the press", "never"])
def test_saving_asks_nothing_whichever_script_is_late(served: Served, page_for: PageFor, in_time: bool) -> None:
    page, address = page_for(served.people.editor), paper_of(served)
    for late in (*SCRIPTS, ALL):
        held = open_editor(page, address, late)
        assert held, late
        page.locator("#body").fill(f"{BODY}\nOhne {late}.\n")
        page.locator("#summary").fill("Ein Satz mehr")
        if in_time:
            release(page, held)
        press(page, "Speichern")
        page.wait_for_url(f"**{address}")
        expect(page.locator("article.prose")).to_contain_text(f"Ohne {late}.")


def test_saving_asks_nothing_when_the_page_is_whole_at_that_instant(served: Served, page_for: PageFor) -> None:
    page, address = page_for(served.people.editor), paper_of(served)
    open_editor(page, address)
    page.evaluate("""addEventListener("submit", () => dispatchEvent(new PageTransitionEvent("pageshow")))""")
    type_words(page)
    press(page, "Speichern")
    page.wait_for_url(f"**{address}")


def test_leaving_asks_for_words_that_would_be_lost(served: Served, page_for: PageFor) -> None:
    """Also for those typed before every script was there."""
    asked: list[str] = []
    page, address = page_for(served.people.editor, asked=asked), paper_of(served)
    for late in ("", *SCRIPTS, ALL):
        held = open_editor(page, address, late)
        type_words(page)
        release(page, held)
        page.goto(address)
        assert asked == ["beforeunload"], late
        asked.clear()


def test_nobody_can_write_before_the_guard_is_there(served: Served, page_for: PageFor) -> None:
    asked: list[str] = []
    page, address = page_for(served.people.editor, asked=asked), paper_of(served)
    held: list[Route] = []
    page.route("**/js/unsaved-guard.js*", lambda route: held.append(route))
    page.goto(f"{address}/edit?as=form", wait_until="commit")
    page.wait_for_timeout(500)
    assert held
    assert page.locator("#body").count() == 0
    release(page, held)
    type_words(page)
    page.goto(address)
    assert asked == ["beforeunload"]


def test_leaving_asks_nothing_where_nothing_is_changed_in_the_end(served: Served, page_for: PageFor) -> None:
    page, address = page_for(served.people.editor), paper_of(served)
    open_editor(page, address)
    type_words(page, "Neu. ")
    for _ in "Neu. ":
        page.keyboard.press("Backspace")
    page.goto(address)
    expect(page.locator("article.prose")).to_be_visible()


@pytest.mark.parametrize("back", ["by writing on", "by the browser's memory"])
def test_leaving_asks_again_after_a_form_was_sent_in_vain(served: Served, page_for: PageFor, back: str) -> None:
    asked: list[str] = []
    page, address = page_for(served.people.editor, asked=asked), paper_of(served)
    open_editor(page, address)
    page.route(f"**{address}/edit", lambda route: route.fulfill(status=204))
    type_words(page)
    with page.expect_response(lambda answer: answer.status == 204):
        press(page, "Speichern")
    if back == "by writing on":
        type_words(page, "Noch mehr.")
    else:
        page.evaluate("""dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))""")
    assert asked == []
    page.goto(address)
    assert asked == ["beforeunload"]


def test_leaving_a_conflict_asks_and_settling_it_does_not(served: Served, page_for: PageFor) -> None:
    asked: list[str] = []
    page = page_for(served.people.editor, asked=asked)
    paper = make_paper(served.people, text=BODY)
    address = f"/papers/{paper.key}"

    def collide(mine: str, theirs: str) -> None:
        open_editor(page, address)
        save(paper, served.people.lead, BODY.replace("acht", theirs))
        page.locator("#body").fill(BODY.replace("acht", mine))
        press(page, "Speichern")
        expect(page.locator(".theirs").first).to_contain_text(theirs)

    collide("vier", "zehn")
    assert asked == []
    page.get_by_role("link", name="Meine Änderung verwerfen").click()
    page.wait_for_url(f"**{address}")
    assert asked == ["beforeunload"]
    collide("fünf", "zwölf")
    page.get_by_label("Meinen Text nehmen").check()
    press(page, "So speichern")
    page.wait_for_url(f"**{address}")
    assert asked == ["beforeunload"]
