"""axe finds no violation on any page and in any state, light and dark, desktop and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.looking import every_page_shown, layout_faults, violations
from tests.builders import TEXT, make_paper, save
from tests.people import actor_of
from tests.world import make_world
from workspace.editions import actions as editions
from workspace.papers import actions as papers

LOOKS = [
    pytest.param(False, False, id="light desktop"),
    pytest.param(True, True, id="dark phone"),
    pytest.param(True, False, id="dark desktop", marks=pytest.mark.long),
    pytest.param(False, True, id="light phone", marks=pytest.mark.long),
]
EACH_LOOK = pytest.mark.parametrize(("dark", "phone"), LOOKS)


def faults(page: Page) -> list[str]:
    """Violations, and what does not fit into the window."""
    return [f"{page.url}: {line}" for line in (*violations(page), *layout_faults(page))]


@EACH_LOOK
def test_no_page_has_a_violation(served: Served, page_for: PageFor, dark: bool, phone: bool) -> None:
    found = [
        f"{where}: {fault}"
        for where, page in every_page_shown(served, page_for, dark=dark, phone=phone)
        for fault in (*violations(page), *layout_faults(page))
    ]
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
    lead.goto(f"/papers/{paper.key}/edit")
    save(paper, people.editor, TEXT.replace("acht", "zehn"))
    lead.locator("#body").fill(TEXT.replace("acht", "vier"))
    lead.get_by_role("button", name="Speichern", exact=True).locator("visible=true").first.click()
    expect(lead.locator(".theirs")).to_be_visible()
    found += faults(lead)
    assert asked == []

    lead.goto(f"/papers/{world.draft.key}")
    assert asked == ["beforeunload"], "the conflict is left, and the writer's words with it"
    lead.locator(".bar .menu summary").click()
    found += faults(lead)
    lead.keyboard.press("Escape")
    lead.get_by_role("link", name="Zum ganzen Papier etwas sagen").click()
    expect(lead.get_by_role("dialog")).to_be_visible()
    found += faults(lead)

    papers.park_paper(actor_of(people.lead), paper, reason="Bis nach der Sommerpause.")
    editions.withdraw(actor_of(people.coordination), world.edition, "Eine Zahl war falsch.")
    served.db.commit()
    for address in (f"/papers/{paper.key}", f"/p/{world.published.slug}/1.1", f"/p/{world.published.slug}"):
        lead.goto(address)
        expect(lead.locator(".banner")).to_be_visible()
        found += faults(lead)
    assert len(asked) == 1
    assert not found, "\n".join(found)
