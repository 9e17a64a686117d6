"""axe finds no violation on any page, light and dark, desktop and phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import PageFor, Served
from tests.builders import TEXT, make_paper, save
from tests.people import People, actor_of
from tests.world import World, make_world
from workspace.accounts.models import Member
from workspace.accounts.signing_in import write_token
from workspace.db import session
from workspace.editions import actions as editions
from workspace.editions.models import Submission
from workspace.letters.stopping import Stop, stop_token
from workspace.notices.models import Pace
from workspace.papers import actions as papers
from workspace.papers.article import places
from workspace.papers.store import text_of
from workspace.text.tree import parse

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
CUT = """() => [...document.querySelectorAll(".bar a, .bar button, .bar summary, .site a, .site summary")]
  .filter((element) => element.checkVisibility() && !element.closest(".menu__list"))
  .filter((element) => {
    const box = element.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth || element.scrollWidth > element.clientWidth + 1;
  })
  .map((element) => element.textContent.trim())"""
"""Deeds that stand beside the window or are broader than their own box: bars are fixed, so nothing scrolls to them."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def addresses(world: World) -> Iterator[tuple[Member | None, str]]:
    """(who, path) of every kind of page."""
    people, draft, published = world.people, world.draft, world.published
    base, slug = f"/papers/{draft.key}", published.slug
    for path in ("/", "/sign-in", f"/sign-in/{write_token(people.reader)}", "/library", "/library?q=nirgends"):
        yield None, path
    for path in ("/hilfe", "/impressum", "/datenschutz", "/barrierefreiheit"):
        yield None, path
    for path in (f"/p/{slug}/1.1", f"/p/{slug}/1.0", f"/p/{slug}/compare/1.0/1.1", "/sign-in/verbraucht"):
        yield None, path
    for path in ("/", "/papers", "/groups", f"/groups/{people.quality.key}", "/account", "/search?q=Absatz"):
        yield people.lead, path
    for path in ("", "/edit", "/history", "/revisions/1", "/compare/1/2", "/compare/1/2?view=side", "/files", "/log"):
        yield people.lead, base + path
    for path in ("/history?chosen=1", "/history?q=nirgends"):
        yield people.lead, base + path
    yield None, f"/p/{slug}/compare/1.0/1.1?view=side"
    for path in ("/compare/1/2?view=changes", "/compare/1/2?view=clean", "/description", "/submission", "/print"):
        yield people.lead, base + path
    for path in ("/threads", f"/threads/{world.thread.number}", "/threads/new?revision=2", "/authors?start=0&end=20"):
        yield people.lead, base + path
    yield people.reviewer, f"{base}/comments/{world.comment.id}"
    yield people.reviewer, f"{base}/threads/{world.thread.number}/passage"
    yield people.lead, f"/papers/{world.submitted.key}/submission"
    yield people.lead, f"{base}/blocks/0-9?base=2"
    block = next(iter(places(parse(text_of(draft, 2)))))
    for path in ("/revisions/2/blocks", f"/revisions/2/blocks/{block}"):
        yield people.lead, base + path
    yield people.lead, f"/groups/{people.quality.key}/papers/new"
    yield people.reviewer, f"{base}/edit"
    yield people.stranger, base
    for path in (f"/p/{slug}/1.1/withdrawal", f"/coordination/submissions/{_answered(world)}"):
        yield people.coordination, path
    for path in ("/coordination", f"/coordination/submissions/{world.submission.id}", "/people", "/groups/new"):
        yield people.coordination, path
    yield people.coordination, f"/people/{people.reader.id}"
    for path in ("/", "/hilfe", "/settings", "/settings/privacy", "/impressum", "/technik", "/technik/mail"):
        yield people.admin, path
    for path in ("/technik/mail?state=waiting", "/technik/jobs", "/technik/backups"):
        yield people.admin, path
    yield people.reviewer, "/"
    yield people.coordination, "/"
    yield from of_people(people)


def of_people(people: People) -> Iterator[tuple[Member | None, str]]:
    """Pages of accounts, the directory, coming in and leaving."""
    for path in ("/password", "/join", "/sign-in-code", "/invitation/verbraucht", "/address/x", "/request/x"):
        yield None, path
    for path in ("/account/security", "/account/data", "/account/second-factor", "/account/confirmation"):
        yield people.lead, path
    for path in ("/account/leaving", "/members", "/members/organisations", f"/members/{people.reader.id}"):
        yield people.lead, path
    yield people.reader, "/account/leaving"
    for path in ("/notices", "/account/notices"):
        yield people.editor, path
    yield people.stranger, "/notices"
    yield None, f"/notices/stop/{stop_token(Stop(people.reader.id, pace=Pace.DAILY))}"
    for path in ("/people/invitations", "/people/requests"):
        yield people.coordination, path


def _answered(world: World) -> int:
    """The id of a submission that coordination has answered."""
    found = session().scalars(select(Submission.id).where(Submission.paper_id == world.published.id)).first()
    assert found is not None
    return found


def violations(page: Page) -> list[str]:
    """What axe complains of, a line each."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(TAGS)}, resultTypes: ['violations']}})")
    return [
        f"{rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def faults(page: Page) -> list[str]:
    """Violations, and what does not fit into the window."""
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"scrolls sideways by {wide} px")
    found += [f"cut off: {words}" for words in page.evaluate(CUT)]
    return [f"{page.url}: {line}" for line in found]


LOOKS = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


@LOOKS
@SIZES
def test_no_page_has_a_violation(served: Served, page_for: PageFor, dark: bool, phone: bool) -> None:
    world = make_world(served.people)
    served.db.commit()
    with served.app.app_context():
        walks = list(addresses(world))
    served.db.commit()
    pages: dict[int, Page] = {}
    found: list[str] = []
    for member, path in walks:
        who = member.id if member is not None else 0
        if who not in pages:
            pages[who] = page_for(member, dark=dark, phone=phone)
        answer = pages[who].goto(path)
        assert answer is not None
        assert answer.status < 500, path
        found += faults(pages[who])
    assert not found, "\n".join(found)


@LOOKS
@SIZES
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
    lead.locator(".bar__end .menu summary").click()
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
