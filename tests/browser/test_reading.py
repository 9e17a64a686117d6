"""The reading page in Chromium: its weight, dense comments, tools of a block, keys, numbers, print."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.weight import first_visit
from tests.builders import make_paper
from tests.discussion.dense import dense_paper
from tests.discussion.talk import talk

MOST_REQUESTS = 6
MOST_BYTES = 90_000


def test_a_first_visit_to_a_long_paper_is_light(served: Served, page_for: PageFor) -> None:
    paper = dense_paper(served.people, 22)
    sent = first_visit(page_for(served.people.lead), f"/papers/{paper.key}")
    sizes = Counter({one.kind: 0 for one in sent})
    for one in sent:
        sizes[one.kind] += one.size
    assert len(sent) <= MOST_REQUESTS, [one.url for one in sent]
    assert sizes.total() <= MOST_BYTES, sizes
    assert all(one.size > 0 for one in sent), sent


def test_sixty_comments_cost_two_hundred_bytes_each(served: Served, page_for: PageFor) -> None:
    few, many = (
        sum(one.size for one in first_visit(page_for(served.people.lead), f"/papers/{paper.key}"))
        for paper in (dense_paper(served.people, 2), dense_paper(served.people, 62))
    )
    assert many - few <= 60 * 200


def test_a_name_with_a_rare_letter_has_its_face(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people, text="Gespräch mit Esra Şahin und Jiří Dvořák.\n")
    page = page_for(served.people.lead)
    page.goto(f"/papers/{paper.key}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].filter((face) => face.status === 'loaded').length") == 3


# Dense comments


def folded(page: Page) -> int:
    return page.locator(".comment.is-folded").count()


def test_many_comments_fold_and_the_chosen_one_is_never_hidden(served: Served, page_for: PageFor) -> None:
    paper = dense_paper(served.people, 60)
    page = page_for(served.people.lead)
    page.goto(f"/papers/{paper.key}")
    expect(page.locator(".comments")).to_have_class(re.compile("is-placed"))
    assert folded(page) > 10
    line = page.locator(".comment.is-folded").nth(3)
    number = line.get_attribute("data-thread")
    before = line.bounding_box()
    assert before is not None
    assert before["height"] < 30
    line.click()
    chosen, mark = page.locator(f"#k{number}"), page.locator(f"mark#t{number}")
    expect(chosen).to_have_class(re.compile("is-active"))
    after, passage = chosen.bounding_box(), mark.bounding_box()
    assert after is not None
    assert passage is not None
    assert after["height"] > 40
    assert abs(after["y"] - passage["y"]) < 8
    boxes = page.evaluate(
        "[...document.querySelectorAll('.comments > ol > li')].map((li) => li.getBoundingClientRect())"
        ".map(({ top, bottom }) => [top, bottom]).sort((a, b) => a[0] - b[0])"
    )
    assert all(above[1] <= below[0] + 1 for above, below in pairwise(boxes)), "none lies over another"


def test_what_is_done_is_one_line_until_it_is_chosen(served: Served, page_for: PageFor) -> None:
    paper = dense_paper(served.people, 4)
    page = page_for(served.people.lead)
    page.goto(f"/papers/{paper.key}")
    done = page.locator("#k1")
    expect(done).not_to_contain_text("Hier fehlt mir ein Beispiel")
    page.locator("mark#t1").click()
    expect(done).to_contain_text("Hier fehlt mir ein Beispiel")
    done.get_by_role("button", name="Wieder öffnen").click()
    expect(page.locator("mark#t1")).not_to_have_class(re.compile("is-done"))
    expect(done).to_contain_text("Anmerkung, offen")
    expect(done).to_have_class(re.compile("is-active"))


def test_on_a_phone_one_steps_through_the_sheets(served: Served, page_for: PageFor) -> None:
    paper = dense_paper(served.people, 3)
    page = page_for(served.people.lead, phone=True)
    page.goto(f"/papers/{paper.key}")
    page.locator('.cref[href="#k1"]').click()
    expect(page.locator("#k1")).to_have_css("position", "fixed")
    expect(page.locator("#k1")).to_contain_text("Hier fehlt mir ein Beispiel")
    expect(page.locator("[data-comment-step] output")).to_have_text("1 von 3")
    page.get_by_role("button", name="Nächste Rückmeldung").click()
    expect(page.locator("#k2")).to_have_css("position", "fixed")
    expect(page.locator("[data-comment-step] output")).to_have_text("2 von 3")
    page.get_by_role("button", name="Vorige Rückmeldung").click()
    expect(page.locator("#k1")).to_have_css("position", "fixed")


# Tools of a block


def test_a_handle_opens_the_tools_of_its_block(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}")
    paragraph = page.locator(".prose > p[id]").first
    handle = paragraph.get_by_role("button", name="Werkzeuge für diesen Absatz")
    handle.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Absatz bearbeiten")).to_be_focused()
    expect(handle).to_have_attribute("aria-expanded", "true")
    address = page.get_by_role("link", name="Adresse dieses Absatzes").get_attribute("href")
    assert address is not None
    assert address.endswith(f"#{paragraph.get_attribute('id')}")
    page.keyboard.press("Escape")
    expect(handle).to_be_focused()
    expect(handle).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.locator("#pop").get_by_role("link", name="Kommentieren").click()
    expect(page.get_by_role("dialog").locator("blockquote")).to_have_text(
        paragraph.evaluate("(p) => p.firstChild.data")
    )


def test_headings_are_read_without_their_handle(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people, text="## Anlass\n\n| a | b |\n|---|---|\n| c | d |\n\n- eins\n    - innen\n")
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}")
    expect(page.locator(".handle")).to_have_count(4)
    expect(page.get_by_role("heading", name=re.compile("^1 ?Anlass$"))).to_have_count(1)
    expect(page.locator(".block > .tablebox + .handle")).to_have_count(1)


# Keys, numbers, words


def test_keys_step_open_and_can_be_switched_off(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    talk(paper, served.people.reviewer)
    talk(paper, served.people.reviewer, "keine Satzung")
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}")
    page.keyboard.press("j")
    expect(page.locator("#k1")).to_have_class(re.compile("is-active"))
    page.keyboard.press("j")
    expect(page.locator("#k2")).to_have_class(re.compile("is-active"))
    page.keyboard.press("k")
    expect(page.locator("#k1")).to_have_class(re.compile("is-active"))
    page.keyboard.press("c")
    page.get_by_label("Ihre Rückmeldung").press_sequentially("je")
    expect(page.get_by_label("Ihre Rückmeldung")).to_have_value("je")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Tastenkürzel")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Tastenkürzel verwenden").uncheck()
    dialog.get_by_role("button", name="Schließen").click()
    page.reload()
    page.keyboard.press("e")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.locator(".bar__end .menu summary").click()
    page.get_by_role("button", name="Tastenkürzel").click()
    dialog.get_by_label("Tastenkürzel verwenden").check()
    dialog.get_by_role("button", name="Schließen").click()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/edit$"))


def test_numbers_of_sections_are_shown_on_wish(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reader)
    page.goto(f"/papers/{paper.key}")
    expect(page.locator(".prose h2 .no").first).to_be_visible()
    switch = page.get_by_role("button", name="Nummern zeigen")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator(".prose h2 .no").first).to_be_hidden()
    switch.click()
    expect(page.locator(".prose h2 .no").first).to_be_visible()


def test_the_words_of_the_bar_are_explained_without_scripts(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people)
    page = page_for(served.people.reader, scripts=False)
    page.goto(f"/papers/{paper.key}")
    page.locator(".menu--words summary").click()
    expect(page.get_by_text("Die Arbeitsgruppe schreibt noch.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_print_holds_the_paper_alone(served: Served, page_for: PageFor, *, scripts: bool) -> None:
    paper = make_paper(served.people, text="## Anlass\n\nEin Satz[^1] zum Drucken.\n\n[^1]: Die Quelle.\n")
    talk(paper, served.people.reviewer, "zum Drucken")
    page = page_for(served.people.lead, scripts=scripts)
    page.goto(f"/papers/{paper.key}")
    page.emulate_media(media="print")
    for words in ("Ein Satz", "Die Quelle.", "Entwurf: AG Qualität"):
        expect(page.get_by_text(words).first).to_be_visible()
    for gone in (".site", ".bar", ".toc", ".comments", ".handle", ".fnback", ".foot", ".orphans"):
        assert not page.locator(gone).locator("visible=true").count(), gone
    expect(page.locator("mark")).to_have_css("text-decoration-line", "none")
