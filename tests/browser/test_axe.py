"""axe finds no violation on any page, light and dark, desktop and phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PageFor, Served
from tests.world import World, make_world
from workspace.accounts.actions import write_token
from workspace.accounts.models import Member

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def addresses(world: World) -> Iterator[tuple[Member | None, str]]:
    """(who, path) of every kind of page."""
    people, draft, published = world.people, world.draft, world.published
    base, slug = f"/papers/{draft.key}", published.slug
    for path in ("/", "/sign-in", f"/sign-in/{write_token(people.reader)}", "/library", "/library?q=nirgends"):
        yield None, path
    for path in (f"/p/{slug}/1.1", f"/p/{slug}/1.0", f"/p/{slug}/compare/1.0/1.1", "/sign-in/verbraucht"):
        yield None, path
    for path in ("/", "/papers", "/groups", f"/groups/{people.quality.key}", "/account", "/search?q=Absatz"):
        yield people.lead, path
    for path in ("", "/edit", "/history", "/revisions/1", "/compare/1/2", "/compare/1/2?view=side", "/files", "/log"):
        yield people.lead, base + path
    for path in ("/compare/1/2?view=changes", "/compare/1/2?view=clean", "/description", "/submission", "/print"):
        yield people.lead, base + path
    for path in ("/threads", f"/threads/{world.thread.number}", "/threads/new?revision=2", "/authors?start=0&end=20"):
        yield people.lead, base + path
    yield people.reviewer, f"{base}/comments/{world.comment.id}"
    yield people.reviewer, f"{base}/threads/{world.thread.number}/passage"
    yield people.lead, f"/groups/{people.quality.key}/papers/new"
    yield people.lead, f"/papers/{world.submitted.key}/submission"
    yield people.stranger, base
    for path in ("/coordination", f"/coordination/submissions/{world.submission.id}", "/people", "/groups/new"):
        yield people.coordination, path
    yield people.coordination, f"/people/{people.reader.id}"
    yield people.admin, "/settings"


def violations(page: Page) -> list[str]:
    """What axe complains of, a line each."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(TAGS)}, resultTypes: ['violations']}})")
    return [
        f"{rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_no_page_has_a_violation(served: Served, page_for: PageFor, dark: bool, phone: bool) -> None:
    world = make_world(served.people)
    served.db.commit()
    walks = list(addresses(world))
    served.db.commit()
    pages: dict[int, Page] = {}
    found: list[str] = []
    for member, path in walks:
        who = member.id if member is not None else 0
        page = pages.setdefault(who, page_for(member, dark=dark, phone=phone)) if who not in pages else pages[who]
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        found += [f"{path}: {line}" for line in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{path}: scrolls sideways by {wide} px")
    assert not found, "\n".join(found)
