"""axe finds no violation on any page and in any state, light and dark, desktop and phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.hands import Mouse
from tests.browser.looking import every_page_shown, layout_faults, violations
from tests.builders import TEXT, make_paper, save
from tests.every_page import full_paper
from tests.people import actor_of
from tests.world import make_world
from workspace.editions import actions as editions
from workspace.papers import actions as papers

LOOKS = [
    pytest.param(False, False, id="light desktop"),
    pytest.param(True, True, id="dark phone", marks=pytest.mark.long),
    pytest.param(True, False, id="dark desktop", marks=pytest.mark.long),
    pytest.param(False, True, id="light phone", marks=pytest.mark.long),
]
EACH_LOOK = pytest.mark.parametrize(("dark", "phone"), LOOKS)


def faults(page: Page) -> list[str]:
    """Violations, and what does not fit into the window."""
    return [f"{page.url}: {line}" for line in (*violations(page), *layout_faults(page))]


def open_folds(page: Page) -> int:
    """Open everything that is folded, menus aside; how many there were."""
    return int(page.evaluate(OPEN_FOLDS))


OPEN_FOLDS = """async () => {
  const folds = [...document.querySelectorAll("details:not(.menu, .tools, [open])")];
  for (const fold of folds) fold.open = true;
  await new Promise((done) => setTimeout(done, 200)); // notes in the margin find new places
  return folds.length;
}"""


@pytest.mark.long
@EACH_LOOK
def test_no_page_has_a_violation(served: Served, page_for: PageFor, dark: bool, phone: bool) -> None:
    """Each page as it comes, and again with everything unfolded."""
    folds, found = 0, []
    for where, page in every_page_shown(served, page_for, dark=dark, phone=phone):
        found += [f"{where}: {fault}" for fault in faults(page)]
        if open_folds(page):
            folds += 1
            found += [f"{where}, unfolded: {fault}" for fault in faults(page)]
    assert folds > 10
    assert not found, "\n".join(found)


@EACH_LOOK
def test_what_comes_of_deeds_has_no_violation(served: Served, page_for: PageFor, dark: bool, phone: bool) -> None:
    """Refused forms, two who changed one sentence, what rests or is withdrawn, what a click opens."""
    world, people = make_world(served.people), served.people
    paper = make_paper(people)
    served.db.commit()
    found: list[str] = []
    public = page_for(None, dark=dark, phone=phone)
    public.goto("/sign-in")
    public.locator("main form button").first.click()
    expect(public.locator("[role=alert]")).to_be_visible()
    found += faults(public)

    asked: list[str] = []
    lead = page_for(people.lead, dark=dark, phone=phone, asked=asked)
    for address in (f"/groups/{people.quality.key}/papers/new", f"/papers/{paper.key}/description"):
        lead.goto(address)
        lead.locator("[name=title]").fill("")
        lead.locator("main .btn--main").click()
        expect(lead.locator("[role=alert]")).to_be_visible()
        found += faults(lead)
    lead.goto(f"/papers/{paper.key}/edit?as=form")
    save(paper, people.editor, TEXT.replace("acht", "zehn"))
    lead.locator("#body").fill(TEXT.replace("acht", "vier"))
    lead.get_by_role("button", name="Speichern", exact=True).locator("visible=true").first.click()
    expect(lead.locator(".theirs")).to_be_visible()
    found += faults(lead)
    assert asked == []

    lead.goto("/")
    assert asked == ["beforeunload"], "the conflict is left, and the writer's words with it"

    papers.park_paper(actor_of(people.lead), paper, reason="Bis nach der Sommerpause.")
    editions.withdraw(actor_of(people.coordination), world.edition, "Eine Zahl war falsch.")
    served.db.commit()
    for address in (f"/papers/{paper.key}", f"/p/{world.published.slug}/1.1", f"/p/{world.published.slug}"):
        lead.goto(address)
        expect(lead.locator(".banner")).to_be_visible()
        found += faults(lead)
    assert len(asked) == 1
    assert not found, "\n".join(found)


def states_of_reading(page: Page, full: str, draft: str) -> Iterator[str]:
    """Bring the reading page of a paper into one state after the other; the name of each."""
    page.goto(full)
    page.locator("sup a[href^='#fn']").first.click()
    yield "footnote open"
    page.keyboard.press("Escape")
    page.locator(".bar summary", has_text="Mehr").click()
    yield "menu open"
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Ihr Konto").click()
    yield "account open"
    page.keyboard.press("Escape")
    Mouse(page).handle("Dieses Papier ersetzt keine Satzung.").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Wer hat das geschrieben?").filter(visible=True).last).to_be_visible()
    yield "tools of a paragraph open"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Zum ganzen Papier etwas sagen").click()
    sheet = page.get_by_role("dialog").filter(visible=True)
    expect(sheet).to_be_visible()
    yield "sheet open"
    sheet.get_by_label("Ihre Rückmeldung").press_sequentially("Was meint @ro")
    expect(page.get_by_role("option").first).to_be_visible()
    yield "mentions suggested"
    page.keyboard.press("Enter")
    sheet.get_by_label("Ihre Rückmeldung").fill("")
    sheet.get_by_role("button", name="Rückmeldung absenden").click()
    expect(sheet.get_by_text("Bitte schreiben Sie")).to_be_visible()
    yield "sheet refused"
    page.goto(draft)
    yield "draft"


@EACH_LOOK
def test_what_opens_over_the_reading_page_has_no_violation(
    served: Served, page_for: PageFor, dark: bool, phone: bool
) -> None:
    world = make_world(served.people)
    full = full_paper(world)
    page = page_for(served.people.lead, dark=dark, phone=phone)
    found = [
        f"{state}: {fault}"
        for state in states_of_reading(page, f"/papers/{full.key}", f"/papers/{world.draft.key}")
        for fault in violations(page)
    ]
    assert not found, "\n".join(found)


def test_axe_measures_the_contrast_of_differences(served: Served, page_for: PageFor) -> None:
    """What is inserted, struck or moved is looked at, and text too faint is found."""
    full = full_paper(make_world(served.people))
    page = page_for(served.people.lead)
    for view in ("", "?view=side", "?view=changes"):
        page.goto(f"/papers/{full.key}/compare/1/2{view}")
        assert violations(page) == []
        for kind in ("ins", "del"):
            page.evaluate(f"document.querySelectorAll('{kind}').forEach((e) => {{ e.style.color = '#aaa'; }})")
            assert any("color-contrast" in line and f"<{kind}" in line for line in violations(page)), kind
            page.evaluate(f"document.querySelectorAll('{kind}').forEach((e) => {{ e.style.color = ''; }})")
